"""The desk for everyone: heard instead of seen, without barriers that axe finds, on a phone, enlarged."""

import re
from collections.abc import Callable, Sequence

import pytest
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from playwright.sync_api import Page, expect

from labeling.models import Campaign, Label, QueueItem, Round
from tests import factories as make
from tests.browser.axe import SCHEMES, Scheme, expect_no_violations
from tests.browser.desk import DeskPage
from tests.conftest import BrowserErrors
from tests.leases import take_away

STEPS = ["Halve both sides of $2x = 10$.", "So \\[ x = 4 \\]", "The answer is 4."]
OTHERS = {"1": ["So $x = 5$.", "Let us see."]}
SCREENS = {
    "wide": (1440, 900),
    "drawer": (1100, 700),
    "phone": (360, 740),
    "a wide one at 200 %": (720, 450),
    "a wide one at 400 %": (320, 256),
}
LAYOUTS: dict[str, Sequence[Scheme]] = {"phone": ("light",), "wide": SCHEMES}

# Each control in sight that is smaller than a finger needs; some are pressed on the ground around them.
TOO_SMALL = """() => [...document.querySelectorAll('button, input, .brand')].flatMap(control => {
    if (!control.checkVisibility({visibilityProperty: true}) || control.closest('.skip, .stage')) return [];
    const box = control.getBoundingClientRect();
    const ground = getComputedStyle(control, '::after');
    const wide = Math.max(box.width, parseFloat(ground.width) || 0);
    const high = Math.max(box.height, parseFloat(ground.height) || 0);
    return wide < 44 || high < 44 ? [`${control.ariaLabel || control.textContent.trim()}: ${wide} x ${high}`] : [];
})"""


def expect_no_sideways_scrolling(page: Page, state: str) -> None:
    """On any of the screens, as the desk stands; the last of them stays."""
    for name, (width, height) in SCREENS.items():
        page.set_viewport_size({"width": width, "height": height})
        assert page.evaluate("document.documentElement.scrollWidth") == width, f"{name}, {state}"


def expect_no_barrier(page: Page, state: str) -> None:
    """Axe where the page is laid out in columns and in one, in the colours of dark once; the width on every screen."""
    expect_no_sideways_scrolling(page, state)
    for screen, schemes in LAYOUTS.items():
        width, height = SCREENS[screen]
        page.set_viewport_size({"width": width, "height": height})
        expect_no_violations(page, f"{screen}, {state}", schemes)


@pytest.fixture
def desk(campaign: Campaign, labeler: User, open_desk: Callable[[User], DeskPage]) -> DeskPage:
    """A desk with a solution that has alternatives to its second step, and a second solution behind it."""
    round_ = make.make_round(campaign)
    problem = make.make_problem(campaign, text="Find $x$.", reference="5")
    make.make_item(make.make_solution(problem, STEPS, answer="4", alternatives=OTHERS), round_)
    make.make_item(make.make_solution(problem, ["First $x$, then $y$.", "The answer is 5."], answer="5"), round_)
    return open_desk(labeler)


def test_one_solution_makes_sense_to_those_who_hear_it(desk: DeskPage) -> None:
    expect(desk.heard).to_have_text("A solution with 3 steps. Step 1 is in hand.")
    expect(desk.page.get_by_role("main")).to_match_aria_snapshot(
        """
        - main:
          - region "Problem":
            - heading "Problem" [level=1]
            - text: Find
            - math: x
            - text: .
            - term: This solution’s answer
            - definition: "4"
            - term: Current guess of the answer
            - definition: "5"
            - button "Bad problem ⇧ B"
          - region "Solution, 3 steps":
            - list:
              - listitem:
                - 'button "Step 1: in hand"'
                - text: Halve both sides of
                - math: 2 x = 10
                - text: .
              - listitem:
                - 'button "Step 2: not reached yet" [disabled]'
                - text: So
                - math: x = 4
              - listitem:
                - 'button "Step 3: not reached yet" [disabled]'
                - text: The answer is 4.
        """
    )
    heard = "Step 1: positive. Step 2 of 3: So \\[ x = 4 \\]"
    positive = desk.button("Positive")
    positive.focus()
    desk.press("Enter")
    expect(desk.heard).to_have_text(heard)
    expect(positive).to_be_focused()
    desk.press("x")
    expect(desk.heard).to_have_text("Step 2: unsure.")
    desk.press("1")
    expect(desk.heard).to_have_text(
        "Step 2: negative. 2 other steps for the same place. Rate each on its own. Alternative A of 2: So $x = 5$."
    )
    expect(desk.page.get_by_role("region", name="Rate and submit")).to_match_aria_snapshot(
        """
        - region "Rate and submit":
          - button "Undo U"
          - button "Give up ⇧ G"
          - paragraph: "Alternative A of 2 To submit: 2 alternatives to rate"
          - group "Rating":
            - button "Negative 1"
            - button "Neutral 2"
            - button "Positive 3"
          - button "Unsure X"
          - button "Submit ↵" [disabled]
        """
    )
    expect(desk.page.get_by_role("group", name="Rating")).to_have_accessible_description("Alternative A of 2")
    desk.press("3", "x")
    expect(desk.heard).to_have_text("Alternative B: unsure. First error at step 2. Steps behind it stay unrated")
    expect(desk.page.get_by_role("region", name="Solution, 3 steps")).to_match_aria_snapshot(
        """
        - list:
          - listitem:
            - 'button "Step 1: positive. Change"'
            - text: Halve both sides of
            - math: 2 x = 10
            - text: . positive
          - listitem:
            - 'button "Step 2: negative, the first error. Change"'
            - text: So
            - math: x = 4
            - text: first error unsure
            - region "What else could stand here":
              - heading "What else could stand here" [level=2]
              - paragraph: 2 other steps for the same place. Rate each on its own.
              - list:
                - listitem:
                  - 'button "Alternative A: positive. Change"'
                  - text: So
                  - math: x = 5
                  - text: . positive
                - listitem:
                  - 'button "Alternative B: unsure. Change"'
                  - text: Let us see. unsure
              - paragraph: /Behind the first error nothing is rated/
          - listitem:
            - 'button "Step 3: not reached yet" [disabled]'
            - text: The answer is 4.
        """
    )
    desk.press("u")
    expect(desk.heard).to_have_text("Undone. Alternative B of 2: Let us see.")
    desk.press("Shift+U")
    desk.button("Submit").focus()
    desk.press("Enter")
    expect(desk.heard).to_have_text("Submitted. A solution with 2 steps. Step 1 is in hand.")
    desk.press("Shift+G", "Enter")
    expect(desk.page.get_by_role("alert")).to_have_text("Please write a reason: a lead reads it.")
    desk.press("Escape", "2", "2", "Enter")
    expect(desk.heard).to_have_text(re.compile("^Nothing to label just now. "))
    assert [label.ratings for label in Label.objects.order_by("id")] == ["+-", "00"]


@pytest.mark.timeout(300)
def test_no_state_of_the_desk_has_a_barrier_or_scrolls_sideways(
    desk: DeskPage, campaign: Campaign, browser_errors: BrowserErrors
) -> None:
    browser_errors.requests_may_fail()
    page = desk.page
    once_more, _ = (
        make.make_item(make.make_solution(make.make_problem(campaign), [text, "So it is."]), Round.objects.get())
        for text in ("Once more.", "And again.")
    )

    desk.press("2", "x")
    expect_no_barrier(page, "rating")
    for panel, closing in (("g", "Escape"), ("?", "Escape")):
        desk.press(panel)
        expect_no_barrier(page, f"panel {panel}")
        desk.press(closing)
    desk.press("Shift+B", "Enter")
    expect(page.get_by_role("alert")).to_be_visible()
    expect_no_barrier(page, "a reason is missing")
    desk.press("Escape", "1", "3", "x")
    desk.expect_others("positive", "unsure")
    expect_no_barrier(page, "alternatives")
    desk.press("ArrowUp", "ArrowUp", "3", "3", "ArrowUp", "1")
    desk.expect_states("neutral", "negative", "parked")
    expect_no_barrier(page, "parked")
    page.context.set_offline(True)
    desk.press("Enter")
    desk.expect_problem_of("First")
    desk.press("2", "2", "Enter")
    expect(desk.trouble).to_contain_text("Not submitted yet")
    expect_no_barrier(page, "offline")
    page.context.set_offline(False)
    desk.expect_problem_of("Once more")
    desk.press("2")
    desk.expect_saved()
    other = DeskPage(page.context.new_page(), campaign).open()
    expect(desk.trouble).to_contain_text("open in another tab")
    expect_no_barrier(page, "open in another tab")
    other.page.close()
    desk.button("Go on here").click()
    expect(desk.trouble).to_be_hidden()
    take_away(once_more)
    desk.press("2")
    expect(desk.trouble).to_contain_text("kept for you alone")
    expect_no_barrier(page, "somebody else has it")
    desk.press("Enter", "2")
    desk.expect_problem_of("And again")
    Session.objects.all().delete()
    desk.press("2")
    expect(page.get_by_label("Password")).to_be_visible()
    expect_no_barrier(page, "signed out")


@pytest.mark.parametrize("reference", ["greyed", "hidden"])
def test_an_empty_desk_and_a_greyed_guess_have_no_barrier(
    campaign: Campaign, labeler: User, open_desk: Callable[[User], DeskPage], reference: str
) -> None:
    campaign.reference_answer = reference
    campaign.save()
    make.make_item(make.make_solution(make.make_problem(campaign)), make.make_round(campaign))
    desk = open_desk(labeler)
    expect_no_violations(desk.page, f"the guess is {reference}")
    desk.press("1", "Enter")
    expect(desk.page.get_by_role("heading", name="Nothing to label just now")).to_be_visible()
    expect_no_violations(desk.page, "empty")
    expect(desk.page.get_by_role("button", name="Guide")).to_be_hidden()


def test_what_a_finger_meets_is_large_enough(desk: DeskPage) -> None:
    desk.page.set_viewport_size({"width": 360, "height": 740})
    desk.press("3", "1", "3")

    assert desk.page.evaluate(TOO_SMALL) == []
    desk.button("More").click()
    assert desk.page.evaluate(TOO_SMALL) == []


def test_what_the_dock_says_for_a_while_does_not_send_it_away(desk: DeskPage, browser_errors: BrowserErrors) -> None:
    browser_errors.requests_may_fail()
    desk.page.set_viewport_size({"width": 360, "height": 600})
    desk.press("3")
    desk.expect_saved()
    take_away(QueueItem.objects.order_by("pk")[0])
    desk.press("1")
    expect(desk.trouble).to_contain_text("kept for you alone")
    desk.page.set_viewport_size({"width": 390, "height": 600})  # such as a phone that was turned, and back
    desk.page.evaluate("dispatchEvent(new Event('resize'))")
    expect(desk.page.locator("body")).not_to_have_attribute("data-crowded", "")


def test_a_printed_page_is_the_text_alone_in_ink_on_white(desk: DeskPage) -> None:
    desk.page.evaluate("document.documentElement.dataset.theme = 'dark'")
    desk.page.emulate_media(media="print", color_scheme="dark")
    expect(desk.step(3)).to_be_visible()
    for part in (".dock", ".bar-end", ".guide"):
        expect(desk.page.locator(part).first).to_be_hidden()
    ink = desk.step(1).locator(".step-text").evaluate("text => getComputedStyle(text).color")
    assert ink == desk.page.evaluate(
        "document.documentElement.dataset.theme = 'light', getComputedStyle(document.body).color"
    )


def test_all_keys_are_called_so_in_a_narrow_window_too(desk: DeskPage) -> None:
    desk.page.set_viewport_size({"width": 720, "height": 450})
    desk.press("?")
    expect(desk.page.locator("#keys-title")).to_have_text("All keys", use_inner_text=True)


def test_a_phone_lists_only_what_has_no_control_before_it(desk: DeskPage) -> None:
    desk.page.set_viewport_size({"width": 360, "height": 740})
    touch = desk.page.context.new_cdp_session(desk.page)
    touch.send("Emulation.setTouchEmulationEnabled", {"enabled": True})
    desk.button("More").click()
    more = desk.page.get_by_role("complementary", name="More")
    for key_alone in ("Close, go back", "Where a reason is asked"):
        expect(more.get_by_text(key_alone).locator("visible=true")).to_have_count(0)
    named = [text.strip() for text in more.locator("button:visible[data-do]").all_inner_texts()]
    assert named[:2] == ["Close", "Undo"]
    assert set(named) >= {"Redo", "Give up", "My work", "Settings"}
    shown = [
        button.inner_text().strip() for button in desk.page.locator(".dock button:visible, .bar button:visible").all()
    ]
    assert not set(named) & {*shown, "Unsure", "Submit, go to the next", "Guide", "Bad problem"}
