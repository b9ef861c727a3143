"""How far labelers agree."""

from rest_framework import serializers

from labeling.actions import agreements
from labeling.api.fields import Answer
from labeling.models import AgreementReport


class AgreementAnswer(Answer):
    """The figures of one computation and what it was made from."""

    computed_at = serializers.DateTimeField()
    labels = serializers.IntegerField(help_text="Compared: current ones of solutions with two labelers or more.")
    labels_since = serializers.SerializerMethodField()
    job = serializers.IntegerField(source="job_id")
    figures = serializers.JSONField(
        help_text="`all` of the work, `gold` apart; of the work by `labelers`, `pairs`, `rounds`, `subjects`, `steps`: "
        "pairs of a key and its figures, each with value, count, and the bounds of its 95 % interval. Labelers are "
        "numbers as in `quality/`. "
        "`consensus`, beside the majority (null: fewer than three people): `steps` by both, `same`, `differences`, "
        "`skills`, of which `said[is][says]` are shares, ratings in the order -1, 0, 1; and `right`, how often both "
        "find the first error that `source` (gold, decision) knows."
    )

    def get_labels_since(self, report: AgreementReport) -> int:
        """How many labels came in since."""
        return agreements.since(report)
