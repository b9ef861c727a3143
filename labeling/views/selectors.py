"""Selector versions: their figures, and which is in use."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from labeling import charts
from labeling.actions import selectors
from labeling.actions.errors import ActionError
from labeling.models import Membership
from labeling.views.lead_pages import account, done, for_leads, for_readers, page, refused
from labeling.views.selector_report import SelectorReport, of_final_answers


@require_safe
@for_readers
def selector_list(request: HttpRequest, membership: Membership) -> HttpResponse:
    """All versions, the newest first."""
    versions = membership.campaign.selectors
    reports = [SelectorReport.of(version) for version in versions.order_by("-number")]
    in_use = next((report for report in reports if report.version.state == "published"), None)
    measured = [report for report in reports if report.version.kind == "prm" and report.top][:2]
    before = versions.filter(state="retired", scored_at__isnull=False).order_by("-published_at", "-number").first()
    context: dict[str, Any] = {"reports": reports, "in_use": in_use, "before": before, "measured": measured}
    if len(measured) == 2:
        newer, older = measured
        context["chart"] = charts.versions(newer.points, older.points, names=(newer.name, older.name))
    return page(request, "selectors.html", membership, context)


@require_safe
@for_readers
def selector_page(request: HttpRequest, membership: Membership, number: int) -> HttpResponse:
    """One version with all that is known of it."""
    versions = membership.campaign.selectors
    report = SelectorReport.of(get_object_or_404(versions, number=number)).beside(of_final_answers(versions.all()))
    chart = charts.best_of_n(report.points, name=report.name) if report.top else ""
    too_long = report.version.scores.filter(score=None).count()
    context = {"report": report, "version": report.version, "chart": chart, "too_long": too_long}
    return page(request, "selector.html", membership, context)


@require_http_methods(["GET", "HEAD", "POST"])
@for_leads
def publish(request: HttpRequest, membership: Membership, number: int) -> HttpResponseBase:
    """Ask, then put a version in use: a held-back one, or an earlier one."""
    of = membership.campaign
    version = get_object_or_404(of.selectors, number=number)
    if request.method == "POST":
        who = account(request)
        try:
            selectors.publish(version=version, by=who, why=f"Published by {who.get_username()}.")
        except ActionError as error:
            return refused(request, error, "selectors", of.slug)
        return done(request, _("Selector {number} is in use.").format(number=number), "selectors", of.slug)
    if version.state == "published":
        return redirect("selectors", of.slug)
    report = SelectorReport.of(version)
    following = _("Rounds planned from now on use its scores. Rounds that are planned or open stay as they are.")
    context = {
        "heading": _("Put selector {number} in use?").format(number=number),
        "sentences": [*report.in_words(), following],
        "button": _("Use selector {number}").format(number=number),
    }
    return page(request, "confirm.html", membership, {**context, "back_to": "selectors"})
