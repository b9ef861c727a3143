"""Selector versions: which is in use. Workers apply the publish rule; a lead's decisions come through here."""

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from labeling.actions import events
from labeling.actions.errors import Conflict
from labeling.models import Campaign, SelectorState, SelectorVersion


def publish(*, version: SelectorVersion, by: User | None, why: str) -> None:
    """Put a version in use; the one before it is retired. Backwards too."""
    with transaction.atomic():
        Campaign.objects.select_for_update(no_key=True).get(pk=version.campaign_id)
        version.refresh_from_db()
        if version.state == SelectorState.PUBLISHED:
            return
        if version.state == SelectorState.TRAINING or version.scored_at is None:
            raise Conflict(
                _("Selector version {number} is not complete: it has not scored the pool yet.").format(
                    number=version.number
                )
            )
        before = SelectorVersion.objects.filter(campaign=version.campaign, state=SelectorState.PUBLISHED).first()
        if before:
            SelectorVersion.objects.filter(pk=before.pk).update(state=SelectorState.RETIRED)
        SelectorVersion.objects.filter(pk=version.pk).update(state=SelectorState.PUBLISHED, published_at=Now(), why=why)
        events.record(
            campaign=version.campaign,
            actor=by,
            verb="selector.published",
            subject=f"selector {version.number}",
            before=before.number if before else None,
            after=version.number,
        )
    version.refresh_from_db()


def hold_back(*, version: SelectorVersion, why: str) -> None:
    """Keep a version that is worse than the one in use out of use, until a lead says otherwise."""
    SelectorVersion.objects.filter(pk=version.pk, state=SelectorState.EVALUATED).update(
        state=SelectorState.HELD_BACK, why=why
    )
    version.refresh_from_db()
