"""Best-of-N: how often the top-scored of N solutions is right, beside majority vote and pass@N."""

import math
import random
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from selector.answer_text import normalized
from selector.score_rows import ScoreRow

SUBSETS = 200  # random subsets per problem for majority vote; the other figures are exact
RESAMPLES = 1000


@dataclass(frozen=True, slots=True)
class Sample:
    """One solution of a problem: what ranks it (None ranks last), what it answers, whether that is right."""

    score: float | None
    answer: str | None
    is_correct: bool


def best_of_n(rows: Sequence[ScoreRow], *, seed: int = 0) -> dict[str, dict[str, Any]]:
    """For N = 1, 2, 4, … up to the largest N that every problem has: fractions, mean over problems and subsets.

    `score` is the mean over all subsets of size N (exact, equal scores shared evenly), `interval` its 95 % bootstrap
    interval over problems (None with one problem). Solutions without a verdict stay out.
    """
    problems: dict[str, list[Sample]] = defaultdict(list)
    for row in rows:
        if row.answer_is_correct is not None:
            answer = normalized(row.answer) if row.answer else None
            problems[row.problem_id].append(Sample(row.score, answer, row.answer_is_correct))
    groups = [problems[name] for name in sorted(problems)]
    common = min((len(group) for group in groups), default=0)
    result = {}
    for n in (2**power for power in range(common.bit_length())):
        scores = [expected_top(group, n) for group in groups]
        result[str(n)] = {
            "score": float(np.mean(scores)),
            "majority": float(np.mean([majority(group, n, seed) for group in groups])),
            "pass": float(np.mean([pass_at(group, n) for group in groups])),
            "problems": len(groups),
            "interval": interval(scores, seed),
        }
    return result


def expected_top(samples: Sequence[Sample], n: int) -> float:
    """Probability that the top-scored of a random subset of size n is right."""
    total = len(samples)
    by_score: dict[float, list[Sample]] = defaultdict(list)
    for sample in samples:
        by_score[-math.inf if sample.score is None else sample.score].append(sample)
    expected, worse = 0.0, total
    for score in sorted(by_score, reverse=True):
        tied = by_score[score]
        # The top is among these unless the subset lies wholly below them, given that none above them is in it.
        chance = (math.comb(worse, n) - math.comb(worse - len(tied), n)) / math.comb(total, n)
        expected += chance * sum(sample.is_correct for sample in tied) / len(tied)
        worse -= len(tied)
    return expected


def pass_at(samples: Sequence[Sample], n: int) -> float:
    """Probability that a random subset of size n holds a right solution."""
    wrong = sum(not sample.is_correct for sample in samples)
    return 1 - math.comb(wrong, n) / math.comb(len(samples), n)


def majority(samples: Sequence[Sample], n: int, seed: int) -> float:
    """Probability that the commonest answer of a random subset is right; equally common ones share it evenly."""
    if n == 1:
        return sum(sample.is_correct for sample in samples) / len(samples)
    if n == len(samples):
        return _vote(samples)
    draw = random.Random(f"{seed} majority")
    return sum(_vote(draw.sample(samples, n)) for _ in range(SUBSETS)) / SUBSETS


def _vote(samples: Sequence[Sample]) -> float:
    votes = Counter(sample.answer for sample in samples if sample.answer is not None)
    if not votes:
        return 0.0
    most = max(votes.values())
    winners = [answer for answer, count in votes.items() if count == most]
    right = {sample.answer for sample in samples if sample.is_correct}
    return sum(answer in right for answer in winners) / len(winners)


def interval(values: Sequence[float], seed: int) -> list[float] | None:
    """95 % bootstrap interval of the mean; None where one value says nothing about spread."""
    if len(values) < 2:
        return None
    draw = np.random.default_rng(seed)
    drawn = draw.integers(0, len(values), size=(RESAMPLES, len(values)))
    low, high = np.quantile(np.asarray(values)[drawn].mean(axis=1), [0.025, 0.975])
    return [float(low), float(high)]
