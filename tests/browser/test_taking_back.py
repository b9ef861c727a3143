"""A finished solution that waits to be sent can be corrected while it waits, and becomes one label whatever arrived."""

from playwright.sync_api import Route, expect

from labeling.models import Label, QueueItem
from tests import factories as make
from tests.browser.desk import DeskPage
from tests.browser.test_nothing_lost import deliver_but_lose_the_answer
from tests.browser.test_offline import labels
from tests.conftest import BrowserErrors
from tests.live import eventually


def test_what_waits_is_taken_back_and_corrected_and_the_one_in_hand_comes_after_it(
    desk: DeskPage, items: list[QueueItem], browser_errors: BrowserErrors
) -> None:
    browser_errors.requests_may_fail()
    desk.wait_ahead()
    take_back = desk.page.locator("[data-part=correct]")
    expect(take_back).to_be_hidden()
    desk.press("3")
    desk.expect_saved()
    desk.page.context.set_offline(True)
    desk.press("1", "Enter")
    desk.expect_problem_of("First we add")
    expect(take_back).to_have_text("Take it back C")
    desk.press("3", "2", "c")
    desk.expect_problem_of("be the eggs")
    desk.expect_states("positive", "negative", "later", "later")
    expect(desk.heard).to_contain_text("Taken back to be corrected.")
    expect(desk.sign).to_have_text("Kept in this browser")
    desk.press("ArrowUp", "ArrowUp", "2", "Enter")
    desk.expect_problem_of("First we add")
    desk.expect_states("positive", "neutral", "active")
    desk.press("3", "Enter")
    expect(desk.trouble).to_contain_text("A third solution cannot be fetched before these are sent.")
    expect(desk.trouble.get_by_role("button", name="Take it back C")).to_be_visible()
    desk.press("c")  # the one on the screen
    expect(desk.trouble).to_be_hidden()
    desk.press("1", "Enter")
    expect(desk.trouble).to_be_visible()
    assert labels() == []
    desk.page.context.set_offline(False)
    desk.expect_problem_of("There are 4")
    assert labels() == [(items[0], "0-"), (items[1], "+0-")]
    expect(take_back).to_be_hidden()
    expect(desk.page.get_by_text("2 done today")).to_be_visible()


def submit_and_go_dark(desk: DeskPage) -> None:
    """The first solution's label reaches the server, its answer does not come back, and the network is gone."""
    desk.wait_ahead()

    def deliver_and_go_dark(route: Route) -> None:
        deliver_but_lose_the_answer(route)
        desk.page.context.set_offline(True)

    desk.page.route("**/label/", deliver_and_go_dark, times=1)
    desk.press("3", "1", "Enter")
    desk.expect_problem_of("First we add")


def test_a_correction_of_what_had_arrived_after_all_is_a_further_version(
    desk: DeskPage, items: list[QueueItem], browser_errors: BrowserErrors
) -> None:
    browser_errors.requests_may_fail()
    submit_and_go_dark(desk)
    assert [label.ratings for label in Label.objects.all()] == ["+-"]
    expect(desk.sign).to_contain_text("1 solution waits to be sent")
    desk.press("c", "ArrowUp", "2", "Enter")
    desk.expect_problem_of("First we add")
    desk.page.context.set_offline(False)
    eventually(lambda: Label.objects.count() == 2)
    first, second = Label.objects.order_by("pk")
    assert (second.ratings, second.revises, second.is_current) == ("0-", first, True)
    assert second.revision_reason == "Corrected while it waited to be sent"
    expect(desk.page.get_by_text("1 done today")).to_be_visible()
    expect(desk.trouble).to_be_hidden()


def test_what_was_taken_back_is_there_after_a_reload(
    desk: DeskPage, items: list[QueueItem], browser_errors: BrowserErrors
) -> None:
    browser_errors.requests_may_fail()
    desk.wait_ahead()
    desk.page.context.set_offline(True)
    desk.press("3", "1", "Enter")
    desk.expect_problem_of("First we add")
    desk.press("c", "ArrowUp", "2")
    desk.expect_states("neutral", "negative", "later", "later")
    desk.page.context.set_offline(False)
    desk.reload()
    desk.expect_problem_of("be the eggs")
    desk.expect_states("neutral", "negative", "later", "later")
    assert labels() == []
    desk.press("Enter")
    desk.expect_problem_of("First we add")
    assert labels() == [(items[0], "0-")]


def test_a_correction_of_what_had_arrived_is_kept_over_a_reload_for_a_further_version(
    desk: DeskPage, items: list[QueueItem], browser_errors: BrowserErrors
) -> None:
    browser_errors.requests_may_fail()
    submit_and_go_dark(desk)
    desk.press("c", "ArrowUp", "2")
    desk.expect_states("neutral", "negative", "later", "later")
    desk.page.context.set_offline(False)
    desk.reload()
    desk.expect_problem_of("First we add")
    expect(desk.trouble).to_contain_text("A label that you took back had reached the server already.")
    expect(desk.trouble.get_by_role("link", name="Revise it C")).to_be_visible()
    desk.press("c")
    desk.expect_problem_of("be the eggs")
    desk.expect_states("neutral", "negative", "later", "later")
    desk.press("Enter", "1", "Enter")
    expect(desk.page.get_by_role("heading", name="2 versions")).to_be_visible()
    first, second = Label.objects.order_by("pk")
    assert [first.ratings, second.ratings, second.revises] == ["+-", "0-", first]
    assert QueueItem.objects.get(pk=items[0].pk).state == "labeled"


def revised_elsewhere(first: Label) -> Label:
    """A newer version that came from another device."""
    first.is_current = False
    first.save()
    return make.make_label(first.solution, first.labeler, [1, 1, 1, 1], item=first.item, revises=first)


def test_a_correction_of_what_was_revised_elsewhere_meanwhile_is_kept_beside_that_version(
    desk: DeskPage, browser_errors: BrowserErrors
) -> None:
    browser_errors.requests_may_fail()
    submit_and_go_dark(desk)
    newest = revised_elsewhere(Label.objects.get())
    desk.press("c", "ArrowUp", "2", "Enter")
    desk.expect_problem_of("First we add")
    desk.page.context.set_offline(False)
    expect(desk.trouble).to_contain_text("A label that you took back had reached the server already.")
    desk.press("c")
    desk.expect_problem_of("be the eggs")
    desk.expect_states("neutral", "negative", "later", "later")
    expect(desk.step(1)).to_contain_text("was positive")
    expect(desk.trouble).to_contain_text("A newer version of this label came from another tab or device.")
    desk.press("Escape", "Enter", "1", "Enter")
    expect(desk.page.get_by_role("heading", name="3 versions")).to_be_visible()
    last = Label.objects.get(is_current=True)
    assert (last.ratings, last.revises) == ("0-", newest)


def test_a_correction_whose_answer_was_lost_too_is_one_further_version(
    desk: DeskPage, browser_errors: BrowserErrors
) -> None:
    browser_errors.requests_may_fail()
    submit_and_go_dark(desk)
    desk.page.route("**/me/labels/*/", deliver_but_lose_the_answer, times=1)
    desk.press("c", "ArrowUp", "2", "Enter")
    desk.expect_problem_of("First we add")
    desk.page.context.set_offline(False)
    expect(desk.page.get_by_text("1 done today")).to_be_visible()
    expect(desk.trouble).to_be_hidden()
    assert [label.ratings for label in Label.objects.order_by("pk")] == ["+-", "0-"]
