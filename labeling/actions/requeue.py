"""A labeler's work sent back to the queue: what since when, once, and undone."""

from datetime import datetime

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Max, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from labeling.actions import events, gold_accuracy, rounds
from labeling.actions.errors import Conflict
from labeling.models import CHECKS, ItemState, Label, Labeler, ProblemState, QueueItem, Requeue, RoundState

REASON = "requeued"


def offered_since(labeler: Labeler) -> datetime:
    """The last point at which this labeler's gold was good; their beginning where it never was."""
    judged = gold_accuracy.results(labeler.campaign, labeler)
    return gold_accuracy.last_good_point(judged, labeler.campaign.gold_bar) or labeler.created_at


def labels_since(labeler: Labeler, since: datetime) -> QuerySet[Label]:
    """What would be sent back: labels made in answer to the queue that count, but for gold and screening."""
    counting = Label.objects.current().filter(labeler=labeler, item__isnull=False, submitted_at__gt=since)
    return counting.exclude(item__purpose__in=CHECKS).order_by("pk")


def requeue(*, labeler: Labeler, since: datetime, by: User) -> Requeue:
    """Set these labels aside and want them anew. Raises Conflict where there is none."""
    with transaction.atomic():
        Labeler.objects.select_for_update(no_key=True).get(pk=labeler.pk)
        labels = list(labels_since(labeler, since).select_related("item__round", "problem"))
        if not labels:
            raise Conflict(_("There is no label to send back."))
        locked = rounds.lock({label.round_id or label.item.round_id for label in labels if label.item})
        made = Requeue.objects.create(campaign=labeler.campaign, labeler=labeler, since=since, created_by=by)
        Label.objects.filter(pk__in=[label.pk for label in labels]).update(requeue=made)
        states = {of.pk: of.state for of in locked}
        place = labeler.campaign.queue_items.aggregate(last=Max("place"))["last"] or 0
        items = [_again(label, states, place + number) for number, label in enumerate(labels, 1)]
        made.items = [item.pk for item in QueueItem.objects.bulk_create(items)]
        made.save(update_fields=["items"])
        rounds.after_withdrawal(locked)
        _record(made, by, "labels.requeued", len(labels))
    return made


def _again(label: Label, states: dict[int, str], place: int) -> QueueItem:
    """The same labeling, wanted once more, behind everything else."""
    item = label.item
    if item is None:
        raise ValueError(f"{label} answered no item")
    is_open = item.round_id is None or states[item.round_id] == RoundState.OPEN
    state = ItemState.WAITING if is_open else ItemState.PLANNED
    if label.problem.state != ProblemState.ACTIVE:
        state = ItemState.WITHDRAWN
    names = ("campaign_id", "round_id", "solution_id", "tree_id", "purpose", "score", "rank")
    return QueueItem(state=state, place=place, reason=REASON, **{name: getattr(item, name) for name in names})


def undo(*, requeue: Requeue, by: User) -> None:
    """The labels count again. What nobody has begun is wanted no more; what was labeled anew meanwhile stays too."""
    with transaction.atomic():
        if not Requeue.objects.filter(pk=requeue.pk, undone_at__isnull=True).update(
            undone_at=timezone.now(), undone_by=by
        ):
            raise Conflict(_("This was undone already."))
        items = QueueItem.objects.filter(pk__in=requeue.items)
        locked = rounds.lock(set(items.values_list("round_id", flat=True)))
        count = requeue.labels.update(requeue=None)
        items.filter(state__in=[ItemState.WAITING, ItemState.PLANNED]).update(state=ItemState.WITHDRAWN)
        rounds.after_withdrawal(locked)
        _record(requeue, by, "labels.requeue_undone", count)
    requeue.refresh_from_db()


def _record(of: Requeue, by: User, verb: str, count: int) -> None:
    after = {"labels": count, "since": of.since.isoformat()}
    events.record(campaign=of.campaign, actor=by, verb=verb, subject=f"labeler {of.labeler_id}", after=after)
