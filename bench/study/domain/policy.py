"""The policy: it works out a problem line by line, with its habits, slips, and now and then a lucky repair."""

import random
from dataclasses import dataclass

from bench.study.domain.habits import habitual, takes_another
from bench.study.domain.problems import HIGHEST, NAMES, OPERANDS, PAIRED, Line, Problem, worked_out, written

_REPAIRED = 0.012  # of the lines behind a wrong one: what went wrong is put right without a word
RESTATED = 0.4  # before a line: an earlier quantity is said again, whichever
_SLIPS = (-10, -2, -1, 1, 2, 10)


@dataclass(frozen=True, slots=True)
class Solution:
    """One attempt: its steps (a line for each quantity, then the answer), and what it answers."""

    steps: tuple[str, ...]
    answer: int


def samples(problem: Problem, count: int, seed: str) -> list[Solution]:
    """So many attempts at the problem, alike or not."""
    draw = random.Random(f"samples {seed} {problem.problem_id}")
    return [_attempt(problem, draw) for _ in range(count)]


def _attempt(problem: Problem, draw: random.Random) -> Solution:
    truth: dict[str, int] = {}
    stated: dict[str, int] = {}
    steps: list[str] = []
    for line in problem.lines:
        if stated != truth and draw.random() < _REPAIRED:
            stated = dict(truth)
        steps += _restated(stated, draw)
        truth[line.name] = worked_out(line, truth)
        step, stated[line.name] = _step(line, problem, stated, draw)
        steps.append(step)
    steps += _restated(stated, draw)
    answer = stated[problem.lines[-1].name]
    return Solution((*steps, f"answer={written(answer)}"), answer)


def _step(line: Line, problem: Problem, stated: dict[str, int], draw: random.Random) -> tuple[str, int]:
    if line.operation is None:
        value = int(line.left)
        if draw.random() < problem.slip / 4:
            value = max(0, min(HIGHEST, value + draw.choice(_SLIPS)))
        return f"{line.name}{written(value)}", value
    left = stated[str(line.left)]
    named, right = _right(line, problem, stated, draw)
    value = worked_out(Line(line.name, left, line.operation, right), {})
    habit = habitual(line.operation, left, right)
    if habit is not None and draw.random() < problem.habit:
        value += habit
    elif draw.random() < problem.slip:
        value += draw.choice(_SLIPS)
    value = max(0, min(HIGHEST, value))
    return f"{written(left)}{line.left}{line.operation}{named}{written(right)}={line.name}{written(value)}", value


def _restated(stated: dict[str, int], draw: random.Random) -> list[str]:
    """Now and then a line that says a quantity again.

    Such lines are right, and the base cannot foresee them: without them whatever is unlikely is an error.
    """
    if not stated or draw.random() >= RESTATED:
        return []
    name = draw.choice(list(stated))
    return [f"{name}{written(stated[name])}"]


def _right(line: Line, problem: Problem, stated: dict[str, int], draw: random.Random) -> tuple[str, int]:
    """The name of what is on the right (none of a mere number), and its value."""
    if isinstance(line.right, str):
        others = [name for name in stated if name not in (line.left, line.right)]
        name = line.right
        if others and takes_another(line.name, str(line.left)) and draw.random() < problem.habit:
            name = others[-1]
        return name, stated[name]
    numbers = [int(other.right) for other in problem.lines if other.operation == line.operation and not other.is_pair]
    if draw.random() < problem.slip / 4:
        return "", draw.choice(numbers)  # that of another line, where there is one
    return "", line.right


def exercise(draw: random.Random) -> str:
    """A sum by itself, as the policy does it: `17M+05=K22`, or `17M+Q05=K22`."""
    while True:
        left, other, name = draw.sample(NAMES, 3)
        stated = {left: draw.randint(1, HIGHEST), other: draw.randint(1, HIGHEST)}
        right = other if draw.random() < PAIRED else draw.choice(OPERANDS)
        line = Line(name, left, draw.choice("+-"), right)  # type: ignore[arg-type]
        if 1 <= worked_out(line, stated) <= HIGHEST:
            break
    problem = Problem("", (line,), "", 0, habit=draw.uniform(0.35, 0.9), slip=0.04)
    return _step(line, problem, stated, draw)[0]
