"""The vote share of a solution's own answer: a popular wrong answer is convincing without any model."""

from collections.abc import Iterable, Sequence

from selector.records import ScoredSolution
from selector.score_rows import PoolSolution
from selector.votes import Votes


class Popular:
    """Scores solutions by the share of their problem's samples that give the same answer; 0 for no answer.

    It needs the whole pool before the first score. Its scale is no probability of being right: it ranks within one
    problem. Steps have no scores.
    """

    kind = "popular"
    reduction = "vote share"

    def __init__(self, pool: Iterable[PoolSolution]) -> None:
        self.votes = Votes.count((found.problem_id, found.answer) for found in pool)

    def score(self, solutions: Sequence[PoolSolution]) -> list[ScoredSolution]:
        return [ScoredSolution(self.votes.share(found.problem_id, found.answer), ()) for found in solutions]
