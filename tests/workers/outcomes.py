"""What a campaign's rows say, without numbers of rows and times: equal for a killed run and an undisturbed one."""

from typing import Any

from django.db.models import F

from labeling.models import (
    AgreementReport,
    Campaign,
    Grade,
    Job,
    Label,
    Problem,
    QueueItem,
    Round,
    SelectorVersion,
    Solution,
    SolutionScore,
)


def outcome(campaign: Campaign) -> dict[str, list[Any]]:
    """Every row that jobs write, in an order of its own."""
    return {
        "jobs": list(
            Job.objects.filter(campaign=campaign).order_by("id").values_list("kind", "state", "error", "result")
        ),
        "problems": _rows(
            Problem.objects.filter(campaign=campaign), "external_id", "text", "split", "import_job__state"
        ),
        "solutions": _rows(
            Solution.objects.filter(problem__campaign=campaign).annotate(verdict=F("grades__verdict")),
            "external_id",
            "step_count",
            "answer",
            "answer_is_correct",
            "duplicate_of__external_id",
        ),
        "grades": _rows(
            Grade.objects.filter(solution__problem__campaign=campaign),
            "solution__external_id",
            "reference_answer",
            "verdict",
            "grader_version",
            "is_current",
        ),
        "labels": _rows(
            Label.objects.filter(problem__campaign=campaign), "solution__external_id", "ratings", "is_current"
        ),
        "versions": _rows(
            SelectorVersion.objects.filter(campaign=campaign),
            "number",
            "state",
            "training_labels",
            "evaluation_labels",
            "why",
        ),
        "metrics": [
            version.metrics for version in SelectorVersion.objects.filter(campaign=campaign).order_by("number")
        ],
        "scores": _rows(
            SolutionScore.objects.filter(version__campaign=campaign),
            "version__number",
            "solution__external_id",
            "score",
            "likelihood",
            "spread",
            "doubt",
        ),
        "agreement": [report.figures["all"] for report in AgreementReport.objects.filter(campaign=campaign)],
        "rounds": _rows(Round.objects.filter(campaign=campaign), "number", "state", "size", "selector__number"),
        "items": _rows(
            QueueItem.objects.filter(campaign=campaign),
            "round__number",
            "rank",
            "solution__external_id",
            "purpose",
            "reason",
            "state",
            "score",
        ),
    }


def _rows(rows: Any, *names: str) -> list[Any]:
    return sorted(rows.values_list(*names), key=repr)
