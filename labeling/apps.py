"""The app's name for Django."""

from django.apps import AppConfig


class LabelingConfig(AppConfig):
    """Rows, rules and pages of the labeling platform."""

    name = "labeling"
    verbose_name = "Labeling"
