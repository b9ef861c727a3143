"""Invitations, as leads see them, and accounts, as administrators do."""

from django.urls import reverse
from rest_framework import serializers

from labeling.actions import invitations
from labeling.api.fields import Answer, Body, Choice, Text, WholeNumber
from labeling.models import Invitation, InvitationState, Role


class NewInvitation(Body):
    """What an invitation is to, for whom, and how long it holds."""

    role = Choice(choices=Role.choices)
    email = Text(
        max_length=254, required=False, allow_blank=True, help_text="Of one person; else whoever has the link."
    )
    days = WholeNumber(min_value=1, max_value=invitations.MOST_DAYS, default=invitations.DAYS)

    def validate_email(self, value: str) -> str:
        """An address, or nothing."""
        return serializers.EmailField(allow_blank=True).run_validation(value)


class AccountPlace(Answer):
    """A campaign that somebody is in."""

    campaign = serializers.CharField(source="campaign.slug")
    role = serializers.ChoiceField(choices=Role.choices)


class AccountAnswer(Answer):
    """An account of the site."""

    username = serializers.CharField()
    email = serializers.CharField()
    is_active = serializers.BooleanField()
    is_administrator = serializers.BooleanField(source="is_superuser")
    has_two_factor = serializers.BooleanField()
    last_login = serializers.DateTimeField(allow_null=True, help_text="By password, on the site's pages.")
    campaigns = AccountPlace(many=True, source="memberships.all")


class InvitationAnswer(Answer):
    """An invitation; its link only while somebody can still accept it."""

    id = serializers.IntegerField()
    role = serializers.ChoiceField(choices=Role.choices)
    email = serializers.CharField()
    state = serializers.ChoiceField(choices=InvitationState.choices)
    created_at = serializers.DateTimeField()
    created_by = serializers.CharField(source="created_by.username", default=None, allow_null=True)
    expires_at = serializers.DateTimeField()
    accepted_by = serializers.CharField(source="accepted_by.username", default=None, allow_null=True)
    accepted_at = serializers.DateTimeField(allow_null=True)
    link = serializers.SerializerMethodField()
    mailed = serializers.BooleanField(required=False, help_text="In the answer to making it: whether mail went out.")

    def get_link(self, invitation: Invitation) -> str | None:
        """The whole address that lets one person in."""
        if invitation.state != InvitationState.WAITING:
            return None
        path = reverse("join", args=[invitations.code_of(invitation)])
        return str(self.context["request"].build_absolute_uri(path))
