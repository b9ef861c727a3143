"""What the heads of a committee say together of one solution: where they disagree, and how undecided they are."""

from collections.abc import Sequence

ERROR_BELOW = 0.5


def disagreement(step_scores: Sequence[float], step_spreads: Sequence[float]) -> tuple[float, float] | None:
    """Largest spread and largest doubt, up to and including the first step that is predicted wrong.

    Doubt is `min(score, 1 - score)`: 0.5 where a step is undecided. None where there is no committee's word.
    Source: ActPRM (arXiv:2504.10559), section 3; what follows the first error is never labeled.
    """
    if not step_scores or len(step_spreads) != len(step_scores):
        return None
    read = next((place + 1 for place, score in enumerate(step_scores) if score < ERROR_BELOW), len(step_scores))
    return max(step_spreads[:read]), max(min(score, 1 - score) for score in step_scores[:read])
