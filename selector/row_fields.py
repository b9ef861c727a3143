"""Checks of single fields: each returns the value, or raises a `RowError` in the words of a person.

`where` is the path in front of the key: "" or "solutions[3].".
"""

import math
from typing import Any

from selector.row_types import MAX_CHARACTERS, MAX_STEPS, RowError

_NAMES = {dict: "an object", list: "a list", str: "a string", bool: "true or false", type(None): "null"}


def described(value: object) -> str:
    """What a value is, for "…, not a list"."""
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return f"the number {value!r}"[:60]
    return _NAMES.get(type(value), type(value).__name__)


def optional_text(row: dict[str, Any], key: str, where: str = "") -> str | None:
    """A non-empty string; None where the key is absent or null."""
    value = row.get(key)
    if value is None:
        return None
    if type(value) is not str:
        raise RowError(where + key, f"a string or null, not {described(value)}")
    if not value:
        raise RowError(where + key, "a string with at least one character, or null")
    return value


def optional_loose_text(row: dict[str, Any], key: str, where: str = "") -> str | None:
    """A string, possibly empty (answers and reference solutions are written by machines); None as above."""
    value = row.get(key)
    if value is None or type(value) is str:
        return value
    raise RowError(where + key, f"a string or null, not {described(value)}")


def optional_level(row: dict[str, Any]) -> str | None:
    """How hard the problem is: text as it stands, or a whole number (MATH's own rows have "level": 5) as its text."""
    value = row.get("level")
    return str(value) if type(value) is int else optional_loose_text(row, "level")


def optional_flag(row: dict[str, Any], key: str, where: str = "") -> bool | None:
    value = row.get(key)
    if value is None or type(value) is bool:
        return value
    raise RowError(where + key, f"true, false or null, not {described(value)}")


def required_problem(row: dict[str, Any], where: str = "") -> str:
    value = row.get("problem")
    if type(value) is not str:
        given = "" if value is None else f", not {described(value)}"
        raise RowError(where + "problem", f"the text of the problem, a string{given}")
    if not value.strip():
        raise RowError(where + "problem", "the text of the problem, not a blank string")
    if len(value) > MAX_CHARACTERS:
        raise RowError(where + "problem", f"at most {MAX_CHARACTERS:,} characters, not {len(value):,}")
    return value


def required_steps(steps: object, where: str) -> list[str]:
    """Between 1 and 512 strings, not all blank, together at most 100,000 characters."""
    if type(steps) is not list:
        raise RowError(where, f"a list of strings, not {described(steps)}")
    if not steps:
        raise RowError(where, "at least one step")
    if len(steps) > MAX_STEPS:
        raise RowError(where, f"at most {MAX_STEPS} steps, not {len(steps):,}")
    try:
        text = "".join(steps)  # one pass in C: the types, the length and the blankness of all steps at once
    except TypeError:
        index = next(i for i, step in enumerate(steps) if type(step) is not str)
        raise RowError(f"{where}[{index}]", f"a string, not {described(steps[index])}") from None
    if len(text) > MAX_CHARACTERS:
        raise RowError(where, f"at most {MAX_CHARACTERS:,} characters in all steps together, not {len(text):,}")
    if not text.strip():
        raise RowError(where, "at least one step that is not blank")
    return steps


# Where a value sits: the place of what holds it, and its key or index there. Written out only for a refusal: a long key
# would be copied for each value under it.
Place = tuple["Place | None", str | int]


def written(place: Place | None) -> str:
    """As a refusal names it: `solutions[3].steps[2]`."""
    parts: list[str] = []
    while place is not None:
        place, key = place
        parts.append(f"[{key}]" if isinstance(key, int) else f".{key}")
    return "".join(reversed(parts)).removeprefix(".") or "row"


def refuse_unstorable(value: object) -> None:
    """Refuse NUL characters, lone surrogates and numbers that JSON does not have, however deep they sit."""
    waiting: list[tuple[Place | None, object]] = [(None, value)]
    while waiting:
        place, item = waiting.pop()
        if isinstance(item, str):
            _refuse_text(item, place)
        elif isinstance(item, dict):
            for key, inner in item.items():
                if not isinstance(key, str):
                    raise RowError(written(place), f"keys that are strings, not {described(key)}")
                _refuse_text(key, place)
                waiting.append(((place, key), inner))
        elif isinstance(item, list):
            waiting.extend(((place, index), inner) for index, inner in enumerate(item))
        elif isinstance(item, float) and not math.isfinite(item):
            raise RowError(written(place), f"a finite number, not {item!r}")


def _refuse_text(text: str, place: Place | None) -> None:
    if "\x00" in text:
        raise RowError(written(place), "text without the NUL character (\\u0000)")
    try:
        text.encode()
    except UnicodeEncodeError:
        expected = "text without lone surrogates (half of a character pair, such as \\ud800)"
        raise RowError(written(place), expected) from None
