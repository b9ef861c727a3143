"""Forms of the page where data comes in and goes out."""

from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from labeling import code_words
from labeling.models import Round

FORMATS: list[tuple[str, Any, Any]] = [
    ("prm800k", "PRM800K", _("Rows as the public data set has them; imported ones come out as they came in")),
    ("stepwise", _("Stepwise"), _("Prompt, completions and a true or false for each, as trainers read them")),
    ("first-error", _("First error"), _("One row per label: the solution, and the place of its first error")),
    ("parquet", "Parquet", _("One row per label, for datasets.load_dataset")),
    ("scored", _("Scored pool"), _("Every solution with the selector’s score, as openai/prm800k evaluates it")),
    (
        "consensus",
        _("Consensus"),
        _("One row per solution that several labeled; its majority beside it"),
    ),
]


class ImportForm(forms.Form):
    """A file to bring in."""

    file = forms.FileField(label=_("File"), help_text=_("JSON Lines, plain or gzip."))
    skip_invalid = forms.BooleanField(
        required=False,
        label=_("Take the good rows when some are refused"),
        help_text=_("Otherwise one refused row keeps the whole file out."),
    )
    dry_run = forms.BooleanField(
        required=False,
        label=_("Only check it"),
        help_text=_("Counts what would come in and names what would be refused; nothing changes."),
    )
    labeler = forms.CharField(
        required=False,
        max_length=200,
        label=_("Whose labels"),
        help_text=_("For first-error rows that do not say it; else the file’s name."),
    )


class ExportForm(forms.Form):
    """What to take out."""

    format = forms.ChoiceField(
        choices=[(name, label) for name, label, _help in FORMATS],
        label=_("Format"),
        initial="prm800k",
        error_messages=dict.fromkeys(("required", "invalid_choice"), _("Choose one of these formats.")),
    )
    round = forms.TypedChoiceField(
        required=False,
        coerce=int,
        empty_value=None,
        label=_("Round"),
        error_messages={"invalid_choice": _("There is no round %(value)s here. Choose one of these.")},
    )
    split = forms.ChoiceField(
        required=False,
        choices=[("", _("both")), *code_words.SPLITS.items()],
        label=_("Split"),
        error_messages={"invalid_choice": _("There is no split %(value)s. Choose train, test or both.")},
    )
    include_external = forms.BooleanField(
        required=False, label=_("Labels made elsewhere too"), help_text=_("First-error imports, in the PRM800K format.")
    )
    include_simulated = forms.BooleanField(
        required=False, label=_("Simulated labels too"), help_text=_("They are marked in the file.")
    )
    neutral_false = forms.BooleanField(
        required=False, label=_("Neutral counts as wrong"), help_text=_("In the stepwise format; else as right.")
    )

    def __init__(self, *args: Any, rounds: list[Round], **options: Any) -> None:
        super().__init__(*args, **options)
        choices = [
            ("", _("all")),
            *((str(one.number), gettext("round {number}").format(number=one.number)) for one in rounds),
        ]
        field = self.fields["round"]
        if not isinstance(field, forms.TypedChoiceField):
            raise TypeError(f"round: expected a choice, not {field!r}")
        field.choices = choices

    def chosen_format(self) -> str:
        """The format that is marked: the one asked for, else the first."""
        asked = self["format"].value()
        return asked if asked in dict(self.fields["format"].choices) else FORMATS[0][0]  # type: ignore[attr-defined]

    def formats_with_help(self) -> list[tuple[str, Any, Any]]:
        """Each format: value, name, what it is."""
        return FORMATS
