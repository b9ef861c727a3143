"""The labeler's page in a real browser: how soon a key is painted, how soon the next solution is there, how heavy the
first visit is, and whether a long solution is as quick as a short one.
"""

import json
import random
import statistics
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser

from bench import rows
from bench.client import Person, open_round
from bench.desk import Desk, browser, ratings
from bench.figures import Figure, Goal
from bench.site import ROOT, Site, installed

DEMO = [ROOT / "labeling" / "demo" / name for name in ("math_level5.jsonl", "gsm8k.jsonl")]
SUBMISSIONS, QUICK_SUBMISSIONS = 120, 8
LOOK_MS = 120  # at each step: a person takes far longer; meanwhile the next solution is fetched, as it would be
KEY = {-1: "1", 0: "2", 1: "3"}
FIRST_VISIT_KB = 300


def run(is_quick: bool) -> Iterator[Figure]:
    """On SQLite, as a newcomer has it."""
    with installed("sqlite") as site, browser() as chromium:
        people = _prepare(site, is_quick)
        yield from _working(chromium, site, people["real"], QUICK_SUBMISSIONS if is_quick else SUBMISSIONS)
        yield from _long_against_short(chromium, site, people, passes=1 if is_quick else 3)


def _prepare(site: Site, is_quick: bool) -> dict[str, dict[str, str]]:
    """Real solutions in one campaign, one of 60 steps and one of 6 in others; an open round and a labeler each."""
    campaigns = {"real": DEMO, "long": [_solution_of(site, 60)], "short": [_solution_of(site, 6)]}
    for name, paths in campaigns.items():
        site.manage("import_solutions", "--campaign", name, "--create", *map(str, paths))
    tokens = {name: site.create_account(f"lead-{name}", name, "lead") for name in campaigns}
    people = {name: site.create_person(f"labeler-{name}", name, "labeler") for name in campaigns}
    site.serve()
    for name, token in tokens.items():
        open_round(Person(site.url, token, name), 1 if name != "real" else 20 if is_quick else 200)
    return people


def _solution_of(site: Site, steps: int) -> Path:
    """One solution of so many steps: those of the first real solutions, one behind the other."""
    problem = json.loads(DEMO[0].open().readline())
    lines = [step for solution in problem["solutions"] for step in solution["steps"]][:steps]
    if len(lines) < steps:
        raise ValueError(f"the first problem of {DEMO[0].name} has {len(lines)} steps in all, not {steps}")
    row = {"problem": problem["problem"], "steps": lines, "answer": "1", "answer_is_correct": True, "split": "train"}
    return rows.write(site.folder / f"steps-{steps}.jsonl", iter([row]))


def _percentile(values: list[float]) -> float:
    """The 95th, by the inclusive method."""
    return statistics.quantiles(values, n=20, method="inclusive")[-1]


# --- keys, the next solution, the first visit


def _working(chromium: Browser, site: Site, person: dict[str, str], wanted: int) -> Iterator[Figure]:
    desk = Desk(chromium, site.url, person, "real")
    desk.page.wait_for_load_state("networkidle")
    yield from _first_visit(desk)
    chance = random.Random(0)
    for _ in range(wanted):
        desk.wait_ahead()
        _rate_by_keys(desk, ratings(desk.steps.count(), chance))
        _submit_by_key(desk)
    rated = [key["painted"] for key in desk.presses() if key["key"] in KEY.values()]
    came = [change["took"] for change in desk.changes()[-wanted:]]
    durations = desk.durations() + [8.0] * (len(desk.presses()) - len(desk.durations()))
    desk.close()
    command = "key presses in Chromium, from the event's time to the frame that shows its effect"
    counts: dict[str, Any] = {"key presses": len(rated), "by the browser's own count ms": statistics.median(durations)}
    yield Figure("key to painted rating, median", statistics.median(rated), "ms", Goal(20), command, counts)
    counts = {"key presses": len(rated), "by the browser's own count ms": _percentile(durations)}
    yield Figure("key to painted rating, 95 %", _percentile(rated), "ms", Goal(50), command, counts)
    counts = {"submissions": len(came), "median ms": statistics.median(came), "largest ms": max(came)}
    command = "from the press of Enter to the frame that shows the next solution, typeset"
    yield Figure("submit to next solution, 95 %", _percentile(came), "ms", Goal(150), command, counts)


def _first_visit(desk: Desk) -> Iterator[Figure]:
    command = "from the sign-in form, nothing cached, to the first solution, as the browser counts bytes on the wire"
    received = desk.received
    yield Figure(
        "first visit", received.bytes / 1000, "KB", Goal(FIRST_VISIT_KB), command, {"requests": received.count}
    )
    yield Figure("first visit: hosts other than ours", len(received.hosts) - 1, "", Goal(0), command, {})


def _rate_by_keys(desk: Desk, made: list[int]) -> None:
    for rating in made:
        desk.page.wait_for_timeout(LOOK_MS)
        desk.page.keyboard.press(KEY[rating])


def _submit_by_key(desk: Desk) -> None:
    seen = len(desk.changes())
    desk.page.wait_for_timeout(LOOK_MS)
    desk.page.keyboard.press("Enter")
    desk.page.wait_for_function("seen => window.__changes.length > seen", arg=seen)


# --- a long solution against a short one


def _long_against_short(
    chromium: Browser, site: Site, people: dict[str, dict[str, str]], passes: int
) -> Iterator[Figure]:
    """The same number of keys on 60 steps and on 6: all steps rated, then all undone, and again."""
    painted = {
        "long": _rate_again_and_again(chromium, site, people["long"], "long", passes),
        "short": _rate_again_and_again(chromium, site, people["short"], "short", passes * 10),
    }
    medians = {name: statistics.median(times) for name, times in painted.items()}
    counts = {"key presses each": len(painted["long"]), "ms": f"{medians['long']:.1f} to {medians['short']:.1f}"}
    command = "key presses in Chromium on a solution of 60 steps and on one of 6"
    ratio = medians["long"] / medians["short"]
    yield Figure("60 steps to 6: key to painted rating, median", ratio, "×", Goal(1.25), command, counts)
    times = painted["long"]
    yield Figure(
        "60 steps: key to painted rating, 95 %",
        _percentile(times),
        "ms",
        Goal(50),
        command,
        {"key presses": len(times)},
    )


def _rate_again_and_again(
    chromium: Browser, site: Site, person: dict[str, str], campaign: str, passes: int
) -> list[float]:
    desk = Desk(chromium, site.url, person, campaign)
    for _ in range(passes):
        _rate_by_keys(desk, [1] * desk.steps.count())
        for _ in range(desk.steps.count()):
            desk.page.keyboard.press("u")
    painted = [key["painted"] for key in desk.presses() if key["key"] == KEY[1]]
    desk.close()
    return painted
