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


@pytest.fixture
def times(page: Page, live_site: Site) -> Any:
    """Runs `story` with a clock whose `now` it moves by `t.at(ms)`; gives the total and the steps' times."""
    page.goto("/")
    address = f"{live_site.url}{static('labeling/clock.js')}"

    def run(story: str, **options: Any) -> Any:
        return page.evaluate(
            """async ([address, story, options]) => {
                const { ActiveClock } = await import(address);
                let now = 0;
                const clock = new ActiveClock({ now: () => now, ...options });
                const acts = { at: (ms) => { now = ms; return acts; } };
                for (const name of ["input", "pause", "resume", "turnTo"]) acts[name] = (x) => clock[name](x);
                for (const [ms, act, x] of story) acts.at(ms)[act](x);
                return [clock.milliseconds, clock.stepMilliseconds(2)];
            }""",
            [address, story, options],
        )

    return run


def test_time_goes_to_the_step_in_hand(times: Any) -> None:
    assert times([[10_000, "turnTo", 1], [25_000, "input"]]) == [25_000, [10_000, 15_000]]


def test_idle_time_counts_for_one_minute_only(times: Any) -> None:
    assert times([[10_000, "input"], [500_000, "input"], [505_000, "input"]]) == [75_000, [75_000, 0]]


def test_a_hidden_page_does_not_count(times: Any) -> None:
    assert times([[10_000, "pause"], [40_000, "resume"], [42_000, "input"]]) == [12_000, [12_000, 0]]
    hidden = times([[40_000, "resume"], [42_000, "input"]], isRunning=False)
    assert hidden == [2_000, [2_000, 0]], "opened in a tab behind others"


def test_a_solution_that_comes_while_nobody_is_there_costs_no_time(times: Any) -> None:
    assert times([[500_000, "input"], [503_000, "input"]], lastInput=-70_000) == [3_000, [3_000, 0]]


def test_time_goes_on_from_the_draft(times: Any) -> None:
    assert times([[5_000, "input"]], total=60_000, steps=[20_000, 40_000]) == [65_000, [25_000, 40_000]]


@pytest.mark.parametrize("nonsense", [None, "12", -5, 10**15, [], {"a": 1}, True])
def test_a_draft_may_say_what_it_likes_of_its_time(times: Any, nonsense: Any) -> None:
    [total, steps] = times([[1_000, "input"]], total=nonsense, steps=[nonsense, nonsense])
    assert 1_000 <= total <= DAY
    assert 1_000 <= steps[0] <= DAY
    assert 0 <= steps[1] <= DAY
    assert times([[1_000, "input"]], steps=nonsense) == [1_000, [1_000, 0]]


def test_a_clock_that_goes_back_or_leaps_takes_nothing_away_and_adds_a_minute_at_most(times: Any) -> None:
    back = [[10_000, "input"], [-900_000, "input"], [-899_000, "input"]]
    assert times(back) == [11_000, [11_000, 0]]
    leap = [[10_000, "input"], [10**13, "input"], [10**13 + 1_000, "input"]]
    assert times(leap) == [71_000, [71_000, 0]]


# --- in the page, on the label


def run(desk: DeskPage, seconds: int) -> None:
    desk.page.clock.run_for(seconds * SECOND)


def about(milliseconds: int, seconds: float) -> bool:
    """Whether it is so many seconds; typing itself takes none of a clock that is held."""
    return abs(milliseconds - seconds * SECOND) < SECOND / 2


@pytest.fixture
def held_desk(timed_desk: DeskPage) -> DeskPage:
    """A desk whose clock stands, with no time counted yet but the moment since it was opened."""
    timed_desk.wait_ahead()
    timed_desk.hold_time()
    return timed_desk


def test_times_of_steps_and_of_the_whole_come_with_the_label(held_desk: DeskPage) -> None:
    run(held_desk, 10)
    held_desk.press("3")
    run(held_desk, 20)
    held_desk.press("3", "ArrowUp")
    run(held_desk, 5)
    held_desk.press("3")
    run(held_desk, 300)  # nobody touches anything: one minute of it counts
    held_desk.press("1", "Enter")
    label = eventually(Label.objects.first)
    assert [about(ms, s) for ms, s in zip(label.step_times_ms[1:], [25, 60], strict=True)] == [True, True]
    assert 10 * SECOND <= label.step_times_ms[0] < 60 * SECOND  # and what opening the page took
    assert about(label.total_time_ms - sum(label.step_times_ms), 0)


def test_time_is_kept_through_a_reload_and_away_from_the_page_it_stands_still(held_desk: DeskPage) -> None:
    run(held_desk, 30)
    held_desk.press("3")
    run(held_desk, 1)
    held_desk.expect_saved()
    before = Draft.objects.get().content["total_time"]
    assert before > 30 * SECOND
    page = held_desk.page
    page.goto("about:blank")
    page.clock.run_for(40 * SECOND)
    page.clock.resume()
    held_desk.open()
    held_desk.press("1", "Enter")
    label = eventually(Label.objects.first)
    assert before <= label.total_time_ms < before + 30 * SECOND
    assert label.step_times_ms[0] > 30 * SECOND


def test_two_tabs_do_not_count_the_same_time_twice(
    held_desk: DeskPage, campaign: Campaign, browser_errors: BrowserErrors
) -> None:
    browser_errors.requests_may_fail()
    run(held_desk, 30)
    held_desk.press("3")
    run(held_desk, 1)
    held_desk.expect_saved()
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
    assert 60 * SECOND < label.total_time_ms < 100 * SECOND


def test_the_time_for_alternatives_counts_for_the_first_errors_step(
    campaign: Campaign, labeler: User, open_page: Callable[[User | None], Page]
) -> None:
    solution = make.make_solution(make.make_problem(campaign), alternatives={"1": ["$2 + 2 = 4$", "It is 4."]})
    make.make_item(solution, make.make_round(campaign))
    page = open_page(labeler)
    page.clock.install()
    desk = DeskPage(page, campaign).open()
    desk.hold_time()
    desk.press("3")
    run(desk, 10)
    desk.press("1")
    run(desk, 20)
    desk.press("3")
    run(desk, 30)
    desk.press("2", "Enter")
    label = eventually(Label.objects.first)
    assert len(label.step_times_ms) == 2
    assert about(label.step_times_ms[1], 60)


def test_the_step_in_hand_when_a_labeler_gives_up_has_its_time_too(held_desk: DeskPage) -> None:
    held_desk.press("3")
    run(held_desk, 45)
    held_desk.press("Shift+G", "1", "Enter")
    label = eventually(Label.objects.first)
    assert (label.finish_reason, len(label.step_times_ms)) == ("give_up", 2)
    assert about(label.step_times_ms[1], 45)


@pytest.mark.parametrize("clock", ["Date.now = () => 4e15", "Date.now = () => -1", "performance.now = () => NaN"])
def test_a_broken_clock_breaks_no_label(desk: DeskPage, items: list[QueueItem], labeler: User, clock: str) -> None:
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
