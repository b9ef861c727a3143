"""API tokens, as their owner sees them."""

from typing import Any

from rest_framework import serializers

from labeling.actions import tokens
from labeling.api.fields import Answer, Body, Text, WholeNumber, YesNo


class NewToken(Body):
    """What a token is called and may do."""

    name = Text(max_length=80)
    days = WholeNumber(min_value=1, max_value=tokens.MOST_DAYS, required=False, allow_null=True)
    read_only = YesNo(default=False)  # type: ignore[assignment]  # a field of ours, not DRF's own setting
    campaign = Text(max_length=60, required=False, allow_null=True, help_text="The only campaign that it reaches.")


class TokenAnswer(Answer):
    """A token: `key` is its first characters, by which it is revoked."""

    key = serializers.CharField()
    name = serializers.CharField(allow_null=True)
    read_only = serializers.BooleanField()  # type: ignore[assignment]
    campaign = serializers.CharField(allow_null=True)
    created_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField(allow_null=True)

    def to_representation(self, instance: Any) -> dict[str, Any]:
        """Without terms: unnamed and unlimited."""
        terms = tokens.terms_of(instance)
        return {
            "key": instance.token_key,
            "name": terms.name if terms else None,
            "read_only": bool(terms and terms.read_only),
            "campaign": terms.campaign.slug if terms and terms.campaign else None,
            "created_at": instance.created,
            "expires_at": instance.expiry,
        }


class MadeToken(TokenAnswer):
    """A token just made, with what programs send: `Authorization: Token …`."""

    token = serializers.CharField()
