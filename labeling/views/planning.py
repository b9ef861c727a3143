"""Planning a round: its settings, a live preview of what they choose, and keeping it."""

from contextlib import suppress
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.db import transaction
from django.db.models import Max, QuerySet
from django.http import Http404, HttpRequest, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from labeling import charts
from labeling.actions import candidates, gold_draw, previews, rounds, waiting
from labeling.actions.errors import ActionError
from labeling.actions.round_plans import RoundPlan
from labeling.forms import PlanForm, add_refusal
from labeling.models import (
    Campaign,
    CandidateTree,
    Job,
    JobState,
    Membership,
    Mode,
    QueueItem,
    Round,
    SelectorVersion,
    Solution,
)
from labeling.stored_words import said
from labeling.views.lead_pages import account, done, for_leads, page, refused
from labeling.views.overview import ACTIVE
from labeling.views.rounds import turned_words
from labeling.views.tables import csv_file


@dataclass(frozen=True, slots=True)
class Preview:
    """What a plan would choose."""

    round: Round
    wanted: int
    examples: list["Example"]
    by_reason: dict[str, int]
    problem_count: int
    chart: str
    wrong_count: int
    bins: list[tuple[float, float, int, int]]  # from, to, wrong answers in the pool, chosen ones: what the chart shows
    job: Job | None  # that computed it, where it was one
    gold: gold_draw.Foreseen | None
    by_subject: list[tuple[str, int, int]]


@dataclass(frozen=True, slots=True)
class Example:
    """One chosen solution (or candidate tree) with its problem, answer and current guess."""

    item: QueueItem
    subject: Any


@require_http_methods(["GET", "HEAD", "POST"])
@for_leads
def plan(request: HttpRequest, membership: Membership) -> HttpResponseBase:
    """Choose how, see what would be chosen, keep it. GET changes nothing, however often."""
    campaign = membership.campaign
    given = request.POST if request.method == "POST" else request.GET
    number, form = _form(campaign, given)
    preview, job, problem = None, None, ""
    if form.is_valid():
        is_looked_at = request.POST.get("previewed") == form.in_short() and "show" not in request.POST
        if request.method == "POST" and not is_looked_at:
            return _show_first(request, campaign, form)
        try:
            wanted = RoundPlan.of(campaign, **form.asked())
            if request.method == "POST":
                return _keep(request, campaign, wanted)
            preview, job = _found(campaign, wanted)
            problem = str(said(job.error)) if job and job.state == JobState.FAILED else ""
        except ActionError as error:
            problem = error.message
            if error.fields:
                add_refusal(form, error)
    is_active = job is not None and job.state in ACTIVE
    context = {
        "form": form,
        "shows_rails": form.differs_in_rails(campaign),
        "number": number,
        "preview": preview,
        "problem": problem,
        "job": job,
        "is_active": is_active,
        "has_worker": not is_active or waiting.has_living_worker(),
        "asked": urlencode({name: given[name] for name in form.fields if name in given}),
        "takes_long": form.is_valid() and not problem and preview is None,
        "has_trees": campaign.mode == Mode.CANDIDATES or candidates.trees_of(campaign).exists(),
        "is_empty": preview is None and not campaign.problems.visible().exists(),
    }
    template = "_preview.html" if request.htmx else "round_plan.html"  # type: ignore[attr-defined]
    status = 400 if form.errors and not request.htmx else 200  # type: ignore[attr-defined]
    return page(request, template, membership, context, status=status)


def _form(campaign: Campaign, given: QueryDict) -> tuple[int, PlanForm]:
    """The number of the round that would be planned, and what is asked of it."""
    last = campaign.rounds.filter(number__gte=0).aggregate(last=Max("number"))["last"]
    number = 0 if last is None else last + 1
    return number, PlanForm(PlanForm.start(campaign, seed=number) | {name: given[name] for name in given})


@require_safe
@for_leads
def plan_download(request: HttpRequest, membership: Membership) -> HttpResponseBase:
    """The scores behind the chart of a preview as CSV; asked for in the same words as the preview."""
    of = membership.campaign
    _number, form = _form(of, request.GET)
    preview = None
    if form.is_valid():
        with suppress(ActionError):  # what contradicts itself has no preview
            preview, _job = _found(of, RoundPlan.of(of, **form.asked()))
    if preview is None or not preview.bins:
        raise Http404("These settings have no scores to show.")
    return csv_file(f"{of.slug}-plan-scores", ("from", "to", "wrong_answers", "chosen"), preview.bins)


def _show_first(request: HttpRequest, campaign: Campaign, form: PlanForm) -> HttpResponseBase:
    """What the settings choose now: a round is kept only after its choice was looked at."""
    if "show" not in request.POST:
        messages.warning(
            request, _("The settings are not the ones of the last preview. This is what they choose; nothing was kept.")
        )
    else:
        with suppress(ActionError):  # what contradicts itself is told where it is shown
            wanted = RoundPlan.of(campaign, **form.asked())
            if previews.takes_long(campaign, wanted):
                previews.request(campaign=campaign, wanted=wanted, by=account(request))
    asked = urlencode({name: request.POST[name] for name in form.fields if name in request.POST})
    return redirect(f"{reverse('round-plan', args=[campaign.slug])}?{asked}")


def _keep(request: HttpRequest, campaign: Campaign, wanted: RoundPlan) -> HttpResponseBase:
    shown = request.POST.get("number", "")
    if previews.takes_long(campaign, wanted):
        opens = "open" in request.POST
        job = previews.request_plan(campaign=campaign, wanted=wanted, opens=opens, by=account(request))
        return redirect("job", campaign.slug, job.pk)
    with transaction.atomic():
        Campaign.objects.select_for_update(no_key=True).get(pk=campaign.pk)  # of two clicks the second sees the first
        if shown.isdecimal() and campaign.rounds.filter(number=shown).exists():
            taken = ActionError(_("Round {number} is planned already; nothing more was planned.").format(number=shown))
            return refused(request, taken, "round", campaign.slug, shown)
        made = rounds.plan(campaign=campaign, wanted=wanted, by=account(request))
    if "open" not in request.POST:
        words = _("Round {number} is planned.").format(number=made.number)
        return done(request, words, "round", campaign.slug, made.number)
    try:
        rounds.open_round(of=made, by=account(request))
    except ActionError as error:  # planned it is
        return refused(request, error, "round", campaign.slug, made.number)
    return done(request, turned_words("open", made.number), "round", campaign.slug, made.number)


def _found(campaign: Campaign, wanted: RoundPlan) -> tuple[Preview | None, Job | None]:
    """What it chooses; of a large pool what the last job for it found, or the job that is at it. Nothing is begun."""
    if not previews.takes_long(campaign, wanted):
        return _shown(campaign, wanted, previews.made(campaign, wanted), None), None
    job = previews.latest(campaign, wanted)
    if job is None or job.state != JobState.DONE or not job.result:
        return None, job
    return _shown(campaign, wanted, job.result, job), job


def _shown(campaign: Campaign, wanted: RoundPlan, told: dict[str, Any], job: Job | None) -> Preview:
    version = SelectorVersion.objects.filter(pk=told["selector"]).first() if told["selector"] else None
    kept = {name: told[name] for name in ("notes", "kept_out", "shortfall")}
    of = Round(campaign=campaign, mode=wanted.mode, selector=version, **kept)
    pool, chosen = told["pool"], told["chosen"]
    is_charted = bool(pool and pool["count"])
    return Preview(
        round=of,
        wanted=told["wanted"],
        examples=_examples(of, told["examples"]),
        by_reason=told["by_reason"],
        problem_count=told["problems"],
        chart=charts.score_histogram(pool, chosen) if is_charted else "",
        bins=_bins(pool["bins"], chosen["bins"]) if is_charted else [],
        wrong_count=pool["count"] if pool else 0,
        job=job,
        by_subject=told.get("by_subject", []),  # which an earlier version did not keep
        gold=gold_draw.foreseen(campaign, told["wanted"]),
    )


def _bins(pool: list[int], chosen: list[int]) -> list[tuple[float, float, int, int]]:
    width = 1 / len(pool)
    counts = enumerate(zip(pool, chosen, strict=True))
    return [(at * width, (at + 1) * width, there, taken) for at, (there, taken) in counts]


def _subjects(of: Round) -> QuerySet[Any]:
    """What a round of this mode chooses from."""
    return CandidateTree.objects.all() if of.mode == Mode.CANDIDATES else Solution.objects.all().with_verdict()


def _examples(of: Round, told: list[tuple[int, int, str, float | None]]) -> list[Example]:
    """With their rows; what was deleted since is left out."""
    subjects = _subjects(of).select_related("problem").in_bulk([number for number, *_ in told])
    kind = "tree_id" if of.mode == Mode.CANDIDATES else "solution_id"
    return [
        Example(
            QueueItem(rank=rank, reason=reason, score=score, **{kind: number}),
            subjects[number],
        )
        for number, rank, reason, score in told
        if number in subjects
    ]
