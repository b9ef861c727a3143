"""BulkChange: what a lead did to many rows at once, so that it can be undone."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from labeling.models.campaigns import Campaign
from labeling.models.fields import JSONText
from labeling.models.gold import Requeue


class BulkKind(models.TextChoices):
    """What was done: to problems, or (requeue) to labels."""

    EXCLUDE = "exclude"
    RESTORE = "restore"
    REQUEUE = "requeue"


class BulkChange(models.Model):
    """One change to many rows. `before` has each problem's state, as it was; labels hang on the `requeue`."""

    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="bulk_changes")
    kind = models.CharField(max_length=10, choices=BulkKind)
    count = models.PositiveIntegerField()
    sought = JSONText(default=dict)  # the filter that found them; empty where they were ticked
    before = JSONText(default=dict)
    requeue = models.OneToOneField(Requeue, null=True, on_delete=models.CASCADE, related_name="bulk_change")
    reason = models.TextField(blank=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    undone_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    undone_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=BulkKind.values), name="bulk_change_kind_known"),
            models.CheckConstraint(condition=Q(count__gte=1), name="bulk_change_of_something"),
            models.CheckConstraint(
                condition=Q(kind="requeue", requeue__isnull=False) | (~Q(kind="requeue") & Q(requeue__isnull=True)),
                name="bulk_change_requeue_iff_of_labels",
            ),
            models.CheckConstraint(
                condition=Q(undone_by__isnull=True) | Q(undone_at__isnull=False), name="bulk_change_undone_has_its_time"
            ),
        ]

    def __str__(self) -> str:
        return f"change {self.pk}: {self.kind} {self.count}"
