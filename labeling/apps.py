"""The app's name for Django, and what it asks of an installation."""

from django.apps import AppConfig
from django.core.checks import Tags, register


class LabelingConfig(AppConfig):
    """Rows, rules and pages of the labeling platform."""

    name = "labeling"
    verbose_name = "Labeling"

    def ready(self) -> None:
        """Have Django ask what is in `checks`."""
        from labeling.checks import database_keeps_what_it_takes  # when the settings are there

        register(Tags.database)(database_keeps_what_it_takes)
