"""A language of its own in which every translated message stands in brackets: what stands outside went past gettext."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.utils.translation import _trans  # what every gettext call goes through

INNERMOST = re.compile(r"⟦[^⟦⟧]*⟧")


@contextmanager
def marked_messages() -> Iterator[None]:
    """Within it, gettext puts its answers in brackets."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("gettext", "ngettext", "pgettext", "npgettext"):
            patch.setattr(_trans, name, _marking(getattr(_trans, name)))
        yield


def _marking(translate: Any) -> Any:
    return lambda *arguments: f"⟦{translate(*arguments)}⟧"


def without_messages(page: str) -> str:
    """What is left of a page when every message, values and elements in it included, is taken out."""
    found = 1
    while found:
        page, found = INNERMOST.subn("", page)
    return page
