"""Labelers of known skill, for simulations: where each says the first error is, of a solution of which it is known."""

import random
from collections.abc import Callable

FirstError = int | None  # 0-based index of the step, None: there is none
Skill = Callable[[FirstError, int, random.Random], FirstError]
CARELESS, LENIENT = 0.25, 0.5


def perfect(truth: FirstError, _steps: int, _chance: random.Random) -> FirstError:
    """Always right."""
    return truth


def careless(truth: FirstError, steps: int, chance: random.Random) -> FirstError:
    """Does not look at a quarter of them, and says anything."""
    return spammer(truth, steps, chance) if chance.random() < CARELESS else truth


def lenient(truth: FirstError, _steps: int, chance: random.Random) -> FirstError:
    """Lets half of the errors pass, and never sees one where there is none."""
    return None if chance.random() < LENIENT else truth


def spammer(_truth: FirstError, steps: int, chance: random.Random) -> FirstError:
    """Presses keys: no error, or one anywhere."""
    return chance.choice([None, *range(steps)])


SKILLS: dict[str, Skill] = {one.__name__: one for one in (perfect, careless, lenient, spammer)}
