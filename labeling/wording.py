"""Numbers, lists and sentences as the reader's language writes them."""

from collections.abc import Iterable
from functools import reduce

from django.utils import formats
from django.utils.translation import pgettext

NO_BREAK = "\N{NO-BREAK SPACE}"


def grouped(number: int | None) -> str:
    """1234567 as 1,234,567, or as the language groups it; nothing for None."""
    return "" if number is None else formats.number_format(number, force_grouping=True)


def decimal(value: float | None, digits: int = 2) -> str:
    """So many decimals, with a minus sign that is one; nothing for None."""
    return "" if value is None else formats.number_format(f"{value:.{digits}f}").replace("-", "−")


def percent(share: float | None, digits: int = 0) -> str:
    """A share as per cent, which no line breaks apart; nothing for None."""
    if share is None:
        return ""
    return pgettext("a share", "{number} %").format(number=decimal(share * 100, digits)).replace(" ", NO_BREAK)


def listed(parts: Iterable[object]) -> str:
    """The parts of a list, one after the other."""
    return _joined([str(part) for part in parts], pgettext("two parts of a list", "{first}, {second}"))


def sentences(*parts: object) -> str:
    """Sentences one after the other; empty ones are left out."""
    return _joined([said for part in parts if (said := str(part))], pgettext("two sentences", "{first} {second}"))


def _joined(parts: list[str], pattern: str) -> str:
    return reduce(lambda first, second: pattern.format(first=first, second=second), parts) if parts else ""
