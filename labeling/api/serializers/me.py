"""What is personal: one's campaigns, counts and labels. No score, no purpose, nobody else."""

from typing import Any

from rest_framework import serializers

from labeling.api.fields import Answer
from labeling.models import FinishReason, Label, ReferenceAnswer, Role


class MyCounts(Answer):
    """Current labels, in all and since midnight."""

    labels = serializers.IntegerField()
    labels_today = serializers.IntegerField()


class MyCampaignSettings(Answer):
    """What of a campaign's settings concerns who labels in it."""

    reference_answer = serializers.ChoiceField(choices=ReferenceAnswer.choices)
    lease_minutes = serializers.IntegerField()


class MyCampaign(Answer):
    """A campaign that one is in."""

    slug = serializers.CharField()
    name = serializers.CharField()
    role = serializers.ChoiceField(choices=Role.choices)
    counts = MyCounts()
    settings = MyCampaignSettings()


class MySettings(Answer):
    """How the server speaks to this person; `time_zone` says when a day begins."""

    language = serializers.CharField()
    time_zone = serializers.CharField()
    can_create_campaigns = serializers.BooleanField()


class MeAnswer(Answer):
    """Who asks, and what is theirs."""

    username = serializers.CharField()
    campaigns = MyCampaign(many=True)
    counts = MyCounts()
    settings = MySettings()


class MyLabelAnswer(Answer):
    """One's own label."""

    id = serializers.IntegerField()
    campaign = serializers.CharField(source="labeler.campaign.slug")
    problem = serializers.CharField(source="problem.text")
    steps = serializers.ListField(source="solution.steps", child=serializers.CharField(), default=list)
    answer = serializers.CharField(source="solution.answer", allow_null=True, default=None)
    ratings = serializers.ListField(source="rating_values", child=serializers.IntegerField())
    finish_reason = serializers.ChoiceField(choices=FinishReason.choices)
    reason = serializers.CharField()
    flagged = serializers.ListField(child=serializers.IntegerField())
    alternatives = serializers.JSONField()
    total_time = serializers.IntegerField(source="total_time_ms")
    submitted_at = serializers.DateTimeField()
    revises = serializers.IntegerField(source="revises_id", allow_null=True)
    revision_reason = serializers.CharField()


def counts(labels: int, today: int) -> dict[str, Any]:
    """The shape of counts."""
    return {"labels": labels, "labels_today": today}


def label_answer(label: Label) -> dict[str, Any]:
    """One label."""
    return dict(MyLabelAnswer(label).data)
