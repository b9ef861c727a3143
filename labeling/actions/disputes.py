"""Answer disputes: a lead says whether the reference answer is wrong."""

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from labeling.actions import adjudication, references
from labeling.actions.errors import ActionError, Conflict
from labeling.models import Campaign, Dispute, DisputeState, ProblemState, RulingAbout


def waiting(campaign: Campaign) -> QuerySet[Dispute]:
    """Open ones on which a decision is of use: whose label counts, of a problem that is not excluded."""
    disputed = Dispute.objects.filter(problem__campaign=campaign, state=DisputeState.OPEN)
    return disputed.filter(label__requeue__isnull=True).exclude(problem__state=ProblemState.EXCLUDED)


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
            because = f"the same answer as dispute {dispute.pk}"
            references.accept_disputes(problem=dispute.problem, answer=answer, by=by, reason=because)
        kept = answer if decision == DisputeState.ACCEPTED and answer else ""
        adjudication.note(problem=dispute.problem, about=RulingAbout.REFERENCE, outcome=kept, reason=reason, by=by)
        references.record_decision(dispute, decision, by)
    dispute.refresh_from_db()
    return dispute
