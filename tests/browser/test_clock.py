"""Active time: a minute without input, or a hidden page, is not work; and no clock, however wrong, breaks a label."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.templatetags.static import static
from playwright.sync_api import Page, expect

from labeling.models import Campaign, Draft, Label, QueueItem
from tests import factories as make
from tests.browser.desk import DeskPage
from tests.conftest import BrowserErrors
from tests.live import Site, eventually

SECOND, DAY = 1_000, 24 * 3600 * 1000


@pytest.fixture(autouse=True)
def late_looks(browser_errors: BrowserErrors) -> None:
    """Minutes that are run in a moment send all their looks at the lease at once: one may come after the label."""
    browser_errors.may_come.append(f"/lease/: {BrowserErrors.FAILED_REQUEST}the server responded with a status of 409")


def clock(*story: list[Any], **options: Any) -> dict[str, Any]:
    """What happens to a clock, as [at which millisecond, what, with what]; it is made with these options."""
    return {"story": story, "options": options}


def says(nonsense: Any) -> dict[str, Any]:
    """A clock that goes on from a draft with this in place of its times."""
    return clock([1_000, "input"], total=nonsense, steps=[nonsense, nonsense])


STORIES: dict[str, tuple[dict[str, Any], Any]] = {
    "to the step in hand": (clock([10_000, "turnTo", 1], [25_000, "input"]), [25_000, [10_000, 15_000]]),
    "idle: one minute only": (clock([10_000, "input"], [500_000, "input"], [505_000, "input"]), [75_000, [75_000, 0]]),
    "hidden": (clock([10_000, "pause"], [40_000, "resume"], [42_000, "input"]), [12_000, [12_000, 0]]),
    "opened behind others": (clock([40_000, "resume"], [42_000, "input"], isRunning=False), [2_000, [2_000, 0]]),
    "nobody was there": (clock([500_000, "input"], [503_000, "input"], lastInput=-70_000), [3_000, [3_000, 0]]),
    "on from a draft": (clock([5_000, "input"], total=60_000, steps=[20_000, 40_000]), [65_000, [25_000, 40_000]]),
    "back": (clock([10_000, "input"], [-900_000, "input"], [-899_000, "input"]), [11_000, [11_000, 0]]),
    "a leap": (clock([10_000, "input"], [10**13, "input"], [10**13 + 1_000, "input"]), [71_000, [71_000, 0]]),
    "no list": (clock([1_000, "input"], steps="12"), [1_000, [1_000, 0]]),
    "too long": (says(10**15), [DAY, [DAY, DAY]]),
    **{f"no time: {none!r}": (says(none), [1_000, [1_000, 0]]) for none in (None, "12", -5, [], {"a": 1}, True)},
}


def test_time_goes_to_the_step_in_hand_while_somebody_is_there(page: Page, live_site: Site) -> None:
    page.goto("/")
    told = page.evaluate(
        """async ([address, stories]) => {
            const { ActiveClock } = await import(address);
            return stories.map(({ story, options }) => {
                let now = 0;
                const clock = new ActiveClock({ now: () => now, ...options });
                for (const [at, act, ...what] of story) {
                    now = at;
                    clock[act](...what);
                }
                return [clock.milliseconds, clock.stepMilliseconds(2)];
            });
        }""",
        [f"{live_site.url}{static('labeling/clock.js')}", [story for story, _ in STORIES.values()]],
    )
    assert dict(zip(STORIES, told, strict=True)) == {name: expected for name, (_, expected) in STORIES.items()}


# --- in the page, on the label


def run(desk: DeskPage, seconds: int) -> None:
    desk.page.clock.run_for(seconds * SECOND)


def dwell(desk: DeskPage, *keys: str, seconds: int) -> None:
    """Press these, and stay. First comes the answer: the page's patience with the server runs by the same clock."""
    desk.press(*keys)
    run(desk, 1)
    desk.expect_saved()
    run(desk, seconds - 1)


def seconds(times: list[int]) -> list[int]:
    """Whole seconds; typing itself takes none of a clock that is held."""
    return [round(milliseconds / SECOND) for milliseconds in times]


@pytest.fixture
def held_desk(timed_desk: DeskPage) -> DeskPage:
    """A desk whose clock stands, with no time counted yet but the moment since it was opened."""
    timed_desk.wait_ahead()
    timed_desk.hold_time()
    return timed_desk


def submitted(desk: DeskPage, *keys: str, then: str) -> Label:
    """Submit by these keys; the label, once the next problem is there and its clock stands again."""
    desk.press(*keys)
    desk.let_time_run()
    expect(desk.page.get_by_role("main").get_by_text(then)).to_be_visible()
    desk.hold_time()
    return Label.objects.latest("pk")


def test_times_come_with_the_label_whatever_is_labeled(
    campaign: Campaign, labeler: User, open_page: Callable[[User | None], Page]
) -> None:
    round_ = make.make_round(campaign)
    offered = make.make_solution(make.make_problem(campaign), alternatives={"1": ["$2 + 2 = 4$", "It is 4."]})
    tree = make.make_candidate_tree(make.make_problem(campaign, text="This one grows."))
    last = make.make_solution(make.make_problem(campaign, text="Too hard to say."))
    make.make_item(make.make_solution(make.make_problem(campaign), ["One.", "Two.", "Three.", "Four."]), round_)
    make.make_item(offered, round_)
    make.make_item(tree=tree, round=round_)
    make.make_item(last, round_)
    page = open_page(labeler)
    page.clock.install()
    desk = DeskPage(page, campaign).open()
    desk.wait_ahead()
    desk.hold_time()

    run(desk, 10)
    dwell(desk, "3", seconds=20)
    dwell(desk, "3", "ArrowUp", seconds=5)
    dwell(desk, "3", seconds=300)  # nobody touches anything: one minute of it counts
    label = submitted(desk, "1", "Enter", then="Two and two are added.")
    assert 10 * SECOND <= label.step_times_ms[0] < 60 * SECOND  # and what opening the page took
    assert seconds(label.step_times_ms[1:]) == [25, 60]
    assert seconds([label.total_time_ms - sum(label.step_times_ms)]) == [0]

    desk.press("3")
    dwell(desk, "1", seconds=20)
    dwell(desk, "3", seconds=30)  # alternatives are thought over at the step of the first error
    label = submitted(desk, "2", "Enter", then="This one grows.")
    assert seconds(label.step_times_ms[1:]) == [50]

    desk.press("3", "1", "Enter")
    dwell(desk, "3", seconds=40)
    label = submitted(desk, "Enter", "f", "Enter", then="Too hard to say.")
    assert (label.tree, seconds(label.step_times_ms[1:])) == (tree, [40])

    dwell(desk, "3", seconds=45)
    desk.press("Shift+G", "1", "Enter")
    label = eventually(lambda: Label.objects.filter(finish_reason="give_up").first())
    assert seconds(label.step_times_ms[1:]) == [45]  # of the step in hand, which is not rated


def test_time_is_kept_through_a_reload_and_away_from_the_page_it_stands_still(held_desk: DeskPage) -> None:
    run(held_desk, 15)
    dwell(held_desk, "3", seconds=1)
    before = Draft.objects.get().content["total_time"]
    assert before > 15 * SECOND
    page = held_desk.page
    page.goto("about:blank")
    page.clock.run_for(40 * SECOND)
    page.clock.resume()
    held_desk.open()
    held_desk.press("1", "Enter")
    label = eventually(Label.objects.first)
    assert before <= label.total_time_ms < before + 30 * SECOND
    assert label.step_times_ms[0] > 15 * SECOND


def test_two_tabs_do_not_count_the_same_time_twice(
    held_desk: DeskPage, campaign: Campaign, browser_errors: BrowserErrors
) -> None:
    browser_errors.requests_may_fail()
    run(held_desk, 15)
    dwell(held_desk, "3", seconds=1)
    held_desk.let_time_run()
    later = DeskPage(held_desk.page.context.new_page(), campaign).open()
    expect(held_desk.trouble).to_be_visible()
    later.hold_time()
    for _ in range(4):
        run(later, 10)  # both tabs stand in sight, and a hand passes over both
        for desk in (held_desk, later):
            desk.page.mouse.move(300, 300)
            desk.page.mouse.move(310, 310)
    later.press("1", "Enter")
    label = eventually(Label.objects.first)
    assert 45 * SECOND < label.total_time_ms < 85 * SECOND


@pytest.mark.parametrize("clock", ["Date.now = () => 4e15", "Date.now = () => -1; performance.now = () => NaN"])
def test_a_broken_clock_breaks_no_label(desk: DeskPage, items: list[QueueItem], clock: str) -> None:
    holder = QueueItem.objects.get(pk=items[0].pk).leased_by
    assert holder is not None
    make.make_draft(items[0], holder, {"ratings": [1], "total_time": 10**17, "step_times": ["soon", -9, 1e30]})
    desk.page.add_init_script(clock)
    desk.reload()
    desk.expect_states("positive", "active", "later", "later")
    desk.press("1")
    desk.expect_saved()
    desk.press("Enter")
    desk.expect_problem_of("First we add")
    label = Label.objects.get()
    assert 0 <= label.total_time_ms <= DAY
    assert all(0 <= ms <= DAY for ms in label.step_times_ms)
