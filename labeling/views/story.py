"""One solution's story: its ledger of steps, and what happened to it, in order."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Q, TextField
from django.db.models.functions import Cast
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from labeling import charts, code_words
from labeling.models import (
    CHECKS,
    BulkChange,
    Dispute,
    Event,
    FinishReason,
    Grade,
    Label,
    LabelerKind,
    Requeue,
    Ruling,
    Solution,
    SolutionScore,
)
from labeling.stored_words import said
from labeling.templatetags.codes import change_words, found, how_finished, ruling_words
from labeling.templatetags.lead import name_of, spent
from labeling.views.happenings import Happening, as_gold, by_whom, in_the_queue
from labeling.wording import decimal, grouped, listed

VERDICT = (FinishReason.FOUND_ERROR, FinishReason.SOLUTION)
COMPARED = 2  # versions beside one another in the ledger: the one in use, and the one before it


@dataclass(frozen=True, slots=True)
class Step:
    """One line of the ledger: the text, one sign per label, and the step's score."""

    number: int
    text: str
    signs: list[tuple[str, bool]]  # and whether it is a lead's decision
    chart: SafeString | str
    is_first_error: bool


def solution_story(solution: Any) -> dict[str, Any]:
    """What a solution's page shows beside the solution itself."""
    scored = solution.duplicate_of_id or solution.pk
    scores = list(SolutionScore.objects.filter(solution=scored).select_related("version").order_by("-version__number"))
    in_use = next((score for score in scores if score.version.state == "published"), None)
    shown = [score for score in scores if in_use is None or score.version.number <= in_use.version.number][:COMPARED]
    labels = list(
        Label.objects.filter(solution=solution)
        .filter(Q(import_job__isnull=True) | Q(import_job__state="done"))
        .select_related("labeler__account", "round", "requeue__created_by", "item")
        .order_by("submitted_at", "pk")
    )
    current = sorted((label for label in labels if label.is_current), key=_is_decision)
    grades = list(Grade.objects.filter(solution=solution).order_by("pk"))
    return {
        "steps": _ledger(solution, current, shown),
        "labels": [(label, _is_decision(label)) for label in current],
        "lede": [*_said_by_people(current), *_said_by_selectors(shown, in_use)],
        "may_go_back": [label.pk for label in current if _may_go_back(label)],
        "scores": shown,
        "score": in_use or (shown[0] if shown else None),
        "grade": next((grade for grade in grades if grade.is_current), None),
        "heading": _heading(solution, current),
        "happenings": _happenings(solution, labels, grades, scores),
    }


def _is_decision(label: Label) -> bool:
    return label.labeler.kind == LabelerKind.ADJUDICATOR


def _that_hold(labels: list[Label]) -> list[Label]:
    """A lead's decision alone, where there is one."""
    return [label for label in labels if _is_decision(label)] or labels


def _may_go_back(label: Label) -> bool:
    """As `requeue.can_be_sent_back` has it."""
    return label.item is not None and label.item.purpose not in CHECKS and label.requeue_id is None


def _said_by_people(labels: list[Label]) -> list[str]:
    """What their labels come to; where they differ and nobody decided, the heading says so."""
    people = [label for label in labels if not _is_decision(label)]
    places = {label.first_error_index for label in people if label.finish_reason in VERDICT}
    count, is_decided = len(people), len(people) < len(labels)
    if not people:
        words = "" if labels else _("No label yet.")
    elif len(places) > 1 and is_decided:
        words = ngettext("{count} label; first errors differ.", "{count} labels; first errors differ.", count)
    elif count > 1 and len(places) == 1 and all(label.finish_reason in VERDICT for label in people):
        words = ngettext("{count} label, at one.", "{count} labels, at one.", count)
    else:
        words = ngettext("{count} label.", "{count} labels.", count)
    decided = [_("A lead decided.")] if is_decided else []
    return [*([words.format(count=grouped(count))] if words else []), *decided]


def _said_by_selectors(shown: list[SolutionScore], in_use: SolutionScore | None) -> list[str]:
    """Its score now, and what the version before gave it."""
    now = in_use or (shown[0] if shown else None)
    if now is None:
        return [_("No selector has scored it.")]
    number = now.version.number
    if now.score is None:
        return [_("Selector {number} could not read it: it is too long for its base.").format(number=number)]
    before = next((one for one in shown if one.pk != now.pk and one.score is not None), None)
    if before is None:
        return [_("Selector {number} gives it {score}.").format(number=number, score=decimal(now.score))]
    words = _("Selector {before} gave it {was}, selector {number} gives it {score}.")
    was = {"before": before.version.number, "was": decimal(before.score)}
    return [words.format(**was, number=number, score=decimal(now.score))]


def _ledger(solution: Solution, labels: list[Label], scores: list[SolutionScore]) -> list[Step]:
    first_errors = {label.first_error_index for label in _that_hold(labels)}
    return [
        Step(
            number=index + 1,
            text=text,
            signs=[(label.ratings[index : index + 1], _is_decision(label)) for label in labels],
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
    labels = _that_hold(labels)
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
    disputes = Dispute.objects.filter(label__solution=solution).select_related("decided_by")
    rulings = Ruling.objects.filter(Q(solution=solution) | Q(solution=None, problem=solution.problem_id))
    told = [
        Happening(solution.import_job.finished_at, _("Imported"), _source(solution)),
        *[_graded(grade) for grade in grades],
        *[_scored(score) for score in scores],
        *in_the_queue(solution, labels),
        *[_labeled(label) for label in labels if not _is_decision(label)],  # that is told as a ruling
        *[_sent_back(label, label.requeue) for label in labels if label.requeue],
        *[told for dispute in disputes for told in _disputed(dispute)],
        *[_ruled(ruling) for ruling in rulings.select_related("created_by")],
        *as_gold(solution),
        *_of_its_problem(solution),
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
    against = _("against {answer}").format(answer=grade.reference_answer) if grade.reference_answer else ""
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


def _labeled(label: Label) -> Happening:
    words = found(label)
    if label.total_time_ms:
        words = _("{found}, in {time}").format(found=words, time=spent(label.total_time_ms))
    marks = [
        *([_("simulated")] if label.origin == "simulated" else []),
        *([] if label.is_current else [_("revised since")]),
        *([_("counts no more")] if label.requeue_id else []),
    ]
    words = f"{words} ({listed(marks)})" if marks else words
    return Happening(label.submitted_at, name_of(label.labeler), words, label.reason)


def _sent_back(label: Label, made: Requeue) -> Happening:
    whose = _("the label of {name}").format(name=name_of(label.labeler))
    return Happening(made.created_at, _("Sent back to the queue"), by_whom(whose, made.created_by))


def _ruled(ruling: Ruling) -> Happening:
    return Happening(ruling.created_at, _("Ruled"), by_whom(ruling_words(ruling), ruling.created_by), ruling.reason)


def _of_its_problem(solution: Solution) -> list[Happening]:
    """Its problem taken out of the queue by reports, and what was done to many problems at once."""
    of, pk = solution.problem.campaign_id, solution.problem_id
    held = Event.objects.filter(campaign=of, verb="problem.held", subject=f"problem {pk}")
    changes = BulkChange.objects.filter(campaign=of).alias(rows=Cast("before", TextField()))
    told = [Happening(event.created_at, _("Held"), _("its problem was reported as bad")) for event in held]
    for one in changes.filter(rows__contains=f'"{pk}":').defer("before").select_related("created_by", "undone_by"):
        words = change_words(one)
        told.append(
            Happening(one.created_at, _("Its problem, with others"), by_whom(words, one.created_by), one.reason)
        )
        if one.undone_at:
            told.append(Happening(one.undone_at, _("Undone"), by_whom(words, one.undone_by)))
    return told


def _disputed(dispute: Dispute) -> list[Happening]:
    opened = Happening(dispute.created_at, _("Disputed"), _("every step good, another answer than the current guess"))
    if dispute.decided_at is None:
        return [opened]
    words = by_whom(str(code_words.DISPUTE_STATES[dispute.state]), dispute.decided_by)
    return [opened, Happening(dispute.decided_at, _("Decided"), words, said(dispute.decision_reason))]
