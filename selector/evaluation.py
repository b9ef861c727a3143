"""One report on scores: best-of-N on outcomes, and agreement with labels where there are any."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from selector.best_of_n import best_of_n
from selector.comparison import compare, compare_best_of_n
from selector.judged import judged
from selector.minima import minima_at_last_step
from selector.score_rows import ScoreRow
from selector.step_metrics import step_metrics
from selector.strict import strict_best_of_n


def evaluate(
    scores: Sequence[ScoreRow],
    labels: Sequence[str],
    *,
    against: Sequence[ScoreRow] | None = None,
    threshold: float | None = None,
    seed: int = 0,
) -> dict[str, Any]:
    """What is known of the scores, with counts; `why` says for each missing figure what it needs.

    `labels` are files of labeled rows; `against` are another version's scores, compared on the same labels.
    """
    without_verdict = sum(row.answer_is_correct is None for row in scores)
    report: dict[str, Any] = {
        "solutions": len(scores),
        "problems": len({row.problem_id for row in scores}),
        "splits": dict(Counter(row.split or "unknown" for row in scores)),
        "unscored": sum(row.score is None for row in scores),
        "without_verdict": without_verdict,
        "best_of_n": best_of_n(scores, seed=seed),
        "minima_at_last_step": minima_at_last_step(scores, seed),
        "why": {},
    }
    if not report["best_of_n"]:
        report["why"]["best_of_n"] = "needs solutions with answer_is_correct"
    if labels:
        joined, left_out = judged(labels, scores)
        steps = step_metrics(joined, threshold, seed=seed)
        report["why"] |= steps.pop("why")
        report["strict"] = strict_best_of_n(scores, joined, seed=seed)
        report |= {**steps, "labels_left_out": left_out}
        if against is not None:
            report["comparison"] = compare(joined, judged(labels, against)[0], seed=seed)
    if against is not None:
        report["comparison"] = report.get("comparison", {}) | {
            "best_of_n": compare_best_of_n(scores, against, seed=seed)
        }
    return report
