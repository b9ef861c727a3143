"""Everybody whose labels a campaign has: people here and elsewhere, and simulated ones."""

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
    rows = found.labelers(membership.campaign, form.wanted).order_by(*form.sorts_by)
    context = {"form": form, "rows": page_of(request, rows), "is_filtered": bool(form.wanted)}
    return page(request, "labelers.html", membership, context)
