"""Filters above the lists: what was understood is applied, the rest is told beside its field."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from labeling import code_words


def any_of(words: Mapping[str, Any]) -> list[tuple[str, Any]]:
    """Each value as it is called, and first all of them."""
    return [("", _("any")), *words.items()]


class ListFilter(forms.Form):
    """What of a list is wanted, and in which order.

    `orders` is the closed list of orders with what each sorts by, a minus for descending; the first holds where none
    is asked for.
    """

    orders: ClassVar[Mapping[str, Sequence[Any]]]

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["order"] = forms.ChoiceField(
            required=False,
            choices=[(name, name) for name in self.orders],
            widget=forms.HiddenInput,
            label=_("Order"),
        )
        self.is_valid()  # what was understood is applied; the rest is told beside its field

    @property
    def order_name(self) -> str:
        """The order that holds."""
        return self.cleaned_data.get("order") or next(iter(self.orders))

    @property
    def sorts_by(self) -> Sequence[Any]:
        """What that order sorts by."""
        return self.orders[self.order_name]

    @property
    def wanted(self) -> dict[str, Any]:
        """What was asked for and understood, but for the order."""
        return {name: value for name, value in self.cleaned_data.items() if name != "order" and value not in ("", None)}


class SolutionFilter(ListFilter):
    """What of the pool to list."""

    # By score, the view reads the scores themselves: through the annotation a million rows would be sorted.
    orders = {"came": ("pk",), "-came": ("-pk",), "-score": ("-scores__score", "pk"), "score": ("scores__score", "pk")}

    q = forms.CharField(required=False, max_length=200, label=_("Text of problem, steps or answer, or id"))
    verdict = forms.ChoiceField(required=False, choices=any_of(code_words.VERDICTS), label=_("Answer"))
    split = forms.ChoiceField(required=False, choices=any_of(code_words.SPLITS), label=_("Split"))
    labeled = forms.ChoiceField(
        required=False, choices=[("", _("any")), ("yes", _("labeled")), ("no", _("not labeled"))], label=_("Labels")
    )
    subject = forms.CharField(required=False, max_length=200, label=_("Subject"))
    level = forms.CharField(required=False, max_length=200, label=_("Level"))
    generator = forms.CharField(required=False, max_length=200, label=_("Generator"))


class ProblemFilter(ListFilter):
    """Which problems to list."""

    orders = {
        "came": ("pk",),
        "-came": ("-pk",),
        "-labels": ("-label_count", "pk"),
        "labels": ("label_count", "pk"),
        "-solutions": ("-solution_count", "pk"),
        "solutions": ("solution_count", "pk"),
    }

    q = forms.CharField(required=False, max_length=200, label=_("Text"))
    subject = forms.CharField(required=False, max_length=200, label=_("Subject"))
    level = forms.CharField(required=False, max_length=200, label=_("Level"))
    split = forms.ChoiceField(required=False, choices=any_of(code_words.SPLITS), label=_("Split"))
    state = forms.ChoiceField(required=False, choices=any_of(code_words.PROBLEM_STATES), label=_("State"))


class LabelFilter(ListFilter):
    """Which labels to list."""

    orders = {"-came": ("-pk",), "came": ("pk",), "-time": ("-total_time_ms", "-pk"), "time": ("total_time_ms", "-pk")}

    q = forms.CharField(required=False, max_length=200, label=_("Text of problem or reason, or solution’s whole id"))
    labeler = forms.CharField(required=False, max_length=200, label=_("Labeler"))
    finish_reason = forms.ChoiceField(required=False, choices=any_of(code_words.FINISHED), label=_("How it ended"))
    round = forms.IntegerField(required=False, min_value=-1, label=_("Round"))
    purpose = forms.ChoiceField(required=False, choices=any_of(code_words.PURPOSES), label=_("Wanted as"))
    origin = forms.ChoiceField(required=False, choices=any_of(code_words.ORIGINS), label=_("Made"))
    split = forms.ChoiceField(required=False, choices=any_of(code_words.SPLITS), label=_("Split"))
    state = forms.ChoiceField(required=False, choices=any_of(code_words.LABEL_STATES), label=_("State"))
    after = forms.DateField(required=False, label=_("From"), widget=forms.DateInput({"type": "date"}))
    before = forms.DateField(required=False, label=_("To"), widget=forms.DateInput({"type": "date"}))


class LabelerFilter(ListFilter):
    """Which labelers to list; sorted where they are read, by what stands on each."""

    orders = {
        "name": ("shown_name",),
        "-name": ("-shown_name",),
        "-labels": ("-label_count",),
        "labels": ("label_count",),
        "-last": ("-last_label_at",),
        "last": ("last_label_at",),
    }

    q = forms.CharField(required=False, max_length=200, label=_("Name or pseudonym"))
    kind = forms.ChoiceField(required=False, choices=any_of(code_words.LABELER_KINDS), label=_("Kind"))
    state = forms.ChoiceField(required=False, choices=any_of(code_words.LABELER_STATES), label=_("State"))


class HistoryFilter(forms.Form):
    """Which events to list."""

    actor = forms.CharField(required=False, max_length=150, label=_("Who"))
    verb = forms.ChoiceField(required=False, choices=any_of(code_words.EVENTS), label=_("What"))
    after = forms.DateField(required=False, label=_("From"), widget=forms.DateInput({"type": "date"}))
    before = forms.DateField(required=False, label=_("To"), widget=forms.DateInput({"type": "date"}))
