"""One's own work in the browser: by keys alone from signing in to a revised label, and without barriers."""

import re
from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from django.urls import reverse
from playwright.sync_api import Page, expect

from labeling.models import Campaign, Label, Preferences, QueueItem
from tests import factories as make
from tests.browser.axe import expect_no_violations
from tests.browser.desk import DeskPage
from tests.browser.test_nothing_lost import KEEP_NOTHING
from tests.conftest import BrowserErrors
from tests.factories import PASSWORD

OpenPage = Callable[[User | None], Page]


def arrive(page: Page, heading: str) -> None:
    """The page with this heading is there, and its keys act."""
    expect(page.get_by_role("heading", name=heading, exact=True)).to_be_visible()
    page.wait_for_load_state()


def test_by_keys_alone_from_signing_in_to_a_revised_label_with_keys_of_ones_own(
    page: Page, campaign: Campaign, labeler: User, items: list[QueueItem]
) -> None:
    keys = page.keyboard
    page.goto("/")
    expect(page.get_by_label("Name")).to_be_focused()
    keys.type(labeler.username)
    keys.press("Tab")
    keys.type(PASSWORD)
    keys.press("Enter")
    arrive(page, "Your campaigns")

    keys.press("Shift+S")
    arrive(page, "Settings")
    for _ in range(3):
        keys.press("ArrowDown")
    expect(page.get_by_role("button", name="Change the key of “Positive”")).to_be_focused()
    keys.press("Enter")
    keys.press("d")
    expect(page.get_by_text("D now does “Positive”.").first).to_be_visible()

    keys.press("Shift+H")
    arrive(page, "Your campaigns")
    keys.press("l")
    desk = DeskPage(page, campaign)
    desk.expect_states("active", "later", "later", "later")
    desk.press("d", "d", "x", "1")
    desk.expect_states("positive", "positive", "negative", "later")
    desk.press("Enter")
    desk.expect_problem_of("First we add")

    desk.press("Shift+M")
    arrive(page, "1 solution labeled today")
    keys.press("ArrowDown")
    keys.press("Enter")
    arrive(page, "First error at step 3")
    expect(page.get_by_role("button", name=re.compile("Negative|Submit"))).to_have_count(0)  # to be read, not rated

    keys.press("e")
    desk.expect_states("positive", "positive", "negative", "later")
    expect(page.get_by_text("Nothing is changed yet")).to_be_visible()
    desk.press("Enter")  # nothing to submit
    desk.press("ArrowUp", "1")
    desk.expect_states("positive", "negative", "parked", "later")
    desk.press("Enter", "Enter")
    expect(page.get_by_role("alert")).to_contain_text("it stands beside both versions")
    desk.press("Escape", "Enter", "1", "Enter")
    arrive(page, "First error at step 2")
    expect(page.get_by_role("heading", name="2 versions")).to_be_visible()

    first, second = Label.objects.order_by("pk")
    assert (first.ratings, first.flagged, first.is_current) == ("++-", [2], False)
    assert (second.ratings, second.revises, second.is_current) == ("+-", first, True)
    assert second.revision_reason == "I misread a step"
    assert second.total_time_ms >= first.total_time_ms > 0
    assert Preferences.objects.get().keys == {"positive": "d"}


@pytest.fixture
def label(campaign: Campaign, labeler: User) -> Label:
    """A label with an error that has alternatives."""
    solution = make.make_solution(
        make.make_problem(campaign), ["Add $2 + 2$.", "It is 5.", "So 5."], alternatives={"1": ["It is 4.", "It is 6."]}
    )
    said = [{"text": "It is 4.", "rating": 1, "flagged": False}, {"text": "It is 6.", "rating": -1, "flagged": False}]
    item = make.make_item(solution, make.make_round(campaign), "labeled")
    return make.make_label(
        item=item, labeler=make.make_labeler(campaign, labeler), alternatives=said, flagged=[0], step_times_ms=[7, 9]
    )


def revise(page: Page, label: Label, campaign: Campaign) -> DeskPage:
    desk = DeskPage(page, campaign)
    page.goto(reverse("revise", args=[label.pk]))
    expect(desk.step(1)).to_be_visible()
    return desk


def test_a_revision_is_kept_in_this_browser_until_it_is_submitted(
    label: Label, labeler: User, campaign: Campaign, open_page: OpenPage, browser_errors: BrowserErrors
) -> None:
    browser_errors.requests_may_fail()
    desk = revise(open_page(labeler), label, campaign)
    desk.expect_states("positive", "negative", "later")
    desk.expect_others("positive", "negative")
    desk.press("ArrowUp", "ArrowUp", "2")
    desk.expect_states("positive", "neutral", "active")
    desk.reload()
    desk.expect_states("positive", "neutral", "active")
    desk.press("3", "Enter")
    desk.page.keyboard.type("The second step is right.")
    desk.page.context.set_offline(True)
    desk.press("Enter")
    expect(desk.trouble).to_contain_text("Not submitted.")
    desk.page.context.set_offline(False)
    desk.press("Enter")  # the reason is still there
    arrive(desk.page, "All steps good")
    second = Label.objects.get(is_current=True)
    assert (second.ratings, second.finish_reason, second.alternatives) == ("+0+", "solution", [])
    assert second.revision_reason == "The second step is right."


def test_a_revision_that_the_server_refuses_stays_on_the_screen(
    label: Label, labeler: User, campaign: Campaign, open_page: OpenPage, browser_errors: BrowserErrors
) -> None:
    browser_errors.requests_may_fail()  # the browser reports the 409
    desk = revise(open_page(labeler), label, campaign)
    desk.press("ArrowUp", "ArrowUp", "2", "3")
    Label.objects.filter(pk=label.pk).update(is_current=False)
    desk.press("Enter", "2", "Enter")
    expect(desk.trouble).to_contain_text("This label has been revised already")
    desk.expect_states("positive", "neutral", "positive")


def test_of_two_tabs_that_revise_one_label_the_later_one_goes_on_and_the_earlier_one_says_so(
    label: Label, labeler: User, campaign: Campaign, open_page: OpenPage
) -> None:
    desk = revise(open_page(labeler), label, campaign)
    desk.press("ArrowUp", "ArrowUp", "3")
    later = revise(desk.page.context.new_page(), label, campaign)
    later.expect_states("positive", "positive", "active")
    expect(desk.trouble).to_contain_text("You revise this label in another tab now.")
    desk.expect_why("It goes on elsewhere")
    desk.press("1")  # rates nothing where it would not be kept
    desk.expect_states("positive", "positive", "active")
    later.press("2")
    later.expect_states("positive", "positive", "neutral")
    later.reload().expect_states("positive", "positive", "neutral")
    desk.press("Enter")  # Go on here
    expect(desk.trouble).to_be_hidden()
    desk.expect_states("positive", "positive", "neutral")
    expect(later.trouble).to_contain_text("You revise this label in another tab now.")


def overtaken(page: Page, label: Label, campaign: Campaign) -> tuple[DeskPage, Label]:
    """A revision that was refused, since a newer version had come from another device, and that version."""
    desk = revise(page, label, campaign)
    desk.press("ArrowUp", "ArrowUp", "2", "3")
    label.is_current = False
    label.save()
    newest = make.make_label(label.solution, label.labeler, [1, 1, 1], item=label.item, revises=label)
    desk.press("Enter", "2", "Enter")
    expect(desk.trouble).to_contain_text("This label has been revised already")
    return desk, newest


def test_a_revision_that_was_overtaken_shows_both_and_is_taken_over_by_one_key(
    label: Label, labeler: User, campaign: Campaign, open_page: OpenPage, browser_errors: BrowserErrors
) -> None:
    browser_errors.requests_may_fail()  # the browser reports the 409
    desk, newest = overtaken(open_page(labeler), label, campaign)
    desk.expect_states("positive", "neutral", "positive")
    expect(desk.step(2)).to_contain_text("was positive")
    expect(desk.step(3)).not_to_contain_text("was")  # both say the same
    desk.page.reload()
    desk.expect_states("positive", "neutral", "positive")  # kept, as a revision of the newest
    desk.press("ArrowUp", "ArrowUp", "2", "Enter", "Enter")
    arrive(desk.page, "All steps good")
    third = Label.objects.get(is_current=True)
    assert (third.ratings, third.revises) == ("00+", newest)
    assert third.revision_reason == "I pressed another key than I meant"


def test_what_this_screen_shows_is_taken_to_the_newest_version_by_its_key(
    label: Label, labeler: User, campaign: Campaign, open_page: OpenPage, browser_errors: BrowserErrors
) -> None:
    browser_errors.requests_may_fail()  # the browser reports the 409
    desk, newest = overtaken(open_page(labeler), label, campaign)
    desk.press("t")
    arrive(desk.page, "All steps good")
    third = Label.objects.get(is_current=True)
    assert (third.ratings, third.revises) == ("+0+", newest)
    assert third.revision_reason == "I pressed another key than I meant"


def test_an_overtaken_revision_is_left_for_the_newest_version_by_its_key(
    label: Label, labeler: User, campaign: Campaign, open_page: OpenPage, browser_errors: BrowserErrors
) -> None:
    browser_errors.requests_may_fail()  # the browser reports the 409
    desk, newest = overtaken(open_page(labeler), label, campaign)
    desk.press("s")
    expect(desk.trouble).to_be_hidden()
    desk.expect_states("positive", "positive", "positive")
    expect(desk.page).to_have_url(re.compile(reverse("revise", args=[newest.pk])))
    assert Label.objects.get(is_current=True) == newest


def test_what_was_changed_of_an_earlier_version_is_there_when_the_newest_is_revised(
    label: Label, labeler: User, campaign: Campaign, open_page: OpenPage
) -> None:
    desk = revise(open_page(labeler), label, campaign)
    desk.press("ArrowUp", "ArrowUp", "2")
    expect(desk.sign).to_have_text("Kept in this browser")
    label.is_current = False
    label.save()
    newest = make.make_label(label.solution, label.labeler, [1, 1, 1], item=label.item, revises=label)
    desk.reload()
    expect(desk.page).to_have_url(re.compile(reverse("revise", args=[newest.pk])))
    desk.expect_states("positive", "neutral", "active")
    expect(desk.step(2)).to_contain_text("was positive")
    expect(desk.trouble).to_contain_text("What you changed is kept here")
    desk.press("s")
    desk.expect_states("positive", "positive", "positive")
    expect(desk.trouble).to_be_hidden()


def test_a_browser_that_keeps_nothing_warns_before_a_revision_goes(
    label: Label, labeler: User, campaign: Campaign, open_page: OpenPage
) -> None:
    page = open_page(labeler)
    page.add_init_script(KEEP_NOTHING)
    desk = revise(page, label, campaign)
    expect(desk.trouble).to_contain_text("What you change is only on this screen until you submit it.")
    desk.press("Escape", "ArrowUp", "ArrowUp", "2")
    expect(desk.sign).to_have_text("Only on this screen")
    with page.expect_event("dialog") as asked:
        page.close(run_before_unload=True)
    assert asked.value.type == "beforeunload"
    asked.value.dismiss()
    desk.press("3", "Enter", "2", "Enter")  # goes without a warning
    arrive(page, "All steps good")


def test_giving_up_in_a_revision_needs_one_reason_only(
    label: Label, labeler: User, campaign: Campaign, open_page: OpenPage
) -> None:
    desk = revise(open_page(labeler), label, campaign)
    desk.press("Shift+G", "1", "Enter")
    arrive(desk.page, "Gave up")
    second = Label.objects.get(is_current=True)
    assert (second.finish_reason, second.reason) == ("give_up", "The mathematics is beyond me")
    assert second.revision_reason == second.reason


def test_a_solution_grown_from_candidates_is_revised_at_its_own_desk(
    labeler: User, campaign: Campaign, open_page: OpenPage
) -> None:
    tree = make.make_candidate_tree(
        make.make_problem(campaign), [{"text": "Add them.", "next": [{"text": "It is 5."}]}, {"text": "Guess."}]
    )
    item = make.make_item(tree=tree, round=make.make_round(campaign, mode="candidates"), state="labeled")
    first = make.make_tree_label(
        item=item,
        labeler=make.make_labeler(campaign, labeler),
        steps=[
            make.make_tree_step(tree.candidates, chosen=0),
            make.make_tree_step(tree.candidates[0]["next"], chosen=0),
        ],
    )
    desk = DeskPage(open_page(labeler), campaign)
    desk.page.goto(reverse("my-label", args=[first.pk]))
    arrive(desk.page, "A solution of 2 steps")
    desk.press("e")
    expect(desk.page.get_by_text("Nothing is changed yet")).to_be_visible()
    desk.press("ArrowUp", "1", "w")
    desk.page.keyboard.type("It is 4.")
    desk.press("Enter", "f", "Enter", "1", "Enter")
    arrive(desk.page, "A solution of 2 steps")
    expect(desk.page.get_by_role("heading", name="2 versions")).to_be_visible()
    second = Label.objects.get(is_current=True)
    assert (second.revises, second.mode) == (first, "candidates")
    assert second.steps[1]["completions"][0]["rating"] == -1
    assert second.steps[1]["human_completion"]["text"] == "It is 4."


@pytest.mark.parametrize(("width", "by_axe"), [(1440, True), (360, False)])
def test_ones_own_pages_have_no_barrier_and_never_scroll_sideways(
    width: int, by_axe: bool, label: Label, labeler: User, campaign: Campaign, open_page: OpenPage
) -> None:
    page = open_page(labeler)
    page.set_viewport_size({"width": width, "height": 800})
    make.make_dispute(make.make_label(make.make_solution(label.problem), label.labeler, [1, 1, 1]))

    def look(where: str) -> None:
        page.wait_for_load_state("networkidle")
        assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"), where
        if by_axe:
            expect_no_violations(page, where)

    for path in ("/me/password/", reverse("my-label", args=[label.pk]), reverse("my-work")):
        page.goto(path)
        look(path)
    page.keyboard.press("m")
    look("the menu")
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    look("all keys")
    page.goto("/me/settings/")
    page.get_by_role("button", name="Change the key of “Redo”").press("Enter")
    page.keyboard.press("x")
    expect(page.get_by_role("button", name="Take it")).to_be_focused()
    look("a taken key")
    desk = revise(page, label, campaign)
    desk.press("ArrowUp", "ArrowUp", "2", "3", "Enter", "Enter")
    look("the reason of a revision")
