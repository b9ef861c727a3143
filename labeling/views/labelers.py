"""Everybody whose labels a campaign has: people here and elsewhere, and simulated ones."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from labeling.list_filters import LabelerFilter
from labeling.models import Membership
from labeling.views import found
from labeling.views.lead_pages import for_readers, page, page_of


@require_safe
@for_readers
def labeler_list(request: HttpRequest, membership: Membership) -> HttpResponse:
    """Labelers by name, kind and state, sorted by name, labels or their last one."""
    form = LabelerFilter(request.GET)
    people = _sorted(found.labelers(membership.campaign, form.wanted), *form.sorts_by)
    rows = page_of(request, people, count=len(people))
    context = {"form": form, "rows": rows, "is_filtered": bool(form.wanted)}
    return page(request, "labelers.html", membership, context)


def _sorted(people: list[Any], by: str) -> list[Any]:
    """By what this says of each, descending where it begins with a minus; who has nothing of the kind comes last."""
    name = by.removeprefix("-")
    having = [one for one in people if getattr(one, name) is not None]
    lacking = [one for one in people if getattr(one, name) is None]
    return sorted(having, key=lambda one: getattr(one, name), reverse=by != name) + lacking
