"""A solution on which people differ, its sides without names, and the decision; and what was decided before."""

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from labeling.actions import adjudication, gold
from labeling.actions.errors import ActionError
from labeling.forms import AcceptForm, add_refusal
from labeling.models import Membership, Solution
from labeling.views.lead_pages import account, check_lead, done, for_readers, page, page_of

NONE = "none"


class RulingForm(forms.Form):
    """Where the first error is, and why."""

    first_error = forms.ChoiceField(label=gettext_lazy("First error"))
    reason = forms.CharField(
        max_length=adjudication.MAX_REASON,
        label=gettext_lazy("Reason"),
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=gettext_lazy("A precedent: leads find it, and whoever labeled this solution reads it."),
    )
    makes_gold = forms.BooleanField(required=False, label=gettext_lazy("Make it gold"))

    def __init__(self, *args: Any, solution: Solution, **options: Any) -> None:
        super().__init__(*args, **options)
        steps = [(str(index), _("step {step}").format(step=index + 1)) for index in range(solution.step_count)]
        field = self.fields["first_error"]
        field.choices = [*steps, (NONE, _("none, all steps are good"))]  # type: ignore[attr-defined]
        if gold.why_not_gold(solution):
            del self.fields["makes_gold"]

    def chosen(self) -> int | None:
        """The step, None where there is no error."""
        value = self.cleaned_data["first_error"]
        return None if value == NONE else int(value)


@require_http_methods(["GET", "HEAD", "POST"])
@for_readers
def adjudicate(request: HttpRequest, membership: Membership, pk: int) -> HttpResponseBase:
    """The decision: a final label, or another reference answer."""
    of = membership.campaign
    solution = get_object_or_404(Solution.objects.of(of).select_related("problem__campaign"), pk=pk)
    sides = adjudication.sides(solution)
    is_about_answer = "reference_answer" in request.POST
    initial = {"first_error": _likeliest(sides)}
    form = RulingForm(None if is_about_answer else request.POST or None, solution=solution, initial=initial)
    answer = AcceptForm(request.POST if is_about_answer else None, initial={"reference_answer": solution.answer or ""})
    sent: forms.Form = answer if is_about_answer else form
    if request.method == "POST":
        check_lead(membership)
        if sent.is_valid():
            try:
                words = _decided(request, solution, form, answer if is_about_answer else None)
            except ActionError as error:
                add_refusal(sent, error)
            else:
                return done(request, words, "decisions", of.slug)
    context = {
        "solution": solution,
        "sides": sides,
        "undecided": adjudication.undecided(solution),
        "steps": [
            (index, text, [(side.ratings[index : index + 1], index in side.flagged) for side in sides])
            for index, text in enumerate(solution.steps)
        ],
        "form": form,
        "answer": answer,
        "rulings": adjudication.precedents(of).filter(problem=solution.problem),
    }
    return page(request, "adjudicate.html", membership, context, status=400 if sent.errors else 200)


def _decided(request: HttpRequest, solution: Solution, form: RulingForm, answer: AcceptForm | None) -> str:
    by = account(request)
    if answer is not None:
        said = answer.cleaned_data
        adjudication.change_reference(
            problem=solution.problem, answer=said["reference_answer"], reason=said["reason"], by=by
        )
        return _("The reference answer is changed: every answer to the problem is graded again.")
    adjudication.decide(
        solution=solution,
        ratings=adjudication.usual_ratings(solution, form.chosen()),
        reason=form.cleaned_data["reason"],
        by=by,
        makes_gold=form.cleaned_data.get("makes_gold", False),
    )
    return _("It is decided: the final label is made.")


def _likeliest(sides: list[adjudication.Side]) -> str:
    """What most said."""
    most = max(sides, key=lambda side: side.count, default=None)
    return NONE if most is None or most.first_error is None else str(most.first_error)


@require_safe
@for_readers
def ruling_list(request: HttpRequest, membership: Membership) -> HttpResponse:
    """Precedents, searched by text."""
    text = request.GET.get("q", "")[:200]
    rows = page_of(request, adjudication.precedents(membership.campaign, text))
    return page(request, "rulings.html", membership, {"rows": rows, "q": text})
