"""ScreeningAttempt: how a newcomer judged the solutions of the screening set, and by which rule that was enough."""

from django.db import models
from django.db.models import F, Q

from labeling.models.campaigns import Labeler


class ScreeningAttempt(models.Model):
    """One go at the screening set: begun -> passed or not, when its last solution is labeled.

    `found` of those `with_error` were found, one was claimed in `false_alarms` of those `without_error`. Result and
    rule are kept: gold may be corrected later, and settings change.
    """

    labeler = models.ForeignKey(Labeler, on_delete=models.CASCADE, related_name="screening_attempts")
    number = models.PositiveSmallIntegerField()
    size = models.PositiveSmallIntegerField()
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    passed = models.BooleanField(null=True)
    with_error = models.PositiveSmallIntegerField(default=0)
    found = models.PositiveSmallIntegerField(default=0)
    without_error = models.PositiveSmallIntegerField(default=0)
    false_alarms = models.PositiveSmallIntegerField(default=0)
    bar = models.FloatField()
    most_false_alarms = models.FloatField()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["labeler", "number"], name="screening_attempt_one_per_number"),
            models.UniqueConstraint(
                fields=["labeler"], condition=Q(ended_at__isnull=True), name="screening_attempt_one_at_a_time"
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, passed__isnull=True)
                | Q(ended_at__isnull=False, passed__isnull=False),
                name="screening_attempt_judged_iff_ended",
            ),
            models.CheckConstraint(
                condition=Q(found__lte=F("with_error"), false_alarms__lte=F("without_error")),
                name="screening_attempt_counts_within",
            ),
        ]

    def __str__(self) -> str:
        return f"screening {self.number} of {self.labeler_id}"

    @property
    def agreed(self) -> int:
        """How many were judged as they should be."""
        return self.found + self.without_error - self.false_alarms
