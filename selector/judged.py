"""Labels beside the step scores of their solutions."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from selector.examples import rated_steps
from selector.rows import read_rows
from selector.score_rows import ScoreRow, solutions_of


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
    solution_id: str = ""  # as the scores name it

    @property
    def first_error(self) -> int | None:
        return len(self.ratings) - 1 if self.ratings[-1] == -1 else None


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
                found.append(
                    JudgedSolution(key, score.problem_id, score.step_scores, tuple(ratings), verdict, score.solution_id)
                )
    return found, {why: count for why, count in left_out.items() if count}


def _reason_to_leave_out(score: ScoreRow | None, ratings: Sequence[int], steps: int) -> str:
    if score is None:
        return "not among the scores"
    if not score.step_scores:
        return "without step scores"
    if len(score.step_scores) != steps:
        return "scored with other steps"
    return "" if ratings else "without rated steps"
