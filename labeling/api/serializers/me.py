"""What is personal: one's campaigns, counts and labels. No score, no purpose, nobody else."""

from typing import Any

from django.conf import settings
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from labeling import keys
from labeling.actions import labels, my_work
from labeling.actions.tree_passes import trajectory
from labeling.api.fields import Answer, Body, Choice, Text, YesNo
from labeling.models import FinishReason, Label, Mode, Preferences, ReferenceAnswer, Role, Theme


class MyCounts(Answer):
    """Labels and the active milliseconds spent on them, in all and since midnight. A revision is no further label."""

    labels = serializers.IntegerField()
    labels_today = serializers.IntegerField()
    active_time = serializers.IntegerField()
    active_time_today = serializers.IntegerField()


class MyStanding(Answer):
    """Where a campaign shows it: one's labels of the last seven days, the count in the middle, one's place."""

    own = serializers.IntegerField()
    middle = serializers.IntegerField()
    place = serializers.IntegerField()
    people = serializers.IntegerField()


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
    standing = MyStanding(required=False)


class MySettings(Answer):
    """How the server speaks to this person now; `time_zone` says when a day begins. What was chosen: `me/settings/`."""

    language = serializers.CharField()
    time_zone = serializers.CharField()
    theme = serializers.ChoiceField(choices=Theme.choices)
    can_create_campaigns = serializers.BooleanField()


class PreferencesBody(Body):
    """What to change of one's settings; the rest stays."""

    theme = Choice(choices=Theme.choices, required=False)
    language = Choice(choices=settings.LANGUAGES, required=False, allow_null=True, help_text="null: the browser's.")
    time_zone = Text(
        max_length=64, required=False, allow_null=True, help_text="Such as Europe/Berlin; null: the browser's."
    )
    character_keys = YesNo(required=False, help_text="Whether letters, digits and signs work as keys.")
    keys = serializers.DictField(
        child=Text(max_length=40, allow_blank=True, allow_null=True),
        required=False,
        allow_null=True,
        help_text="Action to key: null the one that it comes with, an empty text none. null: all as they come.",
    )

    def wanted(self) -> dict[str, Any]:
        """The checked values as the action takes them."""
        values = dict(self.validated_data)
        return {
            name: "" if value is None and name in ("language", "time_zone") else value for name, value in values.items()
        }


class PreferencesAnswer(Answer):
    """What one chose, and all keys that follow from it."""

    theme = serializers.ChoiceField(choices=Theme.choices)
    language = serializers.ChoiceField(choices=settings.LANGUAGES, allow_null=True)
    time_zone = serializers.CharField(allow_null=True)
    character_keys = serializers.BooleanField()
    keys = serializers.DictField(child=serializers.CharField(allow_blank=True), help_text="Each action's own key.")
    keys_on_pages = serializers.DictField(
        child=serializers.DictField(child=serializers.ListField(child=serializers.CharField())),
        help_text="By kind of page, each action with all its keys.",
    )

    def to_representation(self, instance: Preferences) -> dict[str, Any]:
        """As it stands."""
        return {
            "theme": instance.theme,
            "language": instance.language or None,
            "time_zone": instance.time_zone or None,
            "character_keys": instance.character_keys,
            "keys": keys.main_keys(instance.keys),
            "keys_on_pages": {page: keys.all_keys(instance.keys, page) for page in sorted(keys.EVERYWHERE)},
        }


class MeAnswer(Answer):
    """Who asks, and what is theirs."""

    username = serializers.CharField()
    campaigns = MyCampaign(many=True)
    counts = MyCounts()
    settings = MySettings()


class RulingAnswer(Answer):
    """What a lead decided of a label's first error, of the reference answer it questions, of the problem it reports."""

    about = serializers.ChoiceField(choices=["answer", "first_error", "problem"])
    state = serializers.ChoiceField(
        choices=["open", "accepted", "declined", "agrees", "differs", "noted", "held", "kept", "excluded"]
    )
    decided_at = serializers.DateTimeField(allow_null=True)
    reason = serializers.CharField()

    def to_representation(self, instance: Label) -> dict[str, Any] | None:  # type: ignore[override]
        """The ruling on this label, None without one."""
        ruling = my_work.ruling(instance)
        return None if ruling is None else super().to_representation(ruling)


class MyLabelAnswer(Answer):
    """One's own label."""

    id = serializers.IntegerField()
    campaign = serializers.CharField(source="labeler.campaign.slug")
    problem = serializers.CharField(source="problem.text")
    mode = serializers.ChoiceField(choices=Mode.choices)
    steps = serializers.SerializerMethodField(help_text="Of candidates: the trajectory, as far as it goes.")
    candidate_steps = serializers.ListField(
        source="steps", child=serializers.DictField(), allow_null=True, help_text="Of candidates: PRM800K's steps."
    )
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
    ruling = RulingAnswer(source="*", help_text="null: there is nothing to rule on.")

    def get_steps(self, label: Label) -> list[str]:
        """The texts of the solution, whole or grown."""
        return list(label.solution.steps) if label.solution else trajectory(label.steps or [])


class MyLabelVersion(Answer):
    """One version of a label, in short."""

    id = serializers.IntegerField()
    submitted_at = serializers.DateTimeField()
    ratings = serializers.ListField(source="rating_values", child=serializers.IntegerField())
    finish_reason = serializers.ChoiceField(choices=FinishReason.choices)
    revision_reason = serializers.CharField()
    is_current = serializers.BooleanField()


class MyLabelWhole(MyLabelAnswer):
    """One's own label with its chain."""

    is_current = serializers.BooleanField()
    reference_answer = serializers.SerializerMethodField(help_text="As it was shown; null where it was hidden.")
    cannot_be_revised = serializers.SerializerMethodField(help_text="Why not, in words; null: it can.")
    versions = serializers.SerializerMethodField(help_text="The newest first.")

    def get_reference_answer(self, label: Label) -> str | None:
        """What the labeler saw."""
        return my_work.shown_reference(label)

    def get_cannot_be_revised(self, label: Label) -> str | None:
        """The reason, in words."""
        return labels.why_not_revised(label)

    @extend_schema_field(MyLabelVersion(many=True))
    def get_versions(self, label: Label) -> Any:
        """The chain."""
        return MyLabelVersion(my_work.versions(label), many=True).data
