"""Drafts, lost networks, dead servers, stale leases, second tabs: no rating that the page showed as saved is lost."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.utils import timezone
from playwright.sync_api import Route, expect

from labeling.models import Campaign, Draft, Label, QueueItem
from tests import factories as make
from tests.browser.desk import DeskPage
from tests.conftest import BrowserErrors
from tests.factories import PASSWORD
from tests.live import Site, eventually


def saved_ratings(item: QueueItem) -> list[int] | None:
    """What the server has of an item's draft."""
    draft = Draft.objects.filter(item=item).first()
    return draft.content["ratings"] if draft else None


def deliver_but_lose_the_answer(route: Route) -> None:
    """The request arrives; its answer does not."""
    route.fetch()
    route.abort()


def test_a_reload_brings_the_draft_back(desk: DeskPage, items: list[QueueItem]) -> None:
    desk.press("3", "2", "1", "ArrowUp", "x")
    eventually(lambda: saved_ratings(items[0]) == [1, 0, -1] and Draft.objects.get().content["flagged"] == [1])
    desk.expect_saved()
    desk.reload()
    desk.expect_states("positive", "neutral", "negative", "later")
    expect(desk.step(2)).to_contain_text("unsure")


def test_parked_ratings_survive_a_reload(desk: DeskPage, items: list[QueueItem]) -> None:
    desk.press("3", "3", "2", "ArrowUp", "ArrowUp", "1")
    eventually(lambda: saved_ratings(items[0]) == [1, -1])
    desk.reload()
    desk.expect_states("positive", "negative", "parked", "later")


def test_saved_is_said_only_after_the_server_said_so(desk: DeskPage) -> None:
    held = []
    desk.page.route("**/draft/", lambda route: held.append(route))
    desk.press("3")
    expect(desk.sign).to_have_text("Saving")
    held[0].continue_()
    desk.expect_saved()


@pytest.mark.parametrize("width", [320, 360])
def test_saved_stays_on_one_line_on_a_phone(desk: DeskPage, width: int) -> None:
    desk.page.set_viewport_size({"width": width, "height": 740})
    desk.press("3")
    desk.expect_saved()
    box = desk.sign.locator("[data-text]").bounding_box()
    assert box is not None
    assert box["height"] < 24  # two lines are 29 and more
    assert desk.page.evaluate("document.documentElement.scrollWidth") == width


def test_leaving_at_once_still_sends_the_draft(desk: DeskPage, items: list[QueueItem]) -> None:
    desk.press("3")
    desk.page.goto("about:blank")
    eventually(lambda: saved_ratings(items[0]) == [1])


def test_offline_ratings_are_kept_and_sent_when_the_network_is_back(
    desk: DeskPage, items: list[QueueItem], browser_errors: BrowserErrors
) -> None:
    browser_errors.requests_may_fail()
    desk.page.context.set_offline(True)
    desk.press("3", "3", "2")
    expect(desk.sign).to_have_text("Offline, 3 ratings kept here")
    desk.page.context.set_offline(False)
    desk.expect_saved()
    assert saved_ratings(items[0]) == [1, 1, 0]


def test_work_that_never_reached_the_server_is_there_when_the_page_is_opened_again(
    desk: DeskPage, campaign: Campaign, items: list[QueueItem], browser_errors: BrowserErrors
) -> None:
    browser_errors.requests_may_fail()
    context = desk.page.context
    context.set_offline(True)
    desk.press("3", "2")
    expect(desk.sign).to_have_text("Offline, 2 ratings kept here")
    desk.page.close()
    context.set_offline(False)
    assert saved_ratings(items[0]) is None
    again = DeskPage(context.new_page(), campaign).open()
    again.expect_states("positive", "neutral", "active", "later")
    eventually(lambda: saved_ratings(items[0]) == [1, 0])


@pytest.mark.parametrize("by", ["a click", "the page itself"])
def test_a_submission_to_a_dead_server_is_sent_again_and_becomes_one_label(
    timed_desk: DeskPage, live_site: Site, browser_errors: BrowserErrors, by: str
) -> None:
    browser_errors.requests_may_fail()
    desk = timed_desk
    desk.press("3", "1")
    desk.expect_saved()
    desk.hold_time()
    live_site.web.kill()
    desk.press("Enter")
    expect(desk.trouble).to_contain_text("Not submitted yet: the server cannot be reached.")
    desk.expect_states("positive", "negative", "later", "later")
    live_site.web.start()
    if by == "a click":
        desk.button("Try again").click()
    else:
        desk.page.clock.run_for(1_000)
    eventually(Label.objects.exists)
    desk.let_time_run()
    desk.expect_problem_of("First we add")
    assert Label.objects.get().ratings == "+-"


def test_an_answer_lost_on_the_way_makes_no_second_label(
    desk: DeskPage, items: list[QueueItem], browser_errors: BrowserErrors
) -> None:
    browser_errors.requests_may_fail()
    desk.page.route("**/label/", deliver_but_lose_the_answer, times=1)
    desk.press("1", "Enter")
    desk.expect_problem_of("First we add")
    assert Label.objects.get().item == items[0]


def test_a_stale_lease_leaves_the_work_on_the_screen_and_shows_a_way_on(
    desk: DeskPage, campaign: Campaign, items: list[QueueItem], browser_errors: BrowserErrors
) -> None:
    browser_errors.requests_may_fail()
    desk.press("3", "2")
    desk.expect_saved()
    soon = timezone.now() + timedelta(minutes=30)
    QueueItem.objects.filter(pk=items[0].pk).update(
        leased_by=make.make_labeler(campaign), lease_number=7, lease_slot=0, leased_until=soon
    )
    desk.press("1")
    expect(desk.trouble).to_contain_text("Not saved. Your time on this solution ran out and somebody else has it now.")
    desk.expect_states("positive", "neutral", "negative", "later")
    desk.press("2", "Enter")  # rating is over; Enter goes on
    desk.expect_problem_of("First we add")
    desk.press("3")
    desk.expect_saved()
    expect(desk.trouble).to_be_hidden()
    assert not Label.objects.exists()


def test_a_lease_that_ran_out_gives_the_work_back_where_nobody_took_the_solution(
    desk: DeskPage, items: list[QueueItem], browser_errors: BrowserErrors
) -> None:
    browser_errors.requests_may_fail()
    desk.press("3")
    desk.expect_saved()
    desk.wait_ahead()
    QueueItem.objects.filter(state="leased").update(
        state="waiting", leased_by=None, lease_slot=None, leased_at=None, leased_until=None
    )
    desk.press("2")
    expect(desk.trouble).to_contain_text("Your time on this solution ran out.")
    desk.reload()
    desk.expect_states("positive", "neutral", "active", "later")
    eventually(lambda: saved_ratings(items[0]) == [1, 0])


def test_a_second_tab_gets_the_same_solution_and_is_told_when_it_is_gone(
    desk: DeskPage, campaign: Campaign, browser_errors: BrowserErrors
) -> None:
    browser_errors.requests_may_fail()
    second = DeskPage(desk.page.context.new_page(), campaign).open()
    second.expect_problem_of("Let x")
    desk.press("1", "Enter")
    desk.expect_problem_of("First we add")
    second.press("3", "3")
    expect(second.trouble).to_contain_text("This solution has been labeled meanwhile.")
    second.button("Next solution").click()
    expect(second.step(1)).not_to_contain_text("Let x")
    second.expect_states("active", *["later"] * (second.rows.count() - 1))
    assert Label.objects.count() == 1


def test_a_second_tab_does_not_overwrite_what_the_first_one_saved(
    desk: DeskPage, campaign: Campaign, items: list[QueueItem], browser_errors: BrowserErrors
) -> None:
    browser_errors.requests_may_fail()
    second = DeskPage(desk.page.context.new_page(), campaign).open()
    desk.press("3", "3", "2", "1")
    desk.expect_saved()
    second.press("1")
    expect(second.trouble).to_contain_text("This solution was worked on in another tab or on another device.")
    expect(second.sign).to_have_text("Not saved here")
    second.expect_states("negative", "later", "later", "later")
    second.page.goto("about:blank")
    assert saved_ratings(items[0]) == [1, 1, 0, -1]
    desk.reload()
    desk.expect_states("positive", "positive", "neutral", "negative")
    expect(desk.trouble).to_be_hidden()


def test_a_second_tab_goes_on_with_what_the_first_one_saved(
    desk: DeskPage, campaign: Campaign, items: list[QueueItem], browser_errors: BrowserErrors
) -> None:
    browser_errors.requests_may_fail()
    second = DeskPage(desk.page.context.new_page(), campaign).open()
    desk.press("3", "2")
    desk.expect_saved()
    second.press("1")
    second.button("Load what was saved").click()
    second.expect_states("positive", "neutral", "active", "later")
    expect(second.trouble).to_be_hidden()
    second.press("3")
    second.expect_saved()
    assert saved_ratings(items[0]) == [1, 0, 1]


def test_a_second_tab_can_still_submit_what_its_screen_shows(
    desk: DeskPage, campaign: Campaign, browser_errors: BrowserErrors
) -> None:
    browser_errors.requests_may_fail()
    second = DeskPage(desk.page.context.new_page(), campaign).open()
    desk.press("3", "2")
    desk.expect_saved()
    second.press("1")
    expect(second.trouble).to_contain_text("What was saved there is kept.")
    second.press("Enter")
    second.expect_problem_of("First we add")
    assert Label.objects.get().ratings == "-"


def test_a_draft_whose_answer_was_lost_is_no_work_of_another_tab(
    timed_desk: DeskPage, items: list[QueueItem], browser_errors: BrowserErrors
) -> None:
    browser_errors.requests_may_fail()
    desk = timed_desk
    desk.page.route("**/draft/", deliver_but_lose_the_answer, times=1)
    desk.hold_time()
    desk.press("3")
    desk.page.clock.run_for(400)
    expect(desk.sign).to_have_text("Offline, 1 rating kept here")
    desk.press("2")
    desk.let_time_run()
    desk.expect_saved()
    expect(desk.trouble).to_be_hidden()
    assert saved_ratings(items[0]) == [1, 0]


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
    desk.reload()
    desk.expect_states("positive", "neutral", "active", "later")
    desk.page.unroute("**/draft/")
    desk.press("3")
    expect(desk.trouble).to_contain_text("What was saved there is kept.")
    assert saved_ratings(items[0]) == [-1]


def test_an_expired_session_keeps_the_work_and_signing_in_brings_it_back(
    desk: DeskPage, labeler: User, items: list[QueueItem], browser_errors: BrowserErrors
) -> None:
    browser_errors.requests_may_fail()
    desk.press("3")
    desk.expect_saved()
    Session.objects.all().delete()
    desk.press("2")
    expect(desk.trouble).to_contain_text("You are signed out. Everything you rated is kept in this browser")
    expect(desk.sign).to_have_text("Signed out, 1 rating kept here")
    desk.page.get_by_role("link", name="Sign in again").click()
    desk.page.get_by_label("Name").fill(labeler.username)
    desk.page.get_by_label("Password").fill(PASSWORD)
    desk.page.keyboard.press("Enter")
    desk.expect_states("positive", "neutral", "active", "later")
    eventually(lambda: saved_ratings(items[0]) == [1, 0])


def test_what_one_person_left_unsent_is_not_shown_to_another_in_the_same_browser(
    desk: DeskPage,
    campaign: Campaign,
    items: list[QueueItem],
    open_desk: Callable[[User], DeskPage],
    browser_errors: BrowserErrors,
) -> None:
    browser_errors.requests_may_fail()
    desk.page.route("**/draft/", lambda route: route.abort())
    desk.press("3")
    expect(desk.sign).to_have_text("Offline, 1 rating kept here")
    kept = desk.page.evaluate("Object.keys(localStorage).filter(key => key.startsWith('plumbline.kept.'))")
    other = make.make_account()
    make.make_membership(campaign, other)
    theirs = open_desk(other)
    theirs.page.evaluate("keys => keys.forEach(key => localStorage.setItem(key, '{}'))", kept)
    QueueItem.objects.filter(pk=items[0].pk).update(
        state="waiting", leased_by=None, lease_slot=None, leased_at=None, leased_until=None
    )
    theirs.reload()
    theirs.expect_states("active", *["later"] * (theirs.rows.count() - 1))
