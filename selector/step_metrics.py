"""How well step scores agree with labels: where the first error is, which steps are wrong, how sure to be."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from selector.judged import JudgedSolution
from selector.resampling import Figure, Floats, interval, point
from selector.step_figures import StepTable

CALIBRATION_LABELS = 20  # fewer cannot be halved into a threshold and a measurement
FIXED = 0.5
_TRIED = 200


@dataclass(frozen=True, slots=True)
class Threshold:
    """Below which score a step counts as an error: one value for each label, and how that was set.

    `value` is the one to go on with: calibrated on all labels, where there are enough of them.
    """

    of_labels: Floats
    value: float
    how: str


def step_metrics(labels: Sequence[JudgedSolution], threshold: float | None = None, *, seed: int = 0) -> dict[str, Any]:
    """First-error F1, step AUC, ECE and calibration, with counts, 95 % intervals over problems, and why one is null.

    Without a given threshold it is calibrated on one half of the problems and measured on the other, both ways round,
    where there are enough labels; F1 at 0.5 is told beside it.
    """
    problems = sorted({label.problem_id for label in labels})
    table = StepTable(labels, problems)
    used = threshold_of(table, threshold)
    figures = figures_of(table, used)
    every = np.ones((1, len(problems)))
    found, clean = table.accuracies(every, used.of_labels) if problems else (np.full(1, np.nan), np.full(1, np.nan))
    at_half = figures_of(table, threshold_of(table, FIXED))["first_error_f1"]
    return {
        "labels": len(labels),
        "steps": len(table.scores),
        **{name: point(figure, len(problems)) for name, figure in figures.items()},
        "first_error": {
            "threshold": used.value,
            "how": used.how,
            "erroneous": int(table.erroneous.sum()),
            "clean": int((~table.erroneous).sum()),
            "accuracy_erroneous": _known(found),
            "accuracy_clean": _known(clean),
            "f1_at_half": point(at_half, len(problems)),
        },
        "calibration": calibration_of(table, seed),
        "intervals": {name: interval(figure, len(problems), seed) for name, figure in figures.items()},
        "why": _why_not(table, len(labels)),
    }


def figures_of(table: StepTable, threshold: Threshold) -> dict[str, Figure]:
    """The figures by name, each for any weighting of the problems."""
    return {
        "first_error_f1": lambda weights: table.first_error_f1(weights, threshold.of_labels),
        "step_auc": table.auc,
        "ece": table.ece,
    }


def calibration_of(table: StepTable, seed: int) -> list[dict[str, Any]]:
    """How often steps are right, by how sure the model is that they are: a row for each tenth of 0 to 1 with steps.

    Of each: mean `score`, share `right` with its `interval` over problems, and how many `steps`.
    """
    rows = []
    for number in np.unique(table.bins):
        right, here = partial(table.right_in, number), table.bins == number
        rows.append(
            {
                "score": float(table.scores[here].mean()),
                "right": point(right, table.problems),
                "interval": interval(right, table.problems, seed),
                "steps": int(here.sum()),
            }
        )
    return rows


def threshold_of(table: StepTable, given: float | None) -> Threshold:
    """The threshold as given; else calibrated crosswise; else, with too few labels for that, one half."""
    count = len(table.low)
    if given is not None:
        return Threshold(np.full(count, given), given, "given")
    everyone = np.ones(count, bool)
    if count < CALIBRATION_LABELS or table.erroneous.all() or not table.erroneous.any():
        return Threshold(np.full(count, FIXED), FIXED, f"fixed: fewer than {CALIBRATION_LABELS} labels of both kinds")
    of_labels = np.full(count, FIXED)
    for half in (0, 1):
        here = table.of_label % 2 == half
        of_labels[~here] = _best(table, here)
    how = "calibrated on the labels of every other problem, measured on the rest, both ways round"
    return Threshold(of_labels, _best(table, everyone), how)


def _best(table: StepTable, chosen: Any) -> float:
    """The threshold of the highest F1 on the chosen labels: the middle of the range that has it."""
    ends = np.concatenate([table.low[chosen], table.high[chosen]])
    ends = ends[np.isfinite(ends)]
    if not len(ends) or table.erroneous[chosen].all() or not table.erroneous[chosen].any():
        return FIXED
    tried = np.unique(np.append(np.quantile(ends, np.linspace(0, 1, _TRIED)), FIXED))
    tried = np.unique(np.concatenate([tried, (tried[1:] + tried[:-1]) / 2]))
    low, high, erroneous = table.low[chosen][None], table.high[chosen][None], table.erroneous[chosen][None]
    hits = (low < tried[:, None]) & (tried[:, None] <= high)
    found, clean = (hits & erroneous).sum(1) / erroneous.sum(), (hits & ~erroneous).sum(1) / (~erroneous).sum()
    f1 = 2 * found * clean / np.maximum(found + clean, 1e-12)
    best = np.flatnonzero(f1 >= f1.max() - 1e-12)
    ranges = np.split(best, np.flatnonzero(np.diff(best) > 1) + 1)
    nearest = min(ranges, key=lambda places: (abs(tried[places] - FIXED).min(), places[0]))
    low_end, high_end = tried[max(0, nearest[0] - 1)], tried[nearest[-1]]  # above the one, up to the other
    return FIXED if low_end < FIXED <= high_end else float((low_end + high_end) / 2)


def _why_not(table: StepTable, labels: int) -> dict[str, str]:
    why = {}
    if table.erroneous.all() or not table.erroneous.any():
        why["first_error_f1"] = "needs labels with an error and labels without one"
    if table.correct.all() or not table.correct.any():
        why["step_auc"] = "needs steps that are right and steps that are wrong"
    if not labels:
        why["ece"] = "needs labels"
    return why


def _known(value: Floats) -> float | None:
    return None if np.isnan(value[0]) else float(value[0])
