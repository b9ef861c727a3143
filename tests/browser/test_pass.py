"""One pass over one solution: rated by keys and by clicks, corrected, ended, submitted."""

import re
from collections.abc import Callable

from django.contrib.auth.models import User
from playwright.sync_api import Page, expect

from labeling.models import Campaign, Label, QueueItem
from tests import factories as make
from tests.browser.desk import DeskPage
from tests.factories import PASSWORD
from tests.live import eventually


def test_a_labeler_signs_in_rates_to_the_first_error_by_keys_and_gets_the_next_solution(
    page: Page, campaign: Campaign, labeler: User, items: list[QueueItem]
) -> None:
    page.goto("/")
    expect(page.get_by_label("Name")).to_be_focused()  # the browser sets it a moment after the page is there
    page.keyboard.type(labeler.username)
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Your campaigns")).to_be_visible()
    page.wait_for_load_state()
    page.keyboard.press("l")
    desk = DeskPage(page, campaign)
    desk.expect_states("active", "later", "later", "later")
    desk.press("3", "2", "1")
    desk.expect_states("positive", "neutral", "negative", "later")
    desk.expect_why("First error at step 3. Steps behind it stay unrated")
    desk.press("Enter")
    desk.expect_problem_of("First we add")
    desk.expect_states("active", "later", "later")
    expect(page.get_by_text("1 done today")).to_be_visible()
    label = Label.objects.get()
    assert (label.item, label.ratings, label.finish_reason) == (items[0], "+0-", "found_error")
    assert label.total_time_ms > 0
    assert len(label.step_times_ms) == 3


def test_a_pass_goes_by_clicks_alone(desk: DeskPage) -> None:
    for rating in ("Positive", "Neutral", "Positive", "Positive"):
        desk.button(rating).click()
    desk.expect_states("positive", "neutral", "positive", "positive")
    desk.button("Submit").click()
    desk.expect_problem_of("First we add")
    label = Label.objects.get()
    assert (label.ratings, label.finish_reason) == ("+0++", "solution")


def test_the_signs_rate_as_the_numbers_do(desk: DeskPage) -> None:
    desk.press("+", "0", "-")
    desk.expect_states("positive", "neutral", "negative", "later")


def test_submit_says_what_is_missing_and_sends_nothing(desk: DeskPage) -> None:
    desk.press("3")
    submit = desk.button("Submit")
    expect(submit).to_have_attribute("aria-disabled", "true")
    expect(submit).to_have_accessible_description("To submit: 3 more steps, or the first error")
    desk.press("Enter")
    expect(desk.heard).to_have_text("To submit: 3 more steps, or the first error")
    assert not Label.objects.exists()


def test_moving_the_first_error_parks_later_ratings_and_brings_them_back(desk: DeskPage) -> None:
    desk.press("3", "3", "2")
    desk.page.get_by_role("button", name="Step 2: positive. Change").click()
    desk.press("1")
    desk.expect_states("positive", "negative", "parked", "later")
    expect(desk.step(3)).to_contain_text("parked: neutral")
    desk.press("3")
    desk.expect_states("positive", "positive", "neutral", "active")


def test_arrows_take_an_earlier_step_in_hand_and_the_work_goes_on_where_it_was(desk: DeskPage) -> None:
    desk.press("3", "3", "ArrowUp", "ArrowUp")
    desk.expect_states("active", "positive", "later", "later")
    expect(desk.step(1)).to_have_attribute("aria-current", "step")
    desk.press("2")
    desk.expect_states("neutral", "positive", "active", "later")


def test_undo_and_redo_go_through_ratings_and_flags(desk: DeskPage) -> None:
    desk.press("3", "x", "1")
    desk.expect_states("positive", "negative", "later", "later")
    desk.press("u", "u")
    desk.expect_states("positive", "active", "later", "later")
    expect(desk.button("Unsure")).to_have_attribute("aria-pressed", "false")
    desk.press("Shift+U", "Shift+U")
    desk.expect_states("positive", "negative", "later", "later")
    expect(desk.step(2)).to_contain_text("unsure")


def test_unsure_steps_are_submitted_as_flagged(desk: DeskPage) -> None:
    desk.press("3", "x", "1", "Enter")
    desk.expect_problem_of("First we add")
    assert Label.objects.get().flagged == [1]


def test_giving_up_needs_a_reason_and_keeps_the_ratings(desk: DeskPage) -> None:
    desk.press("3", "Shift+G")
    reason = desk.page.get_by_label("What could you not judge?")
    form = desk.page.get_by_role("form", name="Give up")
    expect(desk.page.get_by_text("Your 1 rating is kept.")).to_be_visible()
    expect(form.get_by_text("1", exact=True)).to_be_visible()
    desk.press("Enter")
    expect(form.get_by_role("alert")).to_contain_text("Please write a reason")
    expect(form.get_by_text("1", exact=True)).to_be_hidden()  # a 1 is a character now
    desk.page.keyboard.type("gux 1 2 3, all beyond me")  # no key acts while a reason is written
    expect(reason).to_have_value("gux 1 2 3, all beyond me")
    desk.expect_states("positive", "active", "later", "later")
    desk.press("Enter")
    desk.expect_problem_of("First we add")
    label = Label.objects.get()
    assert (label.finish_reason, label.ratings, label.reason) == ("give_up", "+", "gux 1 2 3, all beyond me")


FREQUENT = [
    "Something it needs is missing",
    "It says something false, so that the question is unclear",
    "It asks nothing definite",
    "It has four parts or more",
]


def test_a_frequent_reason_takes_two_keys(desk: DeskPage) -> None:
    """All kinds of bad problem that the guide names; a digit is its place on the keyboard, whatever that writes."""
    reason = desk.page.get_by_label("Why can this problem not be judged?")
    for digit, text in enumerate(FREQUENT, 1):
        desk.press("Shift+B", str(digit))
        expect(reason).to_have_value(text)
        desk.press("Escape")
    desk.press("Shift+B")
    reason.fill("")
    desk.press("Escape", "Shift+B")
    desk.page.evaluate(
        "document.activeElement.dispatchEvent(new KeyboardEvent('keydown', {key: '\"', code: 'Digit3', bubbles: true}))"
    )
    desk.press("Enter")
    desk.expect_problem_of("First we add")
    label = Label.objects.get()
    assert (label.finish_reason, label.reason) == ("bad_problem", FREQUENT[2])
    desk.press("?")
    expect(desk.page.get_by_role("complementary", name="All keys")).to_contain_text("Where a reason is asked")


def test_escape_leaves_the_reason_form_and_rating_goes_on(desk: DeskPage) -> None:
    desk.press("Shift+G")
    desk.page.keyboard.type("half a thought")
    desk.press("Escape", "3")
    desk.expect_states("positive", "active", "later", "later")
    assert not Label.objects.exists()


def test_an_answer_that_is_not_the_guess_is_accepted_with_a_word(desk: DeskPage) -> None:
    desk.press("3", "3", "3", "3")
    desk.expect_why(re.compile("the answer is not the current guess"))
    desk.press("Enter")
    desk.expect_problem_of("First we add")
    assert Label.objects.get().dispute.state == "open"


def test_rating_moves_no_row(desk: DeskPage) -> None:
    tops = "rows => rows.map(row => Math.round(row.getBoundingClientRect().top + scrollY))"
    rows = desk.rows
    before = rows.evaluate_all(tops)
    desk.press("3", "x", "2", "3", "ArrowUp", "1")
    desk.expect_states("positive", "neutral", "negative", "later")
    assert rows.evaluate_all(tops) == before


def test_the_step_in_hand_is_kept_in_the_middle_third(
    campaign: Campaign, labeler: User, open_desk: Callable[[User], DeskPage]
) -> None:
    steps = [f"Step {number} of a long solution." for number in range(60)]
    make.make_item(make.make_solution(make.make_problem(campaign), steps), make.make_round(campaign))
    desk = open_desk(labeler)
    desk.press(*["3"] * 40)
    where = """() => {
        const box = (selector) => document.querySelector(selector).getBoundingClientRect();
        const [top, bottom, row] = [box('.bar').bottom, box('.dock').top, box('main [aria-current=step]')];
        return ((row.top + row.bottom) / 2 - top) / (bottom - top);
    }"""
    expect(desk.step(41)).to_have_attribute("aria-current", "step")
    eventually(lambda: 0.33 < desk.page.evaluate(where) < 0.67)


def test_the_guide_and_all_keys_open_and_close_by_key(desk: DeskPage) -> None:
    guide = desk.page.get_by_role("complementary", name="How to rate a step")
    keys = desk.page.get_by_role("complementary", name="All keys")
    desk.press("g")
    expect(guide).to_be_visible()
    desk.press("?")
    expect(keys).to_be_visible()
    expect(guide).to_be_hidden()
    desk.press("Escape")
    expect(keys).to_be_hidden()
    desk.press("3")
    desk.expect_states("positive", "active", "later", "later")


def test_keys_of_other_keyboard_layouts_act_by_their_place(desk: DeskPage) -> None:
    desk.press("3")
    desk.page.evaluate(
        "document.body.dispatchEvent(new KeyboardEvent('keydown', {key: 'г', code: 'KeyU', bubbles: true}))"
    )
    desk.expect_states("active", "later", "later", "later")
