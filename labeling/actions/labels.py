"""Labels: submit, revise."""

import hashlib
import uuid
from typing import Any

import orjson
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from labeling.actions import (
    gold_accuracy,
    gold_stream,
    guides,
    overlap,
    passes,
    problems,
    queue,
    rounds,
    screening,
    tree_passes,
)
from labeling.actions.errors import Conflict, RevisedAlready, RuleBroken, SubmissionReused
from labeling.actions.statements import Change, Statement
from labeling.models import (
    CHECKS,
    Campaign,
    CandidateTree,
    Dispute,
    Draft,
    FinishReason,
    Label,
    Labeler,
    LabelerKind,
    Mode,
    Origin,
    Problem,
    ProblemState,
    Purpose,
    QueueItem,
    Requeue,
    Round,
    Skip,
    Solution,
)

Done = passes.Pass | tree_passes.TreePass  # over a solution, or over a candidate tree


def submit(
    *, item: QueueItem, labeler: Labeler, lease: int, submission_id: uuid.UUID, done: Done
) -> tuple[Label, bool]:
    """Turn a leased item into a label, once; returns it and whether it is new.

    The same `submission_id` with the same content gives the label that it made before. Raises RuleBroken, LeaseLost,
    SubmissionReused. The transaction of the last wanted label closes the round.
    """
    content_hash = _content_hash(item.pk, done)
    try:
        _check(done, item.subject, item.campaign.write_step_when)
        with transaction.atomic():
            return _submit_leased(item, labeler, lease, submission_id, done, content_hash)
    except RuleBroken:
        known = _submitted(submission_id, labeler, content_hash)  # taken while another setting was in force
        if known:
            return known, False
        raise
    except IntegrityError:
        known = _submitted(submission_id, labeler, content_hash)  # the same request, sent twice at once
        if known:
            return known, False
        raise Conflict(_("You have already labeled this solution; revise that label instead.")) from None


def _submit_leased(
    item: QueueItem, labeler: Labeler, lease: int, submission_id: uuid.UUID, done: Done, content_hash: str
) -> tuple[Label, bool]:
    subject = item.subject
    locked = _lock(subject, done, item.round_id)
    if not queue.end_with_label(item=item, labeler=labeler, lease=lease):
        known = _submitted(submission_id, labeler, content_hash)
        if known:
            return known, False
        raise queue.lease_lost(item, labeler, lease)
    label = _create(
        item=item,
        subject=subject,
        labeler=labeler,
        done=done,
        write_step_when=item.campaign.write_step_when,
        submission_id=submission_id,
        submission_hash=content_hash,
    )
    _OWN_DRAFT.run(item=item.pk, labeler=labeler.pk)  # what others began is theirs, and not shown to anybody
    if lease > 1:  # under the first lease nobody has given it back yet
        _SKIPS.run(item=item.pk)
    for of in locked:
        if of.pk == item.round_id:
            overlap.ask_again(label=label, item=item, campaign=item.campaign, of=of)
            rounds.after_label(of, is_wanted=item.purpose not in CHECKS)
    if item.purpose == Purpose.SCREENING:
        screening.after_label(label)
        return label, True
    gold_stream.count_label(labeler)
    if item.purpose == Purpose.GOLD:
        gold_accuracy.after_gold(label)
    _follow_up(label, item.campaign)
    return label, True


def _own_draft(item: int, labeler: int) -> tuple[QuerySet[Draft], None]:
    return Draft.objects.filter(item=item, labeler=labeler), None


def _skips(item: int) -> tuple[QuerySet[Skip], None]:
    return Skip.objects.filter(item=item), None


_OWN_DRAFT = Change(_own_draft)
_SKIPS = Change(_skips)


def _check(done: Done, subject: Solution | CandidateTree, write_step_when: str) -> None:
    """The rules of its kind of pass. Raises RuleBroken."""
    if isinstance(done, passes.Pass) and isinstance(subject, Solution):
        passes.check(done, step_count=subject.step_count, alternatives=_offered(subject, done))
    elif isinstance(done, tree_passes.TreePass) and isinstance(subject, CandidateTree):
        tree_passes.check(done, candidates=subject.candidates, write_step_when=write_step_when)
    else:
        raise TypeError(f"a {type(done).__name__} is no pass over {subject}")


def _lock(subject: Solution | CandidateTree, done: Done, round_id: int | None = None) -> list[Round]:
    """The rounds that this label may touch: a report may take items of other rounds out of the queue."""
    reported = problems.rounds_of(subject.problem) if done.finish_reason == FinishReason.BAD_PROBLEM else set()
    return rounds.lock({round_id} | reported)


def _create(
    *,
    item: QueueItem | None,
    subject: Solution | CandidateTree,
    labeler: Labeler,
    done: Done,
    write_step_when: str,
    **more: Any,
) -> Label:
    return Label.objects.create(
        problem_id=subject.problem_id,
        labeler=labeler,
        item=item,
        round_id=item.round_id if item else None,
        origin=Origin.SIMULATED if labeler.kind == LabelerKind.SIMULATED else Origin.HERE,
        finish_reason=done.finish_reason,
        reason=done.reason,
        total_time_ms=done.total_time,
        step_times_ms=list(done.step_times),
        shown=_shown(subject, labeler.campaign, write_step_when),
        guide_id=guides.version_shown(labeler.campaign, done.guide),
        submitted_at=timezone.now(),
        **_said(done, subject),
        **more,
    )


def _said(done: Done, subject: Solution | CandidateTree) -> dict[str, Any]:
    """The columns that the two kinds of pass do not share."""
    if isinstance(done, passes.Pass):
        return {
            "solution": subject,
            "ratings": done.signs,
            "flagged": sorted(done.flagged),
            "alternatives": [
                {"text": a.text, "rating": a.rating, "flagged": a.flagged} for a in done.alternatives or ()
            ],
        }
    candidates = subject.candidates if isinstance(subject, CandidateTree) else []
    return {
        "tree": subject,
        "mode": Mode.CANDIDATES,
        "steps": tree_passes.as_prm800k(done.steps, candidates),
    }


def _shown(subject: Solution | CandidateTree, campaign: Campaign, write_step_when: str) -> dict[str, Any]:
    """What was on the labeler's screen besides the steps: kept because a setting may change later."""
    answer = _ANSWER.first(problem=subject.problem_id)
    shown = {"reference_answer": campaign.reference_answer, "reference": answer}
    return shown if isinstance(subject, Solution) else shown | {"write_step_when": write_step_when}


def _answer(problem: int) -> QuerySet[Problem, Any]:
    return Problem.objects.filter(pk=problem).values_list("reference_answer", flat=True)


_ANSWER = Statement(_answer)


def _follow_up(label: Label, campaign: Campaign) -> None:
    """What a label sets off: an answer dispute, or a problem taken out of the queue.

    A solution grown from candidates has no final answer of its own to hold against the reference.
    """
    if label.finish_reason == FinishReason.SOLUTION and label.solution_id is not None:
        verdict = Solution.objects.filter(pk=label.solution_id).with_verdict().values_list("verdict", flat=True).get()
        if verdict == "wrong":
            Dispute.objects.create(problem_id=label.problem_id, label=label)
    elif label.finish_reason == FinishReason.BAD_PROBLEM:
        problems.hold_when_reported(label.problem, quorum=campaign.bad_problem_quorum)


def why_not_revised(label: Label) -> str | None:
    """Why this version cannot be revised, in words; None where it can be.

    A closed round is no reason: the label counts on, in exports and in the next training. That of an excluded problem
    counts nowhere.
    """
    if label.origin not in (Origin.HERE, Origin.SIMULATED):
        return _("An imported label cannot be revised here.")
    if not label.is_current:
        return _("This label has been revised already; revise the newest version.")
    if label.requeue_id is not None or _stayed_as_gold(label):
        return _("A lead has sent this solution to somebody else: your label counts no more, and needs no revision.")
    if label.problem.state == ProblemState.EXCLUDED:
        return _("A lead has excluded this problem: its labels count no more, and need no revision.")
    return None


def _stayed_as_gold(label: Label) -> bool:
    """Whether all around it was sent back, and this only not because it is gold, which nobody may learn from that."""
    if label.item is None or label.item.purpose != Purpose.GOLD:
        return False
    around = Requeue.objects.filter(labeler=label.labeler_id, undone_at__isnull=True)
    return around.filter(since__lt=label.submitted_at, created_at__gt=label.submitted_at).exists()


def _revised_already(label: Label, message: str) -> RevisedAlready:
    same = Label.objects.filter(labeler=label.labeler_id, problem=label.problem_id, item=label.item_id)
    newest = same.filter(solution=label.solution_id, tree=label.tree_id, is_current=True).first()
    return RevisedAlready(message, newest=newest.pk if newest else None)


def revise(*, label: Label, done: Done, reason: str) -> Label:
    """A further row that takes the label's place; the first version is kept. Raises RuleBroken, Conflict."""
    if not reason.strip():
        raise RuleBroken("revision_reason", _("a revision needs a written reason"))
    if why_not := why_not_revised(label):
        raise Conflict(why_not) if label.is_current else _revised_already(label, why_not)
    subject = label.solution or label.tree
    if subject is None:
        raise ValueError(f"{label} was made here over nothing")
    campaign = label.labeler.campaign
    write_step_when = label.shown.get("write_step_when", campaign.write_step_when)  # as when it was made
    _check(done, subject, write_step_when)
    with transaction.atomic():
        locked = _lock(subject, done, label.round_id)
        if not Label.objects.filter(pk=label.pk, is_current=True).update(is_current=False):
            raise _revised_already(label, _("This label has been revised already; revise the newest version."))
        Dispute.objects.filter(label=label, state="open").delete()  # what it said is withdrawn
        revision = _create(
            item=label.item,
            subject=subject,
            labeler=label.labeler,
            done=done,
            submission_id=uuid.uuid4(),
            write_step_when=write_step_when,
            revises=label,
            revision_reason=reason,
        )
        _follow_up(revision, campaign)
        for of in locked:
            if label.item is not None and of.pk == label.item.round_id:
                overlap.ask_again(label=revision, item=label.item, campaign=campaign, of=of)
    return revision


def _offered(solution: Solution, done: passes.Pass) -> list[str]:
    """The alternatives that the solution has for the step at which the ratings end."""
    return list((solution.alternatives or {}).get(str(len(done.ratings) - 1), []))


def _submitted(submission_id: uuid.UUID, labeler: Labeler, content_hash: str) -> Label | None:
    label = Label.objects.filter(submission_id=submission_id).first()
    if label is None:
        return None
    if label.labeler_id != labeler.pk or label.submission_hash != content_hash:
        raise SubmissionReused(
            _("This submission_id was used before, with other content. Use a new one for a new submission.")
        )
    return label


def _content_hash(item_id: int, done: Done) -> str:
    """The lease is left out: a client may retry under a renewed one."""
    content = [item_id, *done.content]
    return hashlib.blake2b(orjson.dumps(content), digest_size=32).hexdigest()
