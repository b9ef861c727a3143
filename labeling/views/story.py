"""One solution's story: its ledger of steps, and what happened to it, in order."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q
from django.utils.safestring import SafeString

from labeling import charts
from labeling.models import Dispute, Grade, Label, QueueItem, Solution, SolutionScore
from labeling.templatetags.lead import found, how_finished, name_of, spent, why_chosen

COMPARED = 2  # versions beside one another in the ledger: the one in use, and the one before it


@dataclass(frozen=True, slots=True)
class Step:
    """One line of the ledger: the text, one sign per label, and the step's score."""

    number: int
    text: str
    signs: list[str]
    chart: SafeString | str
    is_first_error: bool


@dataclass(frozen=True, slots=True)
class Happening:
    """One thing that happened: when, what in bold, what follows it."""

    at: datetime | None
    what: str
    words: str
    quote: str = ""


def solution_story(solution: Any) -> dict[str, Any]:
    """What a solution's page shows beside the solution itself."""
    scored = solution.duplicate_of_id or solution.pk
    scores = list(SolutionScore.objects.filter(solution=scored).select_related("version").order_by("-version__number"))
    in_use = next((score for score in scores if score.version.state == "published"), None)
    shown = [score for score in scores if in_use is None or score.version.number <= in_use.version.number][:COMPARED]
    labels = list(
        Label.objects.filter(solution=solution)
        .filter(Q(import_job__isnull=True) | Q(import_job__state="done"))
        .select_related("labeler__account", "round")
        .order_by("submitted_at", "pk")
    )
    current = [label for label in labels if label.is_current]
    grades = list(Grade.objects.filter(solution=solution).select_related("reference").order_by("pk"))
    reference = solution.problem.references.filter(is_current=True).first()
    return {
        "steps": _ledger(solution, current, shown),
        "labels": current,
        "scores": shown,
        "score": in_use or (shown[0] if shown else None),
        "reference": reference,
        "grade": next((grade for grade in grades if grade.is_current), None),
        "heading": _heading(solution, current),
        "happenings": _happenings(solution, labels, grades, scores),
    }


def _ledger(solution: Solution, labels: list[Label], scores: list[SolutionScore]) -> list[Step]:
    first_errors = {label.first_error_index for label in labels}
    return [
        Step(
            number=index + 1,
            text=text,
            signs=[label.ratings[index : index + 1] for label in labels],
            chart=_score_chart(index, scores),
            is_first_error=index in first_errors,
        )
        for index, text in enumerate(solution.steps)
    ]


def _score_chart(index: int, scores: list[SolutionScore]) -> SafeString | str:
    known = [(score.version.number, score.step_scores[index]) for score in scores if index < len(score.step_scores)]
    if not known:
        return ""
    words = "step score " + ", ".join(f"{value:.2f} by selector {number}" for number, value in known)
    return charts.step_score(known[0][1], before=known[1][1] if len(known) > 1 else None, words=words)


VERDICTS = {
    "correct": "Right answer",
    "wrong": "Wrong answer",
    "uncertain": "Answer in doubt",
    "unknown": "Ungraded answer",
}


def _heading(solution: Any, labels: list[Label]) -> str:
    verdict = VERDICTS[solution.verdict]
    errors = sorted({label.first_error_index for label in labels if label.first_error_index is not None})
    if len(errors) > 1:
        return f"{verdict}, first errors differ: steps " + ", ".join(str(index + 1) for index in errors)
    if errors:
        others = any(label.finish_reason == "solution" for label in labels)
        return f"{verdict}, wrong at step {errors[0] + 1}" + (" for some" if others else "")
    if any(label.finish_reason == "solution" for label in labels):
        return f"{verdict}, all steps good"
    if labels:
        return f"{verdict}, {how_finished(labels[0].finish_reason)}"
    return f"{verdict}, not labeled yet"


def _happenings(
    solution: Any, labels: list[Label], grades: list[Grade], scores: list[SolutionScore]
) -> list[Happening]:
    """Everything that happened, the earliest first."""
    items = QueueItem.objects.filter(solution=solution, round__isnull=False).select_related("round")
    disputes = Dispute.objects.filter(label__solution=solution).select_related("decided_by")
    told = [
        Happening(solution.import_job.finished_at, "Imported", _source(solution)),
        *[_graded(grade) for grade in grades],
        *[_scored(score) for score in scores],
        *[_chosen(item) for item in items],
        *[_labeled(label) for label in labels],
        *[told for dispute in disputes for told in _disputed(dispute)],
    ]
    return sorted(told, key=lambda one: (one.at is not None, one.at and one.at.timestamp()))


def _source(solution: Solution) -> str:
    files = (solution.import_job.params or {}).get("files") or []
    names = ", ".join(str(name).rsplit("/", 1)[-1] for name in files)
    return f"from {names}" if names else ""


GRADERS = {
    "number": "as numbers",
    "normalized": "as texts",
    "exact": "by the exact grader",
    "math_verify": "by Math-Verify",
}


def _said(grader: str, said: bool | str) -> str:
    """What one grader found of the answer and the reference; an error speaks for itself."""
    if isinstance(said, str):
        return said
    return f"{GRADERS.get(grader, f'by {grader}')} {'equal' if said else 'not equal'}"


def _graded(grade: Grade) -> Happening:
    verdict = {"correct": "right", "wrong": "wrong", "uncertain": "in doubt"}.get(grade.verdict, grade.verdict)
    said = ", ".join(_said(grader, told) for grader, told in grade.graders.items())
    against = f"against {grade.reference.answer}" if grade.reference.answer else ""
    return Happening(grade.created_at, f"Graded {verdict}", f"{against}{f' ({said})' if said else ''}")


def _scored(score: SolutionScore) -> Happening:
    by = f"by selector {score.version.number}"
    if score.score is None:
        return Happening(score.version.scored_at, "Not scored", f"{by}: longer than its base can read")
    trained = f", trained on {score.version.training_labels:,} labels" if score.version.training_labels else ""
    return Happening(score.version.scored_at, f"Scored {score.score:.2f}", f"{by}{trained}")


def _chosen(item: QueueItem) -> Happening:
    number = item.round.number if item.round else ""
    at = item.round.planned_at if item.round else None
    return Happening(at, "Chosen", f"for round {number}, rank {item.rank + 1}: {why_chosen(item.reason)}")


def _labeled(label: Label) -> Happening:
    took = f", in {spent(label.total_time_ms)}" if label.total_time_ms else ""
    replaced = "" if label.is_current else " (revised since)"
    simulated = " (simulated)" if label.origin == "simulated" else ""
    return Happening(
        label.submitted_at, name_of(label.labeler), f"{found(label)}{took}{simulated}{replaced}", label.reason
    )


def _disputed(dispute: Dispute) -> list[Happening]:
    opened = Happening(dispute.created_at, "Disputed", "every step good, another answer than the current guess")
    if dispute.decided_at is None:
        return [opened]
    by = f" by {dispute.decided_by.get_username()}" if dispute.decided_by else ""
    return [opened, Happening(dispute.decided_at, "Decided", f"{dispute.state}{by}", dispute.decision_reason)]
