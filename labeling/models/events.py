"""Event: who did what when; only ever appended to, which triggers of both engines see to (migration 0014)."""

from django.conf import settings
from django.db import models

from labeling.models.campaigns import Campaign
from labeling.models.fields import JSONText


class Event(models.Model):
    """One thing that somebody (or the system: no actor) did to something."""

    # An event stays when its campaign goes; a person who did something is deactivated, not deleted.
    campaign = models.ForeignKey(
        Campaign, null=True, on_delete=models.DO_NOTHING, db_constraint=False, related_name="events"
    )
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    verb = models.CharField(max_length=60)
    subject = models.CharField(max_length=120)
    before = JSONText(null=True)
    after = JSONText(null=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.verb} {self.subject}"
