"""The oracle: judges each step from the text of the problem and of the steps alone."""

import re
from collections.abc import Sequence

from bench.study.domain.problems import Line, worked_out
from selector.records import Rating

_TOLD = re.compile(r"([A-Z])([-+])(\w+)=([A-Z])")
_FACT = re.compile(r"([A-Z])(\d\d)")
_WORKED = re.compile(r"(\d\d)([A-Z])([-+])([A-Z]?)(\d\d)=([A-Z])(\d\d)")
_ANSWER = re.compile(r"answer=(\d\d)")


def ratings(problem: str, steps: Sequence[str]) -> tuple[Rating, ...]:
    """Of each step up to and including the first error: 1 right, 0 a number said again, -1 wrong.

    A sum is right when its quantity is new, its sides are those that the problem tells with the values given before,
    and it is done rightly; the answer when it is the value of the quantity asked for.
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
        fact, made = _FACT.fullmatch(text), _TOLD.fullmatch(text)
        if fact:
            told[fact[1]] = Line(fact[1], int(fact[2]))
        elif made:
            told[made[4]] = Line(made[4], made[1], made[2], _side(made[3]))  # type: ignore[arg-type]
        else:
            raise ValueError(f"line {text!r} of a problem: expected NAME and its number or LEFT+RIGHT=NAME")
    return told, question.removesuffix("?")


def _rating(step: str, told: dict[str, Line], asked: str, values: dict[str, int]) -> Rating:
    answer, said, worked = _ANSWER.fullmatch(step), _FACT.fullmatch(step), _WORKED.fullmatch(step)
    if answer:
        return 1 if values.get(asked) == int(answer[1]) else -1
    if said:
        return _of_fact(said[1], int(said[2]), told, values)
    return _of_sum(worked, told, values) if worked else -1


def _of_fact(name: str, value: int, told: dict[str, Line], values: dict[str, int]) -> Rating:
    """A number that the problem gives, or one that was worked out before."""
    line = told.get(name)
    if name not in values and line is not None and line.is_fact:
        values[name] = int(line.left)
    return 0 if values.get(name) == value else -1


def _of_sum(worked: re.Match[str], told: dict[str, Line], values: dict[str, int]) -> Rating:
    left_value, left, operation, right, right_value, name, value = worked.groups()
    line = told.get(name)
    if line is None or name in values or (line.left, line.operation) != (left, operation):
        return -1
    if line.right != (right or int(right_value)):
        return -1
    sides = [values.get(side) if isinstance(side, str) else side for side in (line.left, line.right)]
    if sides != [int(left_value), int(right_value)] or int(value) != worked_out(line, values):
        return -1
    values[name] = int(value)
    return 1


def _side(text: str) -> str | int:
    return int(text) if text.isdigit() else text
