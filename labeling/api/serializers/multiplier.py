"""What a chosen label is worth in training."""

from rest_framework import serializers

from labeling.api.fields import Answer


class MultiplierAnswer(Answer):
    """One measurement: what a job found."""

    measured_at = serializers.DateTimeField(source="finished_at")
    job = serializers.IntegerField(source="pk")
    why = serializers.CharField(source="result.why", help_text="The conclusion, in one English sentence.")
    figures = serializers.JSONField(
        source="result.multiplier",
        help_text="`trainings` on up to `trained_on` labels of either way, of `uniform` and `chosen` ones there were; "
        "`evaluation_labels`, `problems`; and by `measures` (`first_error_f1`, `step_auc`, `best_of_n`) the "
        "`multiplier` with the bounds of its 95 % interval, null where it is not known yet, `why`, and the `curves`.",
    )
