"""Figures of a campaign: counts, each in one query that an index or one pass answers."""

from typing import Any

from django.db.models import Count, F, QuerySet

from labeling.actions import disputes
from labeling.actions.candidates import selector_in_use
from labeling.models import (
    Campaign,
    Label,
    Problem,
    ProblemState,
    QueueItem,
    Solution,
)


def of(campaign: Campaign) -> dict[str, Any]:
    """What stands in a campaign now."""
    problems = Problem.objects.filter(campaign=campaign).visible()
    solutions = Solution.objects.of(campaign)
    labels = Label.objects.current().filter(problem__campaign=campaign)
    by_split = _by(problems, "split")
    by_reason = _by(labels, "finish_reason")
    version = selector_in_use(campaign)
    return {
        "problems": sum(by_split.values()),
        "solutions": solutions.count(),
        "labels": sum(by_reason.values()),
        "rounds": campaign.rounds.filter(number__gte=0).count(),
        "distinct_solutions": solutions.distinct_texts().count(),
        "labelers": labels.order_by().values("labeler").distinct().count(),
        "labels_by_finish_reason": by_reason,
        "labels_by_origin": _by(labels, "origin"),
        "problems_by_split": by_split,
        "queue": _by(QueueItem.objects.filter(campaign=campaign).wanted(), "state"),
        "open_disputes": disputes.waiting(campaign).count(),
        "held_problems": problems.filter(state=ProblemState.HELD).count(),
        "selector": version.number if version else None,
    }


def _by(rows: QuerySet[Any], column: str) -> dict[str, int]:
    """How many rows have each value."""
    counted = rows.order_by().values(value=F(column)).annotate(count=Count("pk"))
    return {row["value"]: row["count"] for row in counted}
