"""Gold in the stream: when each labeler's next one comes, and how it takes the place of an item.

Nobody may tell gold from work. So a gold item is no new row with a number that stands out: it takes over the very row
that its labeler would have been given, and the work that was there moves to a new row at the end of its round: next
to come, the new row's high number would tell whoever works alone that what they have in hand is gold.
"""

from collections.abc import Sequence

from django.db import transaction
from django.db.models import F, Q

from labeling.actions import rounds
from labeling.actions.gold_draw import CHANCE, gap, in_stream
from labeling.models import (
    Gold,
    ItemState,
    Labeler,
    Purpose,
    QueueItem,
    Round,
    RoundState,
)
from labeling.models.queue import IS_UNFINISHED

NOT_THIS_ROUND = 32_000
MOVED = ("campaign_id", "round_id", "solution_id", "purpose", "score", "rank", "reason")


def count_label(labeler: Labeler) -> None:
    """One label nearer to the next gold."""
    if labeler.until_gold:
        Labeler.objects.filter(pk=labeler.pk, until_gold__gt=0).update(until_gold=F("until_gold") - 1)


def put_before(candidates: Sequence[int], *, labeler: Labeler) -> None:
    """Where gold is due, put it in the place of the first of these items that nobody has held, and draw the next."""
    campaign = labeler.campaign
    with transaction.atomic():
        item = QueueItem.objects.filter(pk__in=candidates, **_UNTOUCHED).order_by("place").first()
        locked = rounds.lock([item.round_id]) if item else []
        if item is None or not locked or locked[0].state != RoundState.OPEN or locked[0].number < 0:
            return
        of = locked[0]
        given = _given(labeler, of)
        gold = _new_to(labeler) if given < campaign.gold_per_round else None
        if gold is not None and not _take_over(item, gold, labeler):
            return  # somebody was faster; it is still due
        until = gap(campaign, of, given=given + 1) if gold else NOT_THIS_ROUND
        Labeler.objects.filter(pk=labeler.pk).update(until_gold=until)


_UNTOUCHED = {
    "state": ItemState.WAITING,
    "lease_number": 0,
    "holders": "",
    "tree__isnull": True,
    "reserved_for__isnull": True,
    "round__isnull": False,
}


def _take_over(item: QueueItem, gold: Gold, labeler: Labeler) -> bool:
    last = QueueItem.objects.filter(IS_UNFINISHED, round=item.round_id).order_by("-place").first() or item
    moved = QueueItem(state=ItemState.WAITING, place=last.place, **{name: getattr(item, name) for name in MOVED})
    taken = QueueItem.objects.filter(pk=item.pk, **_UNTOUCHED).update(
        solution=gold.solution_id, purpose=Purpose.GOLD, reserved_for=labeler, score=None, rank=0, reason=""
    )
    if taken:
        moved.save(force_insert=True)
    return bool(taken)


def _new_to(labeler: Labeler) -> Gold | None:
    """One, at random, whose solution this labeler never had in hand: neither as gold nor as work."""
    seen = Q(solution__labels__labeler=labeler) | Q(solution__queue_items__reserved_for=labeler)
    held = QueueItem.objects.filter(solution__gold__isnull=False, holders__contains=str(labeler.pk))
    mine = [item.solution_id for item in held if item.was_held_by(labeler)]
    fresh = in_stream(labeler.campaign).exclude(pk__in=Gold.objects.filter(seen).values("pk"))
    numbers = list(fresh.exclude(solution__in=mine).values_list("pk", flat=True))
    return Gold.objects.get(pk=CHANCE.choice(numbers)) if numbers else None


def _given(labeler: Labeler, of: Round) -> int:
    return QueueItem.objects.filter(round=of, purpose=Purpose.GOLD, reserved_for=labeler).count()
