"""Labels: submit, revise."""

import hashlib
import uuid
from typing import Any

import orjson
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from labeling.actions import guides, passes, problems, queue, rounds
from labeling.actions.errors import Conflict, RuleBroken, SubmissionReused
from labeling.actions.statements import Statement
from labeling.models import (
    Campaign,
    Dispute,
    Draft,
    FinishReason,
    ItemState,
    Label,
    Labeler,
    LabelerKind,
    Origin,
    QueueItem,
    Reference,
    Round,
    Skip,
    Solution,
)


def submit(
    *, item: QueueItem, labeler: Labeler, lease: int, submission_id: uuid.UUID, done: passes.Pass
) -> tuple[Label, bool]:
    """Turn a leased item into a label, once; returns it and whether it is new.

    The same `submission_id` with the same content gives the label that it made before. Raises RuleBroken, LeaseLost,
    SubmissionReused. The transaction of the last wanted label closes the round.
    """
    content_hash = _content_hash(item.pk, done)
    known = _submitted(submission_id, labeler, content_hash)
    if known:
        return known, False
    passes.check(done, step_count=item.solution.step_count, alternatives=_offered(item.solution, done))
    try:
        with transaction.atomic():
            return _submit_leased(item, labeler, lease, submission_id, done, content_hash)
    except IntegrityError:
        known = _submitted(submission_id, labeler, content_hash)  # the same request, sent twice at once
        if known:
            return known, False
        raise Conflict(_("You have already labeled this solution; revise that label instead.")) from None


def _submit_leased(
    item: QueueItem, labeler: Labeler, lease: int, submission_id: uuid.UUID, done: passes.Pass, content_hash: str
) -> tuple[Label, bool]:
    locked = _lock(item.solution, done, item.round_id)
    taken = queue.held(item=item, labeler=labeler, lease=lease).update(
        state=ItemState.LABELED, leased_by=None, lease_slot=None, leased_at=None, leased_until=None
    )
    if not taken:
        known = _submitted(submission_id, labeler, content_hash)
        if known:
            return known, False
        raise queue.lease_lost(item, labeler)
    label = _create(
        item=item,
        solution=item.solution,
        labeler=labeler,
        done=done,
        submission_id=submission_id,
        submission_hash=content_hash,
    )
    Draft.objects.filter(item=item).delete()
    Skip.objects.filter(item=item).delete()
    for of in locked:
        if of.pk == item.round_id:
            rounds.after_label(of)
    _follow_up(label, item.solution, item.campaign)
    return label, True


def _lock(solution: Solution, done: passes.Pass, round_id: int | None = None) -> list[Round]:
    """The rounds that this label may touch: a report may take items of other rounds out of the queue."""
    reported = problems.rounds_of(solution.problem) if done.finish_reason == FinishReason.BAD_PROBLEM else set()
    return rounds.lock({round_id} | reported)


def _create(*, item: QueueItem | None, solution: Solution, labeler: Labeler, done: passes.Pass, **more: Any) -> Label:
    return Label.objects.create(
        problem_id=solution.problem_id,
        solution=solution,
        labeler=labeler,
        item=item,
        round_id=item.round_id if item else None,
        origin=Origin.SIMULATED if labeler.kind == LabelerKind.SIMULATED else Origin.HERE,
        ratings=done.signs,
        flagged=sorted(done.flagged),
        alternatives=[{"text": a.text, "rating": a.rating, "flagged": a.flagged} for a in done.alternatives or ()],
        finish_reason=done.finish_reason,
        reason=done.reason,
        total_time_ms=done.total_time,
        step_times_ms=list(done.step_times),
        shown=_shown(solution, labeler.campaign),
        guide_id=guides.version_shown(labeler.campaign, done.guide),
        submitted_at=timezone.now(),
        **more,
    )


def _shown(solution: Solution, campaign: Campaign) -> dict[str, Any]:
    """What was on the labeler's screen besides the steps: kept because a setting may change later."""
    answer = _ANSWER.first(problem=solution.problem_id)
    return {"reference_answer": campaign.reference_answer, "reference": answer}


def _answer(problem: int) -> QuerySet[Reference, Any]:
    return Reference.objects.filter(problem=problem, is_current=True).values_list("answer", flat=True)


_ANSWER = Statement(_answer)


def _follow_up(label: Label, solution: Solution, campaign: Campaign) -> None:
    """What a label sets off: an answer dispute, or a problem taken out of the queue."""
    if label.finish_reason == FinishReason.SOLUTION:
        verdict = Solution.objects.filter(pk=solution.pk).with_verdict().values_list("verdict", flat=True).get()
        if verdict == "wrong":
            Dispute.objects.create(problem_id=label.problem_id, label=label)
    elif label.finish_reason == FinishReason.BAD_PROBLEM:
        problems.hold_when_reported(label.problem, quorum=campaign.bad_problem_quorum)


def revise(*, label: Label, done: passes.Pass, reason: str) -> Label:
    """A further row that takes the label's place; the first version is kept. Raises RuleBroken, Conflict."""
    if not reason.strip():
        raise RuleBroken("revision_reason", _("a revision needs a written reason"))
    if label.solution is None or label.origin not in (Origin.HERE, Origin.SIMULATED):
        raise Conflict(_("An imported label cannot be revised here."))
    passes.check(done, step_count=label.solution.step_count, alternatives=_offered(label.solution, done))
    with transaction.atomic():
        _lock(label.solution, done)
        if not Label.objects.filter(pk=label.pk, is_current=True).update(is_current=False):
            raise Conflict(_("This label has been revised already; revise the newest version."))
        Dispute.objects.filter(label=label, state="open").delete()  # what it said is withdrawn
        revision = _create(
            item=label.item,
            solution=label.solution,
            labeler=label.labeler,
            done=done,
            submission_id=uuid.uuid4(),
            revises=label,
            revision_reason=reason,
        )
        _follow_up(revision, label.solution, label.labeler.campaign)
    return revision


def _offered(solution: Solution, done: passes.Pass) -> list[str]:
    """The alternatives that the solution has for the step at which the ratings end."""
    return list((solution.alternatives or {}).get(str(len(done.ratings) - 1), []))


def _submitted(submission_id: uuid.UUID, labeler: Labeler, content_hash: str) -> Label | None:
    labels = Label.objects.filter(submission_id=submission_id)
    if not labels.exists():  # as nearly always
        return None
    label = labels.get()
    if label.labeler_id != labeler.pk or label.submission_hash != content_hash:
        raise SubmissionReused(
            _("This submission_id was used before, with other content. Use a new one for a new submission.")
        )
    return label


def _content_hash(item_id: int, done: passes.Pass) -> str:
    """The lease is left out: a client may retry under a renewed one."""
    content = [
        item_id,
        list(done.ratings),
        done.finish_reason,
        done.total_time,
        list(done.step_times),
        done.reason,
        sorted(done.flagged),
        [[a.text, a.rating, a.flagged] for a in done.alternatives or ()],
    ]
    return hashlib.blake2b(orjson.dumps(content), digest_size=32).hexdigest()
