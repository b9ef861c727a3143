"""Gold and how right labelers are on it: for leads alone."""

from typing import Any

from rest_framework import serializers

from labeling.accuracy import Accuracy
from labeling.api.fields import Answer, Body, Choice, Text, WholeNumber
from labeling.models import MAX_STEPS, RATINGS, SIGNS, Gold, GoldSource, GoldUse, Labeler

USES = [use for use in GoldUse.choices if use[0] != GoldUse.RETIRED]


class NewGold(Body):
    """Gold by hand (`solution`, `steps`), of one label (`label`), or of imported first-error labels (`imported`)."""

    solution = WholeNumber(required=False, min_value=1, help_text="Its `id` in the list of solutions.")
    steps = serializers.ListField(
        child=serializers.ListField(child=WholeNumber(min_value=-1, max_value=1), max_length=3),
        required=False,
        max_length=MAX_STEPS,
        help_text="The acceptable ratings of each step, up to the last acceptable first error.",
    )
    label = WholeNumber(required=False, min_value=1)  # type: ignore[assignment]  # a name that DRF has too
    imported = WholeNumber(required=False, min_value=1, max_value=1_000, help_text="Of how many.")
    use = Choice(choices=USES, required=False, default=GoldUse.STREAM.value)
    explanation = Text(required=False, allow_blank=True, default="", help_text="Told when screening has ended.")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Exactly one of the three ways."""
        if sum(name in attrs for name in ("solution", "label", "imported")) != 1:
            raise serializers.ValidationError({"solution": "One of solution, label, imported."})
        if ("solution" in attrs) != ("steps" in attrs):
            raise serializers.ValidationError({"steps": "Together with solution."})
        return attrs


def sets_of(steps: list[list[int]]) -> list[str]:
    """The same as signs."""
    return ["".join(SIGNS[rating] for rating in one) for one in steps]


class GoldAnswer(Answer):
    """One gold solution."""

    solution = serializers.IntegerField(source="solution_id")
    solution_id = serializers.CharField(source="solution.public_id")
    first_errors = serializers.SerializerMethodField(help_text="Acceptable ones, 0-based; null: no error.")
    steps = serializers.SerializerMethodField(help_text="The acceptable ratings of each step.")
    use = serializers.ChoiceField(choices=GoldUse.choices)
    source = serializers.ChoiceField(choices=GoldSource.choices)  # type: ignore[assignment]
    explanation = serializers.CharField()
    created_at = serializers.DateTimeField()

    def get_first_errors(self, gold: Gold) -> list[int | None]:
        """As a set."""
        return [*gold.first_errors, *([None] if gold.may_have_none else [])]

    def get_steps(self, gold: Gold) -> list[list[int]]:
        """As ratings."""
        return [[RATINGS[sign] for sign in signs] for signs in gold.sets]


class PauseBody(Body):
    """Why; the labeler reads it."""

    reason = Text(max_length=1_000)


class QualityAnswer(Answer):
    """One labeler on gold: the last labels (since a lead let them go on), and whether they are paused."""

    labeler = serializers.IntegerField()
    username = serializers.CharField(allow_null=True)
    right = serializers.IntegerField()
    count = serializers.IntegerField()
    low = serializers.FloatField(help_text="Of Wilson's 95 % interval.")
    high = serializers.FloatField()
    paused_at = serializers.DateTimeField(allow_null=True)
    pause_reason = serializers.CharField(allow_blank=True)
    requeue_since = serializers.DateTimeField(required=False)
    requeue_labels = serializers.IntegerField(required=False, help_text="So many would be sent back.")


def quality(labeler: Labeler, accuracy: Accuracy) -> dict[str, Any]:
    """As an answer."""
    return {
        "labeler": labeler.pk,
        "username": labeler.account.get_username() if labeler.account else None,
        "right": accuracy.right,
        "count": accuracy.count,
        "low": accuracy.low,
        "high": accuracy.high,
        "paused_at": labeler.paused_at,
        "pause_reason": labeler.pause_reason,
    }


class ScreeningAnswer(Answer):
    """One's own screening; figures come when an attempt is over."""

    is_required = serializers.BooleanField(help_text="No real work comes yet.")
    attempt = serializers.IntegerField(allow_null=True)
    passed = serializers.BooleanField(allow_null=True)
    size = serializers.IntegerField(required=False)
    with_error = serializers.IntegerField(required=False)
    found = serializers.IntegerField(required=False)
    without_error = serializers.IntegerField(required=False)
    false_alarms = serializers.IntegerField(required=False)
    attempts_left = serializers.IntegerField()


class RequeueAnswer(Answer):
    """What was sent back."""

    id = serializers.IntegerField()
    since = serializers.DateTimeField()
    labels = serializers.SerializerMethodField()
    created_at = serializers.DateTimeField()
    undone_at = serializers.DateTimeField(allow_null=True)

    def get_labels(self, of: Any) -> int:
        """How many."""
        return len(of.items)
