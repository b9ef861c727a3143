"""Best-of-N: how often the top-scored of N solutions is right, beside what needs no model and the ceiling pass@N."""

import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from selector.answer_text import normalized
from selector.resampling import Figure, interval, mean_over_problems, point
from selector.score_rows import ScoreRow
from selector.votes import Votes

SUBSETS = 200  # random subsets per problem for majority vote; the other figures are exact


@dataclass(frozen=True, slots=True)
class Sample:
    """One solution of a problem: what ranks it (None ranks last), what it answers, whether that is right.

    `vote_share` is the share of all of its problem's samples that answer the same; `likelihood` that of kind surprise.
    """

    score: float | None
    answer: str | None
    is_correct: bool
    vote_share: float = 0.0
    likelihood: float | None = None


Groups = dict[str, list[Sample]]  # samples by problem


def best_of_n(rows: Sequence[ScoreRow], *, seed: int = 0) -> dict[str, dict[str, Any]]:
    """For N = 1, 2, 4, … up to the largest N that every problem has: fractions, mean over problems and subsets.

    `score` is the mean over all subsets of size N (exact, equal scores shared evenly); `popular` ranks by vote share
    and `surprise` (where the rows have one) by the base's likelihood. `interval` is the 95 % bootstrap interval of
    `score` over problems, `intervals` those of all (None with one problem). Solutions without a verdict stay out.
    """
    groups = by_problem(rows)
    result = {}
    for n in sizes(groups):
        figures = {name: mean_over_problems(values) for name, values in at(n, groups, seed).items()}
        intervals = {name: interval(figure, len(groups), seed) for name, figure in figures.items()}
        result[str(n)] = {
            **{name: point(figure, len(groups)) for name, figure in figures.items()},
            "problems": len(groups),
            "interval": intervals["score"],
            "intervals": intervals,
        }
    return result


def by_problem(rows: Sequence[ScoreRow]) -> Groups:
    """Samples with a verdict, by problem in the order of their names."""
    votes = Votes.count((row.problem_id, row.answer) for row in rows)
    groups: Groups = defaultdict(list)
    for row in sorted(rows, key=lambda row: row.problem_id):
        if row.answer_is_correct is not None:
            answer = normalized(row.answer) if row.answer else None
            share = votes.share(row.problem_id, row.answer)
            groups[row.problem_id].append(Sample(row.score, answer, row.answer_is_correct, share, row.likelihood))
    return dict(groups)


def sizes(groups: Groups) -> list[int]:
    """1, 2, 4, … up to the number of samples that every problem has."""
    common = min((len(group) for group in groups.values()), default=0)
    return [2**power for power in range(common.bit_length())]


def at(n: int, groups: Groups, seed: int) -> dict[str, Any]:
    """The value of each way to choose, one a problem."""
    all_samples = list(groups.values())
    values = {
        "score": [expected_top(samples, n) for samples in all_samples],
        "majority": [majority(samples, n, seed) for samples in all_samples],
        "popular": [expected_top([_ranked_by(s, s.vote_share) for s in samples], n) for samples in all_samples],
        "pass": [pass_at(samples, n) for samples in all_samples],
    }
    if any(sample.likelihood is not None for samples in all_samples for sample in samples):
        ranked = [[_ranked_by(sample, sample.likelihood) for sample in samples] for samples in all_samples]
        values["surprise"] = [expected_top(samples, n) for samples in ranked]
    return {name: np.array(given, float) for name, given in values.items()}


def score_figure(n: int, groups: Groups) -> Figure:
    """Best-of-N of the score alone, for any weighting of the problems."""
    return mean_over_problems(np.array([expected_top(samples, n) for samples in groups.values()], float))


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
    answers = {answer: place for place, answer in enumerate(dict.fromkeys(s.answer for s in samples if s.answer))}
    if not answers:
        return 0.0
    right = np.zeros(len(answers), bool)
    for sample in samples:
        if sample.answer and sample.is_correct:
            right[answers[sample.answer]] = True
    voted = np.zeros((len(samples), len(answers)))
    for place, sample in enumerate(samples):
        if sample.answer:
            voted[place, answers[sample.answer]] = 1
    if n == len(samples):
        counts = voted.sum(axis=0, keepdims=True)
    else:
        draw = np.random.default_rng(seed)
        subsets = draw.random((SUBSETS, len(samples))).argpartition(n - 1, axis=1)[:, :n]
        counts = voted[subsets].sum(axis=1)
    most = counts.max(axis=1, keepdims=True)
    winners = (counts == most) & (most > 0)
    return float(((winners & right).sum(axis=1) / np.maximum(winners.sum(axis=1), 1)).mean())


def _ranked_by(sample: Sample, value: float | None) -> Sample:
    return Sample(value, sample.answer, sample.is_correct)
