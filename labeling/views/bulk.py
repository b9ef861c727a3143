"""Many rows changed at once: first what it would do, then the change itself, then its undoing."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from labeling.actions import bulk
from labeling.actions.errors import ActionError
from labeling.list_filters import LabelFilter, ListFilter, ProblemFilter
from labeling.models import BulkChange, BulkKind, Campaign, Membership
from labeling.views import found
from labeling.views.lead_pages import account, done, for_leads, for_readers, only_posted, page, page_of, refused
from labeling.wording import grouped

EXAMPLES = 10
MOST_DIGITS = 10
NOT_SHOWN = -1  # a form that says no number


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of change: the list it belongs to and how that is filtered."""

    back_to: str
    form: type[ListFilter]
    find: Callable[[Campaign, found.Wanted], QuerySet[Any]]


OF_PROBLEMS = Kind("problems", ProblemFilter, found.problems)
OF_LABELS = Kind("labels", LabelFilter, found.labels)
KINDS = {BulkKind.EXCLUDE: OF_PROBLEMS, BulkKind.RESTORE: OF_PROBLEMS, BulkKind.REQUEUE: OF_LABELS}


@require_http_methods(["GET", "HEAD", "POST"])
@for_leads
def change(request: HttpRequest, membership: Membership, kind: str) -> HttpResponseBase:
    """What would be changed, with examples; a POST that was shown the same number of rows does it."""
    if kind not in BulkKind.values:
        raise Http404(f"There is no change {kind!r}: expected {', '.join(BulkKind.values)}.")
    of, what = membership.campaign, BulkKind(kind)
    form = KINDS[what].form(request.GET)
    ticked = [int(pk) for pk in request.GET.getlist("pk") if pk.isdecimal()]
    back = KINDS[what].back_to
    if not ticked and not form.wanted:
        return refused(request, ActionError(_("Tick rows first, or look for something.")), back, of.slug)
    rows = KINDS[what].find(of, {} if ticked else form.wanted)
    rows = rows.filter(pk__in=ticked) if ticked else rows
    if request.method == "POST":
        return _do(request, of, what, rows, {} if ticked else _as_text(form))
    looked_at = rows.order_by().values("pk")[: bulk.MOST + 1].count()
    wanted = bulk.to_change(what, rows)
    count = wanted.order_by().values("pk")[: bulk.MOST + 1].count()
    context = {
        "kind": kind,
        "heading": _question(what, count),
        "sentences": [*_following(what, wanted), *_left(looked_at - count)] if 0 < count <= bulk.MOST else [],
        "count": count,
        "most": bulk.MOST,
        "examples": wanted.select_related(*_shown(what))[:EXAMPLES] if count else [],
        "back": back,
        "query": _query(request),
        "takes_reason": what != BulkKind.REQUEUE,
    }
    return page(request, "bulk.html", membership, context)


def _do(
    request: HttpRequest, of: Campaign, kind: BulkKind, rows: QuerySet[Any], sought: dict[str, str]
) -> HttpResponse:
    count = request.POST.get("count", "")
    shown = int(count) if count.isdecimal() and len(count) < MOST_DIGITS else NOT_SHOWN
    reason = request.POST.get("reason", "")[: bulk.MAX_REASON].strip()
    try:
        made = bulk.change(
            kind=kind, campaign=of, rows=rows, by=account(request), sought=sought, reason=reason, shown=shown
        )
    except bulk.CountChanged as error:
        answer = refused(request, error, "bulk", of.slug, kind)
        answer["Location"] += f"?{request.GET.urlencode()}"
        return answer
    except ActionError as error:
        return refused(request, error, KINDS[kind].back_to, of.slug)
    return done(request, _("Done. It can be undone here."), "change", of.slug, made.pk)


def _shown(kind: BulkKind) -> list[str]:
    return ["problem", "solution", "labeler__account", "round"] if kind == BulkKind.REQUEUE else ["campaign"]


def _query(request: HttpRequest) -> str:
    """The filter, to go back to the list with."""
    asked = request.GET.copy()
    asked.pop("pk", None)
    return asked.urlencode()


def _as_text(form: ListFilter) -> dict[str, str]:
    return {name: str(value) for name, value in form.wanted.items()}


def _question(kind: BulkKind, count: int) -> str:
    if not count:
        return _("There is nothing to change")
    questions = {
        BulkKind.EXCLUDE: ngettext("Exclude {count} problem?", "Exclude {count} problems?", count),
        BulkKind.RESTORE: ngettext("Take {count} problem back?", "Take {count} problems back?", count),
        BulkKind.REQUEUE: ngettext(
            "Send {count} label back to the queue?", "Send {count} labels back to the queue?", count
        ),
    }
    return questions[kind].format(count=grouped(count))


def _following(kind: BulkKind, wanted: QuerySet[Any]) -> list[str]:
    """What follows from it, with numbers."""
    numbers = bulk.follows(kind, wanted)
    if kind == BulkKind.REQUEUE:
        people = numbers["labelers"]
        words = ngettext(
            "They are of {count} labeler. They count no more, and somebody else labels these solutions.",
            "They are of {count} labelers. They count no more, and somebody else labels these solutions.",
            people,
        )
        return [words.format(count=grouped(people)), _("Nothing is deleted.")]
    if kind == BulkKind.RESTORE:
        count = numbers["items_back"]
        words = ngettext("{count} wanted label comes back.", "{count} wanted labels come back.", count)
        return [words.format(count=grouped(count))]
    leaving, trained, in_hand = (
        numbers[name] for name in ("items_withdrawn", "labels_out_of_training", "items_in_hand")
    )
    words = ngettext("{count} wanted label leaves the queue.", "{count} wanted labels leave the queue.", leaving)
    kept = ngettext("{count} label trains no more.", "{count} labels train no more.", trained)
    held = ngettext(
        "{count} is in somebody’s hands and may still be submitted.",
        "{count} are in somebody’s hands and may still be submitted.",
        in_hand,
    )
    said = [words.format(count=grouped(leaving)), kept.format(count=grouped(trained))]
    return [*said, *([held.format(count=grouped(in_hand))] if in_hand else [])]


def _left(count: int) -> list[str]:
    if count <= 0:
        return []
    words = ngettext("{count} of those found stays as it is.", "{count} of those found stay as they are.", count)
    return [words.format(count=grouped(count))]


@require_safe
@for_readers
def change_list(request: HttpRequest, membership: Membership) -> HttpResponse:
    """Changes to many rows, the latest first."""
    rows = membership.campaign.bulk_changes.select_related("created_by", "undone_by").order_by("-pk")
    return page(request, "changes.html", membership, {"rows": page_of(request, rows)})


@require_safe
@for_readers
def change_page(request: HttpRequest, membership: Membership, pk: int) -> HttpResponse:
    """One of them, with its undoing."""
    made = get_object_or_404(membership.campaign.bulk_changes.select_related("created_by", "undone_by"), pk=pk)
    return page(request, "change.html", membership, {"change": made, "list_of": KINDS[BulkKind(made.kind)].back_to})


@only_posted("change", numbered=True)
def undo(request: HttpRequest, membership: Membership, pk: int) -> HttpResponseBase:
    """Make it as it was."""
    of = membership.campaign
    made = get_object_or_404(BulkChange.objects.select_related("campaign", "requeue"), pk=pk, campaign=of)
    try:
        count = bulk.undo(change=made, by=account(request))
    except ActionError as error:
        return refused(request, error, "change", of.slug, pk)
    words = ngettext("It is undone: {count} is as it was.", "It is undone: {count} are as they were.", count)
    return done(request, words.format(count=grouped(count)), "change", of.slug, pk)
