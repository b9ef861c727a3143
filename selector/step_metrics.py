"""How well step scores agree with labels: where the first error is, which steps are wrong, how sure to be."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from selector.examples import rated_steps
from selector.rows import read_rows
from selector.score_rows import ScoreRow, solutions_of

RESAMPLES = 500
CALIBRATION_LABELS = 20  # fewer cannot be halved into a threshold and a measurement
_BINS = 10
_THRESHOLDS = [step / 50 for step in range(1, 50)]


@dataclass(frozen=True, slots=True)
class JudgedSolution:
    """One label beside the step scores of its solution.

    `key` names the label among those of one evaluation. `ratings` end at the first error; `has_verdict` is False
    where the pass ended without one (give up).
    """

    key: str
    problem_id: str
    step_scores: tuple[float, ...]
    ratings: tuple[int, ...]
    has_verdict: bool = True

    @property
    def first_error(self) -> int | None:
        return len(self.ratings) - 1 if self.ratings[-1] == -1 else None

    def found_error(self, threshold: float) -> int | None:
        """The first step whose score is below the threshold."""
        return next((place for place, score in enumerate(self.step_scores) if score < threshold), None)


def judged(paths: Iterable[str], scores: Sequence[ScoreRow]) -> tuple[list[JudgedSolution], dict[str, int]]:
    """The labels of the files joined to scores by solution id, else by text; and how many could not be, and why."""
    by_id = {row.solution_id: row for row in scores}
    by_text = {row.text_key: row for row in scores if row.text_key}
    found: list[JudgedSolution] = []
    left_out: Counter[str] = Counter()
    for path in paths:
        for number, row in read_rows(path):
            left_out["without a solution"] += row.label is not None
            for place, solution in enumerate(solutions_of(row, Counter())):
                label = solution.solution.label
                if label is None:
                    continue
                score = by_id.get(solution.solution_id) or by_text.get(solution.text_key)
                ratings = rated_steps(label, len(solution.solution.steps))
                reason = _reason_to_leave_out(score, ratings, len(solution.solution.steps))
                if score is None or reason:
                    left_out[reason] += 1
                    continue
                verdict = label.prm800k is None or label.prm800k.finish_reason in ("found_error", "solution")
                key = f"{path}:{number}:{place}"
                found.append(JudgedSolution(key, score.problem_id, score.step_scores, tuple(ratings), verdict))
    return found, {why: count for why, count in left_out.items() if count}


def _reason_to_leave_out(score: ScoreRow | None, ratings: Sequence[int], steps: int) -> str:
    if score is None:
        return "not among the scores"
    if not score.step_scores:
        return "without step scores"
    if len(score.step_scores) != steps:
        return "scored with other steps"
    return "" if ratings else "without rated steps"


def step_metrics(labels: Sequence[JudgedSolution], threshold: float = 0.5, *, seed: int = 0) -> dict[str, Any]:
    """First-error F1 at the threshold, step AUC and ECE, with counts, intervals over problems, and why one is null."""
    scores, correct = _flat(labels)
    decided = [label for label in labels if label.has_verdict]
    erroneous = sum(label.first_error is not None for label in decided)
    why = {}
    if not erroneous or erroneous == len(decided):
        why["first_error_f1"] = "needs labels with an error and labels without one"
    if correct.all() or not correct.any():
        why["step_auc"] = "needs steps that are right and steps that are wrong"
    if not labels:
        why["ece"] = "needs labels"
    measures: dict[str, Callable[[Sequence[JudgedSolution]], float | None]] = {
        "first_error_f1": lambda chosen: first_error_f1(chosen, threshold),
        "step_auc": lambda chosen: auc(*_flat(chosen)),
    }
    return {
        "labels": len(labels),
        "steps": len(scores),
        **{name: measure(labels) for name, measure in measures.items()},
        "ece": ece(scores, correct),
        "first_error": {
            "threshold": threshold,
            "erroneous": erroneous,
            "clean": len(decided) - erroneous,
            "accuracy_erroneous": _accuracy(decided, threshold, is_erroneous=True),
            "accuracy_clean": _accuracy(decided, threshold, is_erroneous=False),
            "calibrated": calibrated_f1(decided),
        },
        "intervals": {name: _interval(labels, measure, seed) for name, measure in measures.items()},
        "why": why,
    }


def first_error_f1(labels: Sequence[JudgedSolution], threshold: float) -> float | None:
    """Harmonic mean of two shares: erroneous solutions whose very first error is found, clean ones found clean.

    Source: ProcessBench (arXiv:2412.06559). None where one of the two kinds is missing.
    """
    decided = [label for label in labels if label.has_verdict]
    found = _accuracy(decided, threshold, is_erroneous=True)
    clean = _accuracy(decided, threshold, is_erroneous=False)
    if found is None or clean is None:
        return None
    return 2 * found * clean / (found + clean) if found + clean else 0.0


def calibrated_f1(labels: Sequence[JudgedSolution]) -> dict[str, Any] | None:
    """F1 with the threshold that is best on one half of the problems and measured on the other, both ways round."""
    names = sorted({label.problem_id for label in labels})
    halves = [[label for label in labels if names.index(label.problem_id) % 2 == half] for half in (0, 1)]
    if len(labels) < CALIBRATION_LABELS:
        return None
    thresholds, measured = [], []
    for here, there in (halves, halves[::-1]):
        best = max(_THRESHOLDS, key=lambda threshold: (first_error_f1(here, threshold) or 0.0, -abs(threshold - 0.5)))
        thresholds.append(best)
        measured.append(first_error_f1(there, best))
    known = [value for value in measured if value is not None]
    return {"f1": sum(known) / len(known), "thresholds": thresholds} if known else None


def auc(scores: NDArray[np.float64], correct: NDArray[np.bool_]) -> float | None:
    """Probability that a right step scores above a wrong one, ties half; None where one of the two is missing."""
    right, wrong = int(correct.sum()), int((~correct).sum())
    if not right or not wrong:
        return None
    _, places, counts = np.unique(scores, return_inverse=True, return_counts=True)
    mean_ranks = counts.cumsum() - (counts - 1) / 2
    return float((mean_ranks[places][correct].sum() - right * (right + 1) / 2) / (right * wrong))


def ece(scores: NDArray[np.float64], correct: NDArray[np.bool_]) -> float | None:
    """Mean gap between score and share of right steps over ten equal bins, weighted by their steps."""
    if not len(scores):
        return None
    bins = np.minimum((scores * _BINS).astype(int), _BINS - 1)
    gaps = [abs(float(scores[bins == b].mean() - correct[bins == b].mean())) * (bins == b).mean() for b in set(bins)]
    return float(sum(gaps))


def _flat(labels: Sequence[JudgedSolution]) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """All rated steps: their scores, and whether people found them right (neutral counts as right)."""
    pairs = [pair for label in labels for pair in zip(label.step_scores, label.ratings, strict=False)]
    return np.array([score for score, _ in pairs], float), np.array([rating >= 0 for _, rating in pairs], bool)


def _accuracy(labels: Sequence[JudgedSolution], threshold: float, *, is_erroneous: bool) -> float | None:
    chosen = [label for label in labels if (label.first_error is not None) == is_erroneous]
    hits = [label.found_error(threshold) == label.first_error for label in chosen]
    return sum(hits) / len(hits) if hits else None


def _interval(
    labels: Sequence[JudgedSolution], measure: Callable[[Sequence[JudgedSolution]], float | None], seed: int
) -> list[float] | None:
    """95 % bootstrap interval over problems; None with fewer than two, or where most resamples cannot be measured."""
    problems: dict[str, list[JudgedSolution]] = defaultdict(list)
    for label in labels:
        problems[label.problem_id].append(label)
    if len(problems) < 2 or measure(labels) is None:
        return None
    groups = [problems[name] for name in sorted(problems)]
    draw = np.random.default_rng(seed)
    drawn = (draw.integers(0, len(groups), len(groups)) for _ in range(RESAMPLES))
    values = [measure([label for place in places for label in groups[place]]) for places in drawn]
    known = [value for value in values if value is not None]
    if len(known) < RESAMPLES / 2:
        return None
    low, high = np.quantile(known, [0.025, 0.975])
    return [float(low), float(high)]
