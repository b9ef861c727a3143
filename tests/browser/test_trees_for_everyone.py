"""Growing a solution, for everyone: heard instead of seen, without barriers that axe finds, small and enlarged."""

from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import Page, expect

from labeling.models import Campaign
from tests import factories as make
from tests.browser.desk import DeskPage
from tests.browser.test_desk_for_everyone import TOO_SMALL, expect_no_barrier

TREE = [
    {"text": "Halve both sides of $2x = 10$.", "next": [{"text": "So \\[ x = 4 \\]"}, {"text": "Let us see."}]},
    {"text": "Add one."},
]


@pytest.fixture
def desk(campaign: Campaign, labeler: User, open_page: Callable[[User | None], Page]) -> DeskPage:
    """A desk with a tree on it."""
    tree = make.make_candidate_tree(make.make_problem(campaign, text="Find $x$.", reference="5"), TREE)
    make.make_item(tree=tree, round=make.make_round(campaign, mode="candidates"))
    desk = DeskPage(open_page(labeler), campaign)
    desk.page.goto(desk.address)
    expect(desk.page.get_by_role("heading", name="2 candidates for this step")).to_be_visible()
    return desk


def test_a_growing_solution_makes_sense_to_those_who_hear_it(desk: DeskPage) -> None:
    expect(desk.heard).to_have_text("A problem with 2 candidates for its first step.")
    desk.press("3")
    expect(desk.heard).to_have_text("Candidate A: positive. Step 1, candidate B of 2: Add one.")
    desk.press("1")
    expect(desk.heard).to_have_text("Candidate B: negative. A goes on")
    desk.press("Enter")
    expect(desk.heard).to_have_text("Candidate A goes on. Step 2, candidate A of 2: So \\[ x = 4 \\]")
    expect(desk.page.get_by_role("region", name="Solution, step by step")).to_match_aria_snapshot(
        """
        - list:
          - listitem:
            - 'button "Step 1: positive. Change"'
            - text: Halve both sides of
            - math: 2 x = 10
            - text: . positive
          - listitem:
            - region "2 candidates for this step":
              - heading "2 candidates for this step" [level=2]
              - paragraph: Rate each on its own, then go on with a good one.
              - list:
                - listitem:
                  - 'button "Candidate A: in hand"'
                  - text: So
                  - math: x = 4
                - listitem:
                  - 'button "Candidate B: not rated yet"'
                  - text: Let us see.
        """
    )
    desk.press("1", "2")
    expect(desk.heard).to_have_text("Candidate B: neutral. None is good enough: write the step")
    desk.press("Enter")
    desk.page.keyboard.type("So $x = 5$.")
    desk.press("Enter")
    expect(desk.heard).to_have_text("Your step goes on. Step 3: Write on, or say that it is complete")
    expect(desk.page.get_by_role("region", name="Rate and submit")).to_match_aria_snapshot(
        """
        - region "Rate and submit":
          - button "Undo U"
          - button "Give up ⇧ G"
          - paragraph: Step 3 Write on, or say that it is complete
          - group "How the solution goes on":
            - button "Write the next step W"
            - button "It is complete F"
          - button "Go on ↵" [disabled]
        """
    )
    desk.press("f")
    expect(desk.heard).to_have_text("The solution is complete: 2 steps")
    desk.press("u")
    expect(desk.heard).to_have_text("Undone. Step 3: Write on, or say that it is complete")


@pytest.mark.timeout(300)
def test_no_state_of_a_growing_solution_has_a_barrier_or_scrolls_sideways(desk: DeskPage) -> None:
    page = desk.page
    desk.press("3", "x")
    expect_no_barrier(page, "rating")
    desk.press("Enter", "1", "1", "w")
    page.keyboard.type("So $x = 5$.")
    expect_no_barrier(page, "writing")
    desk.press("Enter")
    expect_no_barrier(page, "no candidates")
    desk.press("f")
    expect_no_barrier(page, "complete")
    desk.press("ArrowLeft")
    expect_no_barrier(page, "a written step in hand")
    desk.press("ArrowLeft", "ArrowDown", "3", "Enter", "ArrowLeft")
    expect_no_barrier(page, "parked")


def test_what_a_finger_meets_while_a_solution_grows_is_large_enough(desk: DeskPage) -> None:
    desk.page.set_viewport_size({"width": 360, "height": 740})
    desk.press("3", "1", "Enter", "1", "1")
    assert desk.page.evaluate(TOO_SMALL) == []
    desk.press("w")
    assert desk.page.evaluate(TOO_SMALL) == []
    desk.page.keyboard.type("So it is.")
    desk.press("Enter")
    assert desk.page.evaluate(TOO_SMALL) == []


def test_rating_moves_no_candidate(desk: DeskPage) -> None:
    tops = "rows => rows.map(row => Math.round(row.getBoundingClientRect().top + scrollY))"
    rows = desk.page.get_by_role("main").locator(".place ol .step").locator("visible=true")
    before = rows.evaluate_all(tops)
    desk.press("3", "x", "1", "ArrowUp", "2", "3")
    assert rows.evaluate_all(tops) == before


def test_the_line_ends_at_a_mark_also_while_a_step_is_written(desk: DeskPage) -> None:
    sign = desk.page.get_by_role("main").locator(".place-head use")
    desk.press("3", "1", "1", "Enter", "1", "1")
    expect(sign.locator("visible=true")).to_have_attribute("href", "#open")
    desk.press("w")
    expect(sign.locator("visible=true")).to_have_attribute("href", "#open")
    desk.page.keyboard.type("So $x = 5$.")
    desk.press("Enter")
    expect(sign.locator("visible=true")).to_have_attribute("href", "#here")  # no candidates there
