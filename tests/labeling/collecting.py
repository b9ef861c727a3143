"""Every message of the sources, found without gettext's own tools: what the catalogues have to hold."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from django.conf import settings
from django.utils.translation.template import templatize

ROOT = Path(settings.BASE_DIR)
FOLDERS = ["annotator", "labeling", "selector", "workers"]
# By the name of a call: where its context, its message and its plural stand.
PLACES: dict[str, tuple[int | None, int, int | None]] = {
    **dict.fromkeys(["_", "gettext", "gettext_lazy", "gettext_noop"], (None, 0, None)),
    **dict.fromkeys(["ngettext", "ngettext_lazy", "_counted"], (None, 0, 1)),
    **dict.fromkeys(["pgettext", "pgettext_lazy"], (0, 1, None)),
    **dict.fromkeys(["npgettext", "npgettext_lazy"], (0, 1, 2)),
}
# What Django makes of a template for xgettext: calls among rows of X. Only these have a meaning.
TEXT = r"""u?(?:'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*")"""
CALL = re.compile(rf"\b(n?p?gettext|_)\(\s*({TEXT}(?:\s*,\s*(?:{TEXT}|count))*)\s*\)")

Message = tuple[str | None, str, str | None]


@cache
def messages() -> set[Message]:
    """Context, message and plural of everything that goes through gettext."""
    modules = [path for folder in FOLDERS for path in sorted((ROOT / folder).rglob("*.py"))]
    templates = [path for kind in ("html", "txt") for path in sorted((ROOT / "templates").rglob(f"*.{kind}"))]
    return {
        *(found for path in modules for found in _called(ast.parse(path.read_text()))),
        *(found for path in templates for found in _in_template(path.read_text())),
    }


def _in_template(source: str) -> Iterator[Message]:
    for call in CALL.finditer(templatize(source)):
        yield from _called(ast.parse(f"{call[1]}({call[2]})"))


def _called(tree: ast.AST) -> Iterator[Message]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
            texts = [one.value if isinstance(one, ast.Constant) else None for one in node.args]
            if (places := PLACES.get(name)) and isinstance(_at(texts, places[1]), str):
                context, message, plural = (_at(texts, place) for place in places)
                yield context, message or "", plural


def _at(texts: list[str | None], place: int | None) -> str | None:
    return None if place is None or place >= len(texts) else texts[place]
