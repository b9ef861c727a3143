"""Event: who did what when, and EventSeal: its place in a chain. Triggers of both engines keep them as they are."""

from datetime import UTC
from hashlib import sha256

import orjson
from django.conf import settings
from django.db import models

from labeling.models.campaigns import Campaign
from labeling.models.fields import JSONText


class Event(models.Model):
    """One thing that somebody (or the system: no actor) did to something.

    People stand in it by their accounts alone, never by name: a name can then be erased where an event cannot.
    """

    # An event stays when its campaign goes; a person who did something is deactivated or erased, not deleted.
    campaign = models.ForeignKey(
        Campaign, null=True, on_delete=models.DO_NOTHING, db_constraint=False, related_name="events"
    )
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    verb = models.CharField(max_length=60)
    subject = models.CharField(max_length=120)
    about = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    before = JSONText(null=True)
    after = JSONText(null=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.verb} {self.subject}"

    @property
    def told_subject(self) -> str:
        """What it was done to, for people: an account by the name that it has now."""
        return self.about.get_username() if self.about else self.subject


class EventSeal(models.Model):
    """One link of a chain, a chain for each campaign and one for the site: the hash of an event and of the link before.

    A row beside the event, since an event is never written twice: links are made once it is committed, one after the
    other, so that two that happen at once neither fork the chain nor wait for one another.
    """

    event = models.OneToOneField(Event, primary_key=True, on_delete=models.PROTECT, related_name="seal")
    chain = models.BigIntegerField()  # the campaign's number; 0: the site's own
    position = models.PositiveIntegerField()
    hash = models.CharField(max_length=64)

    class Meta:
        ordering = ["chain", "position"]
        constraints = [
            models.UniqueConstraint(fields=["chain", "position"], name="event_seal_one_per_place"),
        ]

    def __str__(self) -> str:
        return f"{self.chain}/{self.position}"

    @staticmethod
    def hash_of(event: Event, *, chain: int, position: int, last: str) -> str:
        """SHA-256 over all that the event says, its place, and the hash of the link before (empty for the first)."""
        said = [last, chain, position, event.pk, event.actor_id, event.verb, event.subject, event.about_id]
        at = event.created_at.astimezone(UTC).isoformat(timespec="microseconds")
        return sha256(orjson.dumps([*said, event.before, event.after, at])).hexdigest()
