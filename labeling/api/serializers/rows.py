"""What a lead sees of problems, solutions, labels and disputes."""

from typing import Any

from django.utils.translation import gettext as _
from rest_framework import serializers

from labeling.api.fields import Answer, Body, Choice, Text
from labeling.models import DisputeState, FinishReason, Label, Mode, Origin, Problem, ProblemState, Purpose, Split
from labeling.models import VerdictChoice as Verdict

DECISIONS = [DisputeState.ACCEPTED.value, DisputeState.DECLINED.value]
PROBLEM_DECISIONS = [ProblemState.ACTIVE.value, ProblemState.EXCLUDED.value]


def problem_id(problem: Problem) -> str:
    """The id of a problem that answers use: the given one, else one made of the row's number."""
    return problem.external_id or f"problem-{problem.pk}"


class ProblemId(serializers.CharField):
    """The public id of a related problem."""

    def to_representation(self, value: Any) -> str:
        """Its given id, or one made of its number."""
        return problem_id(value)


class ProblemAnswer(Answer):
    """A problem with what is known of it."""

    id = serializers.IntegerField()
    problem_id = ProblemId(source="*")
    problem = serializers.CharField(source="text")
    ground_truth_answer = serializers.CharField(source="reference_answer", allow_null=True)
    level = serializers.CharField(allow_null=True)
    subject = serializers.CharField(allow_null=True)
    split = serializers.ChoiceField(choices=Split.choices)
    state = serializers.ChoiceField(choices=ProblemState.choices)
    solutions = serializers.IntegerField(source="solution_count")
    labels = serializers.IntegerField(source="label_count")


class ProblemChange(Body):
    """A lead's decision about a problem that labelers reported."""

    state = Choice(choices=PROBLEM_DECISIONS)


class SolutionAnswer(Answer):
    """A solution of the pool; `score` is that of the selector version in use."""

    id = serializers.IntegerField()
    solution_id = serializers.CharField(source="public_id")
    problem_id = ProblemId(source="problem")
    split = serializers.ChoiceField(source="problem.split", choices=Split.choices)
    steps = serializers.ListField(child=serializers.CharField())
    answer = serializers.CharField(allow_null=True)
    verdict = serializers.ChoiceField(choices=Verdict.choices)
    generator = serializers.CharField(allow_null=True)
    duplicate_of = serializers.IntegerField(source="duplicate_of_id", allow_null=True)
    score = serializers.FloatField(allow_null=True)
    labels = serializers.IntegerField(source="label_count")


class LabelAnswer(Answer):
    """A label with who made it and why it was wanted."""

    id = serializers.IntegerField()
    solution_id = serializers.CharField(source="solution.public_id", allow_null=True, default=None)
    tree_id = serializers.SerializerMethodField(help_text="Of what its steps were chosen from, in candidates mode.")
    problem_id = ProblemId(source="problem")
    labeler = serializers.SerializerMethodField()
    labeler_kind = serializers.CharField(source="labeler.kind")
    round = serializers.IntegerField(source="round.number", allow_null=True, default=None)
    purpose = serializers.ChoiceField(source="item.purpose", choices=Purpose.choices, allow_null=True, default=None)
    origin = serializers.ChoiceField(choices=Origin.choices)
    mode = serializers.ChoiceField(choices=Mode.choices)
    ratings = serializers.ListField(source="rating_values", child=serializers.IntegerField())
    candidate_steps = serializers.JSONField(source="steps", allow_null=True)
    first_error_index = serializers.IntegerField(allow_null=True)
    finish_reason = serializers.ChoiceField(choices=FinishReason.choices)
    reason = serializers.CharField()
    flagged = serializers.ListField(child=serializers.IntegerField())
    alternatives = serializers.JSONField()
    total_time = serializers.IntegerField(source="total_time_ms")
    step_times = serializers.ListField(source="step_times_ms", child=serializers.IntegerField())
    shown = serializers.JSONField()
    guide = serializers.IntegerField(
        source="guide.number", allow_null=True, default=None, help_text="The version of the guide that was shown."
    )
    submitted_at = serializers.DateTimeField()
    is_current = serializers.BooleanField()
    revises = serializers.IntegerField(source="revises_id", allow_null=True)
    revision_reason = serializers.CharField()

    def get_labeler(self, label: Label) -> str:
        """A person's user name, an external labeler's name."""
        account = label.labeler.account
        return account.get_username() if account else str(label.labeler)

    def get_tree_id(self, label: Label) -> str | None:
        """As picks of a round name it."""
        return f"tree-{label.tree_id}" if label.tree_id else None


class DisputeAnswer(Answer):
    """A solution found right in every step although its answer differs from the reference."""

    id = serializers.IntegerField()
    state = serializers.ChoiceField(choices=DisputeState.choices)
    problem_id = ProblemId(source="problem")
    problem = serializers.CharField(source="problem.text")
    solution_id = serializers.CharField(source="label.solution.public_id")
    answer = serializers.CharField(source="label.solution.answer", allow_null=True)
    ground_truth_answer = serializers.CharField(source="problem.reference_answer", allow_null=True)
    label = serializers.IntegerField(source="label_id")  # type: ignore[assignment]  # a name that DRF has too
    reason = serializers.CharField(source="decision_reason")
    created_at = serializers.DateTimeField()
    decided_at = serializers.DateTimeField(allow_null=True)
    decided_by = serializers.CharField(source="decided_by.username", allow_null=True, default=None)


class DisputeDecision(Body):
    """A lead's decision, once: `state` (or `decision`, the same in other words)."""

    state = Choice(choices=DECISIONS, required=False)
    decision = Choice(choices=DECISIONS, required=False)
    reference_answer = Text(required=False, max_length=10_000, help_text="Else the disputed solution's own answer.")
    reason = Text(required=False, allow_blank=True, max_length=5_000)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Exactly one of the two."""
        said = [attrs.pop(name) for name in ("state", "decision") if name in attrs]
        if len(said) != 1:
            raise serializers.ValidationError({"state": _("Expected accepted or declined.")})
        return attrs | {"decision": said[0]}


class StatsAnswer(Answer):
    """Numbers of a campaign; cases, not percentages."""

    problems = serializers.IntegerField()
    solutions = serializers.IntegerField()
    labels = serializers.IntegerField(help_text="Current labels, imported and simulated ones included.")
    rounds = serializers.IntegerField()
    distinct_solutions = serializers.IntegerField(help_text="Of identical texts one is counted.")
    labelers = serializers.IntegerField(help_text="Those with a current label.")
    labels_by_finish_reason = serializers.DictField(child=serializers.IntegerField())
    labels_by_origin = serializers.DictField(child=serializers.IntegerField())
    problems_by_split = serializers.DictField(child=serializers.IntegerField())
    queue = serializers.DictField(child=serializers.IntegerField(), help_text="Items by state.")
    open_disputes = serializers.IntegerField()
    held_problems = serializers.IntegerField()
    selector = serializers.IntegerField(allow_null=True, help_text="The version in use.")
