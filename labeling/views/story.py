"""One solution's story: its ledger of steps, and what happened to it, in order."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from labeling import charts, code_words
from labeling.actions.references import current_reference
from labeling.models import Dispute, Gold, Grade, ItemState, Label, QueueItem, Ruling, Solution, SolutionScore
from labeling.stored_words import said
from labeling.templatetags.codes import found, gold_use, how_finished, right_of_gold, ruling_words, why_chosen
from labeling.templatetags.lead import name_of, spent
from labeling.wording import decimal, grouped, listed

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
    reference = current_reference(solution.problem)
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
    each = listed(
        _("{score} by selector {number}").format(score=decimal(value), number=number) for number, value in known
    )
    words = _("step score {scores}").format(scores=each)
    return charts.step_score(known[0][1], before=known[1][1] if len(known) > 1 else None, words=words)


VERDICTS = {
    "correct": gettext_lazy("Right answer"),
    "wrong": gettext_lazy("Wrong answer"),
    "uncertain": gettext_lazy("Answer in doubt"),
    "unknown": gettext_lazy("Ungraded answer"),
}


def _heading(solution: Any, labels: list[Label]) -> str:
    return _("{verdict}, {labeled}").format(verdict=VERDICTS[solution.verdict], labeled=_labels_in_short(labels))


def _labels_in_short(labels: list[Label]) -> str:
    errors = sorted({label.first_error_index for label in labels if label.first_error_index is not None})
    if len(errors) > 1:
        return _("first errors differ: steps {numbers}").format(numbers=listed(index + 1 for index in errors))
    if errors:
        others = any(label.finish_reason == "solution" for label in labels)
        where = _("wrong at step {step} for some") if others else _("wrong at step {step}")
        return where.format(step=errors[0] + 1)
    if any(label.finish_reason == "solution" for label in labels):
        return how_finished("solution")
    return how_finished(labels[0].finish_reason) if labels else _("not labeled yet")


def _happenings(
    solution: Any, labels: list[Label], grades: list[Grade], scores: list[SolutionScore]
) -> list[Happening]:
    """Everything that happened, the earliest first."""
    items = QueueItem.objects.filter(solution=solution, round__isnull=False).wanted().select_related("round")
    disputes = Dispute.objects.filter(label__solution=solution).select_related("decided_by")
    rulings = Ruling.objects.filter(Q(solution=solution) | Q(solution=None, problem=solution.problem_id))
    leased = QueueItem.objects.filter(solution=solution, state=ItemState.LEASED)
    told = [
        Happening(solution.import_job.finished_at, _("Imported"), _source(solution)),
        *[_graded(grade) for grade in grades],
        *[_scored(score) for score in scores],
        *[_chosen(item) for item in items],
        *[_labeled(label) for label in labels],
        *[told for dispute in disputes for told in _disputed(dispute)],
        *[_ruled(ruling) for ruling in rulings.select_related("created_by")],
        *[_made_gold(one) for one in Gold.objects.filter(solution=solution).select_related("created_by")],
        *[_in_hand(item) for item in leased.select_related("leased_by__account")],
    ]
    return sorted(told, key=lambda one: (one.at is not None, one.at and one.at.timestamp()))


def _source(solution: Solution) -> str:
    files = (solution.import_job.params or {}).get("files") or []
    names = listed(str(name).rsplit("/", 1)[-1] for name in files)
    return _("from {files}").format(files=names) if names else ""


GRADERS = {
    "number": gettext_lazy("as numbers"),
    "normalized": gettext_lazy("as texts"),
    "exact": gettext_lazy("by the exact grader"),
    "math_verify": gettext_lazy("by Math-Verify"),
}
GRADED = {
    "correct": gettext_lazy("Graded right"),
    "wrong": gettext_lazy("Graded wrong"),
    "uncertain": gettext_lazy("Graded in doubt"),
    "unknown": gettext_lazy("Not graded"),
}


def _grader_said(grader: str, word: bool | str) -> str:
    """What one grader found of the answer and the reference; an error speaks for itself."""
    if isinstance(word, str):
        return word
    how = GRADERS.get(grader) or _("by {name}").format(name=grader)
    return (_("{how} equal") if word else _("{how} not equal")).format(how=how)


def _graded(grade: Grade) -> Happening:
    each = listed(_grader_said(grader, word) for grader, word in grade.graders.items())
    against = _("against {answer}").format(answer=grade.reference.answer) if grade.reference.answer else ""
    return Happening(grade.created_at, str(GRADED[grade.verdict]), f"{against} ({each})" if each else against)


def _scored(score: SolutionScore) -> Happening:
    number, labels = score.version.number, score.version.training_labels
    if score.score is None:
        too_long = _("by selector {number}: longer than its base can read").format(number=number)
        return Happening(score.version.scored_at, _("Not scored"), too_long)
    by = _("by selector {number}").format(number=number)
    if labels:
        trained = ngettext(
            "by selector {number}, trained on {count} label", "by selector {number}, trained on {count} labels", labels
        )
        by = trained.format(number=number, count=grouped(labels))
    return Happening(score.version.scored_at, _("Scored {score}").format(score=decimal(score.score)), by)


def _chosen(item: QueueItem) -> Happening:
    words = _("for round {number}, rank {rank}: {reason}").format(
        number=item.round.number if item.round else "", rank=item.rank + 1, reason=why_chosen(item.reason)
    )
    return Happening(item.round.planned_at if item.round else None, _("Chosen"), words)


def _labeled(label: Label) -> Happening:
    words = found(label)
    if label.total_time_ms:
        words = _("{found}, in {time}").format(found=words, time=spent(label.total_time_ms))
    marks = [
        *([_("simulated")] if label.origin == "simulated" else []),
        *([] if label.is_current else [_("revised since")]),
    ]
    words = f"{words} ({listed(marks)})" if marks else words
    return Happening(label.submitted_at, name_of(label.labeler), words, label.reason)


def _ruled(ruling: Ruling) -> Happening:
    words = ruling_words(ruling)
    if ruling.created_by:
        words = _("{decision} by {name}").format(decision=words, name=ruling.created_by.get_username())
    return Happening(ruling.created_at, _("Ruled"), words, ruling.reason)


def _made_gold(gold: Gold) -> Happening:
    words = _("{use}. First error: {right}").format(use=gold_use(gold.use), right=right_of_gold(gold))
    if gold.created_by:
        words = _("{decision} by {name}").format(decision=words, name=gold.created_by.get_username())
    return Happening(gold.created_at, _("Made gold"), words)


def _in_hand(item: QueueItem) -> Happening:
    return Happening(item.leased_at, _("In hand"), name_of(item.leased_by) if item.leased_by else "")


def _disputed(dispute: Dispute) -> list[Happening]:
    opened = Happening(dispute.created_at, _("Disputed"), _("every step good, another answer than the current guess"))
    if dispute.decided_at is None:
        return [opened]
    words = str(code_words.DISPUTE_STATES[dispute.state])
    if dispute.decided_by:
        words = _("{decision} by {name}").format(decision=words, name=dispute.decided_by.get_username())
    return [opened, Happening(dispute.decided_at, _("Decided"), words, said(dispute.decision_reason))]
