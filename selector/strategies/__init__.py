"""Which solutions to label next, and why each: pure and seeded, a table of candidates in, ranked picks out.

A strategy is a module with a `STRATEGY`; it is registered by naming it in `STRATEGIES`. The guard rails that all share
sit in `settings`, `pool` and `draft`.
"""

from collections.abc import Sequence
from typing import Any

from selector.records import Candidate, Selection
from selector.strategies import (
    convincing_wrong,
    mixture,
    popular_wrong,
    surprise,
    uncertain,
    uniform,
    uniform_distinct,
)
from selector.strategies.draft import Draft
from selector.strategies.plan import Places, Strategy, gettext_noop
from selector.strategies.pool import Pool
from selector.strategies.settings import Scope, Settings, weights_of

__all__ = [
    "EVALUATION",
    "NAMES",
    "STRATEGIES",
    "Scope",
    "Settings",
    "Strategy",
    "check_mixture",
    "ranks_wrong",
    "select",
    "select_by",
    "weights_of",
    "words_of_reasons",
    "words_of_shares",
]

STRATEGIES: dict[str, Strategy] = {
    module.STRATEGY.name: module.STRATEGY
    for module in (convincing_wrong, uniform, uniform_distinct, popular_wrong, surprise, uncertain, mixture)
}
NAMES = tuple(STRATEGIES)
EVALUATION = gettext_noop("evaluation: drawn uniformly from the test split")


def select(
    candidates: Sequence[Candidate], *, size: int, strategy: str = "convincing_wrong", **settings: Any
) -> Selection:
    """The picks of one round; the same candidates (in any order) and settings give the same picks.

    `settings` are the fields of `Settings`. Labeled texts are out, of identical texts one is taken, and solutions of
    the test split come in only as `evaluation` items. From one problem at most max(1, its cap) are taken, unless the
    round could not be filled otherwise, which a note then says.
    Raises:
        ValueError: an argument is out of range; the message names it and what is allowed.
    """
    if strategy not in STRATEGIES:
        raise ValueError(f"strategy: expected one of {', '.join(NAMES)}, not {strategy!r}")
    if not ranks_wrong(strategy):
        settings["wrong_share"] = 0.0  # else it could leave too little for the evaluation share
    return select_by(STRATEGIES[strategy], candidates, size=size, settings=Settings(**settings))


def select_by(strategy: Strategy, candidates: Sequence[Candidate], *, size: int, settings: Settings) -> Selection:
    """The same by a strategy that need not be registered, within all guard rails."""
    if size < 1:
        raise ValueError(f"size: expected at least 1, not {size}")
    pool = Pool.of(candidates, settings)
    draft = Draft(pool, size, settings)
    return draft.fill(strategy.plan(pool, settings, Places(size, size - draft.evaluation)))


def ranks_wrong(strategy: str) -> bool:
    """Whether it gives wrong answers a share of their own; True of one that is not known, which others refuse."""
    return strategy not in STRATEGIES or STRATEGIES[strategy].ranks_wrong


def check_mixture(text: str) -> None:
    """Raise ValueError where these are no weights of strategies that can be mixed."""
    weights = weights_of(text)
    mixture.check_parts(weights)
    Settings(mixture=weights)


def words_of_reasons() -> dict[str, str]:
    """What each reason of a pick means, in English."""
    words = {"evaluation": EVALUATION}
    for strategy in STRATEGIES.values():
        words |= strategy.reasons
    return words


def words_of_shares() -> dict[str, str]:
    """What the solutions of a share are called, by the reason that their picks would carry, in English."""
    return {
        next(iter(strategy.reasons)): strategy.title
        for strategy in STRATEGIES.values()
        if strategy.reasons and strategy.needs
    }
