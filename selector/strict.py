"""Strict accuracy: whether the top-scored solution is right in its answer *and* in its steps, by people's labels.

Outcomes cannot tell: a right answer over a wrong step counts as right there. Only labeled solutions can be judged so.
Each N is told on the problems that have as many of them, beside the accuracy of answers on the very same ones.
"""

from collections import defaultdict
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from selector.best_of_n import Sample, expected_top
from selector.judged import JudgedSolution
from selector.resampling import Figure, interval, mean_over_problems, point
from selector.score_rows import ScoreRow

LEAST_PROBLEMS = 2


def strict_best_of_n(
    rows: Sequence[ScoreRow], labels: Sequence[JudgedSolution], *, seed: int = 0
) -> dict[str, dict[str, Any]]:
    """For N = 1, 2, 4, … the mean over the problems with N graded and labeled solutions, while there are two such.

    `strict`: the probability that the top-scored of N of them is right in answer and steps (nobody found an error in
    it); `lenient`: that its answer is right. With the number of `problems` and the 95 % `intervals` over them.
    """
    is_clean: dict[str, bool] = {}
    for label in labels:
        if label.has_verdict:
            is_clean[label.solution_id] = is_clean.get(label.solution_id, True) and label.first_error is None
    groups: dict[str, list[ScoreRow]] = defaultdict(list)
    for row in rows:
        if row.answer_is_correct is not None and row.solution_id in is_clean:
            groups[row.problem_id].append(row)
    found: dict[str, dict[str, Any]] = {}
    n = 1
    while len(large := [groups[name] for name in sorted(groups) if len(groups[name]) >= n]) >= LEAST_PROBLEMS:
        figures = {
            "strict": _figure(large, n, lambda row: bool(row.answer_is_correct) and is_clean[row.solution_id]),
            "lenient": _figure(large, n, lambda row: bool(row.answer_is_correct)),
        }
        found[str(n)] = {name: point(figure, len(large)) for name, figure in figures.items()}
        found[str(n)] |= {
            "problems": len(large),
            "intervals": {name: interval(figure, len(large), seed) for name, figure in figures.items()},
        }
        n *= 2
    return found


def _figure(groups: Sequence[Sequence[ScoreRow]], n: int, is_right: Callable[[ScoreRow], bool]) -> Figure:
    samples = [[Sample(row.score, row.answer, is_right(row)) for row in rows] for rows in groups]
    return mean_over_problems(np.array([expected_top(some, n) for some in samples], float))
