"""What a chosen label is worth in training: how many uniform ones it takes to be as good as so many chosen ones.

Selectors are trained on growing parts of the labels that chance drew and on as many chosen ones, and measured on the
same evaluation labels. Along the uniform labels' line over the log of their number one reads off how many reach what
chosen ones reached; the multiplier is that number over theirs, its geometric mean over the sizes. ("Let's Verify Step
by Step", arXiv:2305.20050, section 4.2, tells the ratio of both lines' slopes, 2.6, instead.)
"""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from selector.best_of_n import by_problem, score_figure, sizes
from selector.judged import JudgedSolution
from selector.resampling import RESAMPLES, Figure, Floats, drawn
from selector.score_rows import ScoreRow
from selector.step_figures import StepTable
from selector.step_metrics import figures_of, threshold_of
from selector.trials import FARTHEST, LEAST_JUDGED, LEAST_PROBLEMS, WAYS, Trial, Way

TAIL = 0.025
_LEVEL = 1e-9  # a slope no higher is none: sums of the same figures differ by rounding
FLAT = "It does not rise for certain with more uniform labels, so no number of them can be read off."
FEW_LABELS = f"It takes {LEAST_JUDGED} evaluation labels, some with an error and some without."
FEW_PROBLEMS = f"It takes {LEAST_PROBLEMS} test problems with several graded solutions each."


def figures(
    scores: Mapping[Trial, Sequence[ScoreRow]], labels: Mapping[Trial, Sequence[JudgedSolution]], *, seed: int = 0
) -> dict[str, dict[str, Any]]:
    """For `first_error_f1`, `step_auc` and `best_of_n` the curves of both ways and the multiplier.

    Args:
        scores: of each trial, the scored solutions of the problems measured on.
        labels: of each trial, the evaluation labels beside its scores; alike but for these.
    Returns:
        By measure `multiplier` (None: not known yet), `low` and `high` (95 %), `why` not known, and by way the points
        `labels`, `value`, `low`, `high`; for `best_of_n` the `n`, too. Multipliers are cut at FARTHEST.
    """
    found = {name: _of_measure(measured, seed) for name, measured in _measured_on_labels(labels).items()}
    groups = {trial: by_problem(rows) for trial, rows in scores.items()}
    first = next(iter(groups.values()))
    n = max(sizes(first), default=1)
    if n < 2 or len(first) < LEAST_PROBLEMS:
        return found | {"best_of_n": {**_unknown(FEW_PROBLEMS), "n": n}}
    of_groups = {trial: score_figure(n, own) for trial, own in groups.items()}
    return found | {"best_of_n": {**_of_measure((of_groups, len(first)), seed), "n": n}}


_Measured = tuple[Mapping[Trial, Figure], int]  # how good each trial is, for any weighting of so many problems


def _measured_on_labels(labels: Mapping[Trial, Sequence[JudgedSolution]]) -> dict[str, "_Measured | None"]:
    names = ("first_error_f1", "step_auc")
    first = next(iter(labels.values()))
    decided = [label for label in first if label.has_verdict]
    if len(decided) < LEAST_JUDGED or len({label.first_error is None for label in decided}) < 2:
        return dict.fromkeys(names)
    problems = sorted({label.problem_id for label in first})
    tables = {trial: StepTable(own, problems) for trial, own in labels.items()}
    known = {trial: figures_of(table, threshold_of(table, None)) for trial, table in tables.items()}
    return {name: ({trial: own[name] for trial, own in known.items()}, len(problems)) for name in names}


def _unknown(why: str) -> dict[str, Any]:
    return {"multiplier": None, "low": None, "high": None, "why": why, "curves": {}}


def _of_measure(measured: "_Measured | None", seed: int) -> dict[str, Any]:
    if measured is None:
        return _unknown(FEW_LABELS)
    of, problems = measured
    counts = sorted({trial.labels for trial in of})
    weights = np.vstack([np.ones((1, problems)), drawn(problems, seed)])
    means = {way: _means(way, of, weights, seed) for way in WAYS}
    curves = {way: [_point(count, means[way][:, place]) for place, count in enumerate(counts)] for way in WAYS}
    return {**multiplier(counts, means["uniform"], means["chosen"]), "curves": curves}


def _means(way: Way, of: Mapping[Trial, Figure], weights: Floats, seed: int) -> Floats:
    """(1 + R, sizes) the mean over seeds: of all problems and seeds once, then of as many drawn ones in each row."""
    counts, seeds = (sorted({getattr(trial, name) for trial in of}) for name in ("labels", "seed"))
    values = np.array([[of[Trial(way, count, one)](weights) for one in seeds] for count in counts])
    # Each way's seeds are drawn for themselves, the sizes of one seed together: their labels are nested.
    of_seeds = np.vstack([np.ones((1, len(seeds))), drawn(len(seeds), seed + 1 + WAYS.index(way))])
    return np.einsum("csr,rs->rc", values, of_seeds) / len(seeds)


def multiplier(counts: Sequence[int], uniform: Floats, chosen: Floats) -> dict[str, Any]:
    """How many uniform labels are worth one chosen one.

    Where the uniform line a + b log n rises, m chosen labels are worth exp((y(m) - a) / b) uniform ones. The line
    passes through its own middle, so the mean of log(those / m) over the sizes is (mean of y - mean of the line) / b.
    It has no bounds where b may be 0: then the resamples with a falling line are more than one tail (Fieller 1954).
    Args:
        counts: the numbers of labels, at least two, the fewest first.
        uniform, chosen: (1 + R, counts) a figure at each number; the first row as it is, the others resampled.
    """
    logs = np.log(np.array(counts, float))
    centred = logs - logs.mean()
    slopes = uniform @ centred / (centred**2).sum()
    rises = chosen.mean(axis=1) - uniform.mean(axis=1)
    is_known = ~np.isnan(rises) & (slopes > _LEVEL)
    if not is_known[0] or (~is_known[1:]).mean() > TAIL:
        return {"multiplier": None, "low": None, "high": None, "why": FLAT}
    most = math.log(FARTHEST)
    found = np.exp(np.clip(rises[is_known] / slopes[is_known], -most, most))
    low, high = np.quantile(found[1:], [TAIL, 1 - TAIL])
    return {"multiplier": float(found[0]), "low": float(low), "high": float(high), "why": ""}


def _point(labels: int, values: Floats) -> dict[str, Any]:
    known = values[1:][~np.isnan(values[1:])]
    if np.isnan(values[0]) or len(known) < RESAMPLES / 2:
        return {"labels": labels, "value": None, "low": None, "high": None}
    low, high = np.quantile(known, [TAIL, 1 - TAIL])
    return {"labels": labels, "value": float(values[0]), "low": float(low), "high": float(high)}
