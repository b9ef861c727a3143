"""Reference answers: the current guess. A change is a further row, and every answer is graded again."""

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import OuterRef, Subquery
from django.utils import timezone

from labeling.actions import events, jobs
from labeling.models import Dispute, DisputeState, JobKind, Problem, Reference
from labeling.models.reading import only_value


def current_answer(problem: str) -> Subquery:
    """In a query: the current guess of the problem that this field of its rows names, None where it is unknown."""
    return only_value(Reference.objects.filter(problem=OuterRef(problem), is_current=True), "answer")


def current_reference(problem: Problem) -> Reference | None:
    """The reference in force, None where the answer is unknown."""
    return next(iter(Reference.objects.filter(problem=problem, is_current=True)), None)


def change(*, problem: Problem, answer: str, by: User, reason: str) -> Reference:
    """Append a new reference; all solutions of the problem are graded against it in the background."""
    with transaction.atomic():
        Problem.objects.select_for_update(no_key=True).get(pk=problem.pk)  # two changes at once: one after the other
        before = current_reference(problem)
        Reference.objects.filter(problem=problem, is_current=True).update(is_current=None)
        reference = Reference.objects.create(problem=problem, answer=answer, created_by=by, reason=reason)
        events.record(
            campaign=problem.campaign,
            actor=by,
            verb="reference.changed",
            subject=f"problem {problem.pk}",
            before=before.answer if before else None,
            after=answer,
        )
        jobs.request(campaign=problem.campaign, kind=JobKind.GRADE, by=by)
    return reference


def accept_disputes(*, problem: Problem, answer: str, by: User, reason: str) -> None:
    """Other open disputes that say the very answer which is the reference now are decided with it."""
    said = Dispute.objects.filter(problem=problem, state=DisputeState.OPEN, label__solution__answer=answer)
    found = list(said.select_related("problem__campaign").select_for_update(of=("self",), no_key=True))
    decided = {"decided_at": timezone.now(), "decided_by": by, "decision_reason": reason}
    Dispute.objects.filter(pk__in=[one.pk for one in found]).update(state=DisputeState.ACCEPTED, **decided)
    for one in found:
        record_decision(one, DisputeState.ACCEPTED, by)


def record_decision(dispute: Dispute, decision: str, by: User) -> None:
    """Keep that it was decided, and by whom."""
    events.record(
        campaign=dispute.problem.campaign,
        actor=by,
        verb="dispute.decided",
        subject=f"dispute {dispute.pk}",
        before=DisputeState.OPEN,
        after=decision,
    )
