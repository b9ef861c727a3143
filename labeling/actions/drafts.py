"""Drafts: unfinished work kept under its lease, and kept in private when the lease is gone."""

from datetime import datetime
from types import EllipsisType
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Case, CharField, QuerySet, Value, When
from django.utils import timezone
from django.utils.translation import gettext as _

from labeling.actions import queue
from labeling.actions.errors import DraftChanged, RevisedAlready
from labeling.models import Draft, ItemState, Label, Labeler, QueueItem

IN_HAND, WAITING, GONE = "in_hand", "waiting", "gone"
DRAFT_STATES = [
    (IN_HAND, "You hold it now."),
    (WAITING, "Nobody has it: it comes when you ask for one more, after what you hold already."),
    (GONE, "Somebody else has it or has labeled it, or it is out of the queue: what you began is kept for you alone."),
]
BOOKKEEPING = {"mark", "total_time", "step_times"}  # of a draft: whose it is and how long it took, not what it says


def save(
    *,
    item: QueueItem,
    labeler: Labeler,
    lease: int,
    content: dict[str, object],
    replaces: datetime | EllipsisType | None = ...,
) -> tuple[Draft, QueueItem]:
    """Keep unfinished work and renew the lease; returns the draft and the item with its new lease.

    `replaces` is when the draft was saved that this work builds on, None for none. Where another one is stored nothing
    changes and DraftChanged is raised; without it the newest one wins.
    """
    with transaction.atomic():
        if not queue.renew(item=item, labeler=labeler, lease=lease):
            raise queue.lease_lost(item, labeler, lease)
        draft = _store(item, labeler, content, replaces)
    item.refresh_from_db()
    return draft, item


def keep(
    *, item: QueueItem, labeler: Labeler, content: dict[str, object], replaces: datetime | EllipsisType | None = ...
) -> Draft:
    """Keep work whose lease is gone, for its labeler alone. `replaces` as in `save`.

    Raises RevisedAlready where they have labeled this by now: there is nothing to come back to but that label.
    """
    label = Label.objects.filter(labeler=labeler, solution=item.solution_id, tree=item.tree_id, is_current=True).first()
    if label is not None:
        raise RevisedAlready(_("You have labeled this already; revise that label instead."), newest=label.pk)
    with transaction.atomic():
        return _store(item, labeler, content, replaces)


def _store(
    item: QueueItem, labeler: Labeler, content: dict[str, object], replaces: datetime | EllipsisType | None
) -> Draft:
    new = {"content": content, "saved_at": timezone.now()}
    if isinstance(replaces, EllipsisType):
        draft, _is_new = Draft.objects.update_or_create(item=item, labeler=labeler, defaults=new)
        return draft
    return _replace(item, labeler, replaces, new)


def _replace(item: QueueItem, labeler: Labeler, replaces: datetime | None, new: dict[str, Any]) -> Draft:
    """Whoever changes the row has it; a draft where there is none takes nothing from anybody."""
    stored = Draft.objects.filter(item=item, labeler=labeler)
    if replaces is not None and stored.filter(saved_at=replaces).update(**new):
        return stored.get()
    draft, is_new = Draft.objects.get_or_create(item=item, labeler=labeler, defaults=new)
    if not is_new:
        raise DraftChanged(
            _(
                "This solution was worked on in another tab or on another device. What was saved there is kept; "
                "ask for the solution again to go on with it."
            )
        )
    return draft


def of(account: User) -> QuerySet[Draft]:
    """Drafts with something in them, of campaigns that this account is (still) in, the latest first.

    Each has a `state`: one of DRAFT_STATES.
    """
    begun = [pk for pk, content in _own(account).values_list("pk", "content") if says_something(content)]
    return (
        Draft.objects.filter(pk__in=begun)
        .annotate(
            state=Case(
                When(item__state=ItemState.LEASED, item__leased_by__account=account, then=Value(IN_HAND)),
                When(item__state=ItemState.WAITING, then=Value(WAITING)),
                default=Value(GONE),
                output_field=CharField(),
            )
        )
        .select_related("item__campaign", "item__solution__problem", "item__tree__problem")
        .order_by("-saved_at", "-pk")
    )


def says_something(content: dict[str, Any]) -> bool:
    """Whether there is work in a draft: a page also saves one only to keep its lease."""
    return any(value for key, value in content.items() if key not in BOOKKEEPING)


def discard(*, account: User, item_id: int) -> bool:
    """Drop one's draft of this item, whatever has become of the item; False where there is none."""
    deleted, _rows = _own(account).filter(item=item_id).delete()
    return bool(deleted)


def _own(account: User) -> QuerySet[Draft]:
    return Draft.objects.filter(labeler__account=account, item__campaign__memberships__account=account)
