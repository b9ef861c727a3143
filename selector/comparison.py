"""Whether a new selector version is worse than the one in use, on the same labels."""

import math
from collections import defaultdict
from collections.abc import Sequence
from statistics import fmean
from typing import Any

from selector.best_of_n import interval
from selector.step_metrics import JudgedSolution

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
    problems there is no interval and the difference alone decides, with no common label it is None.
    """
    theirs = {label.key: label for label in old}
    pairs: dict[str, list[tuple[float, float]]] = defaultdict(list)
    for label in new:
        if label.key in theirs:
            pairs[label.problem_id].append((log_likelihood(label), log_likelihood(theirs[label.key])))
    labels = sum(map(len, pairs.values()))
    if not labels:
        return {
            "measure": MEASURE,
            "labels": 0,
            "problems": 0,
            "is_not_worse": None,
            "why": "no label that both scored",
        }
    means = [tuple(map(fmean, zip(*pairs[name], strict=True))) for name in sorted(pairs)]
    differences = [ours - others for ours, others in means]
    bounds = interval(differences, seed)
    return {
        "measure": MEASURE,
        "new": fmean(ours for ours, _ in means),
        "old": fmean(others for _, others in means),
        "difference": fmean(differences),
        "interval": bounds,
        "labels": labels,
        "problems": len(pairs),
        "is_not_worse": (bounds[1] if bounds else differences[0]) >= 0,
    }
