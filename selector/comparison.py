"""Whether a new selector version is worse than the one in use, on the same labels and the same problems."""

import math
from collections import defaultdict
from collections.abc import Sequence
from statistics import fmean
from typing import Any

import numpy as np

from selector.best_of_n import by_problem, score_figure, sizes
from selector.judged import JudgedSolution
from selector.resampling import Figure, Floats, interval, mean_over_problems, point
from selector.score_rows import ScoreRow
from selector.step_figures import StepTable
from selector.step_metrics import figures_of, threshold_of

MEASURE = "mean log-likelihood of a rated step (neutral counts as correct): over steps, then labels, then problems"
_LEAST = 0.001  # a probability below this is taken as this, so that one sure mistake cannot decide alone


def log_likelihood(label: JudgedSolution) -> float:
    """Mean log-probability that the step scores give to what the labeler found, step by step; at most 0."""
    total = 0.0
    for score, rating in zip(label.step_scores, label.ratings, strict=False):
        probability = score if rating >= 0 else 1 - score
        total += math.log(max(_LEAST, probability))
    return total / len(label.ratings)


def compare(new: Sequence[JudgedSolution], old: Sequence[JudgedSolution], *, seed: int = 0) -> dict[str, Any]:
    """Two versions on the labels that both scored, paired: the difference and its bootstrap over problems.

    `is_not_worse` is True where the 95 % interval of new - old reaches 0 or lies above it; with fewer than two
    problems there is no interval and the difference alone decides, with no common label it is None. `figures` compares
    the figures that people read in the same way, each version with its own threshold.
    """
    theirs = {label.key: label for label in old}
    pairs = [(label, theirs[label.key]) for label in new if label.key in theirs]
    if not pairs:
        return {
            "measure": MEASURE,
            "labels": 0,
            "problems": 0,
            "is_not_worse": None,
            "why": "no label that both scored",
        }
    problems = sorted({label.problem_id for label, _ in pairs})
    ours, others = (mean_over_problems(_means([pair[side] for pair in pairs])) for side in (0, 1))
    likelihood = _paired(ours, others, len(problems), seed)
    tables = [StepTable([pair[side] for pair in pairs], problems) for side in (0, 1)]
    figures = [figures_of(table, threshold_of(table, None)) for table in tables]
    bounds = likelihood["interval"]
    return {
        "measure": MEASURE,
        **likelihood,
        "labels": len(pairs),
        "problems": len(problems),
        "is_not_worse": (bounds[1] if bounds else likelihood["difference"]) >= 0,
        "figures": {name: _paired(figures[0][name], figures[1][name], len(problems), seed) for name in figures[0]},
    }


def compare_best_of_n(new: Sequence[ScoreRow], old: Sequence[ScoreRow], *, seed: int = 0) -> dict[str, dict[str, Any]]:
    """Best-of-N of two versions at each N on the solutions that both have, paired over problems."""
    theirs = {row.solution_id for row in old}
    ours = {row.solution_id for row in new} & theirs
    groups = [by_problem([row for row in rows if row.solution_id in ours]) for rows in (new, old)]
    return {
        str(n): _paired(score_figure(n, groups[0]), score_figure(n, groups[1]), len(groups[0]), seed)
        for n in sizes(groups[0])
    }


def _means(labels: Sequence[JudgedSolution]) -> Floats:
    """Mean log-likelihood of each problem's labels, in the order of the problems' names."""
    by_name: dict[str, list[float]] = defaultdict(list)
    for label in labels:
        by_name[label.problem_id].append(log_likelihood(label))
    return np.array([fmean(by_name[name]) for name in sorted(by_name)])


def _paired(new: Figure, old: Figure, problems: int, seed: int) -> dict[str, Any]:
    """Both values, their difference, and its interval over the same drawn problems."""
    difference: Figure = lambda weights: new(weights) - old(weights)  # noqa: E731
    return {
        "new": point(new, problems),
        "old": point(old, problems),
        "difference": point(difference, problems),
        "interval": interval(difference, problems, seed),
    }
