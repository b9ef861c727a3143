"""The queue: lease the next solution, renew, give back, take back what ran out. The database's clock judges leases."""

from datetime import timedelta

from django.db import IntegrityError, transaction
from django.db.models import DateTimeField, ExpressionWrapper, F, QuerySet
from django.db.models.functions import Now
from django.utils import timezone

from labeling.actions.errors import LeaseLost
from labeling.models import MAX_LEASES, Campaign, Draft, ItemState, Labeler, ProblemState, QueueItem, RoundState, Skip

CANDIDATES = 16  # claims that may be lost to others before the list is read again
ROUNDS_OF_LUCK = 8


def _lease_end(campaign: Campaign) -> ExpressionWrapper:
    return ExpressionWrapper(Now() + timedelta(minutes=campaign.lease_minutes), output_field=DateTimeField())


def lease_next(*, campaign: Campaign, labeler: Labeler, ahead: bool = False) -> QueueItem | None:
    """The item this labeler holds, else a fresh lease on the next one; None when there is none for them.

    `ahead` asks for one more than the item in hand, two at most.
    """
    for _ in range(ROUNDS_OF_LUCK):
        held = list(_with_solution(QueueItem.objects.held_by(labeler)))
        if len(held) >= MAX_LEASES or (held and not ahead):
            return held[-1] if ahead else held[0]
        candidates = _candidates(campaign, labeler)
        if not candidates:
            return None
        slot = next(slot for slot in range(MAX_LEASES) if slot not in [item.lease_slot for item in held])
        for pk in candidates:
            if _claim(pk, campaign=campaign, labeler=labeler, slot=slot):
                return _with_solution(QueueItem.objects.filter(pk=pk)).get()
    return None  # others were faster all along; the client asks again


def _with_solution(items: QuerySet[QueueItem]) -> QuerySet[QueueItem]:
    return items.select_related("solution__problem", "round")


def _candidates(campaign: Campaign, labeler: Labeler) -> list[int]:
    """The next items for this labeler: own unfinished work first, then the queue, given-back ones last.

    Drafts and skips are read from their own small tables: joined to the queue, a planner might walk all of it.
    """
    waiting = QueueItem.objects.filter(campaign=campaign).waiting().new_to(labeler)
    drafts = list(
        labeler.drafts.filter(item__state=ItemState.WAITING)
        .order_by("-saved_at")
        .values_list("item_id", flat=True)[:CANDIDATES]
    )
    started = _ids(waiting.filter(pk__in=drafts).not_skipped_by(labeler)) if drafts else []
    if started:
        return started
    fresh = _ids(waiting.not_skipped_by(labeler).order_by("place"))
    if fresh:
        return fresh
    if take_back_expired(campaign=campaign):  # nothing waits: perhaps something ran out since the last sweep
        return _ids(waiting.not_skipped_by(labeler).order_by("place"))
    return _ids(waiting.filter(skips__labeler=labeler).order_by("skips__skipped_at"))


def _ids(items: QuerySet[QueueItem]) -> list[int]:
    return list(items.values_list("pk", flat=True)[:CANDIDATES])


def _claim(pk: int, *, campaign: Campaign, labeler: Labeler, slot: int) -> bool:
    """Whoever changes the row has it; a unique constraint refuses a slot or a solution held twice."""
    try:
        with transaction.atomic():
            return bool(
                QueueItem.objects.filter(pk=pk, state=ItemState.WAITING).update(
                    state=ItemState.LEASED,
                    leased_by=labeler,
                    lease_slot=slot,
                    lease_number=F("lease_number") + 1,
                    leased_at=Now(),
                    leased_until=_lease_end(campaign),
                )
            )
    except IntegrityError:
        return False


def held(*, item: QueueItem, labeler: Labeler, lease: int) -> QuerySet[QueueItem]:
    """The item's row while this lease lives, else nothing. Every write under a lease goes through it."""
    return QueueItem.objects.filter(
        pk=item.pk, state=ItemState.LEASED, leased_by=labeler, lease_number=lease, leased_until__gt=Now()
    )


def save_draft(*, item: QueueItem, labeler: Labeler, lease: int, content: dict[str, object]) -> tuple[Draft, QueueItem]:
    """Keep unfinished work and renew the lease; returns the draft and the item with its new lease."""
    with transaction.atomic():
        if not held(item=item, labeler=labeler, lease=lease).update(leased_until=_lease_end(item.campaign)):
            raise lease_lost(item, labeler)
        draft, _ = Draft.objects.update_or_create(
            item=item, labeler=labeler, defaults={"content": content, "saved_at": timezone.now()}
        )
    item.refresh_from_db()
    return draft, item


def release(*, item: QueueItem, labeler: Labeler, lease: int) -> None:
    """Give an item back: it goes to the end for this labeler, and back to the queue for others."""
    with transaction.atomic():
        if not _unlease(held(item=item, labeler=labeler, lease=lease)):
            raise lease_lost(item, labeler)
        Skip.objects.update_or_create(item=item, labeler=labeler, defaults={"skipped_at": timezone.now()})


def take_back_expired(*, campaign: Campaign | None = None) -> int:
    """Return leases that ran out to the queue; drafts stay, for the labeler to come back to. Gives their number."""
    expired = QueueItem.objects.expired()
    return _unlease(expired.filter(campaign=campaign) if campaign else expired)


def _unlease(items: QuerySet[QueueItem]) -> int:
    """Back to waiting; to planned where the round was closed meanwhile; withdrawn where the problem was held."""
    nobody = {"leased_by": None, "lease_slot": None, "leased_at": None, "leased_until": None}

    def turn(some: QuerySet[QueueItem], state: str) -> int:
        return QueueItem.objects.filter(pk__in=some.values("pk"), state=ItemState.LEASED).update(state=state, **nobody)

    not_active = items.exclude(solution__problem__state=ProblemState.ACTIVE)
    not_open = items.filter(round__isnull=False).exclude(round__state=RoundState.OPEN)
    moved = turn(not_active, ItemState.WITHDRAWN) + turn(not_open, ItemState.PLANNED)
    return moved + items.update(state=ItemState.WAITING, **nobody)


def lease_lost(item: QueueItem, labeler: Labeler) -> LeaseLost:
    """Why a lease is refused, in words; the work stays with the client."""
    item.refresh_from_db()
    if item.state == ItemState.LEASED and item.leased_by_id == labeler.pk:
        why = "This solution was opened again elsewhere, or your time on it ran out."
    elif item.state == ItemState.LEASED:
        why = "Your time on this solution ran out and somebody else has it now."
    elif item.state == ItemState.LABELED:
        why = "This solution has been labeled meanwhile."
    elif item.state == ItemState.WITHDRAWN:
        why = "This solution was taken out of the queue."
    else:
        why = "Your time on this solution ran out."
    return LeaseLost(f"{why} What you rated stays on your screen; ask for the next solution to go on.")
