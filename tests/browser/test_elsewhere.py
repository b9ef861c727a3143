"""Two tabs and two devices: the later one takes over, the earlier one says so, and can have it back."""

import re
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import expect

from labeling.models import Campaign, Draft, Label, QueueItem
from tests import factories as make
from tests.browser.desk import DeskPage, saved_ratings
from tests.conftest import BrowserErrors

ELSEWHERE = "This solution is open in another tab or on another device now."


@pytest.fixture
def other_tab(campaign: Campaign) -> Callable[[DeskPage], DeskPage]:
    """Opens the same desk in another tab of the same browser."""
    return lambda desk: DeskPage(desk.page.context.new_page(), campaign).open()


@pytest.fixture
def other_device(labeler: User, open_desk: Callable[[User], DeskPage]) -> Callable[[], DeskPage]:
    """Opens the same labeler's desk in another browser."""
    return lambda: open_desk(labeler)


def test_the_later_tab_takes_over_and_the_earlier_one_says_so_at_once(
    desk: DeskPage,
    other_tab: Callable[[DeskPage], DeskPage],
    items: list[QueueItem],
    browser_errors: BrowserErrors,
) -> None:
    browser_errors.requests_may_fail()
    desk.press("3")
    desk.expect_saved()
    later = other_tab(desk)
    later.expect_states("positive", "active", "later", "later")
    expect(desk.trouble).to_contain_text(ELSEWHERE)
    desk.expect_in_use(False)
    desk.press("1")  # no rating is made where it would not be saved
    desk.expect_states("positive", "active", "later", "later")
    later.press("2")
    later.expect_saved()
    desk.press("Enter")  # Go on here
    desk.expect_states("positive", "neutral", "active", "later")
    desk.expect_in_use(True)
    expect(desk.trouble).to_be_hidden()
    expect(later.trouble).to_contain_text(ELSEWHERE)
    desk.press("1")
    desk.expect_saved()
    assert saved_ratings(items[0]) == [1, 0, -1]


def test_what_was_rated_a_moment_before_goes_along_to_the_later_tab(
    desk: DeskPage,
    other_tab: Callable[[DeskPage], DeskPage],
    items: list[QueueItem],
    browser_errors: BrowserErrors,
) -> None:
    browser_errors.requests_may_fail()
    desk.page.route("**/draft/", lambda route: route.abort())
    desk.press("3", "2")
    expect(desk.sign).to_have_text("Offline, 2 ratings kept here")
    later = other_tab(desk)
    later.expect_states("positive", "neutral", "active", "later")
    later.press("3")
    later.expect_saved()
    assert saved_ratings(items[0]) == [1, 0, 1]


def test_the_earlier_tab_goes_on_with_the_next_solution_when_this_one_was_submitted(
    desk: DeskPage, other_tab: Callable[[DeskPage], DeskPage], browser_errors: BrowserErrors
) -> None:
    browser_errors.requests_may_fail()
    desk.wait_ahead()
    later = other_tab(desk)
    expect(desk.trouble).to_contain_text(ELSEWHERE)
    later.wait_ahead()  # else the request for one more may be answered after the label, by another one than the next
    later.press("1", "Enter")
    later.expect_problem_of("First we add")
    expect(desk.page.get_by_text("0 done today")).to_be_visible()
    desk.button("Go on here").click()
    desk.expect_problem_of("First we add")
    expect(desk.page.get_by_text("1 done today")).to_be_visible()
    expect(later.trouble).to_contain_text(ELSEWHERE)
    assert Label.objects.count() == 1


def test_the_earlier_device_learns_of_the_later_one_and_loses_no_rating(
    desk: DeskPage, other_device: Callable[[], DeskPage], items: list[QueueItem], browser_errors: BrowserErrors
) -> None:
    browser_errors.requests_may_fail()
    desk.press("3")
    desk.expect_saved()
    later = other_device()
    later.expect_states("positive", "active", "later", "later")
    later.press("1")
    later.expect_saved()
    desk.press("2")
    expect(desk.trouble).to_contain_text(ELSEWHERE)
    expect(desk.trouble).to_contain_text("1 rating is only on this screen.")
    expect(desk.sign).to_have_text("Not saved here")
    desk.expect_states("positive", "neutral", "active", "later")
    assert saved_ratings(items[0]) == [1, -1]
    expect(desk.button("Go on here")).to_be_hidden()
    desk.press("Enter")  # decides nothing: a rating would go
    desk.expect_why("First say which ratings it goes on with")
    desk.expect_states("positive", "neutral", "active", "later")
    assert saved_ratings(items[0]) == [1, -1]
    desk.button("Take what this screen shows").click()
    expect(desk.trouble).to_be_hidden()
    desk.expect_states("positive", "neutral", "active", "later")
    desk.expect_saved()
    assert saved_ratings(items[0]) == [1, 0]
    later.press("3")
    expect(later.trouble).to_contain_text(ELSEWHERE)


def test_a_submission_of_the_earlier_device_waits_for_ones_word(
    desk: DeskPage, other_device: Callable[[], DeskPage], items: list[QueueItem], browser_errors: BrowserErrors
) -> None:
    browser_errors.requests_may_fail()
    desk.wait_ahead()  # else the request for one more may be answered after the label, by another one than the next
    desk.press("3", "1")
    desk.expect_saved()
    other_device().expect_states("positive", "negative", "later", "later")
    desk.press("Enter")
    expect(desk.trouble).to_contain_text(ELSEWHERE)
    assert not Label.objects.exists()
    desk.press("Enter")  # Go on here
    expect(desk.trouble).to_be_hidden()
    desk.wait_ahead()
    desk.press("Enter")
    desk.expect_problem_of("First we add")
    assert Label.objects.get().ratings == "+-"


def test_what_waited_offline_while_it_was_labeled_elsewhere_goes_on_as_a_new_version(
    desk: DeskPage, other_device: Callable[[], DeskPage], browser_errors: BrowserErrors
) -> None:
    browser_errors.requests_may_fail()
    desk.wait_ahead()
    desk.page.context.set_offline(True)
    later = other_device()
    later.press("1", "Enter")
    later.expect_problem_of("First we add")
    first = Label.objects.get()
    desk.press("2", "1", "Enter")
    desk.expect_problem_of("First we add")
    desk.page.context.set_offline(False)
    expect(desk.trouble).to_contain_text("You have labeled this solution on another tab or device meanwhile.")
    desk.press("c")
    desk.expect_states("neutral", "negative", "later", "later")
    expect(desk.step(1)).to_contain_text("was negative")
    assert Label.objects.get() == first


def test_a_device_looked_at_again_says_that_the_work_went_on_elsewhere(
    timed_desk: DeskPage, other_device: Callable[[], DeskPage], browser_errors: BrowserErrors
) -> None:
    browser_errors.requests_may_fail()
    timed_desk.press("3")
    timed_desk.expect_saved()
    other_device().expect_states("positive", "active", "later", "later")
    expect(timed_desk.trouble).to_be_hidden()
    timed_desk.page.clock.fast_forward(60_000)
    timed_desk.page.evaluate("dispatchEvent(new Event('focus'))")
    expect(timed_desk.trouble).to_contain_text(ELSEWHERE)


def test_unsent_work_kept_here_does_not_overwrite_what_was_saved_elsewhere_since(
    desk: DeskPage, items: list[QueueItem], browser_errors: BrowserErrors
) -> None:
    browser_errors.requests_may_fail()
    desk.page.route("**/draft/", lambda route: route.abort())
    desk.press("3", "2")
    expect(desk.sign).to_have_text("Offline, 2 ratings kept here")
    holder = QueueItem.objects.get(pk=items[0].pk).leased_by
    assert holder is not None
    make.make_draft(items[0], holder, {"ratings": [-1]})
    desk.page.unroute("**/draft/")
    desk.reload()
    expect(desk.trouble).to_contain_text("This solution was worked on in another tab or on another device.")
    expect(desk.trouble).to_contain_text("2 ratings are only on this screen.")
    desk.expect_states("positive", "neutral", "active", "later")
    assert saved_ratings(items[0]) == [-1]
    desk.press("Enter")
    expect(desk.button("Take what was saved there")).to_have_text("Take what was saved there S")
    desk.press("s")
    desk.expect_states("negative", "later", "later", "later")
    desk.reload()
    desk.expect_states("negative", "later", "later", "later")
    expect(desk.trouble).to_be_hidden()
    assert Draft.objects.count() == 1


def test_the_earlier_device_learns_of_the_later_one_soon_without_a_touch(
    timed_desk: DeskPage, other_device: Callable[[], DeskPage], browser_errors: BrowserErrors
) -> None:
    browser_errors.requests_may_fail()
    timed_desk.press("3")
    timed_desk.expect_saved()
    other_device().expect_states("positive", "active", "later", "later")
    expect(timed_desk.trouble).to_be_hidden()
    timed_desk.page.clock.run_for(15_000)
    expect(timed_desk.trouble).to_contain_text(ELSEWHERE)
    timed_desk.expect_in_use(False)


def test_a_draft_of_an_older_day_says_its_date(desk: DeskPage, items: list[QueueItem]) -> None:
    holder = QueueItem.objects.get(pk=items[0].pk).leased_by
    assert holder is not None
    draft = make.make_draft(items[0], holder, {"ratings": [1]})
    Draft.objects.filter(pk=draft.pk).update(saved_at=datetime(2026, 3, 5, 12, 30, tzinfo=UTC))
    desk.reload()
    expect(desk.sign).to_have_text(re.compile(r"^Saved Mar 5, \d\d:\d\d$"))


def test_a_narrow_window_with_a_keyboard_shows_the_bars_keys(desk: DeskPage) -> None:
    desk.page.set_viewport_size({"width": 800, "height": 700})
    expect(desk.button("Problem")).to_have_text("Problem P")
    expect(desk.button("More").locator("kbd")).to_be_visible()
    desk.page.set_viewport_size({"width": 360, "height": 740})
    expect(desk.button("Problem").locator("kbd")).to_be_hidden()  # no room
    assert desk.page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_a_key_cap_of_two_signs_stays_on_one_line(desk: DeskPage) -> None:
    height = """(words) => {
        const cap = document.createElement("kbd");
        cap.textContent = words;
        const narrow = document.createElement("div");
        narrow.style.width = "1px";
        narrow.append(cap);
        document.body.append(narrow);
        const range = document.createRange();
        range.selectNodeContents(cap);
        const { height } = range.getBoundingClientRect();
        narrow.remove();
        return height;
    }"""
    assert desk.page.evaluate(height, "⇧ O") < 1.5 * desk.page.evaluate(height, "O")
