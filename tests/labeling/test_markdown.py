"""The Markdown of a guide: what a lead may write comes out as it should, and nothing else comes out at all."""

import time
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labeling.markdown import citations, render
from labeling.models import MAX_GUIDE

TAGS = {
    *("p", "h3", "h4", "ul", "ol", "li", "blockquote", "strong", "em", "code", "pre", "br", "hr"),
    *("table", "thead", "tbody", "tr", "th", "td", "span", "small", "svg", "use", "a", "div"),
}
ATTRIBUTES = {"class", "href", "rel", "target", "start", "data-tex", "aria-hidden"}
CLASSES = {"new", "new-word", "mark", "verdict", "positive", "neutral", "negative"}


class Reader(HTMLParser):
    """Reads HTML as a browser would, and keeps what is not on the lists above."""

    def __init__(self) -> None:
        super().__init__()
        self.foreign: list[str] = []
        self.links: list[str] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        self.foreign += [tag] if tag not in TAGS else []
        self.foreign += [name for name in values if name not in ATTRIBUTES]
        if tag == "a":
            self.links.append(values["href"] or "")
            self.foreign += [] if values["rel"] == "noopener noreferrer" else ["rel"]
        elif tag == "use":
            self.foreign += [] if values["href"] in ("#positive", "#neutral", "#negative") else ["use"]
        elif "href" in values:
            self.foreign.append("href")
        if tag != "code":  # of a fence it says the language
            self.foreign += [name for name in (values.get("class") or "").split() if name not in CLASSES]

    def handle_data(self, data: str) -> None:
        self.text += data


def read(text: str, since: str | None = None) -> Reader:
    reader = Reader()
    reader.feed(render(text, since))
    return reader


@pytest.mark.parametrize(
    "hostile",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        '<a href="javascript:alert(1)">x</a>',
        "<style>*{display:none}</style>",
        "<!-- --><svg onload=alert(1)>",
        "`<script>`",
        "    <script>alert(1)</script>",
        "```html\n<script>alert(1)</script>\n```",
        "$<script>alert(1)</script>$",
        "$$\n<img src=x onerror=alert(1)>\n$$",
        "[+] <b onclick=alert(1)>x</b>",
    ],
)
def test_html_is_text(hostile: str) -> None:
    reader = read(hostile)
    assert reader.foreign == []
    assert "<" in reader.text


@pytest.mark.parametrize(
    "address",
    [
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        "java&#x73;cript:alert(1)",
        "data:text/html,<script>alert(1)</script>",
        "vbscript:x",
        "file:///etc/passwd",
        "http://example.org/",
        "//example.org/",
        "/logout/",
        "#main",
        "mailto:a@example.org",
    ],
)
@pytest.mark.parametrize("form", ["[words]({})", "<{}>", "[words][a]\n\n[a]: {}"])
def test_a_link_that_is_not_https_is_text(address: str, form: str) -> None:
    reader = read(form.format(address))
    assert reader.foreign == []
    assert reader.links == []
    assert "words" in reader.text or form == "<{}>"


def test_a_link_that_is_not_followed_still_says_where_it_would_lead() -> None:
    assert read("[words](http://example.org/a)").text.strip() == "words (http://example.org/a)"


def test_a_link_to_https_tells_nothing_about_where_it_came_from() -> None:
    assert read('[words](https://example.org/?a="b"&c)').links == ["https://example.org/?a=%22b%22&c"]


@pytest.mark.parametrize("address", ["https://example.org/x.png", "data:image/png;base64,AAAA", "x.png"])
def test_a_picture_is_never_fetched(address: str) -> None:
    reader = read(f"![a graph]({address})")
    assert reader.foreign == []
    assert reader.text.strip() == "[picture, not shown: a graph]"


@given(
    st.lists(
        st.sampled_from(
            [
                *(
                    "<",
                    ">",
                    "&",
                    '"',
                    "'",
                    "`",
                    "```",
                    "~~~",
                    "$",
                    "$$",
                    "\\",
                    "\n",
                    "\n\n",
                    "    ",
                    "|",
                    "-",
                    "*",
                    "_",
                ),
                *(
                    "[",
                    "]",
                    "(",
                    ")",
                    "!",
                    "#",
                    "[+]",
                    "[0]",
                    "[-]",
                    "> ",
                    "- ",
                    "1. ",
                    "javascript:",
                    "https://a",
                    "a",
                ),
                *("<script>", "</span>", "onload=", "&lt;", "&#60;", "\0", "a|b\n-|:-:\n", "style=", "[a]: "),
            ]
        ),
        max_size=40,
    ).map("".join)
)
def test_no_text_makes_a_tag_of_its_own(text: str) -> None:
    reader = read(text, since="a\n\n- b")
    assert reader.foreign == []
    assert all(link.lower().startswith("https://") for link in reader.links)


@pytest.mark.parametrize("piece", ["[", "*a ", "_a", ">", "- ", "- a\n", "$", "$a ", "`", "![a](", "[a](b", "a|", "&a"])
def test_a_hostile_text_of_full_length_is_rendered_in_a_moment(piece: str) -> None:
    text = (piece * MAX_GUIDE)[:MAX_GUIDE]
    began = time.process_time()  # of this process alone: a busy machine is no fault of the text
    assert read(text, since=text[:-1]).foreign == []
    assert time.process_time() - began < 10


def test_formulas_are_left_as_text_for_the_page_to_set() -> None:
    html = render(r"Let $a_1 * b_2 * c$ and $\frac{1}{2}$:" + "\n\n$$\nx < y\n$$")
    assert "<span data-tex>$a_1 * b_2 * c$</span>" in html
    assert r"<span data-tex>$\frac{1}{2}$</span>" in html
    assert "<div data-tex>$$\nx &lt; y\n$$</div>" in html


def test_money_is_no_formula() -> None:
    assert "data-tex" not in render("It costs $5 and not $6, or \\$7 and \\$8.")


@pytest.mark.parametrize(("sign", "word"), [("[+]", "positive"), ("[0]", "neutral"), ("[-]", "negative")])
@pytest.mark.parametrize("form", ["{} because", "- {} because", "a|b\n-|-\n1|{} because"])
def test_a_rating_at_the_start_gets_its_mark_and_word(sign: str, word: str, form: str) -> None:
    html = render(form.format(sign))
    assert f'<use href="#{word}"/></svg>{word}</span> because' in html
    assert f"because {sign}" in render(f"because {sign}")


def test_headings_stay_below_those_of_the_page() -> None:
    html = render("# One\n\n## Two\n\n### Three")
    assert ["<h3>One</h3>" in html, "<h3>Two</h3>" in html, "<h4>Three</h4>" in html] == [True] * 3


def test_what_is_new_is_marked_and_what_only_moved_is_not() -> None:
    before = "First.\n\n- one\n- two\n\nLast."
    html = render("Last.\n\n- one\n- three\n\nFirst.\n\n$$x$$", before)
    assert '<li class="new"><small class="new-word">new</small> three</li>' in html
    assert '<div data-tex class="new">$$x$$</div>' in html
    assert html.count('"new"') == 2
    assert render("Same.\n\nSame.", "Same.").count('"new"') == 1  # said once more than before


# --- rulings that are cited


def test_a_cited_ruling_becomes_a_link_only_where_its_reader_may_open_it() -> None:
    text = "See [the precedent](ruling:12), <ruling:7> and [this](RULING:12)."
    html = render(text, rulings={12: "/campaigns/c/rulings/12/"})
    link = '<a href="/campaigns/c/rulings/12/" rel="noopener noreferrer" target="_blank">'
    assert f"See {link}the precedent</a>, ruling:7 and {link}this</a>." in html
    assert "<a" not in render(text)
    assert "See the precedent (ruling:12), ruling:7" in render(text), "nothing of another reader's is kept"


@pytest.mark.parametrize(
    "odd", ["012", "0", "-1", "1e3", "", "12/../3", "12?x", "9" * 19, "\N{ARABIC-INDIC DIGIT ONE}"]
)
def test_what_is_no_number_of_a_ruling_leads_nowhere(odd: str) -> None:
    assert "<a" not in render(f"[x](ruling:{odd})", rulings=dict.fromkeys((1, 3, 12), "/"))
    assert [number for _line, number, _said in citations(f"[x](ruling:{odd})")] in ([None], [])


def test_citations_are_found_on_their_lines_wherever_they_stand() -> None:
    text = "# [a](ruling:1)\n\nOne\ntwo [b](ruling:2),\\\nthree [c][d]\n\n- x\n  - [e](ruling:5)\n\n"
    text += "a|b\n-|-\n1|[f](ruling:6)\n\n`[g](ruling:7)` ![h](ruling:8) [i](https://ruling:9)\n\n[d]: ruling:4"
    assert citations(text) == ((1, 1, "1"), (4, 2, "2"), (5, 4, "4"), (8, 5, "5"), (12, 6, "6"))
