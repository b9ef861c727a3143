"""How far labelers agree: what a job last computed, how old that is, and asking for it anew."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from labeling.actions import agreements, waiting
from labeling.models import AgreementReport, JobKind, JobState, Labeler, Membership
from labeling.templatetags.lead import name_of
from labeling.views import consensus
from labeling.views.lead_pages import account, for_readers, only_posted, page
from labeling.views.overview import ACTIVE
from labeling.views.tables import csv_file

Figures = dict[str, Any]
SHARES = ("exact", "within_one", "any_error", "alpha", "neutral_positive")
ENDS = ("", "_low", "_high", "_count")
GROUP_COLUMNS = ("pairs", "solutions", *(f"{name}{end}" for name in SHARES for end in ENDS))
AT_STEPS = ("same_error", "alpha", "neutral_positive")
STEP_COLUMNS = ("step", "same_rating", "low", "high", "pairs", *(f"{name}{end}" for name in AT_STEPS for end in ENDS))


@dataclass(frozen=True, slots=True)
class Group:
    """One row of a table: what the group is called, and its figures."""

    name: str
    found: Figures


@dataclass(frozen=True, slots=True)
class Table:
    """The groups of one kind: the table's name in its address, its heading, what a row is."""

    name: str
    heading: str
    what: str
    rows: list[Group]


@require_safe
@for_readers
def agreement_page(request: HttpRequest, membership: Membership) -> HttpResponse:
    """The figures that are kept, and what became of the last computation; for htmx the latter alone."""
    of = membership.campaign
    job = of.jobs.filter(kind=JobKind.AGREEMENT).order_by("-id").first()
    is_active = job is not None and job.state in ACTIVE
    context: dict[str, Any] = {
        "job": job,
        "is_active": is_active,
        "has_failed": job is not None and job.state == JobState.FAILED,
        "has_worker": not is_active or waiting.has_living_worker(),
    }
    if request.htmx:  # type: ignore[attr-defined]
        answer = page(request, "_agreement_job.html", membership, context)
        if not is_active:
            answer["HX-Refresh"] = "true"  # the figures are new
        return answer
    report = AgreementReport.objects.filter(campaign=of).select_related("campaign").first()
    if report is not None:
        context |= _shown(report)
    return page(request, "agreement.html", membership, context)


def _shown(report: AgreementReport) -> dict[str, Any]:
    found = report.figures["all"]
    shown: dict[str, Any] = {"report": report, "found": found, "labels_since": agreements.since(report)}
    work = [Group(_("The campaign’s work"), found)] if found["pairs"] else []
    shown["groups"] = [*work, *_gold(report, _("Gold"))]
    if shown["groups"]:
        name = _names(report)
        shown |= {
            "confusion": _confusion(found),
            "tables": [table for table in _tables(report, name) if table.rows],
            "steps": [(index + 1, figure) for index, figure in report.figures["steps"]],
            "consensus": consensus.shown(report, name),
            "is_consensus_known": "consensus" in report.figures,
        }
    return shown


def _tables(report: AgreementReport, name: consensus.Named) -> list[Table]:
    figures = report.figures

    def both(one: int, other: int) -> str:
        return _("{one} and {other}").format(one=name(one), other=name(other))

    def groups(of: str, named: Callable[[Any], str]) -> list[Group]:
        return [Group(named(key), found) for key, found in figures[of]]

    return [
        Table("labelers", _("Each labeler against all others"), _("Labeler"), groups("labelers", name)),
        Table("pairs", _("Each two labelers"), _("Labelers"), groups("pairs", lambda pair: both(*pair))),
        Table("rounds", _("By round"), _("Round"), groups("rounds", str)),
        Table("subjects", _("By subject"), _("Subject"), groups("subjects", str)),
    ]


def _gold(report: AgreementReport, name: str) -> list[Group]:
    """Gold, where there is some to compare; a report of before has it among the work."""
    found = report.figures.get("gold")
    return [Group(name, found)] if found and found["pairs"] else []


def _names(report: AgreementReport) -> consensus.Named:
    """What each labeler of the report is called, from one query."""
    labelers = Labeler.objects.filter(campaign=report.campaign).select_related("account")
    skills = (report.figures.get("consensus") or {}).get("skills", ())  # of gold alone, perhaps
    people = labelers.in_bulk([*(pk for pk, _found in report.figures["labelers"]), *(one["labeler"] for one in skills)])
    return lambda pk: str(name_of(people[pk])) if pk in people else str(pk)


def _confusion(found: Figures) -> list[tuple[str, list[tuple[int, bool]]]]:
    """Rows with their rating's word; each cell with whether it is agreement."""
    words = [_("negative"), _("neutral"), _("positive")]
    return [
        (word, [(count, row == column) for column, count in enumerate(counts)])
        for row, (word, counts) in enumerate(zip(words, found["confusion"], strict=True))
    ]


@only_posted("agreement")
def compute(request: HttpRequest, membership: Membership) -> HttpResponseBase:
    """Ask for the figures anew."""
    of = membership.campaign
    agreements.request(campaign=of, by=account(request))
    return redirect("agreement", of.slug)


@require_safe
@for_readers
def download(_request: HttpRequest, membership: Membership, table: str) -> HttpResponseBase:
    """One of the tables as CSV; all of its figures, not those on the page alone."""
    report = AgreementReport.objects.filter(campaign=membership.campaign).select_related("campaign").first()
    if report is None:
        raise Http404("Agreement was not computed yet.")
    name = f"{membership.campaign.slug}-agreement-{table}"
    if table == "steps":
        rows = (_at_step(index, figure) for index, figure in report.figures["steps"])
        return csv_file(name, STEP_COLUMNS, rows)
    if table == "ratings":
        return csv_file(name, ("one_said", "other_said", "steps"), _said(report.figures["all"]))
    named = _names(report)
    if found := consensus.table(report, table, named):
        return csv_file(name, *found)
    groups = {"all": [Group(membership.campaign.slug, report.figures["all"]), *_gold(report, "gold")]}
    groups |= {one.name: one.rows for one in _tables(report, named)}
    if table not in groups:
        raise Http404(f"There is no table {table!r} of agreement.")
    return csv_file(name, ("group", *GROUP_COLUMNS), (_cells(group) for group in groups[table]))


def _cells(group: Group) -> tuple[object, ...]:
    found = group.found
    shares = [number for name in SHARES for number in _numbers(found.get(name))]
    return group.name, found["pairs"], found["solutions"], *shares


def _at_step(index: int, found: Figures) -> tuple[object, ...]:
    return index + 1, *_numbers(found), *(number for name in AT_STEPS for number in _numbers(found.get(name)))


def _numbers(figure: Figures | None) -> tuple[float | None, ...]:
    if figure is None:  # of a report that was computed before there was this figure
        return (None,) * len(ENDS)
    return figure["value"], figure["low"], figure["high"], figure["count"]


def _said(found: Figures) -> Iterator[tuple[int, int, int]]:
    ratings = (-1, 0, 1)
    for one, counts in zip(ratings, found["confusion"], strict=True):
        for other, count in zip(ratings, counts, strict=True):
            yield one, other, count
