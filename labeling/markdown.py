"""The Markdown of a guide as HTML: made of tokens, so that no tag and no attribute of the text gets through.

Beyond CommonMark: tables, formulas (`$…$`, `$$…$$`: left as text, which the page's own script sets), and `[+]`, `[0]`,
`[-]` at the start of a paragraph or cell for the mark of a rating. HTML is text. A link to https opens in a tab of its
own and tells nothing about where it came from; so does one to `ruling:12`, where the caller says at which address the
reader finds that ruling. Any other link and every picture is text.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache

from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from markdown_it import MarkdownIt
from markdown_it.token import Token
from mdit_py_plugins.dollarmath import dollarmath_plugin

MARKS = {"[+]": "positive", "[0]": "neutral", "[-]": "negative", "[\N{MINUS SIGN}]": "negative"}
HEADINGS = {"h1": "h3", "h2": "h3"}  # the page has its own above them; deeper ones are h4
# What may stand in a tag; anything else that the parser puts there (an alignment as a style, say) is dropped.
KEPT_ATTRIBUTES = {"ordered_list_open": ("start",), "link_open": ("href",)}
RULING = "ruling:"
NUMBER = re.compile(r"[1-9]\d{0,17}", re.ASCII)


def render(text: str, since: str | None = None, rulings: Mapping[int, str] | None = None) -> SafeString:
    """The text as HTML; what was not there in `since`, if given, is marked as new, in class and word.

    `rulings`: the addresses of those that the reader may open, by number; a citation of another one is text.
    """
    return _render(text, since, get_language(), tuple(sorted((rulings or {}).items())))


@lru_cache(maxsize=64)
def _render(text: str, since: str | None, _language: str | None, rulings: tuple[tuple[int, str], ...]) -> SafeString:
    """Once for each version, language and earlier version: the texts of a version never change."""
    tokens = _PARSER.parse(text)
    if since is not None:
        _mark_new(tokens, text, since)
    _soften(tokens, dict(rulings))
    return mark_safe(_PARSER.renderer.render(tokens, _PARSER.options, {}))  # noqa: S308  each rule escapes its text


@lru_cache(maxsize=64)
def citations(text: str) -> tuple[tuple[int, int | None, str], ...]:
    """Every link to a ruling: its line (from 1), the number, and what stands for it; None where that is no number."""
    found, line = [], 0
    for token in _PARSER.parse(text):
        line = token.map[0] + 1 if token.map else line
        at = line
        for child in token.children or []:
            at += child.type in ("softbreak", "hardbreak")
            if child.type == "link_open" and (said := _cited(child)) is not None:
                found.append((at, _number(said), said))
    return tuple(found)


def _cited(link: Token) -> str | None:
    """What stands behind `ruling:`, None where a link leads elsewhere."""
    address = str(link.attrGet("href"))
    return address[len(RULING) :] if address.lower().startswith(RULING) else None


def _number(said: str) -> int | None:
    return int(said) if NUMBER.fullmatch(said) else None


def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False}).enable("table")
    parser.use(dollarmath_plugin, allow_labels=False, allow_space=False, allow_digits=False, double_inline=True)
    for kind, rule in _RULES.items():
        parser.add_render_rule(kind, lambda _self, tokens, index, _options, _env, rule=rule: rule(tokens[index]))
    return parser


def _formula(token: Token) -> str:
    return format_html("<span data-tex>{0}{1}{0}</span>", token.markup, token.content)


def _display(token: Token) -> str:
    new = mark_safe(' class="new"') if token.meta.get("is_new") else ""
    return format_html("<div data-tex{}>$${}$$</div>", new, token.content)


def _link_open(token: Token) -> str:
    if _is_followed(token):
        return format_html('<a href="{}" rel="noopener noreferrer" target="_blank">', token.attrGet("href"))
    return ""


def _link_close(token: Token) -> str:
    address = token.meta.get("address")
    return f" ({escape(address)})" if address else "" if token.meta.get("is_text") else "</a>"


def _is_followed(token: Token) -> bool:
    return "ruling" in token.meta or str(token.attrGet("href")).lower().startswith("https://")


def _image(token: Token) -> str:
    return escape(_("[picture, not shown: {text}]").format(text=token.content or token.attrGet("src")))


def _rating_mark(token: Token) -> str:
    word = {"positive": _("positive"), "neutral": _("neutral"), "negative": _("negative")}[token.info]
    return format_html(
        '<span class="verdict {0}"><svg class="mark" aria-hidden="true"><use href="#{0}"/></svg>{1}</span> ',
        token.info,
        word,
    )


def _new_word(_token: Token) -> str:
    return format_html('<small class="new-word">{}</small> ', _("new"))


_RULES = {
    "math_inline": _formula,
    "math_inline_double": _formula,
    "math_block": _display,
    "link_open": _link_open,
    "link_close": _link_close,
    "image": _image,
    "rating_mark": _rating_mark,
    "new_word": _new_word,
}
_PARSER = _parser()


def _soften(tokens: list[Token], rulings: Mapping[int, str]) -> None:
    """Bring headings under the page's own, drop attributes, turn ratings into marks and links into text."""
    for token in tokens:
        if token.type in ("heading_open", "heading_close"):
            token.tag = HEADINGS.get(token.tag, "h4")
        _drop_attributes(token)
        if token.type == "inline":
            _mark_rating(token)
            _lead_to_rulings(token.children or [], rulings)
            _close_links(token.children or [])


def _drop_attributes(token: Token) -> None:
    kept = KEPT_ATTRIBUTES.get(token.type, ())
    token.attrs = {name: value for name, value in token.attrs.items() if name in kept}
    if token.meta.get("is_new"):
        token.attrSet("class", "new")


def _mark_rating(inline: Token) -> None:
    children = inline.children or []
    at = 1 if children and children[0].type == "new_word" else 0
    if len(children) <= at or children[at].type != "text":
        return
    for sign, name in MARKS.items():
        if children[at].content.startswith(sign):
            children[at].content = children[at].content[len(sign) :].lstrip()
            children.insert(at, Token("rating_mark", "", 0, info=name))
            return


def _lead_to_rulings(children: list[Token], rulings: Mapping[int, str]) -> None:
    for token in children:
        number = _number(_cited(token) or "") if token.type == "link_open" else None
        if number is not None and number in rulings:
            token.attrSet("href", rulings[number])
            token.meta = {"ruling": number}


def _close_links(children: list[Token]) -> None:
    """Tell each closing tag what its link became: an address that is not followed stands behind it as text."""
    opened: list[Token] = []
    for token in children:
        if token.type == "link_open":
            opened.append(token)
        elif token.type == "link_close":
            link = opened.pop()
            if not _is_followed(link):
                address = str(link.attrGet("href"))
                token.meta = {"is_text": True, "address": "" if link.markup == "autolink" else address}


def _mark_new(tokens: list[Token], text: str, since: str) -> None:
    """Mark each block, or item of a list, that `since` does not have; what only moved is not new."""
    known = Counter(source for _, source in _blocks(_PARSER.parse(since), since))
    for index, source in _blocks(tokens, text):
        if known[source]:
            known[source] -= 1
        else:
            _mark_block(tokens, index)


def _blocks(tokens: Sequence[Token], text: str) -> Iterator[tuple[int, str]]:
    """Index of the token that begins each block or item of a list, and the block as it was written."""
    lines = text.split("\n")
    for index, token in enumerate(tokens):
        is_item = token.level == 1 and token.type == "list_item_open"
        is_block = token.level == 0 and token.nesting >= 0 and not token.type.endswith("list_open")
        if token.map and (is_item or is_block):
            yield index, "\n".join(lines[slice(*token.map)]).strip()


def _mark_block(tokens: Sequence[Token], index: int) -> None:
    tokens[index].meta = {**tokens[index].meta, "is_new": True}
    level = tokens[index].level
    for token in tokens[index + 1 :]:
        if token.level <= level:  # a block without words, such as a formula
            return
        if token.type == "inline" and token.children is not None:
            token.children.insert(0, Token("new_word", "", 0))
            return
