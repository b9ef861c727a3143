"""The queue: lease the next solution, renew, give back, take back what ran out. The database's clock judges leases."""

from datetime import timedelta
from functools import lru_cache
from time import time
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import (
    DateTimeField,
    Exists,
    ExpressionWrapper,
    F,
    FilteredRelation,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    TextField,
    Value,
)
from django.db.models.functions import Coalesce, Concat, Now
from django.utils import timezone
from django.utils.translation import gettext as _

from labeling.actions import gold_stream, rounds, screening
from labeling.actions.errors import Conflict, LeaseLost
from labeling.actions.statements import Change, Statement
from labeling.models import (
    MAX_LEASES,
    Campaign,
    Draft,
    Grade,
    ItemState,
    Labeler,
    ProblemState,
    Purpose,
    QueueItem,
    RoundState,
    Skip,
)

CANDIDATES = 16  # claims that may be lost to others before the list is read again
ROUNDS_OF_LUCK = 8
# All other columns stay in the database: naming and reading them was a large part of a claim.
SHOWN = (
    *("campaign", "round", "place", "state", "lease_number", "lease_slot", "leased_by", "leased_at", "leased_until"),
    *("solution__steps", "solution__step_count", "solution__answer", "solution__answer_is_correct"),
    "solution__alternatives",
    *("solution__problem__text", "solution__problem__reference_answer"),
    *("tree__candidates", "tree__problem__text", "tree__problem__reference_answer"),
)
NOBODY = {"leased_by": None, "lease_slot": None, "leased_at": None, "leased_until": None}


def _lease_end(minutes: int) -> ExpressionWrapper:
    return ExpressionWrapper(Now() + timedelta(minutes=minutes), output_field=DateTimeField())


def lease_next(
    *,
    campaign: Campaign,
    labeler: Labeler,
    ahead: bool = False,
    in_hand: int | None = None,
    takes_over: bool = False,
) -> QueueItem | None:
    """The item this labeler holds, else a fresh lease on the next one; None when there is none for them.

    `ahead` asks for one more than the item in hand, two at most; where that is said to be `in_hand`, for the oldest
    other one that they hold, so that one whose label came in meanwhile brings no third. `takes_over` ends the lease
    under which another tab or device may have the item in hand: it goes on here, under a new number.
    """
    found: int | None
    if labeler.paused_at is not None:
        return None
    for _try in range(ROUNDS_OF_LUCK):
        held = _living_leases(campaign, labeler)
        others = [pk for pk in held if pk != in_hand] if ahead and in_hand else []
        if others:
            found = others[0]
        elif len(held) >= MAX_LEASES or (held and not ahead):
            found = list(held)[-1 if ahead else 0]
            if takes_over and not _renumber(found, campaign=campaign, labeler=labeler):
                continue
        else:
            is_newcomer = screening.is_required(campaign, labeler)
            candidates = (screening.next_items if is_newcomer else _candidates)(campaign, labeler)
            if not candidates and is_newcomer and not screening.is_required(campaign, labeler):
                continue  # the attempt was over, and they passed
            if not candidates:
                return None
            if labeler.until_gold == 0 and not is_newcomer:
                gold_stream.put_before(candidates, labeler=labeler)
            slot = next(slot for slot in range(MAX_LEASES) if slot not in held.values())
            found = _first_claimed(candidates, campaign=campaign, labeler=labeler, slot=slot)
        item = _in_hand(found, labeler)
        if item:
            return item
    return None  # others were faster all along; the client asks again


def _living_leases(campaign: Campaign, labeler: Labeler) -> dict[int, int]:
    """Items that this labeler holds, the oldest lease first, and the slot of each.

    What ran out goes back at once: until the next sweep it would occupy its slot.
    """
    leases = _LEASES.rows(labeler=labeler.pk)
    living = {pk: slot for pk, slot, has_run_out in leases if not has_run_out}
    if len(living) < len(leases):
        take_back_expired(campaign=campaign, labeler=labeler)
    return living


def _in_hand(pk: int | None, labeler: Labeler) -> QueueItem | None:
    """The item, with what its labeler is shown of it (`_shown`), if they hold it; None if it went back this moment."""
    item: QueueItem | None = _SHOWN.first(item=pk, labeler=labeler.pk) if pk else None
    return item


def _candidates(campaign: Campaign, labeler: Labeler) -> list[int]:
    """The next items for this labeler: own unfinished work first, then the queue, given-back ones last."""
    found = _started(campaign, labeler) or _fresh(campaign, labeler)
    if not found:
        take_back_expired(campaign=campaign)  # perhaps something ran out since the last sweep
        found = _fresh(campaign, labeler)  # whoever took it back: another request may have been faster
    return found or _ids(_new(campaign.pk, labeler.pk).filter(skips__labeler=labeler).order_by("skips__skipped_at"))


def _started(campaign: Campaign, labeler: Labeler) -> list[int]:
    """Waiting items that this labeler began and did not give back, the latest first."""
    begun = [pk for (pk,) in _BEGUN.rows(labeler=labeler.pk)]
    if not begun:
        return []
    still_theirs = set(_ids(_new(campaign.pk, labeler.pk).filter(pk__in=begun)))
    return [pk for pk in begun if pk in still_theirs]


def _fresh(campaign: Campaign, labeler: Labeler) -> list[int]:
    return [pk for (pk,) in _FRESH.rows(campaign=campaign.pk, labeler=labeler.pk)]


def _new(campaign: int, labeler: int) -> QuerySet[QueueItem]:
    """Waiting items whose solutions (or candidate trees) are new to the labeler."""
    return QueueItem.objects.filter(campaign=campaign).waiting().new_to(Labeler(pk=labeler))


def _ids(items: QuerySet[QueueItem]) -> list[int]:
    return list(items.values_list("pk", flat=True)[:CANDIDATES])


def _begun(labeler: int) -> QuerySet[Any, Any]:
    """From drafts, a small table: joined to the queue, a planner might walk all of it."""
    given_back = Skip.objects.filter(item=OuterRef("item"), labeler=labeler)
    drafts = Draft.objects.filter(~Exists(given_back), labeler=labeler, item__state=ItemState.WAITING)
    return drafts.order_by("-saved_at").values_list("item_id")[:CANDIDATES]


def _first_fresh(campaign: int, labeler: int) -> QuerySet[Any, Any]:
    fresh = _new(campaign, labeler).not_skipped_by(Labeler(pk=labeler))  # type: ignore[attr-defined]
    return fresh.order_by("place").values_list("pk")[:CANDIDATES]


def _leases(labeler: int) -> QuerySet[Any, Any]:
    held: QuerySet[Any] = QueueItem.objects.held_by(Labeler(pk=labeler))
    return held.values_list("pk", "lease_slot", "has_run_out")


def _shown(item: int, labeler: int) -> QuerySet[QueueItem]:
    """One statement for all that is shown: the reference answer, the graders' verdict and the labeler's draft too."""
    held = QueueItem.objects.filter(pk=item, state=ItemState.LEASED, leased_by=labeler)
    grades = Grade.objects.filter(solution=OuterRef("solution"), is_current=True)
    return (
        held.select_related("solution__problem", "tree__problem")
        .only(*SHOWN)
        .annotate(
            verdict=Subquery(grades.values("verdict")[:1]),
            begun=FilteredRelation("drafts", condition=Q(drafts__labeler=labeler)),
            draft=F("begun__content"),
            draft_saved_at=F("begun__saved_at"),
        )
    )


_BEGUN = Statement(_begun)
_FRESH = Statement(_first_fresh)
_LEASES = Statement(_leases)
_SHOWN = Statement(_shown)


def _first_claimed(candidates: list[int], *, campaign: Campaign, labeler: Labeler, slot: int) -> int | None:
    """The first of the candidates that could be claimed. The first alone, as nearly always: a statement commits itself;
    the others all in one transaction: one fight for SQLite's lock.

    A unique constraint refuses a slot or a solution held twice: then another request of this labeler was faster, and
    what they hold has to be read again.
    """
    claim = _claiming(campaign.lease_minutes)
    mark = f"{labeler.pk}@{int(time())} "  # a host's clock will do: nothing is judged by it
    mine: dict[str, Any] = {"labeler": labeler.pk, "slot": slot, "mark": mark}
    try:
        if candidates and claim.run(item=candidates[0], **mine):
            return candidates[0]
        with transaction.atomic():
            return next((pk for pk in candidates[1:] if claim.run(item=pk, **mine)), None)
    except IntegrityError:
        return None


@lru_cache
def _claiming(minutes: int) -> Change:
    """Whoever changes the row has it, for so many minutes."""

    def claim(item: int, labeler: int, slot: int, mark: str) -> tuple[QuerySet[QueueItem], dict[str, Any]]:
        waiting = QueueItem.objects.filter(pk=item, state=ItemState.WAITING).open_to(Labeler(pk=labeler))
        return waiting, {
            "state": ItemState.LEASED,
            "leased_by": labeler,
            "lease_slot": slot,
            "lease_number": F("lease_number") + 1,
            "leased_at": Now(),
            "leased_until": _lease_end(minutes),
            "holders": Concat(F("holders"), Value(mark), output_field=TextField()),
        }

    return Change(claim)


def lease_again(*, item: QueueItem, labeler: Labeler) -> QueueItem:
    """The lease on an item that this labeler held before: the living one, else a new one if nobody took the item.

    Raises LeaseLost, and Conflict where they hold as many others as they may. Who is paused, or has screening to do
    first, takes nothing up again.
    """
    is_newcomer = item.purpose != Purpose.SCREENING and screening.is_required(item.campaign, labeler)
    for _try in range(ROUNDS_OF_LUCK):
        living = _living_leases(item.campaign, labeler)
        if item.pk not in living:
            if labeler.paused_at is not None or is_newcomer:
                break
            if len(living) >= MAX_LEASES:
                raise Conflict(_("You hold two other solutions. Finish them first, or give one back."))
            take_back_expired(campaign=item.campaign)
            open_to_them = _ids(_new(item.campaign_id, labeler.pk).filter(pk=item.pk))
            if not open_to_them:
                break
            slot = next(slot for slot in range(MAX_LEASES) if slot not in living.values())
            _first_claimed(open_to_them, campaign=item.campaign, labeler=labeler, slot=slot)
        taken = _in_hand(item.pk, labeler)
        if taken:
            return taken
    raise lease_lost(item, labeler)


def _renumber(pk: int, *, campaign: Campaign, labeler: Labeler) -> bool:
    """Number a living lease anew: whatever works under the old number, another tab or device, has lost it."""
    living = QueueItem.objects.filter(pk=pk, state=ItemState.LEASED, leased_by=labeler, leased_until__gt=Now())
    return bool(living.update(lease_number=F("lease_number") + 1, leased_until=_lease_end(campaign.lease_minutes)))


def _held(item: int, labeler: int, lease: int) -> QuerySet[QueueItem]:
    return QueueItem.objects.filter(
        pk=item, state=ItemState.LEASED, leased_by=labeler, lease_number=lease, leased_until__gt=Now()
    )


def held(*, item: QueueItem, labeler: Labeler, lease: int) -> QuerySet[QueueItem]:
    """The item's row while this lease lives, else nothing. Every write under a lease goes through it."""
    return _held(item.pk, labeler.pk, lease)


def _labeled(item: int, labeler: int, lease: int) -> tuple[QuerySet[QueueItem], dict[str, Any]]:
    return _held(item, labeler, lease), {"state": ItemState.LABELED, **NOBODY}


_LABELED = Change(_labeled)


def end_with_label(*, item: QueueItem, labeler: Labeler, lease: int) -> bool:
    """The item leaves the queue labeled; False where this lease lives no more."""
    return bool(_LABELED.run(item=item.pk, labeler=labeler.pk, lease=lease))


def renew(*, item: QueueItem, labeler: Labeler, lease: int) -> bool:
    """Give a living lease its whole time again; False where it lives no more."""
    return bool(
        held(item=item, labeler=labeler, lease=lease).update(leased_until=_lease_end(item.campaign.lease_minutes))
    )


def release(*, item: QueueItem, labeler: Labeler, lease: int) -> None:
    """Give an item back: it goes to the end for this labeler, and back to the queue for others."""
    with transaction.atomic():
        if not _unlease(held(item=item, labeler=labeler, lease=lease), item.round_id):
            raise lease_lost(item, labeler, lease)
        Skip.objects.update_or_create(item=item, labeler=labeler, defaults={"skipped_at": timezone.now()})


def take_back_expired(*, campaign: Campaign | None = None, labeler: Labeler | None = None) -> int:
    """Return leases that ran out to the queue; drafts stay, for the labeler to come back to. Gives their number."""
    expired = QueueItem.objects.expired()
    expired = expired.filter(campaign=campaign) if campaign else expired
    expired = expired.filter(leased_by=labeler) if labeler else expired
    return _take_back(expired)


def take_back_all(*, labeler: Labeler) -> int:
    """Return what this labeler holds to the queue, before its time: they are gone. Drafts stay. Gives the number."""
    return _take_back(QueueItem.objects.filter(state=ItemState.LEASED, leased_by=labeler))


def _take_back(leased: QuerySet[QueueItem]) -> int:
    concerned = list(leased.order_by("round_id").values_list("round_id", flat=True).distinct())
    moved = 0
    for round_id in concerned:  # one transaction each: nobody holds two rounds and waits for a third
        with transaction.atomic():
            moved += _unlease(leased.filter(round=round_id), round_id)
    return moved


def _unlease(items: QuerySet[QueueItem], round_id: int | None) -> int:
    """Back to waiting; to planned where the round was closed meanwhile; withdrawn where the problem was held.

    `items` are all of this round, whose row is locked: it is not closed, nor a problem held, half-way through this.
    """
    locked = rounds.lock([round_id])
    is_open = all(of.state == RoundState.OPEN for of in locked)
    problem_states = dict(items.values_list("pk", Coalesce("solution__problem__state", "tree__problem__state")))
    wanted = [pk for pk, state in problem_states.items() if state == ProblemState.ACTIVE]
    withdrawn = [pk for pk, state in problem_states.items() if state != ProblemState.ACTIVE]
    back = ItemState.WAITING if is_open else ItemState.PLANNED
    moved = items.filter(pk__in=wanted).update(state=back, **NOBODY) if wanted else 0
    if withdrawn:
        moved += items.filter(pk__in=withdrawn).update(state=ItemState.WITHDRAWN, **NOBODY)
        rounds.after_withdrawal(locked)
    return moved


def lease_lost(item: QueueItem, labeler: Labeler, lease: int | None = None) -> LeaseLost:
    """Why a lease is refused, in words; the work stays with the client."""
    item.refresh_from_db()
    if lease is not None and lease > item.lease_number:  # numbers only grow
        said = _("Lease {lease} of this solution was never given to anybody.").format(lease=lease)
        return LeaseLost(said, is_elsewhere=False)
    is_elsewhere = QueueItem.objects.filter(pk=item.pk, leased_by=labeler, leased_until__gt=Now()).exists()
    if is_elsewhere:
        why = _("This solution was opened again in another tab or on another device.")
    elif item.state == ItemState.LEASED and item.leased_by_id != labeler.pk:
        why = _("Your time on this solution ran out and somebody else has it now.")
    elif item.state == ItemState.LABELED:
        why = _("This solution has been labeled meanwhile.")
    elif item.state == ItemState.WITHDRAWN:
        why = _("This solution was taken out of the queue.")
    elif Skip.objects.filter(item=item, labeler=labeler).exists():
        why = _("You have given this solution back.")
    else:
        why = _("Your time on this solution ran out.")
    said = _("{why} What you rated stays on your screen; ask for the next solution to go on.").format(why=why)
    return LeaseLost(said, is_elsewhere=is_elsewhere)
