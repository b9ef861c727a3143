"""Rounds and what was chosen for them."""

from collections.abc import Iterable, Mapping
from typing import Any

from rest_framework import serializers

from labeling.api.fields import Answer, Body, Choice, Number, Said, Text, WholeNumber, YesNo
from labeling.models import ItemState, Mode, Purpose, QueueItem, Round, RoundState, Scope
from labeling.models.problems import SolutionQuerySet

CORRECT = {"correct": True, "wrong": False}


class NewRound(Body):
    """What a lead asks of a round; whatever besides its size is not named is the campaign's setting."""

    size = WholeNumber(min_value=1, max_value=1_000_000)
    mode = Choice(choices=Mode.choices, required=False, help_text="candidates: trees, drawn uniformly.")
    strategy = Text(max_length=40, required=False)
    wrong_share = Number(min_value=0, max_value=1, required=False)
    evaluation_share = Number(min_value=0, max_value=1, required=False)
    scope = Choice(choices=Scope.choices, required=False)
    overlap = WholeNumber(min_value=1, max_value=20, required=False, help_text="So many people label a solution.")
    overlap_share = Number(min_value=0, max_value=1, required=False, help_text="Of the solutions; others get one.")
    exclude = Text(
        max_length=1_000, required=False, allow_blank=True, help_text="As `subject=Geometry, generator=gpt-4`."
    )
    seed = WholeNumber(min_value=0, required=False)
    preview = YesNo(required=False, default=False, help_text="Only show what would be chosen.")


class PickAnswer(Answer):
    """One chosen solution or candidate tree; with overlap it comes as often as it is wanted."""

    solution_id = serializers.CharField(allow_null=True)
    tree_id = serializers.CharField(required=False)
    score = serializers.FloatField(allow_null=True)
    rank = serializers.IntegerField()
    reason = serializers.CharField()
    answer_is_correct = serializers.BooleanField(allow_null=True)
    purpose = serializers.ChoiceField(choices=Purpose.choices)
    state = serializers.ChoiceField(choices=ItemState.choices)


class RoundSummary(Answer):
    """A round without its picks. `size` counts its items, without those taken out of the queue."""

    number = serializers.IntegerField()
    state = serializers.ChoiceField(choices=RoundState.choices)
    size = serializers.IntegerField(source="item_count")
    requested_size = serializers.IntegerField(source="size")
    labeled = serializers.IntegerField(source="labeled_count")
    selector = serializers.IntegerField(source="selector.number", allow_null=True, default=None)
    mode = serializers.ChoiceField(choices=Mode.choices)
    strategy = serializers.CharField()
    wrong_share = serializers.FloatField()
    evaluation_share = serializers.FloatField()
    scope = serializers.ChoiceField(choices=Scope.choices)
    seed = serializers.IntegerField()
    overlap = serializers.IntegerField()
    rails = serializers.DictField(help_text="Further settings of strategies, as they were.")
    overlap_share = serializers.FloatField()
    shortfall = serializers.DictField(child=serializers.IntegerField())
    kept_out = serializers.DictField(child=serializers.IntegerField(), help_text="By guard rail.")
    notes = serializers.ListField(child=Said())
    planned_at = serializers.DateTimeField(allow_null=True)
    opened_at = serializers.DateTimeField(allow_null=True)
    closed_at = serializers.DateTimeField(allow_null=True)


class GoldForeseen(Answer):
    """How much gold the round will give."""

    labelers = serializers.IntegerField()
    each = serializers.IntegerField(help_text="To each labeler, about.")
    new = serializers.IntegerField(help_text="Gold left that none of them has had.")


class RoundAnswer(RoundSummary):
    """A round with its picks."""

    picks = PickAnswer(many=True)
    gold = GoldForeseen(required=False, help_text="In a preview, where the campaign gives gold.")


def described(of: Round, items: Iterable[QueueItem], verdicts: Mapping[int, tuple[str, str]]) -> dict[str, Any]:
    """A round, planned or only previewed; `verdicts` gives public id and verdict by the solution's number."""
    return RoundSummary(of).data | {"picks": [_pick(item, verdicts) for item in items]}


def _pick(item: QueueItem, verdicts: Mapping[int, tuple[str, str]]) -> dict[str, Any]:
    solution_id, verdict = (None, "unknown") if item.solution_id is None else verdicts[item.solution_id]
    return {
        "solution_id": solution_id,
        **({"tree_id": f"tree-{item.tree_id}"} if item.tree_id else {}),
        "score": item.score,
        "rank": item.rank,
        "reason": item.reason,
        "answer_is_correct": CORRECT.get(verdict),
        "purpose": item.purpose,
        "state": item.state,
    }


def verdicts_of(solutions: SolutionQuerySet) -> dict[int, tuple[str, str]]:
    """Public id and verdict of each, in one query."""
    rows = solutions.with_verdict().order_by().values_list("pk", "external_id", "verdict").distinct()
    return {pk: (external_id or f"solution-{pk}", verdict) for pk, external_id, verdict in rows}
