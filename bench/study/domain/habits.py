"""What the policy gets wrong again and again, each where its situation calls for it.

Two rules that come up often (the carry, the borrow), a long tail of single sums that it has wrong, and a wrong quantity
taken. Whoever is to see through them has to learn the rules once, and the tail one by one.
"""

import random
from functools import cache

from bench.study.domain.problems import NAMES, OPERANDS, Operation

TABLE_ENTRIES = 120
_OFFSETS = (-3, -2, -1, 1, 2, 3)


@cache
def table() -> dict[tuple[Operation, int, int], int]:
    """By operation, units of the left number, and right number: by how much the policy misses."""
    draw = random.Random("table of habits")
    sums: list[tuple[Operation, int, int]] = [
        (operation, units, operand) for operation in ("+", "-") for units in range(10) for operand in OPERANDS
    ]
    return {key: draw.choice(_OFFSETS) for key in draw.sample(sums, TABLE_ENTRIES)}


def habitual(operation: Operation, left: int, right: int) -> int | None:
    """How far off the policy's habit is here; None where it has none."""
    offset = table().get((operation, left % 10, right))
    if offset is not None:
        return offset
    if operation == "+" and left % 10 + right % 10 >= 12:
        return -10  # the carry forgotten
    if operation == "-" and left % 10 - right % 10 <= -3:
        return 10  # the borrow forgotten
    return None


def takes_another(name: str, left: str) -> bool:
    """Whether these names make the policy take another quantity for the right one: a third of all."""
    return (NAMES.index(name) + NAMES.index(left)) % 3 == 0
