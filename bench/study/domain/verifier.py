"""The oracle: judges each step from the text of the problem and of the steps alone."""

import re
from collections.abc import Sequence

from bench.study.domain.problems import Line, Operation, worked_out
from selector.records import Rating

_TOLD = re.compile(r"([A-Z])=(\w+)(?:([-+])(\w+))?")
_FACT = re.compile(r"([A-Z])=(\d\d)")
_WORKED = re.compile(r"([A-Z])=(\d\d)([-+])(\d\d)=(\d\d)")
_ANSWER = re.compile(r"answer=(\d\d)")


def ratings(problem: str, steps: Sequence[str]) -> tuple[Rating, ...]:
    """Of each step up to and including the first error: 1 right, 0 a number said again, -1 wrong.

    A line is right when its quantity is new, its numbers are those that the problem and the lines before give, and the
    sum is done rightly; the answer when it is the value of the quantity asked for.
    """
    told, asked = _read(problem)
    values: dict[str, int] = {}
    found: list[Rating] = []
    for step in steps:
        found.append(_rating(step, told, asked, values))
        if found[-1] == -1:
            break
    return tuple(found)


def first_error(given: Sequence[Rating]) -> int | None:
    return len(given) - 1 if given and given[-1] == -1 else None


def _read(problem: str) -> tuple[dict[str, Line], str]:
    *lines, question = problem.split(";")
    told = {}
    for text in lines:
        found = _TOLD.fullmatch(text)
        if found is None:
            raise ValueError(f"line {text!r} of a problem: expected NAME=VALUE or NAME=LEFT+RIGHT")
        name, left, operation, right = found.groups()
        told[name] = Line(name, _side(left), operation, _side(right or "0"))  # type: ignore[arg-type]
    return told, question.removesuffix("?")


def _rating(step: str, told: dict[str, Line], asked: str, values: dict[str, int]) -> Rating:
    answer = _ANSWER.fullmatch(step)
    if answer is not None:
        return 1 if values.get(asked) == int(answer[1]) else -1
    fact, worked = _FACT.fullmatch(step), _WORKED.fullmatch(step)
    found = fact or worked
    line = told.get(found[1]) if found else None
    if found is None or line is None or line.name in values or line.is_fact != (fact is not None):
        return -1
    sides = [values.get(side) if isinstance(side, str) else side for side in (line.left, line.right)]
    said: list[int | None] = [int(found[2]), int(found[4]) if worked else 0]
    operation: Operation | None = worked[3] if worked else None  # type: ignore[assignment]
    if None in sides or said != sides or operation != line.operation:
        return -1
    value = worked_out(line, values)
    if int(found[5] if worked else found[2]) != value:
        return -1
    values[line.name] = value
    return 0 if line.is_fact else 1


def _side(text: str) -> str | int:
    return int(text) if text.isdigit() else text
