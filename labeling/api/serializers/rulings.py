"""What has to be decided, and what was."""

from rest_framework import serializers

from labeling.actions import adjudication
from labeling.api.fields import Answer, Body, Text, WholeNumbers, YesNo
from labeling.models import MAX_STEPS, RulingAbout


class OpenQuestion(Answer):
    """A solution on which people differ, or of which somebody was unsure."""

    solution = serializers.IntegerField(source="pk")
    why = serializers.ChoiceField(choices=[("disagreement", "disagreement"), ("unsure", "unsure")])


class FinalLabel(Body):
    """The final label of a solution."""

    ratings = WholeNumbers(max_length=MAX_STEPS)
    reason = Text(max_length=adjudication.MAX_REASON)
    makes_gold = YesNo(required=False, default=False)


class RulingRow(Answer):
    """One decision; `outcome` holds signs, the answer, or the problem's state."""

    id = serializers.IntegerField()
    about = serializers.ChoiceField(choices=RulingAbout.choices)
    problem = serializers.IntegerField(source="problem_id")
    solution = serializers.IntegerField(source="solution_id", allow_null=True)
    outcome = serializers.CharField()
    reason = serializers.CharField()
    label = serializers.IntegerField(source="label_id", allow_null=True)  # type: ignore[assignment]
    created_at = serializers.DateTimeField()
