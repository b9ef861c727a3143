"""Which solutions to label next, and why each: pure and seeded, a table of candidates in, ranked picks out.

A strategy is a module with `fill(draft)`; the guard rails that all share sit in `draft` and `pool`.
"""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Literal, get_args

from selector.records import Candidate, Selection
from selector.strategies import convincing_wrong, uniform, uniform_distinct
from selector.strategies.draft import Draft
from selector.strategies.pool import Pool

Scope = Literal["campaign", "problem"]
NAMES = ("convincing_wrong", "uniform", "uniform_distinct")


def select(
    candidates: Sequence[Candidate],
    *,
    size: int,
    strategy: str = "convincing_wrong",
    wrong_share: float = 0.8,
    evaluation_share: float = 0.1,
    scope: Scope = "campaign",
    seed: int = 0,
) -> Selection:
    """The picks of one round; the same candidates (in any order) and seed give the same picks.

    Labeled texts are out, of identical texts one is taken, and solutions of the test split come in only as
    `evaluation` items (with `evaluation_share` 0 never). From one problem at most max(1, 20 % of its distinct
    solutions) are taken, unless the round could not be filled otherwise, which a note then says.
    Raises:
        ValueError: an argument is out of range; the message names it and what is allowed.
    """
    _check(size, wrong_share, evaluation_share, scope)
    fills: dict[str, Callable[[Draft], None]] = {
        "convincing_wrong": partial(convincing_wrong.fill, wrong_share=wrong_share, scope=scope),
        "uniform": uniform.fill,
        "uniform_distinct": uniform_distinct.fill,
    }
    if strategy not in fills:
        raise ValueError(f"strategy: expected one of {', '.join(NAMES)}, not {strategy!r}")
    draft = Draft(Pool.of(candidates), size, evaluation_share, seed)
    fills[strategy](draft)
    return draft.selection()


def _check(size: int, wrong_share: float, evaluation_share: float, scope: str) -> None:
    if size < 1:
        raise ValueError(f"size: expected at least 1, not {size}")
    for name, share in (("wrong_share", wrong_share), ("evaluation_share", evaluation_share)):
        if not 0 <= share <= 1:
            raise ValueError(f"{name}: expected a share between 0 and 1, not {share}")
    if wrong_share + evaluation_share > 1 + 1e-9:
        raise ValueError(
            f"wrong_share and evaluation_share: expected at most 1 together, not {wrong_share} + {evaluation_share}"
        )
    if scope not in get_args(Scope):
        raise ValueError(f'scope: expected "campaign" or "problem", not {scope!r}')
