"""AgreementReport: how far a campaign's labelers agree, as it was last computed."""

from django.db import models
from django.db.models import Q

from labeling.models.campaigns import Campaign
from labeling.models.fields import JSONText
from labeling.models.jobs import Job


class AgreementReport(models.Model):
    """The figures of one computation, and what it was made from; a later one takes its place.

    `figures` is what `labeling.agreement_report` says. It compared `labels` current labels, all of those there were of
    solutions with two labelers or more; a label whose number is above `last_label` came in since.
    """

    campaign = models.OneToOneField(Campaign, on_delete=models.CASCADE, related_name="agreement")
    job = models.ForeignKey(Job, on_delete=models.PROTECT, related_name="+")
    figures = JSONText()
    labels = models.PositiveIntegerField()
    last_label = models.PositiveBigIntegerField()
    computed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(labels=1), name="agreement_of_two_labels_or_none"),
            models.CheckConstraint(
                condition=Q(labels__lte=models.F("last_label")), name="agreement_labels_up_to_the_last"
            ),
        ]

    def __str__(self) -> str:
        return f"agreement in {self.campaign_id} of {self.labels} labels"
