"""Answer disputes: a lead says whether the reference answer is wrong."""

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from labeling.actions import adjudication, events, references
from labeling.actions.errors import ActionError, Conflict
from labeling.models import Campaign, Dispute, DisputeState, RulingAbout


def decide(
    *, dispute: Dispute, decision: str, by: User, reference_answer: str | None = None, reason: str = ""
) -> Dispute:
    """Accept (the solution's answer, or the one given, becomes the reference) or decline; once."""
    if decision not in (DisputeState.ACCEPTED, DisputeState.DECLINED):
        raise ActionError(_("A dispute is accepted or declined."), {"decision": _("one of accepted, declined")})
    solution = dispute.label.solution
    answer = reference_answer or (solution.answer if solution else None)
    if decision == DisputeState.ACCEPTED and not answer:
        raise ActionError(
            _("An accepted dispute needs the new reference answer."),
            {"reference_answer": _("the new reference answer")},
        )
    with transaction.atomic():
        decided = Dispute.objects.filter(pk=dispute.pk, state=DisputeState.OPEN).update(
            state=decision, decided_at=timezone.now(), decided_by=by, decision_reason=reason
        )
        if not decided:
            raise Conflict(_("This dispute has been decided already."))
        if decision == DisputeState.ACCEPTED and answer:
            references.change(problem=dispute.problem, answer=answer, by=by, reason=reason or f"dispute {dispute.pk}")
            _accept_the_same(dispute, answer, by)
        kept = answer if decision == DisputeState.ACCEPTED and answer else ""
        adjudication.note(problem=dispute.problem, about=RulingAbout.REFERENCE, outcome=kept, reason=reason, by=by)
        _record(dispute.problem.campaign, dispute.pk, decision, by)
    dispute.refresh_from_db()
    return dispute


def _accept_the_same(dispute: Dispute, answer: str, by: User) -> None:
    """Other open disputes of the problem that say the very same answer are decided with it."""
    same = Dispute.objects.filter(problem=dispute.problem, state=DisputeState.OPEN, label__solution__answer=answer)
    found = [one.pk for one in same.select_for_update(of=("self",), no_key=True)]
    Dispute.objects.filter(pk__in=found).update(
        state=DisputeState.ACCEPTED,
        decided_at=timezone.now(),
        decided_by=by,
        decision_reason=f"the same answer as dispute {dispute.pk}",
    )
    for pk in found:
        _record(dispute.problem.campaign, pk, DisputeState.ACCEPTED, by)


def _record(campaign: Campaign, pk: int, decision: str, by: User) -> None:
    events.record(
        campaign=campaign,
        actor=by,
        verb="dispute.decided",
        subject=f"dispute {pk}",
        before=DisputeState.OPEN,
        after=decision,
    )
