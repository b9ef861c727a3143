"""A solution that grows from candidates: rated, gone on with, written, corrected, ended; by keys, clicks, offline."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from playwright.sync_api import Locator, Page, expect

from labeling.models import Campaign, Draft, Label, QueueItem
from tests import factories as make
from tests.browser.desk import DeskPage
from tests.conftest import BrowserErrors
from tests.leases import take_away
from tests.live import eventually

TREE = [
    {
        "text": "Let $x$ be the eggs.",
        "next": [{"text": "She sells $16 - 7 = 9$ eggs."}, {"text": "She sells 13 eggs."}],
    },
    {"text": "There are 16 eggs.", "next": [{"text": "She eats three of them."}, {"text": "She bakes with all."}]},
    {"text": "Ducks are birds."},
]


@pytest.fixture
def items(campaign: Campaign) -> list[QueueItem]:
    """A tree, and a whole solution after it."""
    round_ = make.make_round(campaign, number=3, mode="candidates")
    tree = make.make_candidate_tree(make.make_problem(campaign, text="How many eggs?"), TREE)
    return [make.make_item(tree=tree, round=round_), make.make_item(round=round_)]


@pytest.fixture
def desk(
    items: list[QueueItem], labeler: User, open_page: Callable[[User | None], Page], campaign: Campaign
) -> DeskPage:
    desk = DeskPage(open_page(labeler), campaign)
    desk.page.goto(desk.address)
    expect(heading(desk)).to_have_text("3 candidates for this step")
    return desk


def heading(desk: DeskPage) -> Locator:
    """What the step in hand says of itself."""
    return desk.page.get_by_role("main").locator(".place h2")


def candidates(desk: DeskPage) -> Locator:
    """The candidates of the step in hand; behind them a step that was written there."""
    return desk.page.get_by_role("main").locator(".place ol .step").locator("visible=true")


def trajectory(desk: DeskPage) -> Locator:
    """The steps of the way that are not in hand."""
    return desk.page.get_by_role("main").locator(".steps > div > ol > li > .step")


def expect_candidates(desk: DeskPage, *states: str) -> None:
    expect(candidates(desk)).to_have_count(len(states))
    for number, state in enumerate(states):
        expect(candidates(desk).nth(number)).to_have_attribute("data-state", state)


def expect_trajectory(desk: DeskPage, *texts: str) -> None:
    expect(trajectory(desk).locator(".step-text")).to_have_text([re.compile(text) for text in texts])


def why(desk: DeskPage) -> Locator:
    return desk.page.locator("[data-part=why]")


def steps_of(label: Label) -> list[tuple[list[Any], int | None, str | None]]:
    """Ratings, choice and written text of each step."""
    return [
        (
            [completion["rating"] for completion in step["completions"]],
            step["chosen_completion"],
            step["human_completion"] and step["human_completion"]["text"],
        )
        for step in label.steps or []
    ]


def test_a_solution_grows_by_keys_alone_and_the_next_item_may_be_a_whole_one(
    desk: DeskPage, items: list[QueueItem]
) -> None:
    expect_candidates(desk, "active", "option", "option")
    desk.press("3", "x")
    expect_candidates(desk, "positive", "unsure", "active")
    expect(why(desk)).to_have_text("1 candidate to rate")
    desk.press("1")
    expect_candidates(desk, "active", "unsure", "negative")
    expect(why(desk)).to_have_text("A goes on")
    desk.press("Enter")
    expect_trajectory(desk, "Let .* be the eggs")
    expect(heading(desk)).to_have_text("2 candidates for this step")
    desk.press("1", "2")
    expect(why(desk)).to_have_text("None is good enough: write the step")
    desk.press("Enter")
    field = desk.page.get_by_label("The next step, in your own words")
    expect(field).to_be_focused()
    desk.page.keyboard.type("She sells $9")
    expect(candidates(desk).last).to_contain_text("She sells $9")  # half a formula is text
    desk.page.keyboard.type(" = 16 - 7$ eggs")
    expect(candidates(desk).last.locator(".katex").first).to_be_visible()  # as it will stand
    desk.press("Enter")
    expect_trajectory(desk, "Let .* be the eggs", "She sells")
    expect(heading(desk)).to_have_text("No candidates here")
    desk.press("f")
    expect(why(desk)).to_have_text("The solution is complete: 2 steps")
    desk.press("Enter")
    desk.expect_states("active", "later", "later")  # a whole solution, under its own keys
    expect(desk.button("Submit")).to_be_visible()
    label = Label.objects.get()
    assert steps_of(label) == [
        ([1, None, -1], 0, None),
        ([-1, 0], None, "She sells $9 = 16 - 7$ eggs"),
    ]
    assert (label.item, label.tree, label.finish_reason, label.mode) == (
        items[0], items[0].tree, "solution", "candidates",
    )  # fmt: skip
    assert label.total_time_ms > 0
    assert len(label.step_times_ms) == 2
    desk.press("3", "1")
    desk.expect_states("positive", "negative", "later")


def test_an_earlier_choice_is_changed_and_parked_work_comes_back(desk: DeskPage) -> None:
    desk.press("3", "3", "1", "Enter")  # the hand is on the first good one
    expect(heading(desk)).to_have_text("2 candidates for this step")
    desk.press("3", "1")
    desk.press("Enter", "ArrowLeft", "ArrowLeft")
    expect_candidates(desk, "active", "positive", "negative")
    expect(candidates(desk).first).to_contain_text("goes on")
    desk.press("ArrowDown", "Enter")
    expect_trajectory(desk, "There are 16 eggs")
    expect_candidates(desk, "active", "option")
    desk.press("ArrowLeft")
    expect(candidates(desk).first).to_contain_text("1 step parked")
    expect(desk.page.get_by_text("Steps behind another choice are parked and come back with it.")).to_be_visible()
    desk.press("ArrowUp", "Enter")
    expect_trajectory(desk, "Let .* be the eggs", "She sells")
    desk.press("u")
    expect(candidates(desk)).to_have_count(3)
    desk.press("Shift+U")
    expect_trajectory(desk, "Let .* be the eggs", "She sells")
    desk.press("ArrowLeft", "ArrowLeft", "1")  # what went on is negative now: its way ends here
    expect(trajectory(desk)).to_have_count(0)
    desk.press("3")
    expect(trajectory(desk)).to_have_count(2)


def test_a_solution_grows_by_clicks_alone(desk: DeskPage) -> None:
    for rating in ("Negative", "Positive", "Unsure"):
        desk.button(rating).click()
    desk.button("Go on").click()
    for rating in ("Negative", "Negative"):
        desk.button(rating).click()
    desk.button("Write").click()
    desk.page.get_by_label("The next step, in your own words").fill("She keeps nine.")
    desk.button("Take this step").click()
    expect_trajectory(desk, "There are 16 eggs", "She keeps nine")
    desk.button("It is complete").click()
    desk.page.get_by_role("button", name="Step 2: written by you. Change").click()
    desk.page.get_by_role("button", name="The step that you wrote. Change").click()
    desk.page.get_by_label("The next step, in your own words").fill("She keeps nine eggs.")
    desk.button("Take this step").click()
    desk.button("Submit").click()
    desk.expect_states("active", "later", "later")
    assert steps_of(Label.objects.get()) == [
        ([-1, 1, None], 1, None),
        ([-1, -1], None, "She keeps nine eggs."),
    ]


def test_what_cannot_be_a_step_is_said_beside_the_field(desk: DeskPage) -> None:
    desk.press("w")
    expect(desk.page.get_by_role("status")).to_have_text(re.compile("A step is written where all candidates are rated"))
    desk.press("1", "1", "1", "w", "Enter")
    told = desk.page.get_by_role("form", name="Write the step").get_by_role("alert")
    expect(told).to_have_text("Please write the step, or go back.")
    desk.page.keyboard.type("ducks  are birds.")
    desk.press("Enter")
    expect(told).to_have_text("This repeats a candidate or the step before.")
    desk.press("Escape")
    expect(candidates(desk).last).to_contain_text("ducks are birds.")  # what was begun is kept
    desk.press("f")
    expect(desk.page.get_by_role("status")).to_have_text(re.compile("A solution is complete behind a step"))
    assert not Label.objects.exists()


def test_drafts_come_back_with_half_a_step_and_parked_work(desk: DeskPage) -> None:
    desk.press("3", "3", "1", "Enter", "1", "1", "ArrowLeft", "ArrowDown", "Enter", "1", "1", "w")
    desk.page.keyboard.type("She eats $3$")
    desk.expect_saved()
    eventually(lambda: "She eats $3$" in str(Draft.objects.get().content))
    desk.page.reload()
    expect_trajectory(desk, "There are 16 eggs")
    expect(candidates(desk).last).to_contain_text("She eats 3")
    desk.press("w")
    expect(desk.page.get_by_label("The next step, in your own words")).to_have_value("She eats $3$")
    desk.press("Escape", "ArrowLeft")
    expect(candidates(desk).first).to_contain_text("1 step parked")


def test_work_goes_on_offline_and_is_saved_when_the_network_is_back(
    desk: DeskPage, browser_errors: BrowserErrors
) -> None:
    browser_errors.requests_may_fail()
    desk.page.context.set_offline(True)
    desk.press("3", "1", "1", "Enter", "3")
    expect(desk.sign).to_have_text("Offline, 4 ratings kept here")
    desk.page.context.set_offline(False)
    desk.expect_saved()
    assert len(Draft.objects.get().content["steps"]) == 2


def test_half_a_step_outlives_a_session_another_tab_and_its_lease(
    desk: DeskPage, campaign: Campaign, items: list[QueueItem], browser_errors: BrowserErrors
) -> None:
    browser_errors.requests_may_fail()
    field = desk.page.get_by_label("The next step, in your own words")
    desk.press("1", "1", "1", "w")
    desk.page.keyboard.type("She has ")
    desk.expect_saved()

    Session.objects.all().delete()
    desk.page.keyboard.type("$16$")
    expect(desk.trouble).to_contain_text("You are signed out.")
    expect(field).to_have_value("She has $16$")
    desk.page.get_by_label("Password").fill(make.PASSWORD)
    desk.page.keyboard.press("Enter")
    desk.expect_saved()
    expect(field).to_have_value("She has $16$")

    later = DeskPage(desk.page.context.new_page(), campaign)
    later.page.goto(later.address)
    expect(candidates(later).last).to_contain_text("She has 16")
    expect(desk.trouble).to_contain_text("This solution is open in another tab or on another device now.")
    desk.button("Go on here").click()
    expect(candidates(desk).last).to_contain_text("She has 16")
    expect(later.trouble).to_contain_text("This solution is open in another tab or on another device now.")

    take_away(items[0])
    desk.press("w")
    desk.page.keyboard.type(" eggs.")
    expect(desk.trouble).to_contain_text("somebody else has it now.")
    expect(desk.trouble).to_contain_text("What you rated is kept for you alone, as a private draft.")
    eventually(lambda: "She has $16$ eggs." in str(Draft.objects.get().content))


@pytest.mark.parametrize(("key", "ending"), [("Shift+G", "give_up"), ("Shift+B", "bad_problem")])
def test_ending_early_keeps_what_was_rated_at_the_open_place(desk: DeskPage, key: str, ending: str) -> None:
    desk.press("3", "1", "1", "Enter", "2", key)
    expect(desk.page.get_by_text("Your 4 ratings are kept.")).to_be_visible()
    desk.press("1", "Enter")
    desk.expect_states("active", "later", "later")
    label = Label.objects.get()
    assert (label.finish_reason, steps_of(label)) == (ending, [([1, -1, -1], 0, None), ([0, None], None, None)])


def test_all_keys_are_those_of_what_is_labeled(desk: DeskPage) -> None:
    desk.press("?")
    keys = desk.page.get_by_role("complementary", name="All keys")
    expect(keys.get_by_role("button", name=re.compile("To the step before"))).to_be_visible()
    expect(keys.get_by_role("button", name=re.compile("Submit, go to the next"))).to_be_hidden()
    desk.press("Escape")
    desk.page.set_viewport_size({"width": 360, "height": 740})
    expect(candidates(desk).first).to_be_visible()
    width = desk.page.evaluate("document.documentElement.scrollWidth")
    assert width <= 360
