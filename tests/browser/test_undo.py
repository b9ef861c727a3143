"""What can be undone can still be undone after a reload, whatever is labeled."""

from collections.abc import Callable

from django.contrib.auth.models import User
from playwright.sync_api import Page, expect

from labeling.models import Campaign, QueueItem
from tests import factories as make
from tests.browser.desk import DeskPage, saved_ratings
from tests.conftest import BrowserErrors
from tests.live import eventually


def test_undo_and_redo_outlive_a_reload(desk: DeskPage, items: list[QueueItem]) -> None:
    desk.press("3", "2", "x", "3", "1", "u")
    desk.expect_saved()
    desk.reload()
    desk.expect_states("positive", "neutral", "positive", "active")
    expect(desk.button("Redo")).to_have_attribute("aria-disabled", "false")
    desk.press("Shift+U")
    desk.expect_states("positive", "neutral", "positive", "negative")
    desk.press("u", "u", "u", "u")
    desk.expect_states("positive", "active", "later", "later")
    desk.expect_saved()
    desk.reload()
    desk.press("Shift+U", "u", "u")
    desk.expect_states("active", "later", "later", "later")
    eventually(lambda: saved_ratings(items[0]) == [])


def test_undo_is_not_of_work_that_went_on_elsewhere(desk: DeskPage, items: list[QueueItem]) -> None:
    desk.press("3", "2")
    desk.expect_saved()
    desk.page.goto("about:blank")
    holder = QueueItem.objects.get(pk=items[0].pk).leased_by
    assert holder is not None
    holder.drafts.all().delete()
    make.make_draft(items[0], holder, {"ratings": [1, 1, 1]})
    desk.open()
    desk.expect_states("positive", "positive", "positive", "active")
    expect(desk.button("Undo")).to_have_attribute("aria-disabled", "true")


def test_what_was_taken_back_can_be_undone(desk: DeskPage, browser_errors: BrowserErrors) -> None:
    browser_errors.requests_may_fail()
    desk.wait_ahead()
    desk.page.context.set_offline(True)
    desk.press("3", "1", "Enter")
    desk.expect_problem_of("First we add")
    desk.press("2", "c", "u", "3", "1", "Enter")
    desk.expect_problem_of("First we add")
    desk.expect_states("neutral", "active", "later")
    desk.press("u")
    desk.expect_states("active", "later", "later")


def test_a_growing_solution_is_undone_after_a_reload(
    campaign: Campaign, labeler: User, open_page: Callable[[User | None], Page]
) -> None:
    tree = make.make_candidate_tree(make.make_problem(campaign))
    make.make_item(tree=tree, round=make.make_round(campaign))
    page = open_page(labeler)
    desk = DeskPage(page, campaign)
    page.goto(desk.address)
    candidates = page.get_by_role("main").locator(".place ol .step:visible")
    expect(candidates.first).to_have_attribute("data-state", "active")
    desk.press("3")
    expect(candidates.first).to_have_attribute("data-state", "positive")
    desk.expect_saved()
    page.reload()
    expect(candidates.first).to_have_attribute("data-state", "positive")
    desk.press("u")
    expect(candidates.first).to_have_attribute("data-state", "active")
