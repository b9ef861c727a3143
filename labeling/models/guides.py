"""GuideVersion and GuideReading: what labelers are told, version by version, and who has taken note of a change."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Length
from django.db.models.lookups import LessThanOrEqual

from labeling.models.campaigns import Campaign

MAX_GUIDE = 40_000  # characters: ten times the guide that ships, and still rendered in a moment
MAX_NOTE = 1_000


class GuideVersion(models.Model):
    """One text of a campaign's guide. Only ever appended to: going back is a further version with the old text.

    The one in force is `Campaign.guide`; each label says under which one it was made.
    """

    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="guide_versions")
    number = models.PositiveIntegerField()
    text = models.TextField()
    note = models.TextField(blank=True)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["campaign", "number"]
        constraints = [
            models.UniqueConstraint(fields=["campaign", "number"], name="guide_version_one_per_number"),
            models.CheckConstraint(condition=Q(number__gte=1), name="guide_version_counts_from_one"),
            models.CheckConstraint(
                condition=~Q(text="") & Q(LessThanOrEqual(Length(F("text")), MAX_GUIDE)),
                name="guide_version_has_a_text_of_bounded_length",
            ),
            models.CheckConstraint(condition=Q(number=1) | ~Q(note=""), name="guide_version_says_what_changed"),
        ]

    def __str__(self) -> str:
        return f"guide of {self.campaign_id}, version {self.number}"


class GuideReading(models.Model):
    """That somebody has taken note of what a version changed; it is not shown to them as new again."""

    version = models.ForeignKey(GuideVersion, on_delete=models.CASCADE, related_name="readings")
    account = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    noted_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["account", "version"], name="guide_reading_once_per_version"),
        ]

    def __str__(self) -> str:
        return f"{self.account_id} noted {self.version_id}"
