"""A session that ends under one's hands: sign in again in place; and nobody gets what another one left."""

from collections.abc import Callable

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse
from django_otp.oath import totp
from django_otp.plugins.otp_totp.models import TOTPDevice
from playwright.sync_api import Locator, Page, expect

from labeling.actions import two_factor
from labeling.models import Campaign, Draft, Label, PracticeResult, QueueItem
from tests import factories as make
from tests.browser.desk import DeskPage, saved_ratings
from tests.conftest import BrowserErrors
from tests.factories import PASSWORD
from tests.live import eventually


@pytest.fixture
def colleague(campaign: Campaign) -> User:
    """Another labeler of the campaign, who shares the browser."""
    account = make.make_account("colleague")
    make.make_membership(campaign, account)
    return account


def end_session(desk: DeskPage) -> None:
    """The session runs out; the page stays, and is marked to show that it does."""
    Session.objects.all().delete()
    desk.page.evaluate("window.stillHere = true")


def sign_in_as(page: Page, account: User) -> None:
    """As another tab of this browser does."""
    client = Client()
    client.force_login(account, backend="django.contrib.auth.backends.ModelBackend")
    session = client.cookies[settings.SESSION_COOKIE_NAME].value
    name = settings.SESSION_COOKIE_NAME
    page.context.add_cookies([{"name": name, "value": session, "url": page.evaluate("location.origin")}])


def enter(desk: DeskPage, password: str = PASSWORD) -> None:
    desk.page.get_by_label("Password").fill(password)
    desk.page.keyboard.press("Enter")


def test_signing_in_again_happens_in_place_and_the_work_goes_on(
    desk: DeskPage, items: list[QueueItem], browser_errors: BrowserErrors
) -> None:
    browser_errors.requests_may_fail()
    desk.press("3")
    desk.expect_saved()
    end_session(desk)
    desk.press("2")
    expect(desk.trouble).to_contain_text("You are signed out. Everything you rated is kept in this browser.")
    expect(desk.sign).to_have_text("Signed out, 1 rating kept here")
    expect(desk.page.get_by_label("Name")).to_have_value("labeler")
    desk.press("3")  # the work goes on meanwhile
    expect(desk.sign).to_have_text("Signed out, 2 ratings kept here")
    desk.press("Enter")  # to the form
    expect(desk.page.get_by_label("Password")).to_be_focused()
    enter(desk, "not the password")
    expect(desk.page.get_by_text("Not signed in. Is the password right?")).to_be_visible()
    enter(desk)
    desk.expect_saved()
    expect(desk.trouble).to_be_hidden()
    desk.expect_states("positive", "neutral", "positive", "active")
    assert saved_ratings(items[0]) == [1, 0, 1]
    assert desk.page.evaluate("window.stillHere")


def test_a_submission_waits_for_signing_in_and_goes_out_once(desk: DeskPage, browser_errors: BrowserErrors) -> None:
    browser_errors.requests_may_fail()
    desk.press("3", "1")
    desk.expect_saved()
    desk.wait_ahead()
    end_session(desk)
    desk.press("Enter")
    expect(desk.trouble).to_contain_text("You are signed out.")
    desk.press("Enter")
    enter(desk)
    desk.expect_problem_of("First we add")
    assert Label.objects.get().ratings == "+-"
    assert desk.page.evaluate("window.stillHere")


def test_who_was_offline_while_the_session_ended_can_sign_in_without_rating_first(
    desk: DeskPage, items: list[QueueItem], browser_errors: BrowserErrors
) -> None:
    browser_errors.requests_may_fail()
    desk.wait_ahead()
    desk.page.context.set_offline(True)
    desk.press("3", "1", "Enter")
    desk.expect_problem_of("First we add")
    expect(desk.sign).to_have_text("Offline · 1 solution waits to be sent")
    end_session(desk)
    desk.page.context.set_offline(False)
    expect(desk.sign).to_have_text("Signed out · 1 solution waits to be sent")
    desk.press("Enter")
    expect(desk.page.get_by_label("Password")).to_be_focused()
    enter(desk)
    expect(desk.sign).to_have_text("")
    expect(desk.trouble).to_be_hidden()
    assert Label.objects.get().ratings == "+-"


def test_the_form_goes_once_what_waited_is_sent_from_a_session_of_another_tab(
    desk: DeskPage, labeler: User, browser_errors: BrowserErrors
) -> None:
    browser_errors.requests_may_fail()
    desk.wait_ahead()
    desk.page.context.set_offline(True)
    desk.press("3", "1", "Enter")
    desk.expect_problem_of("First we add")
    end_session(desk)
    desk.page.context.set_offline(False)
    expect(desk.page.get_by_label("Password")).to_be_visible()
    sign_in_as(desk.page, labeler)
    expect(desk.sign).to_have_text("")
    expect(desk.trouble).to_be_hidden()
    assert Label.objects.get().ratings == "+-"


def test_signing_in_needs_no_cookie_from_before(desk: DeskPage, browser_errors: BrowserErrors) -> None:
    browser_errors.requests_may_fail()
    desk.page.context.clear_cookies()
    desk.press("3")
    expect(desk.trouble).to_contain_text("You are signed out.")
    enter(desk)
    desk.expect_saved()


def test_who_signed_in_in_another_tab_goes_on_here_without_a_password(
    desk: DeskPage, labeler: User, items: list[QueueItem], browser_errors: BrowserErrors
) -> None:
    browser_errors.requests_may_fail()
    end_session(desk)
    desk.press("3")
    expect(desk.trouble).to_contain_text("You are signed out.")
    sign_in_as(desk.page, labeler)
    desk.expect_saved()  # it tries again by itself
    expect(desk.trouble).to_be_hidden()
    assert saved_ratings(items[0]) == [1]


@pytest.mark.parametrize("held_it_before", [False, True])
def test_somebody_else_who_signs_in_sees_and_sends_nothing_of_the_first_person(
    desk: DeskPage,
    labeler: User,
    colleague: User,
    campaign: Campaign,
    items: list[QueueItem],
    browser_errors: BrowserErrors,
    held_it_before: bool,
) -> None:
    browser_errors.requests_may_fail()
    theirs = make.make_labeler(campaign, colleague)
    if held_it_before:  # so that work on it could be taken for theirs
        QueueItem.objects.filter(pk=items[0].pk).update(holders=f"{theirs.pk} ")
    desk.press("3")
    desk.expect_saved()
    end_session(desk)
    desk.press("2")
    expect(desk.sign).to_have_text("Signed out, 1 rating kept here")
    sign_in_as(desk.page, colleague)
    expect(desk.page.get_by_role("heading", name="Somebody else is signed in now")).to_be_visible()
    expect(desk.page.get_by_role("main").get_by_text("This page was labeler’s.")).to_be_visible()
    expect(desk.page.get_by_text("be the eggs")).to_have_count(0)
    assert not Draft.objects.filter(labeler=theirs).exists()
    assert saved_ratings(items[0]) == [1]

    desk.button("Open the page anew").click()
    expect(desk.step(1)).to_be_visible()
    expect(desk.step(1)).not_to_contain_text("be the eggs")
    desk.expect_states("active", *["later"] * (desk.rows.count() - 1))

    sign_in_as(desk.page, labeler)
    desk.reload()
    desk.expect_problem_of("be the eggs")
    desk.expect_states("positive", "neutral", "active", "later")
    eventually(lambda: saved_ratings(items[0]) == [1, 0])
    assert not Label.objects.exists()


def test_a_page_that_somebody_else_opens_beside_it_closes_the_first_one(
    desk: DeskPage, colleague: User, campaign: Campaign, browser_errors: BrowserErrors
) -> None:
    browser_errors.requests_may_fail()
    desk.press("3")
    desk.expect_saved()
    sign_in_as(desk.page, colleague)
    DeskPage(desk.page.context.new_page(), campaign).open()
    expect(desk.page.get_by_role("heading", name="Somebody else is signed in now")).to_be_visible()
    expect(desk.page.get_by_text("be the eggs")).to_have_count(0)


def test_a_finished_solution_is_not_sent_in_the_name_of_somebody_else(
    desk: DeskPage, labeler: User, colleague: User, items: list[QueueItem], browser_errors: BrowserErrors
) -> None:
    browser_errors.requests_may_fail()
    desk.wait_ahead()
    desk.page.context.set_offline(True)
    desk.press("1", "Enter")
    desk.expect_problem_of("First we add")
    sign_in_as(desk.page, colleague)
    desk.page.context.set_offline(False)
    expect(desk.page.get_by_role("heading", name="Somebody else is signed in now")).to_be_visible()
    assert not Label.objects.exists()
    sign_in_as(desk.page, labeler)
    desk.reload()
    desk.expect_problem_of("First we add")
    label = Label.objects.get()
    assert label.item == items[0]
    assert label.labeler.account == labeler


def begin_to_practice(page: Page) -> Locator:
    """The rows of the first exercise, its first step rated negative."""
    page.goto("/practice/")
    page.keyboard.press("l")
    rows = page.get_by_role("main").locator(".steps .step")
    expect(rows.first).to_have_attribute("data-state", "active")
    page.keyboard.press("1")
    return rows


def test_what_one_person_practiced_is_not_booked_to_the_next(
    labeler: User, colleague: User, open_page: Callable[[User | None], Page], browser_errors: BrowserErrors
) -> None:
    browser_errors.requests_may_fail()
    page = open_page(labeler)
    rows = begin_to_practice(page)
    expect(rows.first).to_have_attribute("data-state", "negative")
    sign_in_as(page, colleague)
    page.keyboard.press("Enter")
    expect(rows.first).to_have_attribute("data-state", "active")  # their own page, with nothing on it
    assert not PracticeResult.objects.exists()


def test_an_exercise_leads_the_keyboard_to_the_sign_in_and_is_judged_after_it(
    labeler: User, open_page: Callable[[User | None], Page], browser_errors: BrowserErrors
) -> None:
    browser_errors.requests_may_fail()
    page = open_page(labeler)
    rows = begin_to_practice(page)
    Session.objects.all().delete()
    page.keyboard.press("Enter")
    password = page.get_by_label("Password")
    expect(password).to_be_focused()
    page.keyboard.press("Escape")
    page.locator(":focus").evaluate_all("all => all.forEach((each) => each.blur())")
    page.keyboard.press("3")  # rates nothing meanwhile
    expect(password).to_be_focused()
    expect(password).to_have_value("")
    expect(rows.first).to_have_attribute("data-state", "negative")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("region", name="What is known of this solution")).to_be_visible()
    assert PracticeResult.objects.get().ratings == "-"


def test_a_revision_leads_the_keyboard_to_the_sign_in_and_is_sent_after_it(
    labeler: User, campaign: Campaign, open_page: Callable[[User | None], Page], browser_errors: BrowserErrors
) -> None:
    browser_errors.requests_may_fail()
    solution = make.make_solution(make.make_problem(campaign), ["Add $2 + 2$.", "So 5."])
    item = make.make_item(solution, make.make_round(campaign), "labeled")
    label = make.make_label(solution, make.make_labeler(campaign, labeler), [1, 1], item=item)
    desk = DeskPage(open_page(labeler), campaign)
    desk.page.goto(reverse("revise", args=[label.pk]))
    desk.expect_states("positive", "positive")
    desk.press("ArrowUp", "1", "Enter", "1")
    Session.objects.all().delete()
    desk.press("Enter")
    expect(desk.page.get_by_label("Password")).to_be_focused()
    desk.page.get_by_label("What do you correct, and why?").press("Enter")  # nothing is sent again before
    expect(desk.page.get_by_label("Password")).to_be_focused()
    desk.page.keyboard.type(PASSWORD)
    desk.press("Enter")
    expect(desk.page.get_by_role("heading", name="2 versions")).to_be_visible()
    assert Label.objects.get(is_current=True).revision_reason == "I misread a step"


def test_who_has_two_factors_signs_in_again_in_place_with_a_code(
    desk: DeskPage, labeler: User, items: list[QueueItem], browser_errors: BrowserErrors
) -> None:
    browser_errors.requests_may_fail()
    device = two_factor.begin(labeler)
    TOTPDevice.objects.filter(pk=device.pk).update(confirmed=True)
    desk.press("3")
    desk.expect_saved()
    end_session(desk)
    desk.press("2")
    expect(desk.page.get_by_label("Code of your app")).to_be_hidden()
    enter(desk)
    expect(desk.page.get_by_text("Now the code of your app, or a recovery code.")).to_be_visible()
    code = desk.page.get_by_label("Code of your app")
    expect(code).to_be_focused()
    code.fill("12345")
    desk.page.keyboard.press("Enter")
    expect(desk.page.get_by_text("the code is wrong or was used already")).to_be_visible()
    TOTPDevice.objects.update(throttling_failure_count=0)  # the wait after a wrong one is over
    code.fill(f"{totp(device.bin_key):06d}")
    desk.page.keyboard.press("Enter")
    desk.expect_saved()
    assert saved_ratings(items[0]) == [1, 0]
    assert desk.page.evaluate("window.stillHere")
