"""Leases that run out: of somebody who sleeps, whose page was frozen, who thought too long; and what is theirs then."""

from django.contrib.auth.models import User
from django.urls import reverse
from playwright.sync_api import Route, expect

from labeling.models import Draft, Label, QueueItem
from tests import factories as make
from tests.browser.desk import DeskPage, saved_ratings
from tests.conftest import BrowserErrors
from tests.leases import let_run_out, take_away
from tests.live import eventually


def test_work_goes_on_where_nobody_took_the_solution(
    desk: DeskPage, items: list[QueueItem], browser_errors: BrowserErrors
) -> None:
    browser_errors.requests_may_fail()
    desk.press("3")
    desk.expect_saved()
    desk.wait_ahead()
    let_run_out(items[0])
    desk.press("2")
    desk.expect_saved()
    expect(desk.trouble).to_be_hidden()
    assert saved_ratings(items[0]) == [1, 0]
    let_run_out(items[0])
    desk.press("1", "Enter")
    desk.expect_problem_of("First we add")
    assert Label.objects.get().ratings == "+0-"


def test_a_laptop_that_was_closed_for_hours_goes_on_as_it_was_left(
    timed_desk: DeskPage, items: list[QueueItem], browser_errors: BrowserErrors
) -> None:
    browser_errors.requests_may_fail()
    desk = timed_desk
    desk.press("3")
    desk.expect_saved()
    desk.wait_ahead()
    for item in items[:2]:
        let_run_out(item)
    desk.page.clock.fast_forward(3 * 3600 * 1000)  # timers fire once, as after a sleep
    eventually(lambda: QueueItem.objects.get(pk=items[0].pk).state == "leased")  # nobody touched a key
    desk.press("1")
    desk.expect_saved()
    expect(desk.trouble).to_be_hidden()
    desk.press("Enter")
    desk.expect_problem_of("First we add")
    label = Label.objects.get()
    assert label.ratings == "+-"
    assert label.total_time_ms < 3 * 60_000
    desk.press("1", "Enter")  # what was fetched ahead before the sleep was leased anew
    desk.expect_problem_of("There are 4")
    assert Label.objects.count() == 2


def test_a_page_that_the_browser_froze_goes_on(
    desk: DeskPage, items: list[QueueItem], browser_errors: BrowserErrors
) -> None:
    browser_errors.requests_may_fail()
    desk.press("3")
    desk.expect_saved()
    desk.wait_ahead()
    browser = desk.page.context.new_cdp_session(desk.page)
    browser.send("Page.setWebLifecycleState", {"state": "frozen"})
    let_run_out(items[0])
    browser.send("Page.setWebLifecycleState", {"state": "active"})
    desk.press("2")
    desk.expect_saved()
    assert saved_ratings(items[0]) == [1, 0]


def test_work_whose_lease_ran_out_is_offered_back_when_its_labeler_comes_again(
    desk: DeskPage, items: list[QueueItem]
) -> None:
    desk.press("3", "2", "x")
    desk.expect_saved()
    desk.wait_ahead()
    desk.page.goto("about:blank")
    for item in items[:2]:
        let_run_out(item)
    desk.open()
    desk.expect_problem_of("be the eggs")
    desk.expect_states("positive", "neutral", "active", "later")
    desk.press("1")
    desk.expect_saved()
    assert saved_ratings(items[0]) == [1, 0, -1]


def test_what_somebody_else_has_now_stays_readable_and_is_kept_in_private(
    desk: DeskPage, items: list[QueueItem], browser_errors: BrowserErrors
) -> None:
    browser_errors.requests_may_fail()
    desk.press("3", "2")
    desk.expect_saved()
    labeler = QueueItem.objects.get(pk=items[0].pk).leased_by
    take_away(items[0])
    desk.press("1")
    expect(desk.trouble).to_contain_text(
        "This solution is out of your hands. Your time on this solution ran out and somebody else has it now."
    )
    expect(desk.trouble).to_contain_text("What you rated is kept for you alone, as a private draft.")
    desk.expect_states("positive", "neutral", "negative", "later")
    kept = Draft.objects.get()
    assert (kept.labeler, kept.content["ratings"]) == (labeler, [1, 0, -1])
    desk.expect_in_use(False)
    expect(desk.button("Undo")).to_have_attribute("aria-disabled", "true")
    desk.press("2", "Enter")  # rating is over; Enter goes on
    desk.expect_problem_of("First we add")
    desk.expect_in_use(True)
    desk.press("3")
    desk.expect_saved()
    expect(desk.trouble).to_be_hidden()
    assert not Label.objects.exists()
    assert Draft.objects.filter(item=items[0]).get() == kept


def test_a_refused_submission_is_kept_in_private_until_it_is_discarded(
    desk: DeskPage, items: list[QueueItem], browser_errors: BrowserErrors
) -> None:
    browser_errors.requests_may_fail()
    desk.press("3", "1")
    desk.expect_saved()
    take_away(items[0])
    desk.press("Enter")
    expect(desk.trouble).to_contain_text("Not submitted. Your time on this solution ran out")
    desk.expect_states("positive", "negative", "later", "later")
    assert Draft.objects.get(item=items[0]).content["ratings"] == [1, -1]
    desk.button("Discard the draft").click()
    desk.expect_problem_of("First we add")
    eventually(lambda: not Draft.objects.filter(item=items[0]).exists())


def test_a_reason_that_was_not_taken_is_shown_to_its_writer(
    desk: DeskPage, items: list[QueueItem], browser_errors: BrowserErrors
) -> None:
    browser_errors.requests_may_fail()
    desk.press("3", "Shift+G")
    desk.page.keyboard.type("The figure would be needed")
    desk.expect_saved()
    take_away(items[0])
    desk.press("Enter")
    expect(desk.trouble).to_contain_text("Not submitted. Your time on this solution ran out")
    expect(desk.trouble).to_contain_text("The reason that you wrote, “The figure would be needed”, was not sent.")
    assert not Label.objects.exists()


def test_going_on_at_once_still_keeps_the_work(
    desk: DeskPage, items: list[QueueItem], labeler: User, browser_errors: BrowserErrors
) -> None:
    """Whoever leaves before the private draft was answered finds it all the same."""
    browser_errors.requests_may_fail()
    desk.press("3")
    desk.expect_saved()
    take_away(items[0])
    held = []
    desk.page.route("**/me/drafts/**", lambda route: held.append(route))
    desk.press("2")
    expect(desk.trouble).to_contain_text("somebody else has it now")
    eventually(lambda: desk.page.evaluate("1") and held)
    desk.page.unroute("**/me/drafts/**")
    desk.press("Enter")
    desk.expect_problem_of("First we add")
    eventually(lambda: saved_ratings(items[0]) == [1, 0])


def labeled_elsewhere(item: QueueItem) -> Label:
    """The lease ran out, and the same person has labeled the solution on another device meanwhile."""
    holder = QueueItem.objects.get(pk=item.pk).leased_by
    assert holder is not None
    let_run_out(item)
    QueueItem.objects.filter(pk=item.pk).update(state="labeled")
    return make.make_label(item=item, labeler=holder, ratings=[-1])


def test_lost_work_on_what_one_has_labeled_elsewhere_says_where_it_goes_on(
    desk: DeskPage, items: list[QueueItem], browser_errors: BrowserErrors
) -> None:
    browser_errors.requests_may_fail()
    desk.press("3")
    desk.expect_saved()
    first = labeled_elsewhere(items[0])
    desk.press("2")
    expect(desk.trouble).to_contain_text("You have labeled this solution on another tab or device meanwhile.")
    expect(desk.trouble).to_contain_text("What you rated here is kept in this browser.")
    desk.expect_states("positive", "neutral", "active", "later")  # readable still
    expect(desk.trouble.get_by_role("link")).to_have_text("Revise it C")
    desk.press("c")
    expect(desk.step(1)).to_contain_text("was negative")
    desk.expect_states("positive", "neutral", "active", "later")
    assert Label.objects.get() == first


def test_whoever_has_gone_on_is_told_still(
    desk: DeskPage, items: list[QueueItem], browser_errors: BrowserErrors
) -> None:
    browser_errors.requests_may_fail()
    desk.press("3")
    desk.expect_saved()
    first = labeled_elsewhere(items[0])
    held: list[Route] = []
    desk.page.route("**/me/drafts/**", lambda route: held.append(route), times=1)
    desk.press("2")
    expect(desk.trouble).to_contain_text("This solution is out of your hands.")
    eventually(lambda: desk.page.evaluate("1") and held)
    desk.press("Enter")
    desk.expect_problem_of("First we add")
    expect(desk.trouble).to_contain_text("You have labeled this solution on another tab or device meanwhile.")
    expect(desk.trouble.get_by_role("link")).to_have_attribute("href", reverse("revise", args=[first.pk]))
