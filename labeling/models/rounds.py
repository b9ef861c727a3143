"""Round: one batch of wanted labels, how it was selected, when it closed."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Count, Q
from django.db.models.functions import Length
from django.db.models.lookups import Exact

from labeling.models.campaigns import Campaign, Mode, Scope
from labeling.models.fields import JSONText
from labeling.models.selectors import SelectorVersion


class RoundState(models.TextChoices):
    """planned -> open -> closed, and open again when a lead reopens it."""

    PLANNED = "planned"
    OPEN = "open"
    CLOSED = "closed"


class RoundQuerySet(models.QuerySet["Round"]):
    """Reads of rounds."""

    def with_counts(self) -> models.QuerySet[Any]:
        """Adds `item_count` and `labeled_count`; withdrawn items and gold are left out."""
        is_wanted = ~Q(items__purpose__in=["gold", "screening"])
        return self.annotate(
            item_count=Count("items", filter=~Q(items__state="withdrawn") & is_wanted),
            labeled_count=Count("items", filter=Q(items__state="labeled") & is_wanted),
        )


class Round(models.Model):
    """One batch of wanted labels. Everything that chose its solutions is kept, so that the choice can be made again."""

    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="rounds")
    number = models.IntegerField()
    mode = models.CharField(max_length=10, choices=Mode, default=Mode.SOLUTION)
    state = models.CharField(max_length=10, choices=RoundState, default=RoundState.PLANNED)
    size = models.PositiveIntegerField()
    strategy = models.CharField(max_length=40)
    wrong_share = models.FloatField()
    evaluation_share = models.FloatField()
    scope = models.CharField(max_length=10, choices=Scope)
    seed = models.BigIntegerField(default=0)
    overlap = models.PositiveSmallIntegerField(default=1)
    overlap_share = models.FloatField(default=1.0)
    selector = models.ForeignKey(SelectorVersion, null=True, on_delete=models.PROTECT, related_name="rounds")
    rails = JSONText(default=dict)  # the campaign's further settings of strategies, as they were
    shortfall = JSONText(default=dict)
    kept_out = JSONText(default=dict)  # how many each guard rail kept out
    notes = JSONText(default=list)
    convincing = JSONText(default=dict)  # `actions.convincing`: how its wrong answers score, and those left behind
    planned_at = models.DateTimeField(auto_now_add=True)
    planned_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    opened_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    # Set once, when train_after of the labels are in and auto_advance asked for a training.
    training_requested_at = models.DateTimeField(null=True)

    # Kept because counting a round of a million items with each label takes longer than all the rest of submitting it.
    # Written under the lock of this row; null: count again.
    counted_items = models.PositiveIntegerField(null=True)
    counted_labels = models.PositiveIntegerField(default=0)

    objects = RoundQuerySet.as_manager()

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["campaign", "number"], name="round_number_once_per_campaign"),
            models.CheckConstraint(condition=Q(state__in=RoundState.values), name="round_state_known"),
            models.CheckConstraint(
                condition=Q(overlap__gte=1, overlap_share__gte=0, overlap_share__lte=1), name="round_overlap_can_be_met"
            ),
            models.CheckConstraint(condition=Q(mode__in=Mode.values), name="round_mode_known"),
            models.CheckConstraint(condition=Q(scope__in=Scope.values), name="round_scope_known"),
            models.CheckConstraint(condition=Q(size__gte=1), name="round_wants_a_label"),
            models.CheckConstraint(
                condition=Q(wrong_share__gte=0, evaluation_share__gte=0)
                & Q(wrong_share__lte=1 - models.F("evaluation_share") + 1e-9),
                name="round_shares_within_one",
            ),
            models.CheckConstraint(
                condition=(
                    Q(state="planned", opened_at__isnull=True, closed_at__isnull=True)
                    | Q(state="open", opened_at__isnull=False, closed_at__isnull=True)
                    | Q(state="closed", closed_at__isnull=False)
                ),
                name="round_times_agree_with_state",
            ),
            models.CheckConstraint(condition=Q(number__gte=-1), name="round_number_from_screening_up"),
        ]

    def __str__(self) -> str:
        return f"round {self.number} of {self.campaign}"


class RoundPool(models.Model):
    """The candidates that a round's selection saw, so that it can be made again whatever came in since.

    `candidates` holds what may change later, packed by `labeling.actions.round_pools`: which solutions they were, their
    verdicts, whether they had a label, and votes. What never changes is read from its rows: texts, answers, and the
    scores of the round's selector version. `digest` is of all of it, as the strategy saw it.
    """

    round = models.OneToOneField(Round, on_delete=models.CASCADE, related_name="pool")
    size = models.PositiveIntegerField()
    candidates = models.BinaryField()
    digest = models.CharField(max_length=64)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(size__gte=1), name="round_pool_of_some_candidates"),
            models.CheckConstraint(condition=Q(Exact(Length("digest"), 64)), name="round_pool_has_a_whole_digest"),
        ]

    def __str__(self) -> str:
        return f"pool of {self.size} for {self.round_id}"
