"""Imported text on the page: formulas typeset, money left alone, hostile text harmless, nothing from another host."""

from collections.abc import Callable
from urllib.parse import urlsplit

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import Page, expect

from labeling.models import Campaign
from tests import factories as make
from tests.browser.axe import expect_no_violations
from tests.browser.desk import DeskPage
from tests.formulas import HARD
from tests.live import eventually

HOSTILE = [
    "<script>window.pwned = 1</script><img src=x onerror='window.pwned = 2'> & <b>bold</b>",
    r"$\text{<img src=x onerror='window.pwned=3'>}$ and \(\href{javascript:window.pwned=4}{x}\)",
    r"$\includegraphics{https://example.com/x.png}$ \(\htmlStyle{position:fixed}{y}\)",
    r"$\def\x{\x\x}\x$ then " + "{" * 20_000,
    r"$\nosuchcommand{a}$ but $b^2$ is fine",
]

# Texts of steps that something sticks out of.
TOO_WIDE = """rows => rows.map(row => row.querySelector('.step-text'))
    .filter(text => text.scrollWidth > text.clientWidth)"""


@pytest.fixture
def show(campaign: Campaign, labeler: User, open_desk: Callable[[User], DeskPage]) -> Callable[..., DeskPage]:
    """Puts a solution with these steps on the labeler's desk."""

    def show_steps(*steps: str, **fields: str) -> DeskPage:
        make.make_item(
            make.make_solution(make.make_problem(campaign), list(steps), **fields), make.make_round(campaign)
        )
        return open_desk(labeler)

    return show_steps


def test_hostile_text_is_shown_as_text_and_runs_nothing(show: Callable[..., DeskPage]) -> None:
    desk = show(*HOSTILE)
    expect(desk.step(1)).to_contain_text(HOSTILE[0])
    expect(desk.step(2)).to_contain_text(r"\href{javascript:window.pwned=4}{x}")
    expect(desk.step(3)).to_contain_text(r"\includegraphics{https://example.com/x.png}")
    expect(desk.step(4)).to_contain_text(r"\def\x{\x\x}\x")
    assert desk.page.locator(".steps :is(script, img, b, a, [onerror])").count() == 0
    assert desk.page.evaluate("window.pwned") is None


def test_a_refused_formula_is_marked_and_its_neighbour_is_typeset(show: Callable[..., DeskPage]) -> None:
    desk = show(HOSTILE[4])
    refused = desk.step(1).locator(".refused")
    expect(refused).to_have_text(r"$\nosuchcommand{a}$")
    expect(refused).to_have_attribute(
        "title", "KaTeX parse error: Undefined control sequence: \\nosuchcommand at position 1: \\̲n̲o̲s̲u̲c̲h̲c̲o̲m̲m̲a̲n̲d̲{a}"
    )
    expect(desk.step(1).locator(".katex")).to_have_count(1)


def test_a_table_that_katex_cannot_set_is_shown_as_it_came(show: Callable[..., DeskPage]) -> None:
    table = r"\begin{tabular}{cc} \multicolumn{2}{c}{Both} \\ 1 & 2 \end{tabular}"
    desk = show(f"We see {table} and add: $1 + 2 = 3$.")
    expect(desk.step(1).locator(".source")).to_have_text(table)
    expect(desk.step(1).locator(".refused")).to_have_count(0)
    expect(desk.step(1).locator(".katex")).to_have_count(1)


def test_markdown_tables_are_tables_also_where_each_line_is_a_step(show: Callable[..., DeskPage]) -> None:
    whole = "The signs:\n| $x$ | \\(\\frac{1}{2}\\) |\n|:---|---:|\n| $|x|$ | 3 |\nThey change twice."
    steps = [whole, "-|+|0|-|0|+|-", "---|---|---|---|---|---|---", "|x| is 2, |y| is 3, |z| is 4.", "*|*|***|*|*|***"]
    desk = show(*steps)
    table = desk.step(1).get_by_role("table")
    expect(table.get_by_role("columnheader")).to_have_count(2)
    expect(table.get_by_role("cell")).to_have_count(2)
    expect(table.locator(".katex")).to_have_count(3)
    expect(desk.step(1).locator(".step-text")).not_to_contain_text("---")
    expect(desk.step(2).get_by_role("cell")).to_have_text(["-", "+", "0", "-", "0", "+", "-"])
    expect(desk.step(3).get_by_role("table")).to_be_visible()
    for number in (4, 5):
        expect(desk.step(number).get_by_role("table")).to_have_count(0)
        expect(desk.step(number)).to_contain_text(steps[number - 1])
    everything = copied(desk.page, "[document.querySelector('.steps'), 0]", "[document.querySelector('.steps'), 1]")
    assert everything == "\n".join(steps)


def test_what_cannot_break_scrolls_by_keys_within_itself(show: Callable[..., DeskPage]) -> None:
    row = " & ".join(f"a_{{{n}}}" for n in range(40))
    matrix = f"Take $\\begin{{pmatrix}} {row} \\end{{pmatrix}}$, which is wide."
    table = "\n".join("| " + " | ".join(cell * 30) + " |" for cell in (["Head"], ["---"], ["1,000"]))
    desk = show(matrix, table, "So $x = 5$.", alternatives={"0": [matrix]})
    desk.press("1")
    expect(desk.others).to_have_count(1)
    for width, height in ((1440, 900), (360, 740)):
        desk.page.set_viewport_size({"width": width, "height": height})
        expect(desk.page.locator("main .steps [data-overflows]")).to_have_count(3)
        assert desk.rows.evaluate_all(TOO_WIDE) == []
        expect_no_violations(desk.page, f"{width} px", ["light"])
    for number in (1, 2):
        wide = desk.step(number).locator("[data-overflows]")
        wide.focus()
        desk.press("ArrowRight")
        eventually(lambda wide=wide: wide.evaluate("wide => wide.scrollLeft") > 0)  # type: ignore[misc]
    expect(desk.step(3).locator(".formula")).not_to_have_attribute("tabindex", "0")


def test_a_rule_is_a_line_and_no_black_square(show: Callable[..., DeskPage]) -> None:
    desk = show("$\\rule{1000em}{1000em}$", "$a \\rule{0pt}{3ex} \\rule{2em}{0.4pt} b$")
    for height in desk.page.locator("main .steps .katex-html .katex-rule").evaluate_all(
        "rules => rules.filter(rule => rule.offsetWidth > 8).map(rule => rule.offsetHeight)"
    ):
        assert height < 4
    assert desk.page.locator("main .steps .katex-html .katex-rule").count() == 3


def test_a_refused_formula_without_signs_around_it_breaks_like_words(show: Callable[..., DeskPage]) -> None:
    refused = "\\left( x + y + z + a + b + c + d + e + f + g = \\frac{1}{2} + a + b + c + d + e + f + g + h"
    desk = show(f"So we get {refused} in the end.", "The answer is 5.")
    desk.page.set_viewport_size({"width": 360, "height": 740})
    text = desk.step(1).locator(".step-text")
    expect(text).to_contain_text(refused)
    assert text.evaluate("text => text.scrollWidth <= text.clientWidth")


def test_every_way_of_writing_a_formula_is_typeset(show: Callable[..., DeskPage]) -> None:
    ways = [
        r"$x^2$",
        r"$$x^2$$",
        r"\(x^2\)",
        r"\[x^2\]",
        r"\begin{align*} x^2 &= y \end{align*}",
        "$ x $ and $2x + by = c$",
        r"we get \frac{x}{2} of it",
        "(x - 2)^2 - 9 &= 0 \\\\",  # a row of an alignment, cut at its line ends
    ]
    desk = show(*ways, answer=r"\frac{1}{2}")
    for number in range(1, len(ways) + 1):
        expect(desk.step(number).locator(".katex").first).to_be_visible()
        # What a screen reader reads; the rest is hidden from it.
        expect(desk.step(number).locator("math annotation").first).to_contain_text("x")
    expect(desk.page.locator(".answers .katex")).to_have_count(1)


def test_hard_formulas_are_set_or_refused_as_they_are_without_a_page(show: Callable[..., DeskPage]) -> None:
    desk = show(*(one.text for one in HARD))
    seen = desk.rows.evaluate_all(
        "(rows) => rows.map((row) => ['.katex', '.refused', '.aside', '.source']"
        ".map((kind) => row.querySelectorAll(kind).length))"
    )
    wanted = [[one.formulas, one.marked, one.counts.get("aside", 0), one.counts.get("source", 0)] for one in HARD]
    assert seen == wanted


def test_copied_steps_are_the_imported_text(show: Callable[..., DeskPage]) -> None:
    desk = show(*(one.text for one in HARD))
    assert copied(desk.page, "[document.querySelector('.steps'), 0]", "[document.querySelector('.steps'), 1]") == (
        "\n".join(one.text.strip("\n") for one in HARD)
    )


def test_a_selection_that_touches_a_formula_copies_all_of_it(show: Callable[..., DeskPage]) -> None:
    desk = show(r"We know \(x^2 = 4\), so $x$ is 2; it costs \$5.", "Then \\[ x = \\pm 2 \\]\nfollows.")
    text = "document.querySelectorAll('.step-text')"
    inside = f"{text}[0].querySelector('.katex-html .mord')"
    assert copied(desk.page, f"[{text}[0].firstChild, 3]", f"[{inside}, 0]") == r"know \(x^2 = 4\)"
    assert copied(desk.page, f"[{inside}, 0]", f"[{inside}, 1]") == r"\(x^2 = 4\)"
    assert copied(desk.page, f"[{inside}, 0]", f"[{text}[1], 1]") == (
        "\\(x^2 = 4\\), so $x$ is 2; it costs \\$5.\nThen "
    )
    assert copied(desk.page, f"[{text}[1], 1]", f"[{text}[1].lastChild, 3]") == "\\[ x = \\pm 2 \\]\nfol"


def copied(page: Page, start: str, end: str) -> str:
    """What Ctrl+C puts into the clipboard when the range between two points `[node, offset]` is selected."""
    page.evaluate(f"delete window.clipped; void getSelection().setBaseAndExtent(...{start}, ...{end})")
    keep = "(event) => { window.clipped = event.clipboardData.getData('text/plain'); }"
    page.evaluate(f"addEventListener('copy', {keep}, {{ once: true }})")
    page.keyboard.press("Control+c")
    return str(page.wait_for_function("window.clipped").json_value())


def test_money_calculator_marks_drawings_and_line_ends_stay_as_they_came(show: Callable[..., DeskPage]) -> None:
    desk = show(
        "She makes 9 * 2 = $<<9*2=18>>18 at $2 per egg, and $5 + $3 = $8.",
        "[asy]\ndraw((0,0)--(1,1));\n[/asy]",
        "first line\nsecond line",
    )
    expect(desk.step(1)).to_contain_text("She makes 9 * 2 = $<<9*2=18>>18 at $2 per egg, and $5 + $3 = $8.")
    expect(desk.step(1).locator(".katex")).to_have_count(0)
    expect(desk.step(2).locator(".source")).to_have_text("[asy]\ndraw((0,0)--(1,1));\n[/asy]")
    assert desk.step(3).locator(".step-text").inner_text() == "first line\nsecond line"


def test_the_page_asks_no_other_host_and_has_no_inline_style_or_script(
    campaign: Campaign, labeler: User, open_page: Callable[[User | None], Page]
) -> None:
    make.make_item(
        make.make_solution(make.make_problem(campaign), [r"$\sqrt{x}$", "The answer is 5."]), make.make_round(campaign)
    )
    page = open_page(labeler)
    hosts = set()
    page.on("request", lambda request: hosts.add(urlsplit(request.url).hostname))
    response = page.goto(f"/campaigns/{campaign.slug}/label/")
    desk = DeskPage(page, campaign)
    desk.expect_states("active", "later")
    desk.press("1", "Enter")
    expect(page.get_by_role("heading", name="Nothing to label just now")).to_be_visible()
    assert hosts == {"127.0.0.1"}
    assert response is not None
    html = response.text()
    assert " style=" not in html
    assert "<script>" not in html


@pytest.mark.parametrize(("reference", "is_there"), [("shown", True), ("greyed", True), ("hidden", False)])
def test_the_reference_answer_is_shown_as_the_campaign_says(
    campaign: Campaign, labeler: User, open_desk: Callable[[User], DeskPage], reference: str, is_there: bool
) -> None:
    campaign.reference_answer = reference
    campaign.save()
    make.make_item(make.make_solution(make.make_problem(campaign, reference="4711")), make.make_round(campaign))
    guess = open_desk(labeler).page.get_by_text("4711")
    expect(guess).to_have_count(int(is_there))
    if is_there:
        expect(guess).to_have_attribute("data-reference", reference)


def test_a_phone_shows_everything_without_scrolling_sideways(show: Callable[..., DeskPage]) -> None:
    desk = show(
        "A long formula: \\[" + "+".join(f"a_{{{i}}}" for i in range(60)) + "\\]", "x" * 300, "The answer is 5."
    )
    desk.page.set_viewport_size({"width": 360, "height": 740})
    assert desk.page.evaluate("document.documentElement.scrollWidth") == 360
    for name in ("Negative", "Neutral", "Positive", "Unsure", "Submit"):
        box = desk.button(name).bounding_box()
        assert box is not None
        assert box["height"] >= 44, name
        assert box["y"] + box["height"] <= 740, name
    desk.button("More").click()
    desk.page.get_by_role("complementary", name="All keys").get_by_role("button", name="Give up").click()
    expect(desk.page.get_by_label("What could you not judge?")).to_be_visible()
