"""Where solutions have their lowest step: a process reward model that has become an outcome model has it at the end.

Source: "Lessons of Developing Process Reward Models" (arXiv:2501.07301), section 3.2.
"""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

import numpy as np

from selector.resampling import interval, mean_over_problems, point
from selector.score_rows import ScoreRow


def minima_at_last_step(rows: Sequence[ScoreRow], seed: int) -> dict[str, Any] | None:
    """Share of solutions of at least two steps whose last step alone is the lowest, mean over problems.

    `by_chance` is what it would be if every step were as likely. None where no solution has step scores.
    """
    found: dict[str, list[tuple[bool, float]]] = defaultdict(list)
    for row in rows:
        if len(row.step_scores) > 1 and row.duplicate_of is None:
            is_last = row.step_scores[-1] < min(row.step_scores[:-1])
            found[row.problem_id].append((is_last, 1 / len(row.step_scores)))
    if not found:
        return None
    shares, chances = (
        np.array([np.mean([pair[side] for pair in found[name]]) for name in sorted(found)]) for side in (0, 1)
    )
    figure = mean_over_problems(shares)
    return {
        "share": point(figure, len(found)),
        "by_chance": float(chances.mean()),
        "solutions": sum(map(len, found.values())),
        "interval": interval(figure, len(found), seed),
    }
