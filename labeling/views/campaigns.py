"""Campaigns: one's own, a new one, one at a glance, its settings."""

from dataclasses import replace
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from labeling import charts
from labeling.actions import campaigns, health, two_factor, waiting
from labeling.actions.errors import ActionError
from labeling.actions.pool_size import solution_count, solution_counts
from labeling.api.access import may_create_campaigns
from labeling.forms import CampaignForm, SettingsForm, add_refusal
from labeling.models import READERS, Campaign, Label, Membership, Problem, Round
from labeling.views import cold_start, overview, panels
from labeling.views.dashboard import SHOWN_PEOPLE, Dashboard
from labeling.views.lead_pages import account, done, for_leads, for_readers, page, to_two_factor
from labeling.views.selector_report import (
    SelectorReport,
    best_of_n_table,
    calibration_table,
    of_final_answers,
    versions_table,
)
from labeling.views.tables import csv_file
from labeling.views.work import Found, Work
from labeling.wording import grouped

SHOWN_JOBS = 6


@require_safe
@never_cache
@login_required
def campaign_list(request: HttpRequest) -> HttpResponse:
    """The campaigns that one leads or reviews, with counts."""
    memberships = list(_with_counts(account(request).pk))
    counts = solution_counts(one.campaign_id for one in memberships)
    context = {
        "memberships": [(one, counts[one.campaign_id]) for one in memberships],
        "may_create": may_create_campaigns(account(request)),
    }
    return render(request, "labeling/campaigns.html", context)


def _with_counts(account_id: int) -> QuerySet[Any]:
    """One's memberships with the campaign's counts; each count is a subquery, so that rows do not multiply."""
    campaign = OuterRef("campaign")

    def count(rows: QuerySet[Problem] | QuerySet[Label], through: str) -> Coalesce:
        return Coalesce(Subquery(rows.order_by().values(through).annotate(n=Count("pk")).values("n")), 0)

    newest = Round.objects.filter(campaign=campaign, number__gte=0).order_by("-number")
    return (
        Membership.objects.filter(account_id=account_id, role__in=READERS)
        .select_related("campaign")
        .annotate(
            problem_count=count(Problem.objects.filter(campaign=campaign).visible(), "campaign"),
            label_count=count(Label.objects.current().filter(problem__campaign=campaign), "problem__campaign"),
            round_number=Subquery(newest.values("number")[:1]),
            round_state=Subquery(newest.values("state")[:1]),
        )
        .order_by("campaign__name")
    )


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@login_required
def new_campaign(request: HttpRequest) -> HttpResponseBase:
    """Make a campaign; whoever makes it leads it."""
    if may_create_campaigns(account(request)) and two_factor.is_lacking(request):
        return to_two_factor(request)
    if not may_create_campaigns(account(request)):
        raise PermissionDenied(_("Only somebody who leads a campaign can make another one."))
    form = CampaignForm(request.POST or None)
    if form.is_valid():
        try:
            made = campaigns.create(slug=form.cleaned_data["slug"], name=form.cleaned_data["name"], by=account(request))
        except ActionError as error:
            add_refusal(form, error)
        else:
            words = _("{name} is made. Bring problems and solutions in next.").format(name=made.name)
            return done(request, words, "campaign", made.slug)
    return render(request, "labeling/campaign_new.html", {"form": form}, status=400 if form.errors else 200)


@require_safe
@for_readers
def campaign(request: HttpRequest, membership: Membership) -> HttpResponse:
    """One campaign, its conclusion first."""
    of = membership.campaign
    work = Work.of(of)
    rounds = overview.rounds_with_progress(of, work)
    board = Dashboard.of(of, rounds, work)
    jobs = list(of.jobs.order_by("-id")[:SHOWN_JOBS])
    reports = _reports(of, rounds)
    in_use = next((report for report in reports if report.version.state == "published"), None)
    in_use = in_use and in_use.beside(of_final_answers(of.selectors.all()))
    has_worker = waiting.has_living_worker()
    people = board.labelers()
    context = {
        "conclusion": overview.conclude(of, rounds, jobs, in_use, has_worker),
        "newest": board.current,
        "planned": overview.planned(rounds),
        "progress_chart": _progress_chart(of, board.current),
        "found": work.all(),
        "board": board,
        "work_words": board.sentences(in_use),
        "round_cost": board.current and board.cost_in_short(board.current.found),
        "all_cost": board.cost_in_short(work.all()),
        "days": panels.days(board),
        "panels": panels.panels(board),
        "people": people[:SHOWN_PEOPLE],
        "more_people": len(people) - SHOWN_PEOPLE,
        "rounds": rounds,
        "jobs": jobs,
        "has_active_jobs": any(job.state in overview.ACTIVE for job in jobs),
        "has_worker": has_worker,
        "troubles": health.troubles(),
        "reports": reports,
        "in_use": in_use,
        "best_of_n": charts.best_of_n(in_use.points, name=in_use.name) if in_use and in_use.top else None,
        "counts": _counts(of),
        "learned_from": cold_start.learned_from(in_use.version) if in_use else [],
        "is_first_to_be_made": cold_start.needs_making(of, in_use.version if in_use else None),
    }
    return page(request, "campaign.html", membership, context)


def _reports(of: Campaign, rounds: list[overview.RoundProgress]) -> list[SelectorReport]:
    """All versions, the newest first, with what people found in the rounds that each chose."""
    picked: dict[int, Found] = {}
    for one in rounds:
        if one.round.selector_id is not None:
            picked[one.round.selector_id] = picked.get(one.round.selector_id, Found()) + one.found
    versions = of.selectors.order_by("-number")
    return [replace(SelectorReport.of(version), picked=picked.get(version.pk)) for version in versions]


@require_safe
@for_readers
def campaign_download(_request: HttpRequest, membership: Membership, table: str) -> HttpResponseBase:
    """The table behind one of the page's charts, or that of its labelers, as CSV."""
    of = membership.campaign
    if table == "best_of_n":
        return csv_file(f"{of.slug}-{table}", *best_of_n_table(of.selectors.order_by("number")))
    if table == "calibration":
        return csv_file(f"{of.slug}-{table}", *calibration_table(of.selectors.order_by("number")))
    work = Work.of(of)
    board = Dashboard.of(of, overview.rounds_with_progress(of, work), work)
    name = f"{of.slug}-{table}"
    if table == "labelers":
        return csv_file(name, *board.people_table())
    if table == "progress":
        return csv_file(name, *overview.progress_table(board.rounds))
    if table == "selectors":
        return csv_file(name, *versions_table(_reports(of, board.rounds)))
    made = [panels.days(board), *panels.panels(board)]
    found = next((panel for panel in made if panel and panel.name == table), None)
    if found is None:
        raise Http404(f"There is no table {table!r} of this campaign.")
    return csv_file(name, found.columns, found.lines)


def _progress_chart(of: Campaign, newest: overview.RoundProgress | None) -> str:
    if newest is None or not newest.wanted:
        return ""
    if not of.auto_advance or newest.round.state != "open":
        return charts.progress(newest.parts())
    at = overview.train_at(newest)
    return charts.progress(
        newest.parts(), mark=at / newest.wanted, mark_words=_("training starts at {count}").format(count=grouped(at))
    )


def _counts(of: Campaign) -> dict[str, int]:
    """Problems by split, and solutions: the pool at a glance."""
    problems = Problem.objects.filter(campaign=of).visible()
    by_split = problems.aggregate(all=Count("pk"), test=Count("pk", filter=Q(split="test")))
    return {"problems": by_split["all"], "test": by_split["test"], "solutions": solution_count(of)}


@require_http_methods(["GET", "HEAD", "POST"])
@for_leads
def campaign_settings(request: HttpRequest, membership: Membership) -> HttpResponseBase:
    """Name and settings; work in hand goes on under the old ones."""
    of = membership.campaign
    form = SettingsForm(request.POST or None, instance=Campaign.objects.get(pk=of.pk))
    if form.is_valid():
        wanted = dict(form.cleaned_data)
        name = wanted.pop("name")
        try:
            campaigns.change(campaign=of, by=account(request), name=name, wanted=wanted)
        except ActionError as error:
            add_refusal(form, error)
        else:
            return done(request, _("The settings are changed."), "campaign-settings", of.slug)
    return page(request, "settings.html", membership, {"form": form}, status=400 if form.errors else 200)
