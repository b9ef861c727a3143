"""How right labelers are on gold: a rolling share with its interval, and what follows below the bar."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext

from labeling.accuracy import Accuracy, of_last
from labeling.actions import events
from labeling.actions.errors import Conflict
from labeling.models import Campaign, Label, Labeler, Purpose, accepts

SLIP = timedelta(minutes=10)
WHY_PAUSED = (  # known to `labeling.stored_words`
    "Of your last {count} solutions whose errors are known, {right} were judged as they should be. A lead will look "
    "at it with you."
)


@dataclass(frozen=True, slots=True)
class GoldLabel:
    """One label of a gold item, and whether it was acceptable."""

    labeler: int
    label: int
    solution: int
    at: datetime
    is_right: bool


def results(campaign: Campaign, labeler: Labeler | None = None) -> list[GoldLabel]:
    """Labels of gold in the stream, judged by the gold as it stands, the earliest first: one query.

    A slip that is set right within `SLIP` was none; what is revised later is judged as it was at first, or else a score
    could be mended afterwards.
    """
    labels = Label.objects.filter(labeler__campaign=campaign, item__purpose=Purpose.GOLD, solution__gold__isnull=False)
    # By what was kept for them, of which there is little: somebody's labels may be tens of thousands.
    if labeler is not None:
        labels = labels.filter(labeler=labeler, item__reserved_for=labeler)
    else:
        labels = labels.filter(item__reserved_for__isnull=False)
    rows = labels.order_by("submitted_at", "pk").values_list(
        "item", "labeler", "pk", "solution", "submitted_at", "ratings", "finish_reason", "solution__gold__accepted"
    )
    first: dict[int, GoldLabel] = {}
    for item, labeler_id, pk, solution, at, ratings, finish_reason, accepted in rows:
        made = _judged(labeler_id, pk, solution, at, ratings, finish_reason, accepted)
        before = first.get(item)
        if before is None:
            first[item] = made
        elif made.at <= before.at + SLIP:
            first[item] = replace(made, at=before.at)
    return list(first.values())


def _judged(
    labeler: int, label: int, solution: int, at: datetime, ratings: str, finish_reason: str, accepted: str
) -> GoldLabel:
    is_verdict = finish_reason in ("found_error", "solution")  # giving up on gold finds nothing
    return GoldLabel(labeler, label, solution, at, is_verdict and accepts(accepted, ratings))


def rolling(judged: Sequence[GoldLabel]) -> Accuracy:
    """Of the last ones."""
    return of_last([one.is_right for one in judged])


def standing(labeler: Labeler, judged: Sequence[GoldLabel]) -> Accuracy:
    """What holds of this labeler now: of the last ones, but none from before a lead let them go on."""
    since = labeler.resumed_at
    return rolling([one for one in judged if since is None or one.at > since])


def by_labeler(campaign: Campaign) -> dict[int, list[GoldLabel]]:
    """Everybody's gold labels, the earliest first."""
    found: dict[int, list[GoldLabel]] = {}
    for one in results(campaign):
        found.setdefault(one.labeler, []).append(one)
    return found


def last_good_point(judged: Iterable[GoldLabel], bar: float) -> datetime | None:
    """When the last gold label was right while the rolling share was not below the bar; None: it never was."""
    seen: list[GoldLabel] = []
    good = None
    for one in judged:
        seen.append(one)
        share = rolling(seen).share or 0.0
        if one.is_right and share >= bar:
            good = one.at
    return good


def after_gold(label: Label) -> None:
    """Called in the transaction of a gold label: pause its labeler where they are below the bar."""
    labeler = label.labeler
    campaign = labeler.campaign
    accuracy = standing(labeler, results(campaign, labeler))
    if labeler.paused_at is None and accuracy.is_below(campaign.gold_bar):
        reason = WHY_PAUSED.format(count=accuracy.count, right=accuracy.right)
        pause(labeler=labeler, reason=reason, by=None, found={"right": accuracy.right, "count": accuracy.count})


def pause(*, labeler: Labeler, reason: str, by: User | None, found: dict[str, Any] | None = None) -> None:
    """Give them no further work; what is in hand may still be submitted."""
    if not reason.strip():
        raise Conflict(gettext("A pause needs a reason: it is told to the labeler."))
    with transaction.atomic():
        paused = Labeler.objects.filter(pk=labeler.pk, paused_at__isnull=True)
        if paused.update(paused_at=timezone.now(), pause_reason=reason.strip()):
            events.record(
                campaign=labeler.campaign,
                actor=by,
                verb="labeler.paused",
                subject=f"labeler {labeler.pk}",
                after={"reason": reason.strip()} | (found or {}),
            )
    labeler.refresh_from_db()


def resume(*, labeler: Labeler, by: User) -> None:
    """Let them go on: gold of before counts no more for the next pause."""
    with transaction.atomic():
        paused = Labeler.objects.filter(pk=labeler.pk, paused_at__isnull=False)
        reason = paused.values_list("pause_reason", flat=True).first()
        if not paused.update(paused_at=None, pause_reason="", resumed_at=timezone.now()):
            raise Conflict(gettext("This labeler is not paused."))
        events.record(
            campaign=labeler.campaign,
            actor=by,
            verb="labeler.resumed",
            subject=f"labeler {labeler.pk}",
            before={"reason": reason},
        )
    labeler.refresh_from_db()
