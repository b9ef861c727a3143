"""AgreementReport: how far a campaign's labelers agree, as it was last computed."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from labeling.models.campaigns import Campaign
from labeling.models.fields import JSONText
from labeling.models.jobs import Job


class AgreementReports(models.Manager["AgreementReport"]):
    """Reports without their `verdicts`: some megabytes in a large campaign, which only an export reads."""

    def get_queryset(self) -> models.QuerySet[AgreementReport]:
        """All of them; what is left out is read where it is asked for."""
        return super().get_queryset().defer("verdicts")


class AgreementReport(models.Model):
    """The figures of one computation, and what it was made from; a later one takes its place.

    `figures` is what `labeling.agreement_report` says. It compared `labels` current labels, all of those there were of
    solutions with two labelers or more; a label whose number is above `last_label` came in since. `verdicts` is what
    they add up to, a list `[solution, labels, majority, is_tie, consensus, probability]` for each solution.
    """

    campaign = models.OneToOneField(Campaign, on_delete=models.CASCADE, related_name="agreement")
    job = models.ForeignKey(Job, on_delete=models.PROTECT, related_name="+")
    figures = JSONText()
    labels = models.PositiveIntegerField()
    last_label = models.PositiveBigIntegerField()
    computed_at = models.DateTimeField()
    verdicts = JSONText(default=list)

    objects = AgreementReports()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(labels=1), name="agreement_of_two_labels_or_none"),
            models.CheckConstraint(
                condition=Q(labels__lte=models.F("last_label")), name="agreement_labels_up_to_the_last"
            ),
        ]

    def __str__(self) -> str:
        return f"agreement in {self.campaign_id} of {self.labels} labels"
