"""Problems that labelers report as bad: held, restored, excluded."""

from collections.abc import Collection, Sequence

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from labeling.actions import events, rounds
from labeling.actions.errors import Conflict
from labeling.models import (
    Campaign,
    FinishReason,
    ItemState,
    Label,
    Problem,
    ProblemState,
    Purpose,
    QueueItem,
    Requeue,
    RoundState,
    Ruling,
    RulingAbout,
)


def hold_when_reported(problem: Problem, *, quorum: int) -> None:
    """Take a problem's waiting items out of the queue once `quorum` current bad_problem labels say so.

    Its rounds are locked by the caller.
    """
    Problem.objects.select_for_update(no_key=True).get(pk=problem.pk)  # two reports at once count each other
    reports = Label.objects.current().filter(problem=problem, finish_reason=FinishReason.BAD_PROBLEM).count()
    if reports < quorum or not Problem.objects.filter(pk=problem.pk, state=ProblemState.ACTIVE).update(
        state=ProblemState.HELD
    ):
        return
    _withdraw(problem)
    events.record(
        campaign=problem.campaign,
        actor=None,
        verb="problem.held",
        subject=f"problem {problem.pk}",
        after={"reports": reports},
    )


def reported(campaign: Campaign) -> QuerySet[Problem]:
    """Problems in the queue that somebody here reported as bad, too few to hold one; on none was decided since."""
    reports = Label.objects.current().filter(labeler__campaign=campaign, finish_reason=FinishReason.BAD_PROBLEM)
    decided = Ruling.objects.filter(
        problem=OuterRef("problem"), about=RulingAbout.PROBLEM, created_at__gte=OuterRef("submitted_at")
    )
    of_people = reports.filter(~Exists(decided), import_job__isnull=True).exclude(item__purpose=Purpose.SCREENING)
    problems = of_people.order_by().values("problem")
    return Problem.objects.filter(campaign=campaign, state=ProblemState.ACTIVE, pk__in=problems)


def decide(*, problem: Problem, state: str, by: User, reason: str = "") -> None:
    """A lead's decision: restore a held problem (its items come back), or exclude it (they stay out)."""
    if state not in (ProblemState.ACTIVE, ProblemState.EXCLUDED):
        raise Conflict(_("A problem can be set to active or excluded."))
    with transaction.atomic():
        rounds.lock(rounds_of(problem))
        before = Problem.objects.select_for_update(no_key=True).get(pk=problem.pk).state
        move([problem], to=state)
        Ruling.objects.create(
            campaign=problem.campaign,
            problem=problem,
            about=RulingAbout.PROBLEM,
            outcome=state,
            reason=reason,
            created_by=by,
        )
        events.record(
            campaign=problem.campaign,
            actor=by,
            verb="problem.decided",
            subject=f"problem {problem.pk}",
            before=before,
            after=state,
        )


def move(problems: Sequence[Problem], *, to: str) -> None:
    """Give all of these the same state, with what follows for their items. Called in a transaction."""
    rounds.lock(rounds_of(*problems))
    concerned = Problem.objects.filter(pk__in=[one.pk for one in problems])
    list(concerned.select_for_update(no_key=True).order_by("pk").values_list("pk"))
    concerned.update(state=to)
    if to == ProblemState.ACTIVE:
        _bring_back(*problems)
    else:
        _withdraw(*problems)


def rounds_of(*problems: Problem) -> set[int | None]:
    """The rounds in which these problems' solutions are wanted or were: locked before their items move."""
    unlabeled = items_of(*problems).exclude(state=ItemState.LABELED)
    return set(unlabeled.order_by().values_list("round_id", flat=True).distinct())


def items_of(*problems: Problem) -> QuerySet[QueueItem]:
    """Items of their solutions and candidate trees."""
    return QueueItem.objects.all().of_problems(list(problems))


def coming_back(items: QuerySet[QueueItem], *, campaigns: Collection[int]) -> QuerySet[QueueItem]:
    """Those of these items that are wanted again once their problems are back in the queue.

    Neither what an undone requeue wanted anew, nor a further opinion where a lead has ruled since: both were withdrawn
    for good.
    """
    undone = Requeue.objects.filter(campaign__in=campaigns, undone_at__isnull=False).values_list("items", flat=True)
    ruled = Ruling.objects.filter(solution=OuterRef("solution"), about=RulingAbout.FIRST_ERROR)
    withdrawn = items.come_back().exclude(pk__in=[pk for some in undone for pk in some])  # type: ignore[attr-defined]
    found: QuerySet[QueueItem] = withdrawn.exclude(Q(purpose=Purpose.EXTRA) & Exists(ruled))
    return found


def _withdraw(*problems: Problem) -> None:
    """Leased items are left to their labelers: work in hand is never taken away."""
    concerned = rounds_of(*problems)
    items_of(*problems).filter(state__in=[ItemState.WAITING, ItemState.PLANNED]).update(state=ItemState.WITHDRAWN)
    rounds.after_withdrawal(rounds.lock(concerned))


def _bring_back(*problems: Problem) -> None:
    """To the queue, or to planned where the round is not open; items of no round are always wanted."""
    concerned = rounds_of(*problems)
    withdrawn = coming_back(items_of(*problems), campaigns={one.campaign_id for one in problems})
    wanted = withdrawn.filter(Q(round__isnull=True) | Q(round__state=RoundState.OPEN)).values("pk")
    QueueItem.objects.filter(pk__in=wanted).update(state=ItemState.WAITING)
    withdrawn.update(state=ItemState.PLANNED)
    rounds.after_withdrawal(rounds.lock(concerned))
