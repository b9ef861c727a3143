"""Ruling: what a lead decided where people differ; kept as a precedent."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from labeling.models.campaigns import Campaign
from labeling.models.labels import Label
from labeling.models.problems import Problem, Solution


class RulingAbout(models.TextChoices):
    """What was decided: where a solution goes wrong, what the reference answer is, whether a problem stays."""

    FIRST_ERROR = "first_error"
    REFERENCE = "reference"
    PROBLEM = "problem"


class Ruling(models.Model):
    """One decision with its reason. Only appended to: of several about the same thing the newest holds.

    About a first error it has the final label that it made; else `outcome` says the answer, or the problem's state.
    """

    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="rulings")
    problem = models.ForeignKey(Problem, on_delete=models.CASCADE, related_name="rulings")
    solution = models.ForeignKey(Solution, null=True, on_delete=models.CASCADE, related_name="rulings")
    about = models.CharField(max_length=12, choices=RulingAbout)
    outcome = models.TextField(blank=True)
    label = models.OneToOneField(Label, null=True, on_delete=models.PROTECT, related_name="made_by_ruling")
    reason = models.TextField(blank=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(condition=Q(about__in=RulingAbout.values), name="ruling_about_known"),
            models.CheckConstraint(
                condition=Q(about="first_error", solution__isnull=False, label__isnull=False)
                | (~Q(about="first_error") & Q(label__isnull=True)),
                name="ruling_makes_a_label_iff_about_first_error",
            ),
            models.CheckConstraint(
                condition=~Q(about="first_error") | ~Q(reason=""), name="ruling_about_first_error_has_a_reason"
            ),
        ]

    def __str__(self) -> str:
        return f"ruling {self.pk} about {self.about}"
