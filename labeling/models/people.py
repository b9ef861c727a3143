"""Preferences: how one person wants the pages."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from labeling.models.fields import JSONText

LANGUAGES = [code for code, _ in settings.LANGUAGES]


class Theme(models.TextChoices):
    """Whose light the pages have; system: that of the person's machine."""

    SYSTEM = "system"
    LIGHT = "light"
    DARK = "dark"


class Preferences(models.Model):
    """What one account chose; the row is made at its first choice. An empty language or time zone: the browser's.

    `keys` holds the actions whose key is not the one that they come with (see `labeling.keys`). Without
    `character_keys` letters, digits and signs do nothing: for who speaks to the machine, or types with a stick.
    """

    account = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="preferences")
    theme = models.CharField(max_length=10, choices=Theme, default=Theme.SYSTEM)
    language = models.CharField(max_length=10, blank=True)
    time_zone = models.CharField(max_length=64, blank=True)
    character_keys = models.BooleanField(default=True)
    keys = JSONText(default=dict)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(theme__in=Theme.values), name="preferences_theme_known"),
            models.CheckConstraint(condition=Q(language__in=["", *LANGUAGES]), name="preferences_language_offered"),
        ]

    def __str__(self) -> str:
        return f"preferences of {self.account_id}"
