"""The lead's pages over a large campaign: 12,000 problems, a million solutions, 800,000 rated steps."""

import http.cookiejar
import random
import re
import statistics
import time
import urllib.parse
import urllib.request
from collections.abc import Iterator

from bench import filling, rows
from bench.client import Labeler, Person, open_round
from bench.figures import Figure, Goal
from bench.site import Site, installed

CAMPAIGN = "large"
GOAL_MS = 300.0
SIZE = filling.Size(problems=12_000, solutions=84, labels=134_000, labelers=20, rounds=10)
SMALL = filling.Size(problems=120, solutions=20, labels=600, labelers=5, rounds=3)
PAGES = (
    "", "rounds/", "rounds/{round}/", "rounds/plan/", "problems/", "problems/{problem}/", "solutions/",
    "solutions/{solution}/", "decisions/", "rulings/", "members/", "agreement/", "gold/", "labelers/{labeler}/",
    "labels/", "labels/?finish_reason=found_error&order=-time", "labelers/", "solutions/?verdict=wrong",
    "solutions/?order=-score", "problems/?order=-labels", "changes/",
    "selectors/", "selectors/1/", "jobs/", "history/", "guide/", "data/", "settings/",
    "problems/?q=equation+of", "problems/?subject=Algebra&split=test", "solutions/?q=not+to+be+found",
    "solutions/?labeled=yes&split=train", "solutions/?generator=other", "solutions/?page=150",
    "labels/?labeler=labeler+3", "labels/?q=not+to+be+found", "labels/?state=unsure", "labels/?purpose=gold&round=3",
    "labels/?page=150", "labelers/?q=labeler+1&order=-labels", "decisions/solutions/{solution}/",
    "decisions/problems/{problem}/", "bulk/exclude/?split=train", "bulk/requeue/?labeler=labeler+3", "invitations/",
    "multiplier/", "/campaigns/", "/",
)  # fmt: skip
COMMAND = "GET /campaigns/{slug}/…, signed in as its lead, keep-alive off"


def run(is_quick: bool) -> Iterator[Figure]:
    """The median of each page, and of the CSV of its labelers."""
    yield from take(SMALL if is_quick else SIZE, asked=3 if is_quick else 11)


def take(size: filling.Size, asked: int) -> Iterator[Figure]:
    """The figures at one size."""
    with installed("postgresql") as site:
        site.env["TWO_FACTOR_FOR_LEADS"] = "false"  # else every page would be the one where it is set up
        path = rows.write(site.folder / "pool.jsonl", rows.pool(2))
        site.manage("import_solutions", "--campaign", CAMPAIGN, "--create", str(path))
        lead = site.create_person("lead", CAMPAIGN, "lead")
        labeler = site.create_account("labeler", CAMPAIGN, "labeler")
        site.serve()
        open_round(Person(site.url, lead["token"], CAMPAIGN), 1)
        person = Labeler(site.url, labeler, CAMPAIGN)
        item = person.next()
        assert item is not None, "there is nothing to label"
        person.label(item, random.Random(0))
        with site.connect() as connection:
            filling.campaign(connection, size)
            filling.scores(connection, size)
            filling.figures(connection, size)
        browser = _signed_in(site, lead)
        numbers = _numbers(site)
        counts = {"solutions": size.problems * size.solutions, "labels": size.labels, "requests": asked}
        for page in (*PAGES, "download/labelers/"):
            path = page.format(**numbers)
            address = site.url + (path if path.startswith("/") else f"/campaigns/{CAMPAIGN}/{path}")
            took = _median_ms(browser, address, asked)
            yield Figure(f"lead: /{page.removeprefix('/')}", took, "ms", Goal(GOAL_MS), COMMAND, counts)


def _signed_in(site: Site, lead: dict[str, str]) -> urllib.request.OpenerDirector:
    """A browser of no looks, with the lead's session."""
    browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar()))
    form = browser.open(f"{site.url}/login/").read().decode()
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', form)
    assert token, "the sign-in form has no token"
    fields = {"csrfmiddlewaretoken": token[1], "username": lead["username"], "password": lead["password"]}
    request = urllib.request.Request(f"{site.url}/login/", urllib.parse.urlencode(fields).encode())
    request.add_header("Referer", f"{site.url}/login/")
    browser.open(request).read()
    return browser


def _numbers(site: Site) -> dict[str, int]:
    """Of rows in the midst of the tables."""
    chosen = {
        "problem": "SELECT percentile_disc(0.5) WITHIN GROUP (ORDER BY id) FROM labeling_problem",
        "solution": "SELECT percentile_disc(0.5) WITHIN GROUP (ORDER BY solution_id) FROM labeling_label",
        "labeler": "SELECT labeler_id FROM labeling_label GROUP BY labeler_id ORDER BY count(*) DESC LIMIT 1",
        "round": "SELECT max(number) FROM labeling_round",
    }
    with site.connect() as connection:
        return {name: int(connection.execute(query).fetchone()[0]) for name, query in chosen.items()}


def _median_ms(browser: urllib.request.OpenerDirector, address: str, asked: int) -> float:
    """Over so many requests, after two that are not counted."""
    took = []
    for _ in range(asked + 2):
        started = time.perf_counter()
        with browser.open(address) as answer:
            answer.read()
            assert answer.url == address, f"led to {answer.url}"
        took.append((time.perf_counter() - started) * 1000)
    return statistics.median(took[2:])
