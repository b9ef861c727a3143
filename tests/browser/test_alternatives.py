"""Alternatives to the step of the first error: shown under it, judged by the same keys, kept, sent with the label."""

from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import expect

from labeling.models import Campaign, Draft, Label
from tests import factories as make
from tests.browser.desk import DeskPage

STEPS = ["Halve both sides.", "So $x = 5$.", "The answer is 5."]
OTHERS = {"1": ["So $x = \\frac{8}{2}$.", "So \\[ x = 4 \\]", "Let us see."], "2": ["The answer is 4."]}


@pytest.fixture
def desk(campaign: Campaign, labeler: User, open_desk: Callable[[User], DeskPage]) -> DeskPage:
    """A desk with a solution that has alternatives to its second and third step."""
    solution = make.make_solution(make.make_problem(campaign), STEPS, alternatives=OTHERS)
    make.make_item(solution, make.make_round(campaign))
    return open_desk(labeler)


def test_alternatives_are_judged_under_the_first_error_and_sent_with_the_label(desk: DeskPage) -> None:
    desk.expect_others()
    desk.press("3", "1")
    desk.expect_states("positive", "negative", "later")
    desk.expect_others("active", "option", "option")
    expect(desk.others.nth(0).locator(".katex")).to_be_visible()
    expect(desk.page.locator(".others")).to_contain_text("3 other steps for the same place. Rate each on its own.")
    expect(desk.page.get_by_text("Alternative A of 3", exact=True)).to_be_visible()
    desk.press("Enter")
    desk.expect_why("To submit: 3 alternatives to rate")
    expect(desk.heard).to_have_text("To submit: 3 alternatives to rate")
    desk.press("3", "x")  # unsure is enough for an alternative: the hand goes on
    desk.expect_others("positive", "unsure", "active")
    expect(desk.others.nth(1)).to_contain_text("unsure")
    desk.expect_why("To submit: 1 alternative to rate")
    desk.button("Negative").click()
    desk.expect_others("positive", "unsure", "negative")
    expect(desk.others.nth(2)).to_contain_text("negative")
    desk.expect_why("First error at step 2. Steps behind it stay unrated")
    desk.press("ArrowUp", "2", "u", "Shift+U")  # a correction, undone and redone
    desk.expect_others("positive", "neutral", "negative")
    desk.press("Enter")
    expect(desk.page.get_by_role("heading", name="Nothing to label just now")).to_be_visible()
    label = Label.objects.get()
    assert (label.ratings, label.finish_reason) == ("+-", "found_error")
    assert label.alternatives == [
        {"text": OTHERS["1"][0], "rating": 1, "flagged": False},
        {"text": OTHERS["1"][1], "rating": 0, "flagged": True},
        {"text": OTHERS["1"][2], "rating": -1, "flagged": False},
    ]


def test_alternatives_go_and_come_back_with_the_first_error_and_with_the_draft(desk: DeskPage) -> None:
    desk.press("3", "1", "3", "x")
    desk.expect_others("positive", "unsure", "active")
    desk.page.get_by_role("button", name="Step 2: negative, the first error. Change").click()
    desk.expect_states("positive", "active", "later")
    desk.press("2")
    desk.expect_states("positive", "neutral", "active")
    desk.expect_others()
    desk.press("1")
    desk.expect_others("active")
    expect(desk.others.nth(0)).to_contain_text("The answer is 4.")
    desk.press("ArrowUp", "ArrowUp", "1")  # the first error moves forward: what was said there is back
    desk.expect_states("positive", "negative", "parked")
    desk.expect_others("positive", "unsure", "active")
    desk.expect_saved()
    assert Draft.objects.get().content["alternatives"]["1"][:2] == [
        {"rating": 1, "flagged": False},
        {"rating": None, "flagged": True},
    ]
    desk.reload()
    desk.expect_states("positive", "negative", "parked")
    desk.expect_others("positive", "unsure", "active")
    desk.page.get_by_role("button", name="Alternative A: positive. Change").click()
    desk.expect_others("active", "unsure", "option")
    desk.press("ArrowUp")  # from the first alternative up to the step itself
    desk.expect_states("positive", "active", "parked")
    desk.press("ArrowDown", "ArrowDown", "ArrowDown")
    desk.expect_others("positive", "unsure", "active")


def test_giving_up_behind_a_first_error_keeps_what_was_said_of_alternatives(desk: DeskPage) -> None:
    desk.press("3", "1", "2", "Shift+G", "1", "Enter")
    expect(desk.page.get_by_role("heading", name="Nothing to label just now")).to_be_visible()
    label = Label.objects.get()
    assert (label.ratings, label.finish_reason) == ("+-", "give_up")
    assert label.alternatives == [{"text": OTHERS["1"][0], "rating": 0, "flagged": False}]
