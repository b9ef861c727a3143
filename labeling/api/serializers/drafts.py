"""One's own unfinished work, as it is listed."""

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from labeling.actions.drafts import DRAFT_STATES
from labeling.api.fields import Answer
from labeling.models import Draft, Mode


class MyDraftAnswer(Answer):
    """Work that one began and did not submit."""

    item = serializers.IntegerField(source="item_id")
    campaign = serializers.CharField(source="item.campaign.slug")
    state = serializers.ChoiceField(choices=DRAFT_STATES)
    mode = serializers.SerializerMethodField()
    problem = serializers.CharField(source="item.subject.problem.text")
    steps = serializers.ListField(
        source="item.solution.steps", child=serializers.CharField(), default=None, help_text="Null for candidates."
    )
    answer = serializers.CharField(source="item.solution.answer", allow_null=True, default=None)
    draft = serializers.DictField(source="content", child=serializers.JSONField())
    saved_at = serializers.DateTimeField()

    @extend_schema_field(serializers.ChoiceField(choices=Mode.choices))
    def get_mode(self, draft: Draft) -> str:
        """What kind of pass it is."""
        return Mode.CANDIDATES if draft.item.solution_id is None else Mode.SOLUTION


class KeptDraft(Answer):
    """When the draft was saved."""

    saved_at = serializers.DateTimeField()
