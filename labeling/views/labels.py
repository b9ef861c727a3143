"""All labels of a campaign, searched, filtered and sorted."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from labeling.list_filters import LabelFilter
from labeling.models import Membership
from labeling.views import found
from labeling.views.lead_pages import for_readers, page, page_of

# Large, and not in the list.
UNREAD = (
    "source", "step_times_ms", "shown", "solution__steps", "solution__alternatives",
    "solution__metadata", "problem__metadata", "problem__ground_truth_solution",
)  # fmt: skip


@require_safe
@for_readers
def label_list(request: HttpRequest, membership: Membership) -> HttpResponse:
    """Labels by labeler, text, how they ended, what they were wanted for, state and day, the latest first."""
    form = LabelFilter(request.GET)
    rows = found.labels(membership.campaign, form.wanted).order_by(*form.sorts_by)
    rows = rows.select_related("problem", "solution", "labeler__account", "round", "item", "revised_by")
    context = {"form": form, "rows": page_of(request, rows.defer(*UNREAD)), "is_filtered": bool(form.wanted)}
    return page(request, "labels.html", membership, context)
