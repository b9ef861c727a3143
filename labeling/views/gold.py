"""Gold: what there is, how right each labeler is on it, and one labeler's with what follows."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import forms
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods

from labeling.accuracy import Accuracy
from labeling.actions import gold, gold_accuracy, requeue, screening
from labeling.actions.errors import ActionError
from labeling.actions.gold_accuracy import GoldLabel
from labeling.code_words import GOLD_USES, RATINGS
from labeling.models import (
    BITS,
    Campaign,
    Gold,
    GoldUse,
    Labeler,
    Membership,
    Requeue,
    Solution,
    SwitchedOn,
)
from labeling.templatetags.lead import name_of
from labeling.views.lead_pages import (
    account,
    check_lead,
    done,
    for_leads,
    for_readers,
    only_posted,
    page,
    page_of,
    refused,
)

USES = [(use, GOLD_USES[use]) for use in (GoldUse.STREAM.value, GoldUse.SCREENING.value)]


class FromImports(forms.Form):
    """How much gold to make of imported first-error labels."""

    count = forms.IntegerField(min_value=1, max_value=1_000, initial=30, label=gettext_lazy("How many"))
    use = forms.ChoiceField(choices=USES, label=gettext_lazy("For"))


@dataclass(frozen=True, slots=True)
class Standing:
    """One labeler's gold."""

    labeler: Labeler
    accuracy: Accuracy
    total: int


@require_http_methods(["GET", "HEAD", "POST"])
@for_readers
def gold_page(request: HttpRequest, membership: Membership) -> HttpResponseBase:
    """All gold, and how right each labeler is on it; a POST makes more of imports (leads only)."""
    of = membership.campaign
    form = FromImports(request.POST or None)
    if request.method == "POST":
        check_lead(membership)
        if form.is_valid():
            try:
                made = gold.make_from_imports(campaign=of, by=account(request), **form.cleaned_data)
            except ActionError as error:
                return refused(request, error, "gold", of.slug)
            words = ngettext("{n} solution is gold now.", "{n} solutions are gold now.", len(made))
            return done(request, words.format(n=len(made)), "gold", of.slug)
    rows = gold.of(of).select_related("solution__problem").order_by("-pk")
    standings = _standings(of)
    context = {
        "form": form,
        "rows": page_of(request, rows),
        "standings": standings,
        "paused": [one for one in standings if one.labeler.paused_at],
        "newcomers": _newcomers(of),
        "screening_count": gold.of(of).filter(use=GoldUse.SCREENING).count(),
        "stream_count": gold.of(of).filter(use=GoldUse.STREAM).count(),
    }
    return page(request, "gold.html", membership, context, status=400 if form.errors else 200)


def _newcomers(campaign: Campaign) -> list[tuple[Labeler, Any]]:
    """Who is held back by screening, with their last attempt."""
    if campaign.screening == SwitchedOn.OFF:
        return []
    people = Labeler.objects.who_label_here().filter(campaign=campaign, screened_at__isnull=True)
    found = people.select_related("account").prefetch_related("screening_attempts").order_by("pk")
    return [(one, next(iter(list(one.screening_attempts.all())[::-1]), None)) for one in found]


def _standings(campaign: Campaign) -> list[Standing]:
    judged = gold_accuracy.by_labeler(campaign)
    people = Labeler.objects.who_label_here().filter(campaign=campaign).with_membership().select_related("account")
    found = [_standing(one, judged.get(one.pk, [])) for one in people if one.pk in judged or one.paused_at]
    return sorted(found, key=lambda one: (one.accuracy.share is None, one.accuracy.share or 0.0))


def _standing(labeler: Labeler, judged: list[GoldLabel]) -> Standing:
    return Standing(labeler, gold_accuracy.standing(labeler, judged), len(judged))


def _labeler(membership: Membership, pk: int) -> Labeler:
    return get_object_or_404(Labeler.objects.select_related("account", "campaign"), pk=pk, campaign=membership.campaign)


@require_http_methods(["GET", "HEAD"])
@for_readers
def labeler_page(request: HttpRequest, membership: Membership, pk: int) -> HttpResponseBase:
    """One labeler: the rolling share, each gold label, a pause, and what could be sent back."""
    labeler = _labeler(membership, pk)
    judged = gold_accuracy.results(labeler.campaign, labeler)
    shown = Solution.objects.select_related("problem").only("problem__text")
    solutions = shown.in_bulk([one.solution for one in judged])
    since = requeue.offered_since(labeler)
    offered = requeue.labels_since(labeler, since).select_related("solution__problem", "problem", "round")
    context = {
        "labeler": labeler,
        "standing": _standing(labeler, judged),
        "judged": [(one, solutions[one.solution]) for one in reversed(judged)],
        "attempts": labeler.screening_attempts.order_by("pk"),
        "is_newcomer": screening.is_required(membership.campaign, labeler),
        "since": since,
        "offered": list(offered[:10]),
        "offered_count": offered.count(),
        "requeues": Requeue.objects.filter(labeler=labeler).select_related("created_by", "undone_by"),
    }
    return page(request, "labeler.html", membership, context)


class PauseForm(forms.Form):
    """Why somebody is paused: they read it."""

    reason = forms.CharField(max_length=1_000)


@require_http_methods(["GET", "HEAD", "POST"])
@for_leads
def labeler_turn(request: HttpRequest, membership: Membership, pk: int, to: str) -> HttpResponseBase:
    """Pause, resume, send back, undo; letting somebody in without screening cannot be undone, and is asked about."""
    labeler = _labeler(membership, pk)
    if request.method != "POST":
        if to != "let-in":
            return redirect("labeler", membership.campaign.slug, pk)
        name = name_of(labeler)
        context = {
            "heading": _("Let {name} in without screening?").format(name=name),
            "sentences": [_("They get real work at once, and what is left of their screening is wanted no more."),
                          _("It cannot be undone; you can pause them.")],
            "button": _("Let {name} in").format(name=name),
        }  # fmt: skip
        return page(request, "confirm.html", membership, {**context, "back_to": "labeler", "back": pk})
    try:
        words = _turned(request, labeler, to)
    except ActionError as error:
        return refused(request, error, "labeler", membership.campaign.slug, pk)
    return done(request, words, "labeler", membership.campaign.slug, pk)


def _turned(request: HttpRequest, labeler: Labeler, to: str) -> str:
    by = account(request)
    if to == "pause":
        form = PauseForm(request.POST)
        gold_accuracy.pause(labeler=labeler, reason=form["reason"].value() if form.is_valid() else "", by=by)
        return _("They are paused and told why.")
    if to == "resume":
        gold_accuracy.resume(labeler=labeler, by=by)
        return _("They can go on. Gold of before counts no more for a pause.")
    if to == "let-in":
        screening.let_in(labeler=labeler, by=by)
        return _("They are let in.")
    if to == "further":
        screening.allow_further(labeler=labeler, by=by)
        return _("They may try once more.")
    if to == "requeue":
        since = _since(request) or requeue.offered_since(labeler)
        made = requeue.requeue(labeler=labeler, since=since, by=by)
        count = len(made.items)
        words = ngettext("{n} label is sent back to the queue.", "{n} labels are sent back to the queue.", count)
        return words.format(n=count)
    made = get_object_or_404(Requeue, pk=request.POST.get("requeue") or 0, labeler=labeler)
    requeue.undo(requeue=made, by=by)
    return _("It is undone: the labels count again.")


def _since(request: HttpRequest) -> datetime | None:
    """What the page showed when the button was pressed: a gold label that came in meanwhile changes nothing."""
    field = forms.DateTimeField(required=False)
    try:
        value: datetime | None = field.clean(request.POST.get("since"))
    except forms.ValidationError:
        return None
    return value


@only_posted("solution", numbered=True)
def solution_gold(request: HttpRequest, membership: Membership, pk: int) -> HttpResponseBase:
    """Make gold of a solution by hand, correct it, or retire it."""
    of = membership.campaign
    solution = get_object_or_404(Solution.objects.of(of).select_related("problem__campaign"), pk=pk)
    try:
        if "retire" in request.POST:
            gold.retire(gold=get_object_or_404(gold.of(of), solution=solution), by=account(request))
            return done(request, _("It is given to nobody any more."), "solution", of.slug, pk)
        gold.make(
            solution=solution,
            by=account(request),
            sets=_sets(request, solution),
            use=request.POST.get("use", ""),
            explanation=request.POST.get("explanation", ""),
        )
    except ActionError as error:
        rules = " ".join(error.fields.values())
        message = _("{what} Expected: {rule}").format(what=error.message, rule=rules) if rules else error.message
        return refused(request, ActionError(message), "solution", of.slug, pk)
    return done(request, _("The solution is gold."), "solution", of.slug, pk)


def _sets(request: HttpRequest, solution: Solution) -> list[str]:
    """What was ticked, to the last step where anything was: what is empty before it is refused."""
    ticked = ["".join(request.POST.getlist(f"step-{index}")) for index in range(solution.step_count)]
    return ticked[: 1 + max((index for index, signs in enumerate(ticked) if signs), default=0)]


def gold_form(solution: Solution) -> dict[str, Any]:
    """What the solution's page shows of gold: each step with its signs, and which are ticked."""
    made = Gold.objects.filter(solution=solution).select_related("created_by").first()
    why_not = gold.why_not_gold(solution)
    sets = made.sets if made else []
    rows = [
        [(sign, RATINGS[sign], index < len(sets) and sign in sets[index]) for sign in BITS]
        for index in range(solution.step_count)
    ]
    return {"gold": made, "why_not_gold": why_not, "gold_rows": list(enumerate(rows)), "gold_uses": USES}
