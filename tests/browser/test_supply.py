"""What comes after a solution: the next one at once, or a page that says why there is none and looks again."""

import re
from collections.abc import Callable

from django.contrib.auth.models import User
from playwright.sync_api import Page, expect

from labeling.models import Campaign, Membership, QueueItem
from tests import factories as make
from tests.browser.desk import DeskPage
from tests.conftest import BrowserErrors
from tests.live import eventually


def test_the_next_solution_is_leased_and_typeset_ahead(desk: DeskPage, labeler: User) -> None:
    held = QueueItem.objects.filter(state="leased", leased_by__account=labeler)
    eventually(lambda: held.count() == 2)
    expect(desk.page.locator(".stage .step").first).to_contain_text("First we add")
    desk.page.route("**/next/", lambda route: route.abort())  # it is not asked for again
    desk.press("1", "Enter")
    desk.expect_problem_of("First we add")


def test_every_solution_comes_once_and_then_the_page_says_that_all_is_done(
    desk: DeskPage, items: list[QueueItem]
) -> None:
    for first_step in ("Let x", "First we add", "There are 4", "There are 9"):
        desk.expect_problem_of(first_step)
        desk.press("1", "Enter")
    expect(desk.page.get_by_role("heading", name="Nothing to label just now")).to_be_visible()
    assert QueueItem.objects.filter(state="labeled").count() == len(items)


def test_an_empty_queue_says_why_and_goes_on_by_itself(
    campaign: Campaign, labeler: User, open_page: Callable[[User | None], Page]
) -> None:
    page = open_page(labeler)
    page.clock.install()
    page.goto(f"/campaigns/{campaign.slug}/label/")
    expect(page.get_by_role("heading", name="Nothing to label just now")).to_be_visible()
    why = "No round is open yet. This page looks again every 15 seconds."
    expect(page.get_by_text(why, exact=True)).to_be_visible()
    expect(page.get_by_role("button", name="Submit")).to_be_hidden()
    make.make_item(round=make.make_round(campaign, number=3))
    page.clock.run_for(16_000)
    DeskPage(page, campaign).expect_states("active", "later", "later")
    expect(page.get_by_text(f"{campaign.name}, round 3", exact=True)).to_be_visible()


def test_whoever_was_taken_out_of_the_campaign_is_told_and_nothing_is_asked_again(
    timed_desk: DeskPage, labeler: User, browser_errors: BrowserErrors
) -> None:
    browser_errors.requests_may_fail()
    desk = timed_desk
    desk.page.route("**/next/?ahead=1*", lambda route: route.abort())
    desk.reload()
    asked: list[str] = []
    desk.page.on("request", lambda request: asked.append(request.url) if "/next/" in request.url else None)
    Membership.objects.filter(account=labeler).delete()
    desk.press("3")
    desk.page.clock.run_for(1_000)
    expect(desk.trouble).to_contain_text("out of your hands. There is no such item, or it is not yours.")
    desk.press("Enter")
    desk.page.clock.run_for(1_000)
    expect(desk.trouble.locator("p")).to_have_text("You are no longer in this campaign.")
    asked.clear()
    desk.page.clock.run_for(60_000)
    assert asked == []
    desk.trouble.get_by_role("link", name="Your campaigns").click()
    expect(desk.page).to_have_url(re.compile(r"/$"))
