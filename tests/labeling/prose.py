"""Finds English that would be shown to a person without having gone through gettext: in templates and in modules."""

import ast
import re
from collections.abc import Iterator, Set
from html.parser import HTMLParser
from pathlib import Path

from django.template.base import DebugLexer, TokenType

ROOT = Path(__file__).parent.parent.parent
NAMES = {"Plumbline", "CSV", "JSON", "PRM800K", "Parquet", "UTF-8", "BOM", "gzip", "Esc"}  # the same in every language
SHOWN_ATTRIBUTES = {"alt", "aria-label", "aria-description", "aria-roledescription", "placeholder", "title", "label"}
CODES = {"page", "or_page", "what"}  # names under which templates hand one another codes, not words
UNSHOWN_ELEMENTS = {"script", "style", "code", "kbd"}
WORD = re.compile(r"[A-Za-z][\w’'-]+", re.A)
PROSE = re.compile(r"[A-Za-z]{2,}[,;:.]? [A-Za-z]{2,}")
GETTEXT = {"_", "gettext", "gettext_lazy", "gettext_noop", "ngettext", "ngettext_lazy", "pgettext", "pgettext_lazy"}
GETTEXT |= {"npgettext", "npgettext_lazy", "_counted"}


def in_template(path: Path) -> list[str]:
    """What the template shows in English whatever the language: texts, and attributes that are shown or read out."""
    page = _Page()
    found = []
    is_translated = False
    for token in DebugLexer(path.read_text()).tokenize():
        tag = token.contents.split(" ")[0]
        if tag in ("blocktranslate", "endblocktranslate", "blocktrans", "endblocktrans"):
            is_translated = not tag.startswith("end")
        elif token.token_type == TokenType.TEXT and not is_translated:
            page.feed(token.contents)
        elif token.token_type in (TokenType.BLOCK, TokenType.VAR) and tag not in ("translate", "trans"):
            found += [said for said in _in_tag(token.contents) if not _is_named(said)]
    page.close()
    return [said for said in found + page.found if not _is_named(said)]


def in_page(page: str, content: Set[str]) -> list[str]:
    """The texts of a rendered page that hold words other than those of its content."""
    parser = _Page()
    parser.feed(page)
    parser.close()
    return [text for text in parser.found if not set(WORD.findall(text)) <= content | NAMES]


def _in_tag(contents: str) -> Iterator[str]:
    """English in a tag's own values: `default:"unknown"`, `with what="solution"`, `pluralize`."""
    if "|pluralize" in contents:
        yield contents
    for value in re.findall(r"""\|(?:default|default_if_none|yesno|join):(?:"([^"]+)"|'([^']+)')""", contents):
        yield "".join(value)
    if contents.startswith("include"):
        yield from (value for name, value in re.findall(r"""(\w+)=["']([^"']+)["']""", contents) if name not in CODES)


def _is_named(said: str) -> bool:
    return all(word in NAMES for word in WORD.findall(said))


class _Page(HTMLParser):
    """Texts and shown attributes of a template whose tags were taken out."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self._open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in UNSHOWN_ELEMENTS:
            self._open.append(tag)
        self.found += [value for name, value in attrs if name in SHOWN_ATTRIBUTES and value and WORD.search(value)]

    def handle_endtag(self, tag: str) -> None:
        if self._open and self._open[-1] == tag:
            self._open.pop()

    def handle_data(self, data: str) -> None:
        is_attribute = re.fullmatch(r"""\s*[\w-]+=("[^"]*"|'[^']*')\s*""", data)  # of an element in another template
        if not self._open and WORD.search(data) and not is_attribute:
            self.found.append(data.strip())


def in_module(path: Path, *, unshown: Set[str] = frozenset()) -> list[tuple[int, str]]:
    """Sentences in a module's texts, with their lines; but for docstrings and what only the calls in `unshown` get."""
    tree = ast.parse(path.read_text())
    docstrings = {
        id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }
    return [
        (node.lineno, said)
        for node, said in _texts(tree, GETTEXT | unshown)
        if id(node) not in docstrings and PROSE.search(said)
    ]


def _texts(node: ast.AST, passed: Set[str]) -> Iterator[tuple[ast.expr, str]]:
    """Every text below this node, f-strings as one; calls of the passed names and all in them are left out."""
    if isinstance(node, ast.Call) and called(node) in passed:
        return
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node, node.value
    elif isinstance(node, ast.JoinedStr):
        yield node, "".join(part.value if isinstance(part, ast.Constant) else "{}" for part in node.values)
        for part in node.values:
            if isinstance(part, ast.FormattedValue):
                yield from _texts(part.value, passed)
    else:
        for child in ast.iter_child_nodes(node):
            yield from _texts(child, passed)


def called(call: ast.Call) -> str:
    return call.func.id if isinstance(call.func, ast.Name) else getattr(call.func, "attr", "")
