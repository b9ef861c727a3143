"""Reference answers: the current guess. The one before is kept as a row, and every answer is graded again."""

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from labeling.actions import events, jobs
from labeling.models import Dispute, DisputeState, JobKind, Problem, Reference


@transaction.atomic
def change(*, problem: Problem, answer: str, by: User, reason: str) -> None:
    """Put another answer in place of the current guess; all solutions are graded against it in the background."""
    now = Problem.objects.select_for_update(no_key=True).get(pk=problem.pk)  # two at once: one after the other
    Reference.objects.create(problem=now, answer=now.reference_answer, created_by=by, reason=reason)
    Problem.objects.filter(pk=now.pk).update(reference_answer=answer)
    problem.reference_answer = answer
    events.record(
        campaign=now.campaign,
        actor=by,
        verb="reference.changed",
        subject=f"problem {now.pk}",
        before=now.reference_answer,
        after=answer,
    )
    jobs.request(campaign=now.campaign, kind=JobKind.GRADE, by=by)


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
