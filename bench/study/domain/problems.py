"""Problems: a few named quantities, each a number or made from earlier ones, told in any order; the last is asked.

`M+05=K;M17;K-M=Q;Q?` is one of them. Numbers have two digits, and each line begins with the quantity before it, so that
a small model finds things where it expects them. Worked out they read `M17`, `17M+05=K22`, `22K-M17=Q05`, `answer=05`.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

Operation = Literal["+", "-"]
NAMES = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
LEAST_LINES, MOST_LINES = 3, 8
HIGHEST = 99
OPERANDS = range(2, 20)
PAIRED = 0.3  # of the lines that may: of two quantities


@dataclass(frozen=True, slots=True)
class Line:
    """One quantity: a mere number `left` where `operation` is None, else `left operation right`.

    `left` and `right` are names or numbers.
    """

    name: str
    left: str | int
    operation: Operation | None = None
    right: str | int = 0

    @property
    def is_fact(self) -> bool:
        return self.operation is None

    @property
    def is_pair(self) -> bool:
        return isinstance(self.right, str)

    def __str__(self) -> str:
        if self.operation is None:
            return f"{self.name}{written(self.left)}"
        return f"{self.left}{self.operation}{written(self.right)}={self.name}"


@dataclass(frozen=True, slots=True)
class Problem:
    """Lines in an order in which they can be worked out, the text that tells them in another, and the answer.

    `habit` is how often the policy gives in to a habit here, `slip` how often it slips on a line.
    """

    problem_id: str
    lines: tuple[Line, ...]
    text: str
    answer: int
    habit: float
    slip: float


def written(side: str | int) -> str:
    """A name as it is, a number with its two digits."""
    return side if isinstance(side, str) else f"{side:02d}"


def applied(operation: Operation, left: int, right: int) -> int:
    return left + right if operation == "+" else left - right


def problems(seed: str, count: int) -> Iterator[Problem]:
    """So many distinct problems; those of other seeds are others, but for chance."""
    draw = random.Random(f"problems {seed}")
    met: set[str] = set()
    while len(met) < count:
        problem = _problem(draw, f"{seed}-{len(met)}")
        if problem.text not in met:
            met.add(problem.text)
            yield problem


def _problem(draw: random.Random, name: str) -> Problem:
    names = draw.sample(NAMES, min(draw.randint(LEAST_LINES, MOST_LINES) for _ in range(2)))
    values: dict[str, int] = {}
    lines: list[Line] = []
    for own in names:
        line = _line(draw, own, lines, values)
        lines.append(line)
        values[own] = worked_out(line, values)
    told = draw.sample(lines, len(lines))
    is_hard = draw.random() < 0.17
    return Problem(
        problem_id=name,
        lines=tuple(lines),
        text=";".join(map(str, told)) + f";{names[-1]}?",
        answer=values[names[-1]],
        habit=draw.uniform(0.95, 0.99) if is_hard else draw.uniform(0.35, 0.9),
        slip=draw.uniform(0.01, 0.06),
    )


def worked_out(line: Line, values: dict[str, int]) -> int:
    """What the line's quantity is, where these are the ones before it."""
    left, right = (values[side] if isinstance(side, str) else side for side in (line.left, line.right))
    return left if line.operation is None else applied(line.operation, left, right)


def _line(draw: random.Random, own: str, lines: list[Line], values: dict[str, int]) -> Line:
    """The next quantity: made from the one before it and a number or an earlier one; the first is a mere number."""
    if not lines:
        return Line(own, draw.randint(3, 60))
    last, earlier = lines[-1].name, [line.name for line in lines[:-1]]
    for _ in range(100):
        right = draw.choice(earlier) if earlier and draw.random() < PAIRED else draw.choice(OPERANDS)
        line = Line(own, last, draw.choice("+-"), right)  # type: ignore[arg-type]
        if 1 <= worked_out(line, values) <= HIGHEST:
            return line
    return Line(own, last, "-", values[last] - 1) if values[last] > 1 else Line(own, last, "+", 2)
