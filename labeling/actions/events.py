"""Keeping who did what."""

from typing import Any

from django.contrib.auth.models import User

from labeling.models import Campaign, Event


def record(
    *,
    campaign: Campaign | None,
    actor: User | None,
    verb: str,
    subject: object,
    before: Any = None,
    after: Any = None,
) -> None:
    """Append one event; without an actor it was the system."""
    Event.objects.create(
        campaign=campaign, actor=actor, verb=verb, subject=str(subject)[:120], before=before, after=after
    )
