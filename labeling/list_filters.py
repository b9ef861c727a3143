"""Filters above the lists: what was understood is applied, the rest is told beside its field."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from labeling import code_words


def any_of(words: Mapping[str, Any]) -> list[tuple[str, Any]]:
    """Each value as it is called, and first all of them."""
    return [("", _("any")), *words.items()]


class SolutionFilter(forms.Form):
    """What of the pool to list."""

    q = forms.CharField(required=False, max_length=200, label=_("Text of problem or steps"))
    verdict = forms.ChoiceField(required=False, choices=any_of(code_words.VERDICTS), label=_("Answer"))
    split = forms.ChoiceField(required=False, choices=any_of(code_words.SPLITS), label=_("Split"))
    labeled = forms.ChoiceField(
        required=False, choices=[("", _("any")), ("yes", _("labeled")), ("no", _("not labeled"))], label=_("Labels")
    )


class ProblemFilter(forms.Form):
    """Which problems to list."""

    q = forms.CharField(required=False, max_length=200, label=_("Text"))
    split = forms.ChoiceField(required=False, choices=any_of(code_words.SPLITS), label=_("Split"))
    state = forms.ChoiceField(required=False, choices=any_of(code_words.PROBLEM_STATES), label=_("State"))


class HistoryFilter(forms.Form):
    """Which events to list."""

    actor = forms.CharField(required=False, max_length=150, label=_("Who"))
    verb = forms.ChoiceField(required=False, choices=any_of(code_words.EVENTS), label=_("What"))
    after = forms.DateField(required=False, label=_("From"), widget=forms.DateInput({"type": "date"}))
    before = forms.DateField(required=False, label=_("To"), widget=forms.DateInput({"type": "date"}))
