"""Changes to many rows at once: problems excluded or restored, labels sent back. Each is kept, and can be undone."""

from collections.abc import Mapping
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Count, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from labeling.actions import events, problems, requeue
from labeling.actions.errors import Conflict
from labeling.models import (
    BulkChange,
    BulkKind,
    Campaign,
    FinishReason,
    ItemState,
    Label,
    Problem,
    ProblemState,
    QueueItem,
    Ruling,
    RulingAbout,
)
from labeling.wording import grouped

NAMES_A_PERSON = "labeler"  # the one filter with part of a name: events hold none
MOST = 10_000  # rows in one transaction: some seconds
MAX_REASON = 5_000
STATES = {BulkKind.EXCLUDE: ProblemState.EXCLUDED, BulkKind.RESTORE: ProblemState.ACTIVE}
VERBS = {
    BulkKind.EXCLUDE: "problems.excluded",
    BulkKind.RESTORE: "problems.restored",
    BulkKind.REQUEUE: "labels.requeued",
}


class CountChanged(Conflict):
    """There are more rows or fewer than were shown before."""


def to_change(kind: BulkKind, rows: QuerySet[Any]) -> QuerySet[Any]:
    """Those of the rows that the change would change: the others are so already, or it is nothing for them."""
    if kind == BulkKind.REQUEUE:
        return requeue.can_be_sent_back(rows)
    return rows.exclude(state=STATES[kind]).order_by("pk")


def follows(kind: BulkKind, wanted: QuerySet[Any]) -> dict[str, int]:
    """What would follow from changing these rows, in numbers."""
    if kind == BulkKind.REQUEUE:
        return {"labelers": wanted.order_by().values("labeler").distinct().count()}
    numbers = wanted.order_by().values("pk")
    items = QueueItem.objects.all().of_problems(Problem.objects.filter(pk__in=numbers))
    if kind == BulkKind.RESTORE:
        back = problems.coming_back(items, campaigns=set(wanted.order_by().values_list("campaign", flat=True)))
        return {"items_back": back.count()}
    states = dict(items.order_by().values_list("state").annotate(count=Count("pk")))
    return {
        "items_withdrawn": states.get(ItemState.WAITING, 0) + states.get(ItemState.PLANNED, 0),
        "items_in_hand": states.get(ItemState.LEASED, 0),
        "labels_out_of_training": Label.objects.for_training().filter(problem__in=numbers).count(),
    }


def change(
    *,
    kind: BulkKind,
    campaign: Campaign,
    rows: QuerySet[Any],
    by: User,
    sought: Mapping[str, Any],
    reason: str = "",
    shown: int | None = None,
) -> BulkChange:
    """Do it to all of them, or to none; `shown` is how many were told of before. Raises Conflict where there is none,
    or too many for once, CountChanged where there is another number now.
    """
    with transaction.atomic():
        found = to_change(kind, rows)
        count = found.count()
        if shown is not None and shown != count:
            told = _("Meanwhile there are {count}. Nothing was changed; look once more.")
            raise CountChanged(told.format(count=grouped(count)), {"count": grouped(count)})
        if not count:
            raise Conflict(_("There is nothing to change."))
        if count > MOST:
            raise Conflict(_("At most {most} at once: look for fewer.").format(most=MOST))
        kept: dict[str, Any] = {"kind": kind, "sought": dict(sought), "reason": reason, "created_by": by}
        if kind == BulkKind.REQUEUE:
            made = requeue.send_back(campaign, found, by)
            done = BulkChange.objects.create(campaign=campaign, count=len(made.items), requeue=made, **kept)
        else:
            before = _move(list(found), STATES[kind], by, reason)
            done = BulkChange.objects.create(campaign=campaign, count=len(before), before=before, **kept)
        _record(done, by, VERBS[kind])
    return done


def _move(found: list[Problem], to: ProblemState, by: User, reason: str) -> dict[str, str]:
    """Change their state; what it was before, by number. Who reported one of them as bad is told by a ruling."""
    before = {str(one.pk): one.state for one in found}
    problems.move(found, to=to)
    reports = Label.objects.current().filter(problem__in=found, finish_reason=FinishReason.BAD_PROBLEM)
    about = {"about": RulingAbout.PROBLEM, "outcome": to, "reason": reason, "created_by": by}
    Ruling.objects.bulk_create(
        Ruling(campaign_id=found[0].campaign_id, problem_id=pk, **about)
        for pk in sorted(set(reports.order_by().values_list("problem_id", flat=True)))
    )
    return before


def undo(*, change: BulkChange, by: User) -> int:
    """Make it as it was, but for what was changed once more since; how many rows. Raises Conflict the second time."""
    with transaction.atomic():
        if not BulkChange.objects.filter(pk=change.pk, undone_at__isnull=True).update(
            undone_at=timezone.now(), undone_by=by
        ):
            raise Conflict(_("This was undone already."))
        count = requeue.take_back(change.requeue, by) if change.requeue else _move_back(change, by)
        _record(change, by, "change.undone", count)
    change.refresh_from_db()
    return count


def _move_back(change: BulkChange, by: User) -> int:
    is_so = Problem.objects.filter(campaign=change.campaign_id, state=STATES[BulkKind(change.kind)])
    left = list(is_so.filter(pk__in=[int(pk) for pk in change.before]).order_by("pk"))
    for state in ProblemState:
        if group := [one for one in left if change.before[str(one.pk)] == state]:
            _move(group, state, by, change.reason)
    return len(left)


def _record(of: BulkChange, by: User, verb: str, count: int | None = None) -> None:
    """With the number of each problem; which labels they were, the labels say themselves."""
    after: dict[str, Any] = {
        "rows": of.count if count is None else count,
        **({"reason": of.reason} if of.reason else {}),
    }
    if of.before:
        after["problems"] = [int(pk) for pk in of.before]
    sought = {name: value for name, value in of.sought.items() if name != NAMES_A_PERSON}
    events.record(
        campaign=of.campaign, actor=by, verb=verb, subject=f"change {of.pk}", before=sought or None, after=after
    )
