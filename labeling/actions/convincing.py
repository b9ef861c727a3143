"""How convincing a round's wrong answers are, and those that are left for the next: kept when it is planned.

Planning reads the whole pool anyway; a page that counted a million scores at each look would be slow.
"""

from collections.abc import Collection, Sequence
from typing import Any

from selector.records import Candidate, Pick

BINS = 40
TENTHS = {"low": 0.1, "median": 0.5, "high": 0.9}  # the middle 80 %


def kept(table: Collection[Candidate], picks: Collection[Pick], size: int) -> dict[str, Any]:
    """The scores of `chosen` wrong answers, of the `next` as many as a round has, and of all that are `left`.

    Empty where nothing is scored.
    """
    taken = {pick.solution_id for pick in picks}
    wrong = [one for one in table if one.verdict == "wrong" and one.split == "train" and not one.is_labeled]
    chosen = sorted(one.score for one in wrong if one.score is not None and one.solution_id in taken)
    left = sorted((one.score for one in wrong if one.score is not None and one.solution_id not in taken), reverse=True)
    if not chosen and not left:
        return {}
    bins = [0] * BINS
    for score in left:
        bins[min(BINS - 1, int(score * BINS))] += 1
    return {
        "chosen": _spread(chosen),
        "next": _spread(sorted(left[:size])),
        "left": {"count": len(left), "bins": bins},
    }


def _spread(scores: Sequence[float]) -> dict[str, Any]:
    """Count, median and the bounds of the middle 80 % of sorted scores."""
    points = {name: scores[round(at * (len(scores) - 1))] for name, at in TENTHS.items()} if scores else {}
    return {"count": len(scores), **points}
