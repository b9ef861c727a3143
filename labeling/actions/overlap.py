"""Overlap: which solutions of a round several people label, and a further opinion where two disagree."""

import math
from collections.abc import Sequence
from typing import TypeVar

from django.db.models import Exists, OuterRef

from labeling.models import (
    HAS_VERDICT,
    Campaign,
    ItemState,
    Label,
    LabelerKind,
    Purpose,
    QueueItem,
    Round,
    RoundState,
)

One = TypeVar("One")
WORK = (Purpose.ROUND, Purpose.EVALUATION)


def solutions_for(size: int, *, overlap: int, share: float) -> int:
    """How many solutions a round of so many labels takes, of which a share is labeled by `overlap` people."""
    return math.ceil(size / (1 + (overlap - 1) * share) - 1e-9)


def shared(picks: Sequence[One], share: float) -> list[One]:
    """The share of picks that several people label: spread evenly, so that no rank and no reason is preferred."""
    return [
        pick
        for index, pick in enumerate(picks)
        if math.floor((index + 1) * share + 1e-9) > math.floor(index * share + 1e-9)
    ]


def ask_again(*, label: Label, item: QueueItem, campaign: Campaign, of: Round) -> None:
    """Want one more opinion where this label and another put the first error at different steps.

    Called in the transaction of the label, its round locked, before the round may close on it; once for a solution.
    """
    is_work = campaign.extra_on_disagreement and item.purpose in WORK and of.state == RoundState.OPEN
    if not is_work or label.solution_id is None or not Label.objects.filter(HAS_VERDICT, pk=label.pk).exists():
        return
    others = Label.objects.current().filter(HAS_VERDICT, solution=label.solution_id).exclude(pk=label.pk)
    others = others.filter(import_job__isnull=True).exclude(labeler__kind=LabelerKind.ADJUDICATOR)
    extra = QueueItem.objects.filter(solution=OuterRef("solution"), purpose=Purpose.EXTRA)
    signs = others.filter(~Exists(extra)).values_list("ratings", flat=True)
    if all(ratings.find("-") == label.ratings.find("-") for ratings in signs):
        return
    QueueItem.objects.create(
        campaign_id=item.campaign_id,
        round=of,
        solution_id=label.solution_id,
        purpose=Purpose.EXTRA,
        state=ItemState.WAITING,
        place=item.place,  # soon: while the round is open
        reason="disagreement",
    )
    if of.counted_items is not None:
        of.counted_items += 1
        of.save(update_fields=["counted_items"])
