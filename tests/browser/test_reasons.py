"""A reason that is being written is part of the work: kept when its form is left, through a reload, on any device."""

from collections.abc import Callable

from django.contrib.auth.models import User
from playwright.sync_api import Page, expect

from labeling.models import Campaign, Draft, Label, QueueItem
from tests import factories as make
from tests.browser.desk import DeskPage
from tests.browser.test_my_work import arrive, revise
from tests.conftest import BrowserErrors
from tests.leases import take_away
from tests.live import eventually

OpenPage = Callable[[User | None], Page]
WHY = "The figure would be needed"


def test_a_reason_outlives_escape_and_a_reload(
    desk: DeskPage, items: list[QueueItem], browser_errors: BrowserErrors
) -> None:
    browser_errors.requests_may_fail()
    field = desk.page.get_by_label("What could you not judge?")
    desk.press("3", "Shift+G")
    desk.page.keyboard.type(WHY)
    desk.expect_saved()
    assert Draft.objects.get(item=items[0]).content["reasons"] == {"give_up": WHY}
    desk.press("Escape", "Shift+G")
    expect(field).to_have_value(WHY)
    desk.reload()
    desk.expect_states("positive", "active", "later", "later")
    desk.press("Shift+B")
    expect(desk.page.get_by_label("Why can this problem not be judged?")).to_have_value("")  # each its own
    desk.press("Escape", "Shift+G")
    expect(field).to_have_value(WHY)
    desk.page.context.set_offline(True)
    desk.page.keyboard.type(".")
    expect(field).to_have_value(f"{WHY}.")
    expect(desk.sign).to_have_text("Offline, your work is kept here")
    desk.page.context.set_offline(False)
    desk.expect_saved()
    desk.press("Enter")
    desk.expect_problem_of("First we add")
    label = Label.objects.get()
    assert (label.finish_reason, label.reason, label.ratings) == ("give_up", f"{WHY}.", "+")
    desk.press("Shift+G")
    expect(field).to_have_value("")


def test_a_reason_of_work_that_was_lost_is_read_with_it(
    desk: DeskPage, items: list[QueueItem], browser_errors: BrowserErrors
) -> None:
    browser_errors.requests_may_fail()
    desk.press("Shift+G")
    desk.page.keyboard.type(WHY)
    desk.expect_saved()
    take_away(items[0])
    desk.press("Enter")
    expect(desk.trouble).to_contain_text("Not submitted.")
    eventually(lambda: Draft.objects.get(item=items[0]).content.get("reasons") == {"give_up": WHY})
    desk.page.goto(f"/me/work/drafts/{items[0].pk}/")
    expect(desk.page.get_by_text(WHY)).to_be_visible()


def test_a_revision_says_where_it_is_kept_and_its_reason_outlives_a_reload(
    campaign: Campaign, labeler: User, items: list[QueueItem], open_page: OpenPage
) -> None:
    label = make.make_label(item=items[0], labeler=make.make_labeler(campaign, labeler))
    desk = revise(open_page(labeler), label, campaign)
    expect(desk.sign).to_have_text("")
    desk.press("ArrowUp", "2")
    expect(desk.sign).to_have_text("Kept in this browser")
    desk.press("Enter")
    desk.page.keyboard.type("I misread it")
    desk.reload()
    desk.expect_states("neutral", "negative", "later", "later")
    expect(desk.sign).to_have_text("Kept in this browser")
    desk.press("Enter")
    expect(desk.page.get_by_label("What do you correct, and why?")).to_have_value("I misread it")
    desk.press("Enter")
    arrive(desk.page, "First error at step 2")
    assert Label.objects.get(is_current=True).revision_reason == "I misread it"
