"""Gold: solutions whose right label is known; and what was sent back to the queue for it."""

from __future__ import annotations

from collections.abc import Sequence

from django.conf import settings
from django.db import models
from django.db.models import F, Q, Value
from django.db.models.functions import Length, Replace, StrIndex
from django.db.models.lookups import Exact

from labeling.models.campaigns import Campaign, Labeler
from labeling.models.fields import JSONText
from labeling.models.labels import Label
from labeling.models.problems import MAX_STEPS, Solution

# One digit a step says which ratings are acceptable: the sum of these.
BITS = {"-": 1, "0": 2, "+": 4}
ONLY_NEGATIVE = "1"

_LEFT = F("accepted")
for _digit in "1234567":
    _LEFT = Replace(_LEFT, Value(_digit))  # type: ignore[assignment]
_FIRST_END = StrIndex(F("accepted"), Value(ONLY_NEGATIVE))


class GoldUse(models.TextChoices):
    """stream: mixed unseen into rounds; screening: for newcomers, before real work; retired: no longer given."""

    STREAM = "stream"
    SCREENING = "screening"
    RETIRED = "retired"


class GoldSource(models.TextChoices):
    """What it was made from."""

    IMPORTED = "imported"
    ADJUDICATED = "adjudicated"
    HAND = "hand"


class Gold(models.Model):
    """One solution's acceptable labels: a set of first errors and, for each step, a set of ratings, in one text.

    `accepted` has one digit a step, up to the last acceptable first error or, where “no error” is acceptable, for all
    steps: the sum of 1 (negative), 2 (neutral), 4 (positive). So the acceptable first errors are the steps with an odd
    digit, and no acceptable pass goes beyond a step whose digit is 1.
    """

    solution = models.OneToOneField(Solution, on_delete=models.PROTECT, related_name="gold")
    accepted = models.CharField(max_length=MAX_STEPS)
    use = models.CharField(max_length=10, choices=GoldUse, default=GoldUse.STREAM)
    source = models.CharField(max_length=12, choices=GoldSource)
    label = models.ForeignKey(Label, null=True, on_delete=models.PROTECT, related_name="+")
    explanation = models.TextField(blank=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(accepted="") & Q(Exact(Length(_LEFT), 0)), name="gold_accepted_are_sets_of_ratings"
            ),
            models.CheckConstraint(
                condition=Q(Exact(_FIRST_END, 0)) | Q(Exact(_FIRST_END, Length(F("accepted")))),
                name="gold_ends_at_the_certain_error",
            ),
            models.CheckConstraint(condition=Q(use__in=GoldUse.values), name="gold_use_known"),
            models.CheckConstraint(condition=Q(source__in=GoldSource.values), name="gold_source_known"),
        ]

    def __str__(self) -> str:
        return f"gold for {self.solution_id}: {self.accepted}"

    @property
    def sets(self) -> list[str]:
        """The acceptable signs of each step."""
        return [signs_of(digit) for digit in self.accepted]

    @property
    def first_errors(self) -> list[int]:
        """The acceptable first errors, 0-based."""
        return [index for index, digit in enumerate(self.accepted) if int(digit) & BITS["-"]]

    @property
    def may_have_none(self) -> bool:
        """Whether finding no error is acceptable; the set ends earlier where it is not."""
        return may_have_none(self.accepted)

    def accepts(self, ratings: str) -> bool:
        """Whether a finished pass (signs up to its first error, or of all steps) is an acceptable one."""
        return accepts(self.accepted, ratings)


def may_have_none(accepted: str) -> bool:
    """`Gold.may_have_none`, of its text alone."""
    return accepted[-1] != ONLY_NEGATIVE


def accepts(accepted: str, ratings: str) -> bool:
    """`Gold.accepts`, of its text alone: where thousands are judged, making the rows would take most of the time."""
    if not ratings or len(ratings) > len(accepted):
        return False
    is_whole = ratings.endswith("-") or (len(ratings) == len(accepted) and may_have_none(accepted))
    return is_whole and all(int(digit) & BITS[sign] for sign, digit in zip(ratings, accepted, strict=False))


def signs_of(digit: str) -> str:
    """The signs that one digit of `Gold.accepted` stands for."""
    return "".join(sign for sign, bit in BITS.items() if int(digit) & bit)


def digit_of(signs: Sequence[str]) -> str:
    """The digit for a set of signs."""
    return str(sum(BITS[sign] for sign in set(signs)))


class Requeue(models.Model):
    """Labels (`Label.requeue`) that count no more and are wanted anew; and that this was undone.

    Those of one labeler since a moment, or (without either) those that a lead chose.
    """

    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="requeues")
    labeler = models.ForeignKey(Labeler, null=True, on_delete=models.PROTECT, related_name="requeues")
    since = models.DateTimeField(null=True)
    items = JSONText(default=list)  # that ask for these labels anew
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    undone_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    undone_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(undone_by__isnull=True) | Q(undone_at__isnull=False), name="requeue_undone_has_its_time"
            ),
            models.CheckConstraint(
                condition=Q(labeler__isnull=True, since__isnull=True) | Q(labeler__isnull=False, since__isnull=False),
                name="requeue_of_a_labeler_says_since_when",
            ),
        ]

    def __str__(self) -> str:
        return f"requeue {self.pk} of {self.labeler_id or 'chosen labels'}"
