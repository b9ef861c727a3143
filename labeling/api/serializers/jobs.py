"""Background work and the selector versions that come of it."""

from typing import Any

from rest_framework import serializers

from labeling.api.fields import Answer, Body, Said, Text
from labeling.models import Job, JobKind, JobState, SelectorState
from labeling.stored_words import expected, said


class Upload(Body):
    """A file of solutions, problems or labels, and how to take it."""

    file = serializers.FileField(help_text="JSON Lines, plain or gzip.")
    skip_invalid = serializers.BooleanField(required=False, default=False, help_text="Take the good rows alone.")
    dry_run = serializers.BooleanField(required=False, default=False, help_text="Check the file and change nothing.")
    labeler = Text(
        required=False, allow_blank=True, max_length=200, help_text="Who made the labels of first-error rows."
    )


class JobAnswer(Answer):
    """One piece of background work."""

    id = serializers.IntegerField()
    campaign = serializers.CharField(source="campaign.slug")
    kind = serializers.ChoiceField(choices=JobKind.choices)
    state = serializers.ChoiceField(choices=JobState.choices)
    stage = serializers.CharField()
    progress = serializers.FloatField(min_value=0, max_value=1)
    message = Said()
    error = Said()
    result = serializers.SerializerMethodField()
    requested_at = serializers.DateTimeField()
    started_at = serializers.DateTimeField(allow_null=True)
    heartbeat_at = serializers.DateTimeField(
        allow_null=True, help_text="The worker’s last sign of life; after a minute without one another takes over."
    )
    finished_at = serializers.DateTimeField(allow_null=True)

    def get_result(self, job: Job) -> dict[str, Any] | None:
        """What came of it; its sentences in the language of who asks."""
        result = job.result
        if result and result.get("why"):
            result = result | {"why": said(result["why"])}
        if result and result.get("refused"):
            result = result | {"refused": [row | {"expected": expected(row["expected"])} for row in result["refused"]]}
        return result


class SelectorAnswer(Answer):
    """One training of the selector and its figures on the evaluation labels there were."""

    version = serializers.IntegerField(source="number")
    number = serializers.IntegerField(help_text="The same as `version`.")
    state = serializers.ChoiceField(choices=SelectorState.choices)
    kind = serializers.CharField()
    base_model = serializers.CharField()
    seed = serializers.IntegerField()
    training_labels = serializers.IntegerField(help_text="Of people; 0 for kinds that learn without them.")
    snapshot_hash = serializers.CharField(help_text="SHA-256 of what it was trained on.")
    code = serializers.CharField(source="manifest.code", default="", help_text="Version of the selector’s code.")
    base_revision = serializers.CharField(
        source="manifest.base.revision",
        default="",
        help_text="The hub’s commit of the base, else a hash of its weights.",
    )
    evaluation_labels = serializers.IntegerField()
    metrics = serializers.JSONField()
    why = Said()
    job = serializers.IntegerField(source="job_id")
    created_at = serializers.DateTimeField()
    scored_at = serializers.DateTimeField(allow_null=True)
    published_at = serializers.DateTimeField(allow_null=True)
