"""Pictures of the pages on which a lead looks after quality, whole: an installation of its own, with four labelers as
programs, of whom one hardly reads. Needs the Chromium of the tests and a file of rows with first errors:

    python docs/screenshots/quality_pages.py mr_ben_math_human_first_error.jsonl
"""

import json
import os
import random
import sys
import uuid
from collections.abc import Iterator
from itertools import cycle
from pathlib import Path
from typing import Any

from desk_in_each_language import HERE, sign_in
from playwright.sync_api import Browser

from bench import rows
from bench.client import Labeler, Person
from bench.desk import browser
from bench.site import Site, installed
from tests.live import eventually

CAMPAIGN, GOLD, POOL = "algebra", 40, 120
LABELERS = {"ada": 0.03, "emmy": 0.06, "kurt": 0.12, "max": 0.6}  # shares that they get wrong
WIDE: dict[str, Any] = {"viewport": {"width": 1440, "height": 900}}
LOOKS: dict[str, tuple[dict[str, Any], tuple[str, ...]]] = {
    "": (WIDE, ("agreement", "gold", "decisions", "history", "solution")),
    "-dark": (WIDE | {"color_scheme": "dark"}, ("agreement",)),
    "-phone": ({"viewport": {"width": 390, "height": 844}}, ("decisions",)),
}
REASON = "What it says does not follow from the step before: a gap would be neutral, this is false."
HIGHEST = 2_200  # pixels of a page: its beginning shows how it goes on


def import_rows(site: Site, path: Path) -> dict[str, int | None]:
    """Some with their first errors, for gold; the others to be labeled. The known first error by the steps' text."""
    found = [json.loads(line) for line, _ in zip(path.open(), range(GOLD + POOL), strict=False)]
    known = {"\n".join(row["steps"]): row["first_error_index"] for row in found}
    unlabeled = [{name: row[name] for name in row if name != "first_error_index"} for row in found[GOLD:]]
    made = rows.write(site.folder / "rows.jsonl", iter(found[:GOLD] + unlabeled))
    site.manage("import_solutions", "--campaign", CAMPAIGN, "--create", str(made))
    return known


def passes(steps: list[str], error: int | None) -> dict[str, Any]:
    """A finished pass with this first error."""
    ratings = [1] * len(steps) if error is None else [1] * error + [-1]
    reason = "solution" if error is None else "found_error"
    times = [random.randrange(3_000, 9_000) for _ in ratings]
    return {"ratings": ratings, "finish_reason": reason, "step_times": times, "total_time": sum(times)}


def work(labeler: Labeler, known: dict[str, int | None], careless: float, chance: random.Random) -> Iterator[None]:
    """Label after label, as long as there is something to do."""
    while item := labeler.next():
        steps = item["steps"]
        error = known["\n".join(steps)]
        if chance.random() < careless:
            error = chance.choice([None, *range(len(steps))])
        sent = {"lease": item["lease"], "submission_id": str(uuid.uuid4())} | passes(steps, error)
        labeler.expect(201, "POST", f"items/{item['item']}/label/", sent)
        yield


def label_all(site: Site, lead: Person, tokens: dict[str, str], known: dict[str, int | None]) -> None:
    """One round, two people on each solution, gold among them; agreement is computed when it closes."""
    lead.expect(201, "POST", f"campaigns/{CAMPAIGN}/gold/", {"imported": GOLD})
    number = lead.expect(
        201, "POST", f"campaigns/{CAMPAIGN}/rounds/", {"size": 100, "strategy": "uniform", "overlap": 2}
    )["number"]
    lead.expect(200, "POST", f"campaigns/{CAMPAIGN}/rounds/{number}/open/")
    chance = random.Random(0)
    at_work = [work(Labeler(site.url, tokens[name], CAMPAIGN), known, LABELERS[name], chance) for name in LABELERS]
    for one in cycle(list(at_work)):
        if one in at_work and next(one, False) is False:
            at_work.remove(one)
        if not at_work:
            break
    eventually(lambda: lead.ask("GET", f"campaigns/{CAMPAIGN}/agreement/")[0] == 200)


def decide(lead: Person) -> int:
    """The first solution on which people differ gets its final label; the number that its page has."""
    base = f"campaigns/{CAMPAIGN}/adjudication/"
    solution = int(lead.expect(200, "GET", base)["results"][0]["solution"])
    lead.expect(201, "POST", f"{base}{solution}/", {"ratings": [1, -1], "reason": REASON})
    return solution


def take(started: Browser, site: Site, lead: dict[str, Any], look: str, decided: int) -> None:
    options, pages = LOOKS[look]
    context = started.new_context(base_url=site.url, locale="en-US", **options)
    page = context.new_page()
    sign_in(page, lead)
    for name in pages:
        path = f"solutions/{decided}" if name == "solution" else name
        page.goto(f"/campaigns/{CAMPAIGN}/{path}/", wait_until="networkidle")
        page.evaluate("document.fonts.ready")
        height = min(HIGHEST, page.evaluate("document.documentElement.scrollHeight"))
        clip: Any = {"x": 0, "y": 0, "width": options["viewport"]["width"], "height": height}
        page.screenshot(path=HERE / f"{name}{look}.png", full_page=True, clip=clip)
    context.close()


def main() -> None:
    os.environ["TWO_FACTOR_FOR_LEADS"] = "false"
    with installed("sqlite") as site, browser() as started:
        known = import_rows(site, Path(sys.argv[1]))
        lead = site.create_person("lead", CAMPAIGN, "lead")
        tokens = {name: site.create_account(name, CAMPAIGN, "labeler") for name in LABELERS}
        site.serve()
        asks = Person(site.url, lead["token"], CAMPAIGN)
        label_all(site, asks, tokens, known)
        decided = decide(asks)
        for look in LOOKS:
            take(started, site, lead, look, decided)


if __name__ == "__main__":
    main()
