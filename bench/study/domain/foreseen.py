"""How likely the policy's own lines are, to whoever knows it but not how it is on this problem.

No base can foresee it better. So this is what surprise comes to in the end, before any base is made: a domain on which
it tells right lines from wrong ones already is none to study labels on.
"""

import re
from collections.abc import Mapping, Sequence

from bench.study.domain import policy
from bench.study.domain.habits import habitual, takes_another
from bench.study.domain.problems import HIGHEST, Line, Problem, worked_out

HABIT, SLIP = 0.68, 0.035  # means over problems
_WORKED = re.compile(r"(\d\d)[A-Z][-+]([A-Z]?)(\d\d)=[A-Z](\d\d)")


def probabilities(problem: Problem, steps: Sequence[str]) -> tuple[float, ...]:
    """Of each line; rare ways to come to the same line are left out."""
    left = list(problem.lines)
    stated: dict[str, int] = {}
    found = []
    for step in steps:
        again = policy.RESTATED if stated else 0.0
        line = next((one for one in left[:1] if _is_about(step, one)), None)
        if step.startswith("answer"):
            found.append(1 - again)
        elif line is None:
            found.append(again / max(1, len(stated)))
        else:
            found.append((1 - again) * _of_line(step, line, stated))
            stated[line.name] = int(step[-2:])
            left.pop(0)
    return tuple(found)


def _is_about(step: str, line: Line) -> bool:
    return step[-3:-2] == line.name


def _of_line(step: str, line: Line, stated: Mapping[str, int]) -> float:
    worked = _WORKED.fullmatch(step)
    if worked is None:
        return 1 - SLIP / 4 if int(step[-2:]) == line.left else SLIP / 4 / 6
    of_left, named, of_right, value = int(worked[1]), worked[2], int(worked[3]), int(worked[4])
    return _of_right(line, named, of_right, stated) * _of_value(line, of_left, of_right, value)


def _of_right(line: Line, named: str, right: int, stated: Mapping[str, int]) -> float:
    """That this is what stands on the right."""
    if not isinstance(line.right, str):
        return 1 - SLIP / 4 if right == line.right else SLIP / 8
    may_take_another = takes_another(line.name, str(line.left)) and len(stated) > 2
    if named == line.right:
        return 1 - HABIT if may_take_another else 1.0
    return HABIT if may_take_another else 1e-3


def _of_value(line: Line, left: int, right: int, value: int) -> float:
    """That this is what comes out."""
    if line.operation is None:
        return 1.0
    sum_ = worked_out(Line(line.name, left, line.operation, right), {})
    habit = habitual(line.operation, left, right)
    if habit is not None and value == max(0, min(HIGHEST, sum_ + habit)):
        return HABIT
    if value == max(0, min(HIGHEST, sum_)):
        return (1 - HABIT if habit is not None else 1.0) * (1 - SLIP)
    return SLIP / 6
