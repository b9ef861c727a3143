"""Leases that ran out, without waiting for them."""

from datetime import timedelta

from django.utils import timezone

from labeling.models import Labeler, QueueItem
from tests import factories as make


def take_away(item: QueueItem) -> Labeler:
    """The item's lease ran out, and somebody else holds it now: that one."""
    other = make.make_labeler(item.campaign)
    QueueItem.objects.filter(pk=item.pk).update(
        leased_by=other, lease_slot=0, lease_number=7, leased_until=timezone.now() + timedelta(minutes=30)
    )
    return other


def let_run_out(item: QueueItem) -> None:
    """The item's lease ran out, and nobody took it yet."""
    QueueItem.objects.filter(pk=item.pk).update(
        state="waiting", leased_by=None, lease_slot=None, leased_at=None, leased_until=None
    )
