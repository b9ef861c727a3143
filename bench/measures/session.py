"""A working session: twenty real solutions from sign-in to the last label, by keyboard alone and again in clicks."""

import json
import random
import time
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import chain, islice
from typing import Any

from playwright.sync_api import Browser, Locator

from bench import rows
from bench.client import Person, open_round
from bench.desk import browser, ratings, window
from bench.figures import Figure
from bench.hands import Hands
from bench.measures.browser import DEMO, KEY
from bench.site import Site, installed

SOLUTIONS, QUICK_SOLUTIONS = 20, 3
# The same in both sessions. Reading a step takes a person many times as long, in both alike.
THINKING_SECONDS = 0.5
NAME = {-1: "Negative", 0: "Neutral", 1: "Positive"}
COMMAND = (
    "the whole session as it ran: 0.5 s of thought at each step, hands by the keystroke-level model and Fitts's law, "
    "and what the machine took"
)


@dataclass(frozen=True, slots=True)
class Session:
    """How one session went."""

    seconds: float
    hands: Hands

    @property
    def machine_seconds(self) -> float:
        return self.seconds - self.hands.thinking - self.hands.moving


def run(is_quick: bool) -> Iterator[Figure]:
    """Two labelers in two campaigns with the same queue, so that each meets the same solutions for the first time."""
    wanted = QUICK_SOLUTIONS if is_quick else SOLUTIONS
    with installed("sqlite") as site, browser() as chromium:
        people = _prepare(site, wanted)
        ways: dict[str, Way] = {"keyboard": Keyboard, "clicks": Clicks}
        sessions = {name: _work(chromium, site, people[name], way, wanted) for name, way in ways.items()}
        same = _same_labels(site, wanted)
    for name, session in sessions.items():
        counts: dict[str, Any] = {
            "solutions": wanted,
            "actions": session.hands.actions,
            "thought s": session.hands.thinking,
            "hands s": session.hands.moving,
            "machine s": session.machine_seconds,
        }
        yield Figure(f"{wanted} solutions by {name}", session.seconds, "s", None, COMMAND, counts)
    keyboard, clicks = (sessions[name].hands.moving for name in ways)
    counts = {"hands s": f"{clicks:.0f} to {keyboard:.0f}", "labels with the same ratings": f"{same} of {wanted}"}
    yield Figure("clicks to keyboard: the hands' time", clicks / keyboard, "×", None, COMMAND, counts)


def _prepare(site: Site, wanted: int) -> dict[str, dict[str, str]]:
    people, leads = {}, {}
    path = rows.write(site.folder / "session.jsonl", _solutions(wanted))
    for name in ("keyboard", "clicks"):
        site.manage("import_solutions", "--campaign", name, "--create", str(path))
        leads[name] = site.create_account(f"lead-{name}", name, "lead")
        people[name] = site.create_person(f"labeler-{name}", name, "labeler")
    site.serve()
    for name, token in leads.items():
        open_round(Person(site.url, token, name), wanted)
    return people


def _solutions(wanted: int) -> Iterator[dict[str, Any]]:
    """The first solutions of so many of the demo's problems, from its two files in turn: all of the round's pool."""
    problems = chain.from_iterable(zip(*(map(json.loads, path.open()) for path in DEMO), strict=False))
    for problem in islice(problems, wanted):
        yield problem | {"split": "train", "solutions": problem["solutions"][:1]}


# --- the two ways


class Keyboard:
    """Hands that never leave the keys."""

    def __init__(self, hands: Hands) -> None:
        self.hands = hands

    def sign_in(self, person: dict[str, str]) -> None:
        self.hands.type(person["username"])  # the form has the focus
        self.hands.press("Tab")
        self.hands.type(person["password"])
        self.hands.press("Enter")

    def go_to_desk(self, link: Locator) -> None:
        self.hands.press(link.locator("kbd").inner_text().lower())

    def rate(self, rating: int) -> None:
        self.hands.press(KEY[rating])

    def submit(self) -> None:
        self.hands.press("Enter")


class Clicks:
    """Everything by the mouse but name and password."""

    def __init__(self, hands: Hands) -> None:
        self.hands = hands
        self.dock = hands.page.locator(".dock")

    def sign_in(self, person: dict[str, str]) -> None:
        page = self.hands.page
        for label, text in (("Name", person["username"]), ("Password", person["password"])):
            self.hands.click(page.get_by_label(label))
            self.hands.type(text)
        self.hands.click(page.get_by_role("button", name="Sign in"))

    def go_to_desk(self, link: Locator) -> None:
        self.hands.click(link)

    def rate(self, rating: int) -> None:
        self.hands.click(self.dock.get_by_role("button", name=NAME[rating]))

    def submit(self) -> None:
        self.hands.click(self.dock.get_by_role("button", name="Submit"))


Way = Callable[[Hands], Keyboard | Clicks]


def _work(chromium: Browser, site: Site, person: dict[str, str], way: Way, wanted: int) -> Session:
    """From the sign-in form to the page that says that nothing is left."""
    page = window(chromium, site.url)
    hands = Hands(page)
    hand = way(hands)
    page.goto("/")
    started = time.monotonic()
    hand.sign_in(person)
    link = page.get_by_role("link", name="Label").first
    link.wait_for()
    hand.go_to_desk(link)
    page.get_by_role("main").locator(".steps .step").first.wait_for()
    for number in range(1, wanted + 1):
        _label(hands, hand)
        if number < wanted:
            page.wait_for_function("seen => window.__changes.length > seen", arg=number)
    page.get_by_role("heading", name="Nothing to label just now").wait_for()
    seconds = time.monotonic() - started
    page.context.close()
    return Session(seconds, hands)


def _label(hands: Hands, hand: Keyboard | Clicks) -> None:
    """Rate what is on the desk, by what its text says, and submit it."""
    steps = hands.page.get_by_role("main").locator(".steps > div > ol > li > .step > .step-text").all_text_contents()
    for rating in ratings(len(steps), random.Random(zlib.crc32("".join(steps).encode()))):
        hands.think(THINKING_SECONDS)
        hand.rate(rating)
    hands.think(THINKING_SECONDS)
    hand.submit()


def _same_labels(site: Site, wanted: int) -> int:
    """How many problems have the same ratings in both campaigns. Raises AssertionError unless all have."""
    statement = """
        SELECT campaign.slug, problem.text, label.ratings
        FROM labeling_label label
        JOIN labeling_solution solution ON solution.id = label.solution_id
        JOIN labeling_problem problem ON problem.id = solution.problem_id
        JOIN labeling_campaign campaign ON campaign.id = problem.campaign_id
    """
    with site.connect() as connection:
        made = connection.execute(statement).fetchall()
    keyboard, clicks = ({row[1:] for row in made if row[0] == name} for name in ("keyboard", "clicks"))
    same = len(keyboard & clicks)
    assert same == wanted, f"{same} of {wanted} solutions have the same ratings in both sessions"
    return same
