"""How far labelers agree: pure functions over ratings, for labels that end at the first error.

Steps behind a first error are missing by design: nobody was asked about them, so they are no disagreement. Where two
people put the error at different steps, the steps that both rated still compare. Intervals come from a bootstrap over
solutions, since the labels of one solution belong together. Of few solutions, and where all cases are alike, a
bootstrap finds no width at all: there a share has Wilson's interval, with solutions as cases, and alpha has none.
"""

import math
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import TypeVar

import krippendorff
import numpy as np

from labeling.intervals import wilson

RATINGS = (-1, 0, 1)
RESAMPLES = 300  # a second for a thousand pairs, nearly all of it the resampled alphas
LEVEL = 0.95
LEAST_SOLUTIONS = 10  # of fewer a bootstrap is not believed

Array = np.ndarray
Case = TypeVar("Case")
Key = TypeVar("Key", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Rated:
    """One labeler's verdict on one solution: a rating for each step up to the first negative one, or for all."""

    solution: int
    labeler: int
    ratings: tuple[int, ...]

    @property
    def first_error(self) -> int | None:
        """0-based index of the negative step, None where every step is good."""
        return len(self.ratings) - 1 if self.ratings and self.ratings[-1] == -1 else None


@dataclass(frozen=True, slots=True)
class Pair:
    """Two people's verdicts on the same solution."""

    one: Rated
    other: Rated

    @property
    def solution(self) -> int:
        return self.one.solution

    @property
    def labelers(self) -> tuple[int, int]:
        return self.one.labeler, self.other.labeler

    @property
    def steps(self) -> list[tuple[int, int]]:
        """What each said of the steps that both rated."""
        return list(zip(self.one.ratings, self.other.ratings, strict=False))

    def at(self, position: int) -> "Pair":
        """What both said of one step that both rated, as if there were no other."""
        one, other = (
            Rated(label.solution, label.labeler, label.ratings[position : position + 1])
            for label in (self.one, self.other)
        )
        return Pair(one, other)


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure with what it rests on. `value` and the bounds are None where nothing can be said: too few cases.

    `count` is of cases for shares (pairs, or ratings), of step ratings that can be compared for alpha; `low` and `high`
    bound 95 %.
    """

    value: float | None
    count: int
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class Agreement:
    """All that is said of one group of pairs."""

    pairs: int
    solutions: int
    exact: Figure  # the first error at the same step, or none for both
    within_one: Figure  # at the same step or the one beside it, or none for both
    any_error: Figure  # both found an error, or neither did
    alpha: Figure  # ordinal Krippendorff alpha over the steps that were rated by two or more
    neutral_positive: Figure  # of neutral ratings, how many stood against a positive one
    confusion: tuple[tuple[int, ...], ...]  # step ratings of pairs, rows and columns negative, neutral, positive


@dataclass(frozen=True, slots=True)
class AtStep:
    """What is said of the steps at one position, where both of a pair rated them."""

    same_rating: Figure
    same_error: Figure  # of pairs of which one put the first error here, how many of which both did
    alpha: Figure
    neutral_positive: Figure


def pairs_of(labels: Iterable[Rated]) -> list[Pair]:
    """Every two labels of one solution by different people; who comes first is decided by the labelers' numbers."""
    by_solution: dict[int, list[Rated]] = defaultdict(list)
    for label in labels:
        by_solution[label.solution].append(label)
    return [
        Pair(one, other)
        for _, group in sorted(by_solution.items())
        for one, other in combinations(sorted(group, key=lambda label: label.labeler), 2)
        if one.labeler != other.labeler
    ]


def is_exact(pair: Pair) -> bool:
    """Whether both put the first error at the same step, or both found none."""
    return pair.one.first_error == pair.other.first_error


def is_within_one(pair: Pair) -> bool:
    """Whether the first errors are at most one step apart, or both found none."""
    one, other = pair.one.first_error, pair.other.first_error
    return one == other if one is None or other is None else abs(one - other) <= 1


def is_same_verdict(pair: Pair) -> bool:
    """Whether both found an error, or neither did."""
    return is_good(pair.one) == is_good(pair.other)


def measure(pairs: Sequence[Pair], *, seed: int = 0) -> Agreement:
    """The figures of a group of pairs; the same seed gives the same intervals."""
    by_solution: dict[int, list[Pair]] = defaultdict(list)
    for pair in pairs:
        by_solution[pair.solution].append(pair)
    groups = list(by_solution.values())
    draws = _draws(len(groups), seed)
    return Agreement(
        pairs=len(pairs),
        solutions=len(groups),
        exact=_share(groups, is_exact, draws),
        within_one=_share(groups, is_within_one, draws),
        any_error=_share(groups, is_same_verdict, draws),
        alpha=_alpha(groups, draws),
        neutral_positive=_neutral_against_positive(groups, seed),
        confusion=_confusion(pairs),
    )


def grouped(pairs: Iterable[Pair], keys: Callable[[Pair], Iterable[Key]]) -> dict[Key, list[Pair]]:
    """The pairs by group; one belongs to every group that `keys` names for it."""
    groups: dict[Key, list[Pair]] = defaultdict(list)
    for pair in pairs:
        for key in keys(pair):
            groups[key].append(pair)
    return groups


def measure_by_position(pairs: Iterable[Pair], *, seed: int = 0) -> dict[int, AtStep]:
    """What is said of each step position, over the pairs of which both rated a step there."""
    groups: dict[int, dict[int, list[Pair]]] = defaultdict(lambda: defaultdict(list))
    for pair in pairs:
        for position in range(len(pair.steps)):
            groups[position][pair.solution].append(pair.at(position))
    return {position: _at_step(list(group.values()), seed) for position, group in sorted(groups.items())}


def _at_step(groups: Sequence[Sequence[Pair]], seed: int) -> AtStep:
    draws = _draws(len(groups), seed)
    found = [[pair for pair in group if not (is_good(pair.one) and is_good(pair.other))] for group in groups]
    errors = [group for group in found if group]
    return AtStep(
        same_rating=_share(groups, lambda pair: pair.one.ratings == pair.other.ratings, draws),
        same_error=_share(errors, is_exact, _draws(len(errors), seed)),
        alpha=_alpha(groups, draws),
        neutral_positive=_neutral_against_positive(groups, seed),
    )


def is_good(rated: Rated) -> bool:
    """Whether somebody found no error."""
    return rated.first_error is None


# --- figures


def _draws(solutions: int, seed: int) -> Array:
    """(RESAMPLES, solutions) indices: which solutions each resample holds."""
    return np.random.default_rng(seed).integers(0, max(solutions, 1), size=(RESAMPLES, solutions))


def _bounds(values: Array) -> tuple[float, float]:
    low, high = np.quantile(values, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return float(low), float(high)


def _share(groups: Sequence[Sequence[Case]], holds: Callable[[Case], bool], draws: Array) -> Figure:
    """The share of cases that hold; resampled by group, or Wilson's where that says nothing."""
    hits = np.array([sum(map(holds, group)) for group in groups], dtype=float)
    sizes = np.array([len(group) for group in groups], dtype=float)
    if not len(groups):
        return Figure(None, 0)
    share = float(hits.sum() / sizes.sum())
    resampled = hits[draws].sum(axis=1) / sizes[draws].sum(axis=1)
    is_known = len(groups) >= LEAST_SOLUTIONS and resampled.min() < resampled.max()
    low, high = _bounds(resampled) if is_known else wilson(share, len(groups))
    return Figure(share, int(sizes.sum()), low, high)


def _neutral_against_positive(groups: Sequence[Sequence[Pair]], seed: int) -> Figure:
    """Of all that one of a pair rated neutral, how much the other rated positive: what the table of ratings holds."""
    against = [[there for pair in group for here, there in _both_ways(pair) if here == 0] for group in groups]
    cases = [group for group in against if group]
    return _share(cases, lambda there: there == 1, _draws(len(cases), seed))


def _both_ways(pair: Pair) -> Iterator[tuple[int, int]]:
    for one, other in pair.steps:
        yield one, other
        yield other, one


def _alpha(groups: Sequence[Sequence[Pair]], draws: Array) -> Figure:
    """Ordinal alpha; a unit is one step of one solution, its values are the ratings of all who are compared there."""
    units = [np.array(list(_units(group)), dtype=int).reshape(-1, len(RATINGS)) for group in groups]
    counts = np.concatenate(units) if units else np.empty((0, len(RATINGS)), dtype=int)
    value = _ordinal_alpha(counts)
    if value is None:
        return Figure(None, int(counts.sum()))
    resampled = [_ordinal_alpha(np.concatenate([units[index] for index in draw])) for draw in draws]
    known = [one for one in resampled if one is not None]
    is_known = len(units) >= LEAST_SOLUTIONS and 2 * len(known) >= RESAMPLES and min(known) < max(known)
    if not is_known:
        return Figure(value, int(counts.sum()))
    low, high = _bounds(np.array(known))
    return Figure(value, int(counts.sum()), low, high)


def _units(group: Sequence[Pair]) -> Iterator[list[int]]:
    """How many people gave each rating, for each step of a solution that two or more rated."""
    for labels in _compared(group):
        for position in range(max(len(label.ratings) for label in labels)):
            given = [label.ratings[position] for label in labels if position < len(label.ratings)]
            if len(given) > 1:
                yield [given.count(rating) for rating in RATINGS]


def _compared(group: Sequence[Pair]) -> list[Sequence[Rated]]:
    """The labels of one solution that stand beside one another: all, where each is compared with each; else pair by
    pair, as those of one labeler against all others, of whom what they say among themselves tells nothing.
    """
    labels = {label.labeler: label for pair in group for label in (pair.one, pair.other)}
    if len(group) == math.comb(len(labels), 2):
        return [list(labels.values())]
    return [(pair.one, pair.other) for pair in group]


def _ordinal_alpha(counts: Array) -> float | None:
    """None where it is not defined: nothing to compare, or a single rating throughout."""
    if len(counts) == 0 or np.count_nonzero(counts.sum(axis=0)) < 2:
        return None
    return float(krippendorff.alpha(value_counts=counts, value_domain=RATINGS, level_of_measurement="ordinal"))


def _confusion(pairs: Iterable[Pair]) -> tuple[tuple[int, ...], ...]:
    """Each pair's step ratings, counted both ways, so that it does not matter who comes first."""
    table = np.zeros((len(RATINGS), len(RATINGS)), dtype=int)
    for pair in pairs:
        for one, other in _both_ways(pair):
            table[one + 1, other + 1] += 1
    return tuple(tuple(int(count) for count in row) for row in table)
