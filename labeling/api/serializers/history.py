"""What was done, by whom and when."""

from rest_framework import serializers

from labeling.api.fields import Answer


class EventAnswer(Answer):
    """One thing that somebody did, or the system where `actor` is null."""

    id = serializers.IntegerField()
    actor = serializers.CharField(source="actor.username", default=None, allow_null=True)
    verb = serializers.CharField(help_text="As `round.open`: what it was done to, and what.")
    subject = serializers.CharField(source="told_subject", help_text="As `round 3`; a person by their name of now.")
    before = serializers.JSONField(allow_null=True, help_text="What was so before, where something changed.")
    after = serializers.JSONField(allow_null=True, help_text="What is so since.")
    created_at = serializers.DateTimeField()
