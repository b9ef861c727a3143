"""The labeler's page in a real browser: how soon a key is painted, how soon the next solution is there, and how heavy
the first visit is; and twenty solutions by keys against the same by clicks.
"""

import random
import statistics
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser

from bench import rows
from bench.client import Person, open_round
from bench.desk import WINDOW, Desk, browser, ratings
from bench.figures import Figure, Goal
from bench.site import ROOT, Site, installed

DEMO = [ROOT / "labeling" / "demo" / name for name in ("math_level5.jsonl", "gsm8k.jsonl")]
SUBMISSIONS, QUICK_SUBMISSIONS = 120, 8
SESSION = 20
LOOK_MS = 120  # at each step: a person takes far longer; meanwhile the next solution is fetched, as it would be
KEY = {-1: "1", 0: "2", 1: "3"}
NAME = {-1: "Negative", 0: "Neutral", 1: "Positive"}
# Keystroke-level model (Card, Moran, Newell 1980): pressing a key, pointing with a mouse, pressing its button.
KEYSTROKE, POINTING, BUTTON = 0.2, 1.1, 0.1
FIRST_VISIT_KB = 300


def run(is_quick: bool) -> Iterator[Figure]:
    """On SQLite, as a newcomer has it."""
    with installed("sqlite") as site, browser() as chromium:
        people = _prepare(site, is_quick)
        yield from _working(chromium, site, people["ada"], QUICK_SUBMISSIONS if is_quick else SUBMISSIONS)
        yield _long_against_short(chromium, site, people)
        yield from _keys_against_clicks(chromium, site, people, 3 if is_quick else SESSION)


def _prepare(site: Site, is_quick: bool) -> dict[str, dict[str, str]]:
    """Real solutions in one campaign, one of 60 steps and one of 6 in others; a round open in each."""
    campaigns: dict[str, list[Path]] = {
        "real": DEMO,
        "long": [_solution_of(site, 60)],
        "short": [_solution_of(site, 6)],
        "keys": DEMO,
        "clicks": DEMO,
    }
    for name, paths in campaigns.items():
        site.manage("import_solutions", "--campaign", name, "--create", *map(str, paths))
    tokens = {name: site.create_account(f"lead-{name}", name, "lead") for name in campaigns}
    workers = {"ada": "real", "long": "long", "short": "short", "keys": "keys", "clicks": "clicks"}
    people = {name: site.create_person(name, campaign, "labeler") for name, campaign in workers.items()}
    site.serve()
    for name, token in tokens.items():
        open_round(Person(site.url, token, name), 1 if name in ("long", "short") else 20 if is_quick else 200)
    return people


def _solution_of(site: Site, steps: int) -> Path:
    """One solution of so many steps with a formula in each."""
    row = {
        "problem": f"What is $1 + 2 + … + {steps}$?",
        "solution_id": f"sum-{steps}",
        "steps": [
            f"Adding ${n}$ gives $\\frac{{{n} \\cdot {n + 1}}}{{2}} = {n * (n + 1) // 2}$." for n in range(1, steps + 1)
        ],
        "answer": str(steps * (steps + 1) // 2),
        "answer_is_correct": True,
    }
    return rows.write(site.folder / f"steps-{steps}.jsonl", iter([row]))


# --- keys, the next solution, the first visit


def _working(chromium: Browser, site: Site, person: dict[str, str], wanted: int) -> Iterator[Figure]:
    desk = Desk(chromium, site.url, person, "real")
    kilobytes = desk.received.bytes / 1000
    hosts = desk.received.hosts
    chance = random.Random(0)
    for _ in range(wanted):
        desk.wait_ahead()
        _rate_by_keys(desk, ratings(desk.steps.count(), chance))
        _submit_by_key(desk)
    rated = [key["painted"] for key in desk.presses() if key["key"] in KEY.values()]
    came = [change["took"] for change in desk.changes()[-wanted:]]
    desk.close()
    command = "key presses in Chromium, from the event's time to the frame that shows its effect"
    counts: dict[str, Any] = {"key presses": len(rated)}
    yield Figure("key to painted rating, median", statistics.median(rated), "ms", Goal(20), command, counts)
    yield Figure("key to painted rating, 95 %", _percentile(rated), "ms", Goal(50), command, counts)
    counts = {"submissions": len(came), "median ms": statistics.median(came), "largest ms": max(came)}
    command = "from the press of Enter to the frame that shows the next solution, typeset"
    yield Figure("submit to next solution, 95 %", _percentile(came), "ms", Goal(150), command, counts)
    command = "from the sign-in form, nothing cached, to the first solution, as the browser counts bytes on the wire"
    yield Figure("first visit", kilobytes, "KB", Goal(FIRST_VISIT_KB), command, {"hosts": len(hosts)})
    yield Figure("first visit: hosts other than ours", len(hosts) - 1, "", Goal(0), command, {})


def _rate_by_keys(desk: Desk, made: list[int]) -> None:
    for rating in made:
        desk.page.wait_for_timeout(LOOK_MS)
        desk.page.keyboard.press(KEY[rating])


def _submit_by_key(desk: Desk) -> None:
    seen = len(desk.changes())
    desk.page.wait_for_timeout(LOOK_MS)
    desk.page.keyboard.press("Enter")
    desk.page.wait_for_function("seen => window.__changes.length > seen", arg=seen)


def _percentile(values: list[float]) -> float:
    """The 95th, by the inclusive method."""
    return statistics.quantiles(values, n=20, method="inclusive")[-1]


def _long_against_short(chromium: Browser, site: Site, people: dict[str, dict[str, str]]) -> Figure:
    """The same keys on 60 steps and on 6, each step rated, undone and rated again."""
    medians, presses = {}, 0
    for name, repeats in (("long", 1), ("short", 10)):
        desk = Desk(chromium, site.url, people[name], name)
        for _ in range(repeats):
            for _ in range(desk.steps.count()):
                desk.page.wait_for_timeout(LOOK_MS)
                desk.page.keyboard.press("3")
            for _ in range(desk.steps.count() if repeats > 1 else 0):
                desk.page.keyboard.press("u")
        rated = [key["painted"] for key in desk.presses() if key["key"] == "3"]
        medians[name], presses = statistics.median(rated), len(rated)
        desk.close()
    counts = {"key presses each": presses, "ms": f"{medians['long']:.1f} to {medians['short']:.1f}"}
    return Figure("60 steps to 6: key to painted rating", medians["long"] / medians["short"], "×", None, "", counts)


# --- twenty solutions by keys and by clicks


def _keys_against_clicks(
    chromium: Browser, site: Site, people: dict[str, dict[str, str]], wanted: int
) -> Iterator[Figure]:
    """The same solutions with the same ratings; no thinking in either, so that only the handling is compared."""
    for name, unit in (("keys", KEYSTROKE), ("clicks", POINTING + BUTTON)):
        desk = Desk(chromium, site.url, people[name], name)
        chance, actions, started = random.Random(1), 0, time.monotonic()
        for _ in range(wanted):
            made, seen = ratings(desk.steps.count(), chance), len(desk.changes())
            for rating in made:
                _act(desk, name == "keys", KEY[rating], NAME[rating])
            _act(desk, name == "keys", "Enter", "Submit")
            desk.page.wait_for_function("seen => window.__changes.length > seen", arg=seen)
            actions += len(made) + 1
        took = time.monotonic() - started
        desk.close()
        counts = {"solutions": wanted, "actions": actions, "seconds of the machine": took, "window": WINDOW["width"]}
        command = f"actions times {unit:.1f} s (keystroke-level model), and what the machine took for all"
        yield Figure(f"{wanted} solutions by {name}", actions * unit, "s by the model", None, command, counts)


def _act(desk: Desk, by_key: bool, key: str, button: str) -> None:
    if by_key:
        desk.page.keyboard.press(key)
    else:
        desk.page.locator(".dock").get_by_role("button", name=button).click()
