"""What moves at the desk and what does not: no text when formulas appear, the step in hand to the middle third."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import Page, expect

from labeling.models import Campaign, Problem
from tests import factories as make
from tests.browser.desk import DeskPage
from tests.live import eventually

WIDE, PHONE = {"width": 1440, "height": 900}, {"width": 360, "height": 740}
WATCH_SHIFTS = """
    const shifts = [];
    const observer = new PerformanceObserver(list => shifts.push(...list.getEntries()));
    observer.observe({type: 'layout-shift', buffered: true});
    window.whatMoved = () => {
        shifts.push(...observer.takeRecords());
        const names = shifts.flatMap(shift => shift.sources.map(({node}) => node?.className || node?.nodeName));
        shifts.length = 0;
        return names;
    };
"""
PAINTED = "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"
# What is asked of the server takes a few frames, so that the page without a solution has been painted.
SLOW_ANSWERS = """
    const ask = window.fetch;
    const frame = () => new Promise(requestAnimationFrame);
    window.fetch = async (...asked) => { for (let n = 0; n < 5; n += 1) await frame(); return ask(...asked); };
"""
# The row in hand and the free area: (top, bottom) of each.
PLACES = """() => {
    const box = selector => document.querySelector(selector).getBoundingClientRect();
    const row = box('main [aria-current=step]');
    return [[row.top, row.bottom], [box('.bar').bottom, box('.dock').top]];
}"""
# Presses a key so many times in one moment; how far the page has scrolled then.
PRESS_AT_ONCE = """times => {
    const key = {key: '3', code: 'Digit3', bubbles: true, cancelable: true};
    for (let n = 0; n < times; n += 1) document.body.dispatchEvent(new KeyboardEvent('keydown', key));
    return scrollY;
}"""
COUNT_CHANGES = """() => {
    window.changes = 0;
    const count = records => window.changes += records.length;
    window.watcher = new MutationObserver(count);
    const all = {subtree: true, childList: true, attributes: true, characterData: true};
    window.watcher.observe(document.querySelector('main .steps'), all);
}"""
CHANGES = "() => window.changes + window.watcher.takeRecords().length"


@contextmanager
def traced(page: Page, name: str) -> Iterator[list[dict[str, Any]]]:
    """What the browser itself recorded under this name of what it did meanwhile."""
    found: list[dict[str, Any]] = []
    browser = page.context.browser
    assert browser is not None
    browser.start_tracing(page=page, categories=["devtools.timeline"])
    yield found
    found += [event for event in json.loads(browser.stop_tracing())["traceEvents"] if event["name"] == name]


@pytest.fixture
def show(campaign: Campaign, labeler: User, open_page: Callable[[User | None], Page]) -> Callable[..., DeskPage]:
    """Opens the desk on a screen of this size with solutions of these steps waiting; motion is unwanted."""

    def open_with(*solutions: list[str], screen: dict[str, int] = WIDE) -> DeskPage:
        round_ = campaign.rounds.first() or make.make_round(campaign)
        for steps in solutions:
            problem = make.make_problem(campaign, text="What is $\\frac{x}{2}$, where \\[ x^2 = 64? \\]")
            make.make_item(make.make_solution(problem, steps, answer="4", answer_is_correct=True), round_)
        page = open_page(labeler)
        page.set_viewport_size(screen)
        page.emulate_media(reduced_motion="reduce")
        page.add_init_script(WATCH_SHIFTS + SLOW_ANSWERS)
        return DeskPage(page, campaign).open()

    return open_with


def long(count: int, screen: dict[str, int]) -> list[str]:
    """Steps of all heights: some fill most of this screen, some are taller than it, some are one display formula."""
    formula, line = "\\[ \\frac{1}{2} + \\frac{1}{4} = \\frac{3}{4} \\]", "Line after line. "
    kinds = {2: line * (90 if screen is WIDE else 35), 4: formula, 6: line * 200}
    return [kinds.get(n % 7, "A step of a line or two, with $x = 5$.") for n in range(count)]


@pytest.mark.parametrize("screen", [WIDE, PHONE], ids=["wide", "phone"])
def test_no_text_moves_when_formulas_appear(show: Callable[..., DeskPage], screen: dict[str, int]) -> None:
    steps = ["Halve $2x = 10$.", "So \\[ x = \\frac{10}{2} \\]", "The answer is $\\boxed{5}$."]
    desk = show(steps, ["First, $y$.", *steps], screen=screen)
    desk.page.evaluate(PAINTED)
    assert desk.page.evaluate("whatMoved()") == []
    desk.press("3", "3", "3")
    desk.expect_saved()
    desk.press("Enter")
    desk.expect_problem_of("First,")
    desk.page.evaluate(PAINTED)
    assert set(desk.page.evaluate("whatMoved()")) <= {"SPAN", "saved"}  # words in dock and sign: what was done


@pytest.mark.parametrize("screen", [WIDE, PHONE], ids=["wide", "phone"])
def test_the_step_in_hand_is_whole_and_in_the_middle_third(
    show: Callable[..., DeskPage], screen: dict[str, int]
) -> None:
    desk = show(long(60, screen), screen=screen)
    down, up = [("3", number) for number in range(2, 61)], [("ArrowUp", number) for number in range(59, 30, -1)]
    for key, number in down + up:
        desk.press(key)
        expect(desk.step(number)).to_have_attribute("aria-current", "step")
        (top, bottom), (first, last) = desk.page.evaluate(PLACES)
        third, room = (last - first) / 3, last - first
        if bottom - top > room:
            assert first <= top < first + 16, number  # its beginning
        else:
            assert first - 1 <= top < bottom <= last + 1, number
            has_scrolled = desk.page.evaluate("scrollY") > 0
            assert not has_scrolled or third - 1 <= (top + bottom) / 2 - first <= 2 * third + 1, number


def is_in_the_middle(desk: DeskPage) -> bool:
    """Whether the step in hand lies in the middle third."""
    (top, bottom), (first, last) = desk.page.evaluate(PLACES)
    return bool(1 / 3 - 0.01 <= ((top + bottom) / 2 - first) / (last - first) <= 2 / 3 + 0.01)


def let_rest(desk: DeskPage) -> None:
    """Until the hand is no longer a quick one."""
    since = desk.page.evaluate("performance.now()")
    eventually(lambda: desk.page.evaluate("performance.now()") > since + 300)


def test_the_page_glides_to_the_next_step_but_a_quick_hand_waits_for_no_glide(show: Callable[..., DeskPage]) -> None:
    desk = show(["A step of one line."] * 60)
    desk.press(*["3"] * 20)
    desk.page.emulate_media(reduced_motion="no-preference")
    let_rest(desk)
    before = desk.page.evaluate("scrollY")
    assert desk.page.evaluate(PRESS_AT_ONCE, 1) < before + 5  # it has only set out
    eventually(lambda: is_in_the_middle(desk))
    before = desk.page.evaluate("scrollY")
    desk.page.evaluate(PRESS_AT_ONCE, 2)
    assert is_in_the_middle(desk)
    assert desk.page.evaluate("scrollY") > before + 5


@pytest.mark.parametrize("screen", [PHONE, {"width": 640, "height": 360}], ids=["phone", "at 200 %"])
def test_a_solution_opens_with_its_first_step_in_sight(show: Callable[..., DeskPage], screen: dict[str, int]) -> None:
    desk = show(["A step of a line or two, with $x = 5$."] * 3, screen=screen)
    Problem.objects.update(text="A line of a long problem. " * 12)
    desk.reload()
    desk.page.evaluate(PAINTED)
    (top, bottom), (first, last) = desk.page.evaluate(PLACES)
    assert first <= top < bottom <= last


def tall_problem(show: Callable[..., DeskPage], screen: dict[str, int]) -> DeskPage:
    """A desk whose problem is longer than this screen."""
    desk = show(["A step of a line or two, with $x = 5$."] * 9, screen=screen)
    Problem.objects.update(text="A line of a long problem, of which there are many more behind it. " * 60)
    return desk.reload()


@pytest.mark.parametrize("screen", [PHONE, {"width": 720, "height": 450}], ids=["phone", "at 200 %"])
def test_a_problem_taller_than_the_window_is_shown_from_its_beginning(
    show: Callable[..., DeskPage], screen: dict[str, int]
) -> None:
    desk = tall_problem(show, screen)
    desk.press("3", "3", "p")
    title = desk.page.get_by_role("heading", name="Problem")
    expect(title).to_be_in_viewport(ratio=1)
    desk.press("p")
    expect(desk.step(3)).to_be_in_viewport()


@pytest.mark.parametrize("screen", [WIDE, PHONE], ids=["wide", "phone"])
def test_arrows_scroll_a_problem_that_is_cut_and_move_the_hand_else(
    show: Callable[..., DeskPage], screen: dict[str, int]
) -> None:
    desk = tall_problem(show, screen)
    desk.press("3", "3", "p")
    scrolled = "scrollY + document.querySelector('main .problem').scrollTop"
    before = desk.page.evaluate(scrolled)
    desk.press("ArrowDown", "ArrowDown")
    eventually(lambda: desk.page.evaluate(scrolled) > before)
    expect(desk.step(3)).to_have_attribute("aria-current", "step")
    Problem.objects.update(text="What is $2 + 2$?")
    desk.reload().press("p", "ArrowUp")
    expect(desk.step(2)).to_have_attribute("aria-current", "step")


def test_a_problem_in_its_own_column_moves_no_step(show: Callable[..., DeskPage]) -> None:
    desk = tall_problem(show, WIDE)
    desk.press(*["3"] * 8)
    desk.page.evaluate("scrollTo(0, 200)")
    before = desk.page.evaluate("scrollY")
    assert before > 0
    desk.press("p")
    assert desk.page.evaluate("scrollY") == before


def test_a_blank_step_says_that_it_is_blank(show: Callable[..., DeskPage]) -> None:
    desk = show(["First.", " ", "Third."])
    expect(desk.step(2)).to_contain_text("(blank step)")
    desk.press("3")
    expect(desk.heard).to_contain_text("(blank step)")


def test_a_turned_phone_keeps_the_step_in_hand_in_the_middle(show: Callable[..., DeskPage]) -> None:
    desk = show(["A step that is long enough to take another line on a phone."] * 40, screen=PHONE)
    desk.press(*["3"] * 20)
    assert is_in_the_middle(desk)
    desk.page.set_viewport_size({"width": PHONE["height"], "height": PHONE["width"]})
    eventually(lambda: is_in_the_middle(desk))
    desk.page.set_viewport_size(WIDE)
    eventually(lambda: is_in_the_middle(desk))


def test_a_tall_step_is_left_alone_while_its_end_is_read(show: Callable[..., DeskPage]) -> None:
    desk = show(long(8, WIDE))
    desk.press(*["3"] * 6)
    (top, bottom), (first, last) = desk.page.evaluate(PLACES)
    desk.page.evaluate(f"scrollBy(0, {bottom - last + 20})")
    read = desk.page.evaluate("scrollY")
    desk.press("x")
    expect(desk.button("Unsure")).to_have_attribute("aria-pressed", "true")
    assert desk.page.evaluate("scrollY") == read
    desk.press("3", "ArrowUp")
    (top, bottom), (first, last) = desk.page.evaluate(PLACES)
    assert first <= top < first + 16


def test_a_rating_changes_as_little_among_60_steps_as_among_6(show: Callable[..., DeskPage]) -> None:
    changes = {}
    for count in (6, 60):
        desk = show([f"Step {n}: $x_{{{n}}} = {n}$." for n in range(count)])
        desk.press("3", "2")
        desk.page.evaluate(COUNT_CHANGES)
        desk.press("3", "x", "ArrowUp", "2", "u")
        changes[count] = desk.page.evaluate(CHANGES)
        desk.press("1", "Enter")
        expect(desk.page.get_by_role("heading", name="Nothing to label just now")).to_be_visible()
    assert changes[6] == changes[60] > 0


def test_a_rating_restyles_as_little_among_60_steps_as_among_6(show: Callable[..., DeskPage]) -> None:
    """A rule that looks up from the whole page, such as `body:has(…)`, has every row looked at anew."""
    restyled = {}
    for count in (6, 60):
        desk = show(["A step of one line."] * count)
        desk.page.evaluate(PAINTED)
        with traced(desk.page, "UpdateLayoutTree") as recalculations:
            desk.press("3", "2", "u")
            desk.page.evaluate(PAINTED)
        restyled[count] = sum(each["args"]["elementCount"] for each in recalculations)
        desk.press("1", "Enter")
        expect(desk.page.get_by_role("heading", name="Nothing to label just now")).to_be_visible()
    assert 0 < restyled[60] < 1.5 * restyled[6], restyled


def test_the_guide_is_not_painted_again_when_the_page_scrolls(show: Callable[..., DeskPage]) -> None:
    desk = show(["A step of two lines or three. " * 5] * 60)
    desk.page.emulate_media(reduced_motion="no-preference")
    desk.press(*["3"] * 20)
    with traced(desk.page, "Paint") as paints:
        for _ in range(8):
            let_rest(desk)
            desk.press("3")
            desk.page.evaluate(PAINTED)
    took = {"#document": 0, "guide": 0}  # of the processor: a busy machine interrupts either
    for paint in paints:
        for name in took:
            took[name] += paint["tdur"] if name in paint["args"]["data"]["nodeName"] else 0
    assert 0 < took["guide"] < took["#document"] / 4, took


def test_a_short_formula_is_one_with_its_full_stop(show: Callable[..., DeskPage]) -> None:
    steps = [f"{'x' * n} and the answer is \\( m + n = 375 \\)." for n in range(1, 25)]
    desk = show(steps, screen=PHONE)
    lines = "formulas => formulas.map(formula => formula.getClientRects().length)"
    assert desk.page.locator("main .steps .formula").evaluate_all(lines) == [1] * len(steps)


@pytest.mark.parametrize("screen", [WIDE, PHONE], ids=["wide", "phone"])
def test_what_takes_the_focus_is_not_behind_bar_or_dock(show: Callable[..., DeskPage], screen: dict[str, int]) -> None:
    desk = show(["A step."] * 60, screen=screen)
    desk.press(*["3"] * 59)
    for number in [*range(30, 59, 2), *range(59, 30, -2)]:
        mark = desk.step(number).get_by_role("button")
        mark.focus()
        (_, _), (first, last) = desk.page.evaluate(PLACES)
        box = mark.bounding_box()
        assert box is not None
        assert first <= box["y"] <= box["y"] + box["height"] <= last, number


def test_typing_in_the_dock_moves_nothing(show: Callable[..., DeskPage]) -> None:
    desk = show(["One step more. " * 12] * 6, screen={"width": 1440, "height": 700})
    desk.press("3", "3", "Shift+G")
    before = desk.page.evaluate("scrollY")
    desk.page.keyboard.type("I cannot tell what it means")
    assert desk.page.evaluate("scrollY") == before
