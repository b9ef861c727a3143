"""What the labels of several people add up to: by majority, and by consensus, which weighs people by estimated skill.

Source of the consensus: A. P. Dawid and A. M. Skene, "Maximum Likelihood Estimation of Observer Error-Rates Using the
EM Algorithm", Applied Statistics 28 (1979), pp. 20-28; crowd-kit computes it. Each labeler has a table of how often
they give each rating to a step that is negative, neutral or positive; the tables and what each step is are estimated
together, beginning with how people voted.

A case is a step, and its classes are the three ratings: they mean the same at every step, so that what somebody does at
one tells of what they do at the next. Places of a first error do not. Steps behind somebody's first error are missing,
which the model allows, since that they are missing follows from ratings that are there. Only steps that two or more
rated are cases: what one person alone said of a step would be taken for proof of their skill.
"""

import math
import warnings
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

import numpy as np
import pandas as pd
from crowdkit.aggregation import DawidSkene
from pandas.errors import Pandas4Warning

from labeling.agreement import RATINGS, Array, Figure, Rated
from labeling.intervals import wilson

LEAST_LABELERS = 3  # of two nobody can tell who is the better one
TURNS = 100
MOST_TOLD = 1_000  # differences that are named; the others are counted
SAID = dict(zip(RATINGS, np.eye(len(RATINGS)), strict=True))  # a rating as shares of the three

Step = tuple[int, int]  # solution, and 0-based index of the step
Given = Mapping[int, int]  # ratings of one step, by labeler
Known = Mapping[int, tuple[str, Collection[int | None]]]  # by solution: who says it, which first errors are right


@dataclass(frozen=True, slots=True)
class Estimate:
    """What the model says of numbered cases.

    `cases`: (N, K) float, the probability that each case is of each class. `tables`: for each labeler (K, K) float;
    row: what a case is, column: what they say of it, as shares of the row.
    """

    cases: Array
    tables: dict[int, Array]


@dataclass(frozen=True, slots=True)
class Verdict:
    """Where both put the first error of one solution. Steps are 0-based indices, None where there is no error.

    `is_tie`: as many say that the step `majority` is negative as say something else of it.
    """

    solution: int
    labels: int
    majority: int | None
    is_tie: bool
    consensus: int | None
    probability: float  # of the consensus, as far as the model holds

    @property
    def is_same(self) -> bool:
        """Whether the two are at one; an undecided majority is with nobody."""
        return self.majority == self.consensus and not self.is_tie


@dataclass(frozen=True, slots=True)
class Rightness:
    """In how many of the solutions whose first error is known by `source` both find it; undecided is not right."""

    source: str
    majority: Figure
    consensus: Figure


@dataclass(frozen=True, slots=True)
class Skill:
    """How one labeler rates steps that are negative, neutral and positive by consensus: `said[is][says]`.

    The count of a share is how many steps of that class they rated, as far as the consensus tells; the bounds (Wilson)
    take the consensus for the truth.
    """

    labeler: int
    said: tuple[tuple[Figure, ...], ...]


@dataclass(frozen=True, slots=True)
class Consensus:
    """Majority and consensus of all solutions that two or more labeled."""

    steps: tuple[tuple[int, ...], ...]  # rows: majority negative, neutral, positive, a tie; columns: consensus
    same: Figure  # share of solutions whose first error is at the same place by both
    differing: int  # solutions of which it is not
    ties: int  # those of them on which the majority is undecided
    differences: tuple[Verdict, ...]  # ties behind the others, within both the most certain first
    skills: tuple[Skill, ...]
    right: tuple[Rightness, ...]  # by source
    verdicts: tuple[Verdict, ...]  # of every solution, by its number


def consensus_of(labels: Iterable[Rated], known: Known) -> Consensus | None:
    """None where fewer than three people rated steps that somebody else rated too. `known` judges both, no more."""
    solutions = {solution: steps for solution, steps in _by_solution(labels).items() if steps and len(steps[0]) > 1}
    shared = {
        (solution, index): given
        for solution, steps in solutions.items()
        for index, given in enumerate(steps)
        if len(given) > 1
    }
    if len({labeler for given in shared.values() for labeler in given}) < LEAST_LABELERS:
        return None
    said = [(number, *one) for number, given in enumerate(shared.values()) for one in given.items()]
    found = estimate(said, RATINGS)
    likely = dict(zip(shared, found.cases, strict=True))
    both = [_verdict(solution, steps, likely) for solution, steps in solutions.items()]
    told = sorted(
        (one for one in both if not one.is_same), key=lambda one: (one.is_tie, -one.probability, one.solution)
    )
    same = 1 - len(told) / len(both)
    return Consensus(
        steps=_steps(shared, likely),
        same=Figure(same, len(both), *wilson(same, len(both))),
        differing=len(told),
        ties=sum(one.is_tie for one in told),
        differences=tuple(told[:MOST_TOLD]),
        skills=_skills(shared, found),
        right=_right(both, known),
        verdicts=tuple(sorted(both, key=lambda one: one.solution)),
    )


def estimate(said: Sequence[tuple[int, int, int]], classes: Sequence[int]) -> Estimate:
    """Dawid and Skene's estimate from triples of case, labeler and class; cases are numbered from 0 without a gap."""
    frame = pd.DataFrame(said, columns=["task", "worker", "label"])
    # The library would end where its bound grows no more. That counts a case's class once for each rating and may fall
    # on the way: on the data of the paper it stops after four turns, with probabilities that are 0.03 off.
    model = DawidSkene(n_iter=TURNS, tol=-math.inf)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", Pandas4Warning)  # see pyproject.toml
        model.fit(frame)
    probabilities, errors = cast(Any, model.probas_), cast(Any, model.errors_)  # which are there once it is fit
    cases = probabilities.sort_index().reindex(columns=classes, fill_value=0.0)
    every = pd.MultiIndex.from_product([frame["worker"].unique(), classes])
    tables = errors.reindex(index=every, columns=classes, fill_value=0.0).groupby(level=0)
    return Estimate(cases.to_numpy(), {int(labeler): table.to_numpy().T for labeler, table in tables})


# --- from labels to steps, from steps to first errors


def _by_solution(labels: Iterable[Rated]) -> dict[int, list[dict[int, int]]]:
    """For each solution, step by step, who gave which rating."""
    found: dict[int, list[dict[int, int]]] = defaultdict(list)
    for label in labels:
        steps = found[label.solution]
        steps += [{} for _ in range(len(label.ratings) - len(steps))]
        for given, rating in zip(steps, label.ratings, strict=False):
            given[label.labeler] = rating
    return found


def _majority(given: Given) -> int | None:
    """The rating that most gave, None where two share that place."""
    (rating, most), *others = Counter(given.values()).most_common(2)
    return None if others and others[0][1] == most else rating


def _by_majority(steps: Sequence[Given]) -> tuple[int | None, bool]:
    """The first step of which nothing is said more often than “negative”, and whether something is said as often."""
    for index, given in enumerate(steps):
        counts = Counter(given.values())
        if counts[-1] == max(counts.values()):
            return index, _majority(given) is None
    return None, False


def _by_consensus(solution: int, steps: Sequence[Given], likely: Mapping[Step, Array]) -> tuple[int | None, float]:
    """The first step that is negative by consensus, and how likely that is; one person's steps are as they say."""
    probability = 1.0
    for index, given in enumerate(steps):
        shares = likely.get((solution, index), SAID[next(iter(given.values()))])
        if _most_likely(shares) == -1:
            return index, probability * float(shares[0])
        probability *= 1 - float(shares[0])
    return None, probability


def _most_likely(shares: Array) -> int:
    """Of equals the better rating."""
    return max(reversed(RATINGS), key=lambda rating: shares[rating + 1])


# --- what is told


def _verdict(solution: int, steps: Sequence[Given], likely: Mapping[Step, Array]) -> Verdict:
    majority, is_tie = _by_majority(steps)
    consensus, probability = _by_consensus(solution, steps, likely)
    return Verdict(solution, len(steps[0]), majority, is_tie, consensus, probability)


def _right(both: Iterable[Verdict], known: Known) -> tuple[Rightness, ...]:
    judged: dict[str, list[tuple[bool, bool]]] = defaultdict(list)
    for one in both:
        if one.solution in known:
            source, right = known[one.solution]
            judged[source].append((one.majority in right and not one.is_tie, one.consensus in right))
    return tuple(
        Rightness(source, *(_share_right(column) for column in zip(*pairs, strict=True)))
        for source, pairs in sorted(judged.items())
    )


def _share_right(column: Sequence[bool]) -> Figure:
    share = sum(column) / len(column)
    return Figure(share, len(column), *wilson(share, len(column)))


def _steps(shared: Mapping[Step, Given], likely: Mapping[Step, Array]) -> tuple[tuple[int, ...], ...]:
    counts = Counter((_majority(given), _most_likely(likely[step])) for step, given in shared.items())
    return tuple(tuple(counts[row, column] for column in RATINGS) for row in (*RATINGS, None))


def _skills(shared: Mapping[Step, Given], found: Estimate) -> tuple[Skill, ...]:
    rated: dict[int, Array] = defaultdict(lambda: np.zeros(len(RATINGS)))  # so many steps of each class
    for given, shares in zip(shared.values(), found.cases, strict=True):
        for labeler in given:
            rated[labeler] += shares
    return tuple(
        Skill(labeler, tuple(_shares(row, count) for row, count in zip(found.tables[labeler], counts, strict=True)))
        for labeler, counts in sorted(rated.items())
    )


def _shares(row: Array, count: float) -> tuple[Figure, ...]:
    if round(count) < 1:
        return (Figure(None, 0),) * len(RATINGS)
    return tuple(Figure(float(share), round(count), *wilson(float(share), float(count))) for share in row)
