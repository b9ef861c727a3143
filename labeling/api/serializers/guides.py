"""The guide: its versions, and what is new in it for one person."""

from rest_framework import serializers

from labeling.api.fields import Answer, Body, Text, WholeNumber
from labeling.models import MAX_GUIDE, MAX_NOTE


class GuideAnswer(Answer):
    """One version of a campaign's guide, as its members read it."""

    version = serializers.IntegerField(source="number")
    text = serializers.CharField(help_text="Markdown.")
    note = serializers.CharField(help_text="What changed; empty in version 1.")
    created_at = serializers.DateTimeField()


class GuideVersionAnswer(GuideAnswer):
    """One version, with who wrote it and how many have taken note of it: for leads."""

    author = serializers.CharField(source="author.username", allow_null=True, default=None)
    noted_by = serializers.IntegerField(source="reading_count")


class NewGuide(Body):
    """What a lead sends to put a further version in force."""

    text = Text(max_length=MAX_GUIDE, help_text="Markdown.")
    note = Text(max_length=MAX_NOTE, required=False, allow_blank=True, help_text="What changed: shown to each labeler.")
    replaces = WholeNumber(
        min_value=0, required=False, help_text="The version that this text was written from; another one is a conflict."
    )


class Noted(Body):
    """Up to which version somebody has taken note of what changed."""

    version = WholeNumber(min_value=1)


class Change(Answer):
    """What one version changed."""

    version = serializers.IntegerField(source="number")
    note = serializers.CharField()
    created_at = serializers.DateTimeField()


class MyGuideAnswer(Answer):
    """Where somebody stands with the guide."""

    version = serializers.IntegerField(allow_null=True, help_text="The version that is in force.")
    changes = Change(many=True, help_text="What this person has not taken note of, oldest first.")
