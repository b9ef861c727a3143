"""Campaigns, their settings and their members."""

from typing import Any

from django.db import models
from rest_framework import serializers

from labeling.actions.campaigns import SETTINGS
from labeling.api.fields import Answer, Body, Choice, Number, Text, WholeNumber, YesNo
from labeling.models import Campaign, Membership, Role


class CampaignSettings(Body, serializers.ModelSerializer):
    """The settings that may be changed; the ranges are the columns' own."""

    serializer_choice_field = Choice
    serializer_field_mapping = {
        models.BooleanField: YesNo,
        models.CharField: Text,
        models.FloatField: Number,
        models.PositiveIntegerField: WholeNumber,
        models.PositiveSmallIntegerField: WholeNumber,
    }

    class Meta:
        model = Campaign
        fields = list(SETTINGS)

    def to_representation(self, instance: Campaign) -> dict[str, Any]:
        """All settings."""
        return {name: getattr(instance, name) for name in SETTINGS}


class NewCampaign(Body):
    """What a lead sends to make one."""

    slug = serializers.SlugField(max_length=60)
    name = Text(max_length=200)
    settings = CampaignSettings(required=False)


class CampaignChange(Body):
    """What a lead sends to change one: settings that are not named stay."""

    name = Text(max_length=200, required=False)
    settings = CampaignSettings(required=False)


class CampaignAnswer(Answer):
    """A campaign; its settings are for its leads."""

    slug = serializers.CharField()
    name = serializers.CharField()
    role = serializers.ChoiceField(choices=Role.choices)
    created_at = serializers.DateTimeField()
    settings = CampaignSettings(required=False)

    def to_representation(self, instance: Membership) -> dict[str, Any]:
        """As one member sees it."""
        campaign = instance.campaign
        answer = {
            "slug": campaign.slug,
            "name": campaign.name,
            "role": instance.role,
            "created_at": campaign.created_at,
        }
        if instance.role == Role.LEAD:
            answer["settings"] = CampaignSettings(campaign).data
        return answer


class NewMember(Body):
    """An account by name, and what it may do."""

    username = Text(max_length=150)
    role = Choice(choices=Role.choices)


class MemberChange(Body):
    """What a member may do from now on."""

    role = Choice(choices=Role.choices)


class MemberAnswer(Answer):
    """A member."""

    username = serializers.CharField(source="account.username")
    role = serializers.ChoiceField(choices=Role.choices)
    created_at = serializers.DateTimeField()
    labels = serializers.IntegerField(source="label_count", help_text="Current labels in this campaign.")
