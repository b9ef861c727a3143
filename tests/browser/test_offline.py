"""Without a network: ratings go on, finished solutions wait in order, and all is sent when the network is back."""

from playwright.sync_api import Route, expect

from labeling.models import Campaign, Draft, Label, QueueItem
from tests.browser.desk import DeskPage, saved_ratings
from tests.conftest import BrowserErrors
from tests.leases import let_run_out, take_away
from tests.live import eventually

MINUTE = 60_000


def labels() -> list[tuple[QueueItem | None, str]]:
    """What was submitted, in the order of arrival."""
    return [(label.item, label.ratings) for label in Label.objects.order_by("pk")]


def test_five_minutes_without_a_network_stop_nobody_and_lose_nothing(
    timed_desk: DeskPage, items: list[QueueItem], browser_errors: BrowserErrors
) -> None:
    browser_errors.requests_may_fail()
    desk = timed_desk
    desk.wait_ahead()
    desk.press("3")
    desk.expect_saved()
    desk.page.context.set_offline(True)
    desk.press("2")
    expect(desk.sign).to_have_text("Offline, 1 rating kept here")
    desk.press("1", "Enter")
    desk.expect_problem_of("First we add")  # it was fetched ahead
    desk.expect_states("active", "later", "later")
    expect(desk.sign).to_have_text("Offline · 1 solution waits to be sent")
    expect(desk.trouble).to_be_hidden()
    desk.press("3", "3")
    expect(desk.sign).to_have_text("Offline, 2 ratings kept here · 1 solution waits to be sent")
    desk.page.clock.run_for(5 * MINUTE)
    expect(desk.sign).to_have_text("Offline, 2 ratings kept here · 1 solution waits to be sent")
    desk.press("2", "Enter")
    expect(desk.trouble).to_contain_text("Not submitted yet: the server cannot be reached. Your ratings are kept here.")
    expect(desk.trouble).to_contain_text("A third solution cannot be fetched before these are sent.")
    desk.expect_states("positive", "positive", "neutral")
    assert labels() == []
    desk.page.context.set_offline(False)
    desk.expect_problem_of("There are 4")
    expect(desk.trouble).to_be_hidden()
    expect(desk.page.get_by_text("2 done today")).to_be_visible()
    assert labels() == [(items[0], "+0-"), (items[1], "++0")]
    assert all(label.total_time_ms < 3 * MINUTE for label in Label.objects.all())


def test_what_waits_to_be_sent_outlives_the_page(
    desk: DeskPage, campaign: Campaign, items: list[QueueItem], browser_errors: BrowserErrors
) -> None:
    browser_errors.requests_may_fail()
    context = desk.page.context
    desk.wait_ahead()
    context.set_offline(True)
    desk.press("1", "Enter")
    desk.expect_problem_of("First we add")
    desk.press("3")
    expect(desk.sign).to_have_text("Offline, 1 rating kept here · 1 solution waits to be sent")
    desk.page.close()
    context.set_offline(False)
    assert labels() == []
    again = DeskPage(context.new_page(), campaign).open()
    again.expect_problem_of("First we add")
    again.expect_states("positive", "active", "later")
    assert labels() == [(items[0], "-")]
    eventually(lambda: saved_ratings(items[1]) == [1])


def test_whoever_waits_long_for_an_answer_goes_on_meanwhile(
    timed_desk: DeskPage, items: list[QueueItem], browser_errors: BrowserErrors
) -> None:
    desk = timed_desk
    held: list[Route] = []
    desk.wait_ahead()
    desk.page.route("**/label/", lambda route: held.append(route), times=1)
    desk.press("1", "Enter")
    expect(desk.page.get_by_text("Sending")).to_be_visible()
    desk.page.clock.run_for(4_000)
    desk.expect_problem_of("First we add")
    expect(desk.sign).to_have_text("1 solution waits to be sent")
    eventually(lambda: desk.page.evaluate("1") and held)  # the request may be told of later than the page shows it
    held[0].continue_()
    expect(desk.sign).to_have_text("")
    desk.press("1", "Enter")
    desk.expect_problem_of("There are 4")
    assert labels() == [(items[0], "-"), (items[1], "-")]


def go_on_offline(desk: DeskPage) -> None:
    """Finish the first solution without a network, and begin the second."""
    desk.wait_ahead()
    desk.page.context.set_offline(True)
    desk.press("3", "1", "Enter")
    desk.expect_problem_of("First we add")
    desk.press("3")
    expect(desk.sign).to_contain_text("1 solution waits to be sent")


def test_whoever_hears_the_page_is_told_at_once_that_it_is_over(
    desk: DeskPage, items: list[QueueItem], browser_errors: BrowserErrors
) -> None:
    browser_errors.requests_may_fail()
    desk.wait_ahead()
    desk.page.context.set_offline(True)
    desk.press("1", "Enter")
    expect(desk.heard).to_have_text("Offline · 1 solution waits to be sent")
    desk.page.context.set_offline(False)
    expect(desk.sign).to_have_text("")
    expect(desk.heard).to_have_text("The server can be reached again")
    desk.wait_ahead()
    desk.page.context.set_offline(True)
    desk.press("1", "Enter")
    desk.expect_problem_of("There are 4")
    desk.press("3")
    expect(desk.sign).to_have_text("Offline, 1 rating kept here · 1 solution waits to be sent")
    desk.page.context.set_offline(False)
    desk.expect_saved()
    expect(desk.heard).to_have_text(desk.sign.inner_text())


def test_what_was_on_its_way_when_the_network_came_back_is_tried_again_at_once(
    timed_desk: DeskPage, items: list[QueueItem], browser_errors: BrowserErrors
) -> None:
    browser_errors.requests_may_fail()
    desk = timed_desk
    held: list[Route] = []
    desk.wait_ahead()
    desk.page.route("**/draft/", lambda route: held.append(route), times=1)
    desk.page.route("**/label/", lambda route: held.append(route), times=1)
    desk.hold_time()
    desk.press("3")
    desk.page.clock.run_for(400)
    eventually(lambda: desk.page.evaluate("1") and len(held) == 1)
    desk.page.evaluate("dispatchEvent(new Event('online'))")
    held[0].abort()
    eventually(lambda: desk.page.clock.run_for(1) or saved_ratings(items[0]) == [1])
    desk.press("1", "Enter")
    eventually(lambda: desk.page.evaluate("1") and len(held) == 2)
    desk.page.evaluate("dispatchEvent(new Event('online'))")
    held[1].abort()
    eventually(lambda: desk.page.evaluate("1") and labels() == [(items[0], "+-")])


def test_a_lease_that_ran_out_meanwhile_is_taken_again_and_the_label_goes_in(
    desk: DeskPage, items: list[QueueItem], browser_errors: BrowserErrors
) -> None:
    browser_errors.requests_may_fail()
    go_on_offline(desk)
    let_run_out(items[0])
    desk.page.context.set_offline(False)
    desk.expect_saved()
    assert labels() == [(items[0], "+-")]
    assert saved_ratings(items[1]) == [1]


def test_a_solution_that_somebody_else_took_meanwhile_stays_as_a_private_draft(
    desk: DeskPage, items: list[QueueItem], browser_errors: BrowserErrors
) -> None:
    browser_errors.requests_may_fail()
    go_on_offline(desk)
    labeler = QueueItem.objects.get(pk=items[0].pk).leased_by
    take_away(items[0])
    desk.page.context.set_offline(False)
    expect(desk.trouble).to_contain_text("A label that you sent earlier was not taken.")
    expect(desk.trouble).to_contain_text("somebody else has it now")
    expect(desk.trouble).to_contain_text("What you rated is kept for you alone, as a private draft.")
    desk.button("Understood").click()
    expect(desk.trouble).to_be_hidden()
    desk.expect_states("positive", "active", "later")
    desk.expect_saved()
    kept = Draft.objects.get(item=items[0])
    assert (kept.labeler, kept.content["ratings"]) == (labeler, [1, -1])
    assert labels() == []


def test_two_solutions_that_were_taken_meanwhile_are_both_told_of(
    desk: DeskPage, items: list[QueueItem], browser_errors: BrowserErrors
) -> None:
    browser_errors.requests_may_fail()
    go_on_offline(desk)
    take_away(items[0])
    take_away(items[1])
    desk.page.context.set_offline(False)
    expect(desk.trouble).to_contain_text("This solution is out of your hands.")
    eventually(lambda: desk.page.evaluate("1") and Draft.objects.count() == 2)
    expect(desk.trouble).to_contain_text("This solution is out of your hands.")
    desk.press("Enter")
    desk.expect_problem_of("There are 4")
    expect(desk.trouble).to_contain_text("A label that you sent earlier was not taken.")
    desk.press("3")
    desk.expect_saved()
    expect(desk.trouble).to_contain_text("What you rated is kept for you alone, as a private draft.")
    desk.press("Escape")
    expect(desk.trouble).to_be_hidden()


def test_with_nothing_fetched_ahead_the_finished_solution_stays_on_the_screen(
    desk: DeskPage, items: list[QueueItem], browser_errors: BrowserErrors
) -> None:
    browser_errors.requests_may_fail()
    desk.page.route("**/next/?ahead=1*", lambda route: route.abort())
    desk.reload()
    desk.press("1")
    desk.expect_saved()
    desk.page.context.set_offline(True)
    desk.press("Enter")
    expect(desk.trouble).to_contain_text("Not submitted yet: the server cannot be reached.")
    desk.press("3")  # nothing more is rated while it is on its way
    desk.expect_states("negative", "later", "later", "later")
    desk.page.context.set_offline(False)
    desk.expect_problem_of("First we add")
    assert labels() == [(items[0], "-")]
