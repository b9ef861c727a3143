"""Who did what in a campaign, and on the site, to read and to take along as a table."""

import re
from collections.abc import Iterator
from typing import Any

import orjson
from django.db.models import QuerySet
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from labeling.list_filters import HistoryFilter
from labeling.models import Campaign, Event, Gold, Membership
from labeling.templatetags.codes import right_of_gold
from labeling.views.accounts import for_administrators
from labeling.views.found import within_days
from labeling.views.lead_pages import for_readers, page, page_of
from labeling.views.tables import csv_file
from labeling.wording import listed

PAGES = {"guide": "guide-version"} | {
    name: name for name in ("change", "dispute", "job", "labeler", "problem", "round", "selector", "solution")
}
COLUMNS = ("created_at", "actor__username", "verb", "told", "before", "after")


@require_safe
@for_readers
def history(request: HttpRequest, membership: Membership) -> HttpResponse:
    """Events by person, kind and day, the newest first."""
    of = membership.campaign
    return page(request, "history.html", membership, _context(request, of, reverse("history-csv", args=[of.slug])))


@require_safe
@for_administrators
def site_history(request: HttpRequest) -> HttpResponse:
    """The site's own: accounts, and campaigns that are no more."""
    context = _context(request, None, reverse("site-history-csv"))
    return render(request, "labeling/history.html", context)


def _context(request: HttpRequest, of: Campaign | None, download: str) -> dict[str, Any]:
    form = HistoryFilter(request.GET)
    form.is_valid()  # what was understood is applied; the rest is told beside its field
    rows = page_of(request, _found(of, form.cleaned_data))
    return {
        "form": form,
        "download": download,
        "rows": rows,
        "events": [(event, _page_of_subject(of, event.subject), _changes(event)) for event in rows],
        "is_filtered": any(form.cleaned_data.values()),
    }


@require_safe
@for_readers
def history_csv(request: HttpRequest, membership: Membership) -> StreamingHttpResponse:
    """The same events as a table, streamed."""
    return _csv(request, membership.campaign, membership.campaign.slug)


@require_safe
@for_administrators
def site_history_csv(request: HttpRequest) -> StreamingHttpResponse:
    """The site's own as a table, streamed."""
    return _csv(request, None, "site")


def _csv(request: HttpRequest, of: Campaign | None, name: str) -> StreamingHttpResponse:
    form = HistoryFilter(request.GET)
    form.is_valid()
    rows = _found(of, form.cleaned_data)
    found = rows.annotate(told=Coalesce("about__username", "subject")).values_list(*COLUMNS)
    head = ("when", "who", "verb", "subject", "before", "after")
    return csv_file(f"{name}-history", head, _cells(found))


def _found(of: Campaign | None, wanted: dict[str, Any]) -> QuerySet[Event]:
    rows = Event.objects.filter(campaign=of).select_related("actor", "about").order_by("-id")
    if actor := wanted.get("actor"):
        rows = rows.filter(actor__username__icontains=actor)
    if verb := wanted.get("verb"):
        rows = rows.filter(verb=verb)
    return within_days(rows, "created_at", wanted)


def _page_of_subject(of: Campaign | None, subject: str) -> str:
    """The address of what it was done to, empty where that has no page."""
    match = re.fullmatch(r"(\w+) (\d+)", subject)
    return reverse(PAGES[match[1]], args=[of.slug, int(match[2])]) if of and match and match[1] in PAGES else ""


def _changes(event: Event) -> list[tuple[str, str, str]]:
    """Name, before and after of each value; one without a name where the event is of a single value."""
    before, after = event.before, event.after
    if isinstance(before, dict) or isinstance(after, dict):
        was, now = (side if isinstance(side, dict) else {} for side in (before, after))
        return [(name, _told(name, was.get(name)), _told(name, now.get(name))) for name in {**was, **now}]
    return [("", _plain(before), _plain(after))] if before is not None or after is not None else []


def _told(name: str, value: Any) -> str:
    if name == "accepted" and isinstance(value, str) and re.fullmatch("[1-7]+", value):
        return right_of_gold(Gold(accepted=value))
    return _plain(value)


def _plain(value: Any) -> str:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if value is None or isinstance(value, str):
        return value or ""
    if isinstance(value, dict):
        return listed(f"{name} {_plain(one)}" for name, one in value.items())
    return listed(map(_plain, value)) if isinstance(value, list) else str(value)


def _as_text(value: Any) -> str:
    """For programs: a text as it is, else JSON."""
    return value or "" if value is None or isinstance(value, str) else orjson.dumps(value).decode()


def _cells(rows: QuerySet[Any, tuple[Any, ...]]) -> Iterator[tuple[str, ...]]:
    for when, who, verb, subject, before, after in rows.iterator(chunk_size=1_000):
        yield when.isoformat(), who or "", verb, subject, _as_text(before), _as_text(after)
