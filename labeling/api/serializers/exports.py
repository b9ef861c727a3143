"""What may be asked of an export."""

from typing import Any

from rest_framework import serializers

from labeling.actions.exporting import Format
from labeling.api.fields import Body, Choice
from labeling.models import Split


class ExportQuery(Body):
    """Query parameters: a mistyped one is refused by name."""

    format = Choice(choices=[one.value for one in Format])
    round = serializers.IntegerField(required=False, min_value=-1, max_value=2**31 - 1, help_text="Its number.")
    split = Choice(choices=Split.choices, required=False)
    include_external = serializers.BooleanField(required=False, help_text="prm800k: first-error imports too.")
    include_simulated = serializers.BooleanField(required=False)
    neutral_false = serializers.BooleanField(required=False, help_text="stepwise: neutral counts as false.")

    def to_internal_value(self, data: Any) -> Any:
        """Each parameter once, as its last value."""
        return super().to_internal_value({name: data[name] for name in data})


class CardQuery(ExportQuery):
    """The export's own parameters: the card is of the file that they ask for."""

    shape = Choice(choices=["json", "markdown"], required=False, help_text="json unless told otherwise.")
