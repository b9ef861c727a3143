"""Work sent back to the queue, a labeler's since a moment or what a lead chose: once, and undone."""

from datetime import datetime
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Max, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from labeling.actions import events, gold_accuracy, rounds
from labeling.actions.errors import Conflict
from labeling.models import CHECKS, Campaign, ItemState, Label, Labeler, ProblemState, QueueItem, Requeue, RoundState

REASON = "requeued"
BATCH = 2_000


def offered_since(labeler: Labeler) -> datetime:
    """The last point at which this labeler's gold was good; their beginning where it never was."""
    judged = gold_accuracy.results(labeler.campaign, labeler)
    return gold_accuracy.last_good_point(judged, labeler.campaign.gold_bar) or labeler.created_at


def labels_since(labeler: Labeler, since: datetime) -> QuerySet[Label]:
    """What would be sent back: labels made in answer to the queue that count, but for gold and screening."""
    return can_be_sent_back(Label.objects.filter(labeler=labeler, submitted_at__gt=since))


def can_be_sent_back(labels: QuerySet[Label]) -> QuerySet[Label]:
    """Those of them that were made in answer to the queue and count, but for gold and screening."""
    return labels.current().filter(item__isnull=False).exclude(item__purpose__in=CHECKS).order_by("pk")  # type: ignore[attr-defined]


def requeue(*, labeler: Labeler, since: datetime, by: User) -> Requeue:
    """Set this labeler's labels aside and want them anew. Raises Conflict where there is none."""
    with transaction.atomic():
        Labeler.objects.select_for_update(no_key=True).get(pk=labeler.pk)
        made = send_back(labeler.campaign, labels_since(labeler, since), by, labeler=labeler, since=since)
        _record(made, by, "labels.requeued", len(made.items))
    return made


def send_back(campaign: Campaign, labels: QuerySet[Label], by: User, **of: Any) -> Requeue:
    """Set these labels aside and want them anew, within the caller's transaction. Raises Conflict where there is none.

    Their rows are locked, so what is revised or sent back at the same moment comes before this or after it.
    """
    concerned = set(labels.order_by().values_list("item__round_id", flat=True).distinct())
    locked = rounds.lock(concerned)
    found = list(labels.select_for_update(of=("self",), no_key=True).select_related("item__round", "problem"))
    if not found:
        raise Conflict(_("There is no label to send back."))
    made = Requeue.objects.create(campaign=campaign, created_by=by, **of)
    for start in range(0, len(found), BATCH):
        part = [label.pk for label in found[start : start + BATCH]]
        Label.objects.filter(pk__in=part).update(requeue=made)
        # The round wants the new item in its place: counted as well, it would tell of a label that is not there.
        QueueItem.objects.filter(pk__in=[label.item_id for label in found[start : start + BATCH]]).update(
            state=ItemState.WITHDRAWN
        )
    states = {of.pk: of.state for of in locked}
    place = campaign.queue_items.aggregate(last=Max("place"))["last"] or 0
    items = [_again(label, states, place + number) for number, label in enumerate(found, 1)]
    made.items = [item.pk for item in QueueItem.objects.bulk_create(items, batch_size=BATCH)]
    made.save(update_fields=["items"])
    rounds.after_withdrawal(locked)
    return made


def _again(label: Label, states: dict[int, str], place: int) -> QueueItem:
    """The same labeling, wanted once more, behind everything else."""
    item = label.item
    if item is None:
        raise ValueError(f"{label} answered no item")
    is_open = item.round_id is None or states.get(item.round_id) == RoundState.OPEN
    state = ItemState.WAITING if is_open else ItemState.PLANNED
    if label.problem.state != ProblemState.ACTIVE:
        state = ItemState.WITHDRAWN
    names = ("campaign_id", "round_id", "solution_id", "tree_id", "purpose", "score", "rank")
    return QueueItem(state=state, place=place, reason=REASON, **{name: getattr(item, name) for name in names})


def undo(*, requeue: Requeue, by: User) -> None:
    """The labels count again. What nobody has begun is wanted no more; what was labeled anew meanwhile stays too."""
    with transaction.atomic():
        count = take_back(requeue, by)
        _record(requeue, by, "labels.requeue_undone", count)
    requeue.refresh_from_db()


def take_back(requeue: Requeue, by: User) -> int:
    """Undo it within the caller's transaction; how many labels count again. Raises Conflict where it was undone."""
    if not Requeue.objects.filter(pk=requeue.pk, undone_at__isnull=True).update(undone_at=timezone.now(), undone_by=by):
        raise Conflict(_("This was undone already."))
    items = QueueItem.objects.filter(pk__in=requeue.items)
    locked = rounds.lock(set(items.order_by().values_list("round_id", flat=True).distinct()))
    QueueItem.objects.filter(pk__in=requeue.labels.values("item")).update(state=ItemState.LABELED)
    count = requeue.labels.update(requeue=None)
    items.filter(state__in=[ItemState.WAITING, ItemState.PLANNED]).update(state=ItemState.WITHDRAWN)
    rounds.after_withdrawal(locked)
    return count


def _record(of: Requeue, by: User, verb: str, count: int) -> None:
    after = {"labels": count, "since": of.since.isoformat() if of.since else None}
    events.record(campaign=of.campaign, actor=by, verb=verb, subject=f"labeler {of.labeler_id}", after=after)
