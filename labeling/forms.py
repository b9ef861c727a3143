"""Forms of the lead's pages: they check shape and explain fields; meaning is judged by the actions."""

from typing import Any
from urllib.parse import urlencode

from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from labeling import code_words
from labeling.actions.campaigns import SETTINGS
from labeling.actions.errors import ActionError
from labeling.actions.round_plans import OF_TREES, RAILS, strategy_of
from labeling.models import (
    MAX_GUIDE,
    MAX_NOTE,
    Campaign,
    ColdStart,
    Mode,
    ReferenceAnswer,
    Role,
    Scope,
    UndecidedBy,
    WriteStepWhen,
)
from labeling.wording import percent
from selector import strategies


def strategy_choices() -> list[tuple[str, str]]:
    """Every registered strategy: its name in the API, and what people call it."""
    return [(name, capfirst(gettext(strategy.title))) for name, strategy in strategies.STRATEGIES.items()]


SCOPE_CHOICES = [(Scope.CAMPAIGN.value, _("the whole campaign")), (Scope.PROBLEM.value, _("each problem, evenly"))]
MODE_CHOICES = [(Mode.SOLUTION.value, _("whole solutions")), (Mode.CANDIDATES.value, _("candidates, step by step"))]
WRITE_CHOICES = [
    (WriteStepWhen.NONE_POSITIVE.value, _("where none is positive")),
    (WriteStepWhen.ALL_NEGATIVE.value, _("only where all are negative")),
]
EXCLUDED = _("Problems of a subject or level, solutions of a generator: subject=Geometry, level=5, generator=gpt-4.")


class PercentField(forms.FloatField):
    """A share, written as per cent."""

    widget = forms.NumberInput

    def __init__(self, **options: Any) -> None:
        super().__init__(**({"min_value": 0.0, "max_value": 100.0} | options))

    def prepare_value(self, value: Any) -> Any:
        return f"{value * 100:.10g}" if isinstance(value, float) else value

    def clean(self, value: Any) -> float | None:
        cleaned = super().clean(value)
        return None if cleaned is None else round(cleaned / 100, 12)

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        return super().widget_attrs(widget) | {"step": _("any")}


def add_refusal(form: forms.BaseForm, error: ActionError) -> None:
    """Put what an action refused beside the fields that it names; the rest above the form."""
    beside = False
    for name, rule in error.fields.items():
        field = name.removeprefix("settings.")
        if field in form.fields:
            form.add_error(field, gettext("Expected: {rule}").format(rule=rule))
            beside = True
    if not beside:
        form.add_error(None, error.message)


class CampaignForm(forms.Form):
    """A new campaign; its settings have defaults and can be changed next."""

    name = forms.CharField(
        max_length=200, label=pgettext_lazy("of a campaign", "Name"), help_text=_("What people see.")
    )
    slug = forms.SlugField(
        max_length=60,
        label=_("Short name"),
        help_text=_("What stands in addresses and commands: letters, digits, - and _. It cannot be changed later."),
    )


class SettingsForm(forms.ModelForm):  # generic for the type checker alone
    """Every setting of a campaign, under its name in the API."""

    strategy = forms.ChoiceField(
        choices=strategy_choices, label=_("Strategy"), help_text=_("How rounds choose what to label.")
    )
    scope = forms.ChoiceField(
        choices=SCOPE_CHOICES,
        label=_("Ranked within"),
        help_text=_("The best of the whole campaign, or each problem’s best, then each one’s second."),
    )
    reference_answer = forms.ChoiceField(
        choices=[(choice.value, code_words.REFERENCE_ANSWERS[choice.value]) for choice in ReferenceAnswer],
        label=_("Reference answer"),
        help_text=_("What labelers see of the known final answer. It is stored with every label."),
    )
    train_after = PercentField(
        min_value=1.0,
        label=_("Train after, %"),
        help_text=_("With automatic rounds: the share of a round’s labels at which the selector is trained again."),
    )
    wrong_share = PercentField(
        label=_("Wrong-answer share, %"), help_text=_("Of the whole round: the most convincing wrong answers.")
    )
    evaluation_share = PercentField(
        label=_("Evaluation share, %"),
        help_text=_("Of the whole round: uniform from the test split, never trained on. It measures selectors."),
    )

    cold_start = forms.ChoiceField(
        choices=[(choice.value, capfirst(code_words.COLD_STARTS[choice.value])) for choice in ColdStart],
        label=_("Before there is a selector"),
        help_text=_(
            "What the first rounds show people. A model of final answers, and what surprises the base model, is made "
            "before the first round; a selector of people’s labels takes over."
        ),
    )
    problem_cap = PercentField(
        label=_("Most of one problem, %"),
        help_text=_("Of a problem’s distinct solutions one round takes so many, at least one."),
    )
    undecided_by = forms.ChoiceField(
        choices=[(choice.value, capfirst(code_words.UNDECIDED_BY[choice.value])) for choice in UndecidedBy],
        label=_("Undecided is told by"),
        help_text=_("For the strategy of undecided solutions, alone or in a mixture."),
    )
    overlap_share = PercentField(
        label=_("Of the solutions, %"), help_text=_("That share gets so many labels, the others get one.")
    )
    screening = forms.ChoiceField(
        choices=[("off", pgettext_lazy("screening", "off")), ("on", pgettext_lazy("screening", "on"))],
        label=_("Screening"),
        help_text=_("Nobody gets real work before passing it. It needs gold that is for screening."),
    )
    screening_bar = PercentField(
        label=_("To pass: errors found, %"), help_text=_("Of the solutions with an error, at least.")
    )
    screening_false_alarms = PercentField(
        label=_("To pass: false alarms, %"), help_text=_("Of the solutions without an error, at most.")
    )
    gold_bar = PercentField(
        label=_("Bar on gold, %"),
        help_text=_("A labeler is paused when the whole interval of their share of right gold labels is below it."),
    )
    mode = forms.ChoiceField(
        choices=MODE_CHOICES,
        label=_("What people label"),
        help_text=_("Solutions as they were imported, or candidate trees from which labelers grow a solution."),
    )
    write_step_when = forms.ChoiceField(
        choices=WRITE_CHOICES,
        label=_("Labelers write a step"),
        help_text=_("Of candidates: where none is good enough to go on with."),
    )
    sources = forms.CharField(
        max_length=2_000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        label=_("Sources and licence"),
        help_text=_(
            "Where the problems and solutions come from, and under which licence: it stands in the data card of every "
            "export."
        ),
    )

    class Meta:
        model = Campaign
        fields = ["name", *SETTINGS]
        labels = {
            "name": pgettext_lazy("of a campaign", "Name"),
            "overlap": _("Labels per solution"),
            "extra_on_disagreement": _("Ask one more where two disagree"),
            "lease_minutes": _("Minutes to label one"),
            "auto_advance": _("Go on by itself"),
            "base_model": _("Base model"),
            "leave_out_uncertain": _("Leave out answers in doubt"),
            "committee": _("Heads of the committee"),
            "comparison_orm": _("Compare with a model of final answers"),
            "mixture": _("Mixture"),
            "exclude": _("Left out"),
            "round_size": _("Labels in a round"),
            "bad_problem_quorum": _("Reports that hold a problem"),
            "screening_size": _("Solutions in one screening"),
            "screening_attempts": _("Attempts at screening"),
            "gold_per_round": _("Gold in a round, for each labeler"),
            "show_ranking": _("Labelers see how their count compares"),
            "hourly_rate": _("What an hour costs"),
            "currency": _("Currency"),
        }
        help_texts = {
            "overlap": _("How many people label each solution, 1 to 20."),
            "extra_on_disagreement": _(
                "Where two labels of a solution put the first error at different steps, one more is wanted, once."
            ),
            "lease_minutes": _("How long a solution is kept for its labeler without a sign of life, 1 to 1440."),
            "auto_advance": _("Train, score and open the next round without a lead."),
            "base_model": _(
                "What selectors are trained from: tiny, or a Hugging Face causal model by name or folder. "
                "The tiny base is quick and no judge of mathematics."
            ),
            "leave_out_uncertain": _(
                "Answers that the graders disagree about are not chosen. Otherwise they may be, never as wrong ones."
            ),
            "committee": _("How many heads a selector is trained with, 1 to 16; one alone cannot disagree."),
            "comparison_orm": _(
                "With each version another one is trained on the same solutions, told only whether their final answers "
                "are right: what the steps add. It takes two to three times as long, and is never put into use."
            ),
            "mixture": _("For the strategy of that name: strategies and their weights."),
            "exclude": EXCLUDED,
            "round_size": _("What a planned round wants unless told otherwise."),
            "bad_problem_quorum": _("So many labels that say “bad problem” take it out of the queue until you decide."),
            "screening_size": _("Each attempt takes solutions that are new to its labeler, 1 to 500."),
            "screening_attempts": _("How often somebody may try without a lead, 1 to 20."),
            "gold_per_round": _("Solutions with known labels, mixed in unseen, 0 to 50; there must be gold for it."),
            "hourly_rate": _("Of a labeler’s active time. Empty: nothing is said of cost."),
            "currency": _("What stands before amounts, such as € or USD."),
            "show_ranking": _(
                "Their own place by labels of the last seven days, from five people on: no names, nothing of quality "
                "or speed. It makes work faster, not better; without a reason, leave it off."
            ),
        }

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        shares_within_one(self, cleaned)
        return cleaned

    def validate_constraints(self) -> None:
        """The one that a form can break is named beside its field by `clean`."""


def shares_within_one(form: forms.BaseForm, cleaned: dict[str, Any]) -> None:
    """Name a pair of shares that is more than the whole beside its field."""
    wrong, evaluation = cleaned.get("wrong_share"), cleaned.get("evaluation_share")
    if wrong is not None and evaluation is not None and wrong + evaluation > 1 + 1e-9:
        form.add_error(
            "wrong_share",
            gettext("Expected at most {share} beside the evaluation share.").format(share=_exactly(1 - evaluation)),
        )


def _exactly(share: float) -> str:
    """Per cent with as many decimals as it has, two at most."""
    digits = next((digits for digits in range(2) if round(share * 100, digits) == round(share * 100, 9)), 2)
    return percent(share, digits)


class PlanForm(forms.Form):
    """What a lead asks of a round, guard rails included; starts with the campaign's settings."""

    strategy = forms.ChoiceField(choices=strategy_choices, widget=forms.RadioSelect, label=_("What to show people"))
    size = forms.IntegerField(min_value=1, max_value=1_000_000, label=_("Labels wanted"))
    seed = forms.IntegerField(min_value=0, max_value=2**31 - 1, label=_("Seed"))
    wrong_share = PercentField(label=_("Wrong-answer share, %"))
    evaluation_share = PercentField(label=_("Evaluation share, %"))
    scope = forms.ChoiceField(choices=SCOPE_CHOICES, label=_("Ranked within"))
    overlap = forms.IntegerField(min_value=1, max_value=20, label=_("Labels per solution"))
    overlap_share = PercentField(label=_("Of the solutions, %"), help_text=_("The others get one label."))
    mode = forms.ChoiceField(
        choices=MODE_CHOICES,
        label=_("What people label"),
        help_text=_("Candidate trees are drawn uniformly: only size, seed and evaluation share count for them."),
    )
    problem_cap = PercentField(
        label=_("Most of one problem, %"),
        help_text=_("Of a problem’s distinct solutions one round takes so many, at least one."),
    )
    # Two words to choose between: a box that is not ticked is not sent, and would mean the campaign's setting.
    leave_out_uncertain = forms.TypedChoiceField(
        coerce=lambda value: value == "True",
        choices=[("False", _("may be chosen")), ("True", _("are left out"))],
        label=_("Answers that the graders disagree about"),
    )
    undecided_by = forms.ChoiceField(
        choices=[(choice.value, capfirst(code_words.UNDECIDED_BY[choice.value])) for choice in UndecidedBy],
        label=_("Undecided is told by"),
        help_text=_("For the strategy of undecided solutions, alone or in a mixture."),
    )
    mixture = forms.CharField(
        max_length=300, label=_("Mixture"), help_text=_("For the strategy of that name: strategies and their weights.")
    )
    exclude = forms.CharField(required=False, max_length=1_000, label=_("Left out"), help_text=EXCLUDED)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if strategies.ranks_wrong(cleaned.get("strategy", "")):
            shares_within_one(self, cleaned)
        return cleaned

    @classmethod
    def start(cls, campaign: Campaign, *, seed: int) -> dict[str, Any]:
        """The campaign's settings as the form's data."""
        values = {
            name: getattr(campaign, name)
            for name in ("mode", "wrong_share", "evaluation_share", "scope", "overlap", "overlap_share", *RAILS)
        }
        shown = values | {"strategy": strategy_of(campaign), "size": campaign.round_size, "seed": seed}
        return {name: cls.base_fields[name].prepare_value(value) for name, value in shown.items()}

    def asked(self) -> dict[str, Any]:
        """What is asked of the round: of candidate trees nobody knows a score or an answer."""
        left_out = OF_TREES if self.cleaned_data["mode"] == Mode.CANDIDATES else ()
        return {name: value for name, value in self.cleaned_data.items() if name not in left_out}

    def rails(self) -> list[forms.BoundField]:
        """The fields of the guard rails."""
        return [self[name] for name in RAILS]

    def differs_in_rails(self, campaign: Campaign) -> bool:
        """Whether one of them is not the campaign's, or is refused: they are folded away otherwise."""
        return any(self.cleaned_data.get(name) != getattr(campaign, name) for name in RAILS)

    def in_short(self) -> str:
        """What is asked, in one line: the same for the same plan, however its numbers are written."""
        return urlencode(self.cleaned_data)

    def choices_with_help(self) -> list[tuple[str, Any, Any, bool]]:
        """Each strategy: value, name, what it means, whether it is the one."""
        chosen = self["strategy"].value()
        return [
            (name, label, gettext(strategies.STRATEGIES[name].help), name == chosen)
            for name, label in strategy_choices()
        ]


class MemberForm(forms.Form):
    """An existing account and what it may do here."""

    username = forms.CharField(max_length=150, label=_("Username"), help_text=_("Of an account that exists."))
    role = forms.ChoiceField(choices=[*code_words.ROLES.items()], label=_("Role"), initial=Role.LABELER)


class RoleForm(forms.Form):
    """What a member may do from now on."""

    role = forms.ChoiceField(choices=[*code_words.ROLES.items()])


class AcceptForm(forms.Form):
    """A new reference answer: every answer to the problem is graded again."""

    reference_answer = forms.CharField(max_length=10_000, label=_("New reference answer"))
    reason = forms.CharField(
        required=False,
        max_length=5_000,
        label=_("Reason"),
        help_text=_("Kept with the change; whoever labeled it reads it too."),
    )


class DeclineForm(forms.Form):
    """The reference answer stays."""

    reason = forms.CharField(
        required=False,
        max_length=5_000,
        label=_("Reason"),
        help_text=_("Kept with the decision; whoever labeled it reads it too."),
    )


class LinesField(forms.CharField):
    """Some lines of text; a browser sends each line end as two characters."""

    def to_python(self, value: Any) -> str:
        return str(super().to_python(value)).replace("\r\n", "\n")


class GuideForm(forms.Form):
    """The next version of the guide."""

    text = LinesField(
        max_length=MAX_GUIDE,
        strip=False,
        label=_("Text"),
        widget=forms.Textarea(attrs={"rows": 22, "spellcheck": "true"}),
        help_text=_(
            "Markdown, with formulas between dollar signs. [+], [0] or [-] at the start of a paragraph is the mark of "
            "a rating. HTML is shown as text, pictures are left out, links must be https, or [words](ruling:12), which "
            "cites the ruling of that number."
        ),
    )
    note = LinesField(
        max_length=MAX_NOTE,
        required=False,
        label=_("What changed"),
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("A sentence or two. Each labeler is shown it once, above the guide."),
    )
    replaces = forms.IntegerField(min_value=0, widget=forms.HiddenInput)
