"""Whatever can be done has a key on its control: also what is offered when something went wrong, in menus and lists."""

import re
from collections.abc import Callable

from django.contrib.auth.models import User
from django.urls import reverse
from playwright.sync_api import Page, expect

from labeling.models import Campaign, Draft, Label, QueueItem
from tests import factories as make
from tests.browser.desk import DeskPage, saved_ratings
from tests.browser.test_signed_out import end_session
from tests.conftest import BrowserErrors
from tests.leases import take_away
from tests.live import eventually

OpenPage = Callable[[User | None], Page]


def test_lost_work_is_read_on_with_escape_and_left_with_enter(
    desk: DeskPage, items: list[QueueItem], browser_errors: BrowserErrors
) -> None:
    browser_errors.requests_may_fail()
    desk.press("3")
    desk.expect_saved()
    take_away(items[0])
    desk.press("2")
    expect(desk.button("Keep reading")).to_have_text("Keep reading Esc")
    expect(desk.button("Discard the draft")).to_have_text("Discard the draft Del")
    desk.press("Escape")
    expect(desk.button("Keep reading")).to_be_hidden()
    expect(desk.trouble).to_contain_text("somebody else has it now")
    desk.press("Delete")  # offered no more, so it does nothing
    desk.press("Enter")
    desk.expect_problem_of("First we add")
    assert saved_ratings(items[0]) == [1, 0]


def test_a_draft_is_discarded_by_its_key(desk: DeskPage, items: list[QueueItem], browser_errors: BrowserErrors) -> None:
    browser_errors.requests_may_fail()
    desk.press("3", "Delete")  # nothing is offered to be discarded
    desk.expect_saved()
    take_away(items[0])
    desk.press("1")
    expect(desk.button("Discard the draft")).to_be_visible()
    desk.press("Delete")
    desk.expect_problem_of("First we add")
    eventually(lambda: not Draft.objects.filter(item=items[0]).exists())


def test_what_this_screen_shows_is_taken_by_its_key(
    desk: DeskPage, labeler: User, open_desk: Callable[[User], DeskPage], browser_errors: BrowserErrors
) -> None:
    browser_errors.requests_may_fail()
    desk.press("3")
    desk.expect_saved()
    later = open_desk(labeler)
    later.press("1")
    later.expect_saved()
    desk.press("2")
    expect(desk.button("Take what this screen shows")).to_have_text("Take what this screen shows T")
    desk.press("?")
    expect(desk.page.get_by_role("button", name="Where asked: take what this screen shows T")).to_be_visible()
    desk.press("?", "t")
    expect(desk.trouble).to_be_hidden()
    desk.expect_states("positive", "neutral", "active", "later")


def test_a_next_solution_that_does_not_come_is_asked_for_again_by_enter(
    timed_desk: DeskPage, browser_errors: BrowserErrors
) -> None:
    browser_errors.requests_may_fail()
    desk = timed_desk
    desk.wait_ahead()
    desk.page.route("**/next/**", lambda route: route.abort())
    desk.press("1", "Enter")
    desk.expect_problem_of("First we add")
    desk.press("1", "Enter")
    expect(desk.trouble).to_contain_text("The next solution cannot be fetched")
    expect(desk.button("Try again")).to_have_text("Try again ↵")
    desk.hold_time()
    desk.page.unroute("**/next/**")
    desk.press("Enter")
    desk.let_time_run()
    desk.expect_problem_of("There are 4")


def test_who_is_signed_out_leaves_by_a_key_that_no_field_swallows(
    desk: DeskPage, browser_errors: BrowserErrors
) -> None:
    browser_errors.requests_may_fail()
    end_session(desk)
    desk.press("3")
    other = desk.page.get_by_role("link", name="Sign in as somebody else ⇧ O")
    expect(other).to_be_visible()
    desk.press("Enter")
    password = desk.page.get_by_label("Password")
    expect(password).to_be_focused()
    desk.press("Shift+O")
    expect(password).to_have_value("O")
    desk.press("Escape", "Shift+O")
    expect(desk.page.get_by_role("button", name="Sign in")).to_be_visible()
    expect(desk.page.get_by_label("Name")).to_have_value("")


def test_one_signs_out_by_a_key_shown_in_the_menu(desk: DeskPage) -> None:
    desk.press("3")
    desk.expect_saved()
    desk.press("m")
    expect(desk.button("Sign out")).to_have_text("Sign out ⇧ Q")
    desk.press("Escape", "Shift+Q")
    expect(desk.page.get_by_role("button", name="Sign in")).to_be_visible()


def test_ones_work_is_filtered_and_shown_whole_by_keys(
    items: list[QueueItem], labeler: User, open_page: OpenPage
) -> None:
    campaign = items[0].campaign
    make.make_label(item=items[0], labeler=make.make_labeler(campaign, labeler))
    page = open_page(labeler)
    page.goto("/me/work/")
    expect(page.get_by_role("button", name="Look ↵")).to_be_visible()
    kind = page.get_by_role("search").get_by_role("combobox").first
    kind.focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Escape")
    page.get_by_role("heading", level=1).click()
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"\?"))
    page.keyboard.press("a")
    expect(page.get_by_role("link", name="Show all A")).to_be_hidden()
    expect(page).to_have_url(re.compile(r"/me/work/\??$"))
    assert Label.objects.count() == 1


def test_screening_and_what_a_lead_answered_are_reached_by_keys(
    campaign: Campaign, labeler: User, open_page: OpenPage
) -> None:
    campaign.screening, campaign.screening_attempts = "on", 2
    campaign.save()
    person = make.make_labeler(campaign, labeler)
    make.make_attempt(person, ended_at=make.A_MOMENT, passed=False)
    label = make.make_label(make.make_solution(make.make_problem(campaign)), person, is_current=False)
    revised = make.make_label(label.solution, person, [1, 1, 1], revises=label, revision_reason="Misread.")
    make.make_dispute(revised)
    page = open_page(labeler)
    page.goto("/")
    expect(page.get_by_role("link", name="Screening S")).to_be_visible()
    page.wait_for_load_state()
    page.keyboard.press("s")
    expect(page.get_by_role("heading", name="You did not pass the screening")).to_be_visible()
    expect(page.get_by_role("button", name="Try again L")).to_be_visible()
    page.wait_for_load_state()
    with page.expect_request(lambda asked: asked.method == "POST"):
        page.keyboard.press("l")
    page.wait_for_load_state()
    page.keyboard.press("Shift+M")
    expect(page.get_by_role("link", name="Questions and answers Q")).to_be_visible()
    page.wait_for_load_state()
    page.keyboard.press("q")
    page.wait_for_url(f"**{reverse('my-work')}?kind=asked")
    page.goto(reverse("my-label", args=[revised.pk]))
    page.wait_for_load_state()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/labels/{label.pk}/")
    page.wait_for_load_state()
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("link", name="The one that counts")).to_be_focused()


def test_what_concerns_ones_account_is_done_by_keys(campaign: Campaign, labeler: User, open_page: OpenPage) -> None:
    """A form that undoes nothing is sent by its key; what cannot be taken back has to be gone to first."""
    page = open_page(labeler)
    for name, button in (
        ("my-password", "Change the password"),
        ("my-address", "Save"),
        ("my-tokens", "Make the token"),
    ):
        page.goto(reverse(name))
        expect(page.get_by_role("button", name=button)).to_have_text(f"{button} ↵")
    page.goto(reverse("leave", args=[campaign.slug]))
    page.wait_for_load_state()
    page.keyboard.press("Enter")
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("button", name="Leave")).to_be_focused()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Settings", exact=True)).to_be_visible()
    assert campaign.memberships.filter(account=labeler).exists()
