"""Figures of how step scores agree with labels, for any weighting of the problems."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from selector.judged import JudgedSolution
from selector.resampling import Floats, ratio

_BINS = 10


class StepTable:
    """Labels of the given problems as arrays; `problems` is the order of the weights' columns."""

    def __init__(self, labels: Sequence[JudgedSolution], problems: Sequence[str]) -> None:
        place = {name: index for index, name in enumerate(problems)}
        rated = [(label, len(label.ratings)) for label in labels]
        steps = [pair for label, _ in rated for pair in zip(label.step_scores, label.ratings, strict=False)]
        self.problems = len(problems)
        self.scores = np.array([score for score, _ in steps], float)
        self.correct = np.array([rating >= 0 for _, rating in steps], bool)  # neutral counts as right
        self.of_step = np.repeat([place[label.problem_id] for label, _ in rated], [count for _, count in rated])
        decided = [label for label in labels if label.has_verdict]
        self.of_label = np.array([place[label.problem_id] for label in decided], int)
        self.erroneous = np.array([label.first_error is not None for label in decided], bool)
        self.low, self.high = _hit_between(decided)

    def hits(self, thresholds: Floats) -> NDArray[np.bool_]:
        """Whether each label's first error (or that it has none) is found, each label at its own threshold."""
        return (self.low < thresholds) & (thresholds <= self.high)

    def accuracies(self, weights: Floats, thresholds: Floats) -> tuple[Floats, Floats]:
        """Share of erroneous solutions whose very first error is found, and of clean ones found clean."""
        hits = self.hits(thresholds)
        shares = []
        for kind in (self.erroneous, ~self.erroneous):
            found, all_of_kind = self._per_problem(hits & kind), self._per_problem(kind)
            shares.append(ratio(weights @ found, weights @ all_of_kind))
        return shares[0], shares[1]

    def first_error_f1(self, weights: Floats, thresholds: Floats) -> Floats:
        """Harmonic mean of both shares. Source: ProcessBench (arXiv:2412.06559)."""
        found, clean = self.accuracies(weights, thresholds)
        return np.where(found + clean == 0, 0.0, ratio(2 * found * clean, found + clean))

    def auc(self, weights: Floats) -> Floats:
        """Probability that a right step scores above a wrong one, ties half."""
        _, places = np.unique(self.scores, return_inverse=True)
        values = []
        for row in weights:
            each = row[self.of_step]
            right = np.bincount(places, each * self.correct)
            wrong = np.bincount(places, each * ~self.correct)
            pairs = right.sum() * wrong.sum()
            in_order = (right * (wrong.cumsum() - wrong / 2)).sum()
            values.append(in_order / pairs if pairs else np.nan)
        return np.array(values)

    def ece(self, weights: Floats) -> Floats:
        """Mean gap between score and share of right steps over ten equal bins, weighted by their steps."""
        gaps = np.zeros((self.problems, _BINS))
        np.add.at(gaps, (self.of_step, self.bins), self.scores - self.correct)
        steps = np.bincount(self.of_step, minlength=self.problems).astype(float)
        return ratio(np.abs(weights @ gaps).sum(axis=1), weights @ steps)

    @property
    def bins(self) -> NDArray[np.int_]:
        """(steps,) in which of ten equal parts of 0 to 1 each score lies."""
        return np.minimum((self.scores * _BINS).astype(int), _BINS - 1)

    def right_in(self, number: int, weights: Floats) -> Floats:
        """Share of right steps among those whose score lies in one of the ten parts."""
        here = self.bins == number
        right, steps = (
            np.bincount(self.of_step, chosen, minlength=self.problems) for chosen in (here & self.correct, here)
        )
        return ratio(weights @ right, weights @ steps)

    def _per_problem(self, chosen: NDArray[np.bool_]) -> Floats:
        return np.bincount(self.of_label, chosen, minlength=self.problems).astype(float)


def _hit_between(labels: Sequence[JudgedSolution]) -> tuple[Floats, Floats]:
    """For each label the thresholds that find it: above `low`, at most `high`.

    The first step below the threshold is the error: so the error's score lies below it, and none before it does.
    """
    lows, highs = [], []
    for label in labels:
        error = label.first_error
        before = label.step_scores if error is None else label.step_scores[:error]
        lows.append(-np.inf if error is None else label.step_scores[error])
        highs.append(min(before, default=np.inf))
    return np.array(lows, float), np.array(highs, float)
