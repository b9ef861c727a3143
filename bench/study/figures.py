"""The product's measures on scores of a group, against the oracle."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from bench.study.groups import Group, Judged
from selector.best_of_n import Sample, expected_top, majority, pass_at
from selector.judged import JudgedSolution
from selector.records import ScoredSolution
from selector.resampling import point
from selector.step_figures import StepTable
from selector.step_metrics import Threshold, figures_of, threshold_of

LABELS_A_PROBLEM = 4  # distinct solutions of each problem on which first errors and steps are measured
Ranks = Mapping[str, float]  # of distinct solutions, by key


def sizes(samples: int) -> list[int]:
    return [2**power for power in range(samples.bit_length()) if 2**power <= samples]


def best_of(group: Group, ranks: Ranks, n: int, *, is_strict: bool = False) -> float:
    """The product's exact best-of-N, mean over problems; `is_strict`: the steps must be right, too."""
    return float(np.mean([expected_top(samples, n) for samples in _by_problem(group, ranks, is_strict)]))


def curve(group: Group, ranks: Ranks, samples: int) -> dict[str, float]:
    return {str(n): best_of(group, ranks, n) for n in sizes(samples)}


def without_model(group: Group, samples: int, seed: int) -> dict[str, dict[str, float]]:
    """Majority vote, vote share and pass@N for each N."""
    shares = {key: group.votes.share(one.problem_id, one.answer) for key, one in group.distinct.items()}
    by_problem = _by_problem(group, shares, is_strict=False)
    ways: dict[str, Callable[[list[Sample], int], float]] = {
        "majority": lambda some, n: majority(some, n, seed),
        "popular": expected_top,
        "pass": pass_at,
    }
    return {
        name: {str(n): float(np.mean([way(some, n) for some in by_problem])) for n in sizes(samples)}
        for name, way in ways.items()
    }


def step_table(group: Group, scored: Mapping[str, ScoredSolution]) -> StepTable:
    """The first few distinct solutions of each problem beside their scores."""
    taken: dict[str, list[Judged]] = {}
    for one in group.distinct.values():
        of_problem = taken.setdefault(one.problem_id, [])
        if len(of_problem) < LABELS_A_PROBLEM:
            of_problem.append(one)
    labels = [
        JudgedSolution(one.key, one.problem_id, scored[one.key].step_scores, one.ratings)
        for some in taken.values()
        for one in some
    ]
    return StepTable(labels, list(taken))


def steps_figures(
    validation: Group,
    scored_validation: Mapping[str, ScoredSolution],
    test: Group,
    scored: Mapping[str, ScoredSolution],
) -> dict[str, float | None]:
    """First-error F1 at the threshold that the validation labels set, step AUC and ECE on the test problems."""
    value = threshold_of(step_table(validation, scored_validation), None).value
    table = step_table(test, scored)
    threshold = Threshold(np.full(len(table.low), value), value, "from validation")
    figures = {name: point(figure, table.problems) for name, figure in figures_of(table, threshold).items()}
    return {**figures, "threshold": value}


def minima_at_last(group: Group, scored: Mapping[str, ScoredSolution]) -> float:
    """Share of distinct solutions whose last step alone is the lowest."""
    rows = [scored[key].step_scores for key in group.distinct]
    return float(np.mean([scores[-1] < min(scores[:-1]) for scores in rows]))


def ranks(scored: Mapping[str, ScoredSolution], reduction: str = "") -> dict[str, float]:
    """What ranks: the version's own score, or another reduction of it. All of them rise with the logs."""
    if reduction == "mean_log":
        return {key: one.mean_log_score or 0.0 for key, one in scored.items()}
    if reduction:
        return {key: one.reduced[reduction] for key, one in scored.items()}  # type: ignore[index]
    return {key: one.score or 0.0 for key, one in scored.items()}


def _by_problem(group: Group, ranks: Ranks, is_strict: bool) -> Sequence[list[Sample]]:
    found: dict[str, list[Sample]] = {}
    for _, key in group.samples:
        one = group.distinct[key]
        is_right = one.is_strictly_right if is_strict else one.is_right
        found.setdefault(one.problem_id, []).append(Sample(ranks[key], one.answer, is_right))
    return list(found.values())


def cost(picks: Sequence[Judged]) -> dict[str, Any]:
    """What the labels cost, and what was found: solutions, steps read, simulated seconds."""
    return {
        "solutions": len(picks),
        "steps_read": sum(one.steps_read for one in picks),
        "seconds": sum(SECONDS_A_SOLUTION + SECONDS_A_STEP * one.steps_read for one in picks),
        "wrong_answers": float(np.mean([not one.is_right for one in picks])),
        "right_answer_wrong_step": float(np.mean([one.is_right and not one.is_strictly_right for one in picks])),
        "clean": float(np.mean([one.ratings[-1] != -1 for one in picks])),
        "first_error_index": float(np.mean([one.steps_read - 1 for one in picks if one.ratings[-1] == -1] or [0])),
    }


SECONDS_A_SOLUTION, SECONDS_A_STEP = 15, 6  # to read a problem, to judge a step: simulated, no person was timed
