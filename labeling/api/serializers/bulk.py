"""Changes to many rows at once."""

from typing import Any

from django.utils.translation import gettext as _
from rest_framework import serializers

from labeling.actions import bulk
from labeling.api.fields import Answer, Body, Choice, Text, WholeNumber, WholeNumbers, YesNo
from labeling.models import BulkKind


class NewChange(Body):
    """Which rows, by number (`ids`) or found (`filter`); and, unless it is a preview, how many it said there are."""

    kind = Choice(choices=BulkKind.choices, help_text="Of problems; requeue: of labels.")
    ids = WholeNumbers(required=False, min_length=1, max_length=bulk.MOST, help_text="The `id` of problems or labels.")
    filter = serializers.DictField(
        child=Text(max_length=1_000),
        required=False,
        allow_empty=False,
        help_text="As in the query of `problems/` or `labels/`, each value a text.",
    )
    count = WholeNumber(required=False, min_value=1, help_text="As the preview said; where it is another now: 409.")
    reason = Text(required=False, allow_blank=True, default="", max_length=bulk.MAX_REASON)
    preview = YesNo(required=False, default=False, help_text="Only tell what would change.")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Exactly one way of naming rows; nothing is changed that was not looked at."""
        if ("ids" in attrs) == ("filter" in attrs):
            raise serializers.ValidationError({"ids": _("One of ids and filter.")})
        if not attrs["preview"] and "count" not in attrs:
            raise serializers.ValidationError({"count": _("As the preview said: ask for one with preview true.")})
        return attrs


class ChangePreview(Answer):
    """What would change."""

    kind = serializers.ChoiceField(choices=BulkKind.choices)
    found = serializers.IntegerField(help_text="Rows that were named or found.")
    count = serializers.IntegerField(help_text="That would change; of others it is so already, or no matter.")
    follows = serializers.DictField(child=serializers.IntegerField(), help_text="What follows from it, in numbers.")
    examples = serializers.ListField(child=serializers.IntegerField(), help_text="The first ten, by `id`.")


class ChangeAnswer(Answer):
    """A change that was made."""

    id = serializers.IntegerField()
    kind = serializers.ChoiceField(choices=BulkKind.choices)
    count = serializers.IntegerField()
    filter = serializers.DictField(source="sought", help_text="What found the rows; empty where they were named.")
    reason = serializers.CharField()
    created_by = serializers.CharField(source="created_by.username", default=None, allow_null=True)
    created_at = serializers.DateTimeField()
    undone_by = serializers.CharField(source="undone_by.username", default=None, allow_null=True)
    undone_at = serializers.DateTimeField(allow_null=True)
