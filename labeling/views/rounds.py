"""Rounds: look, open, close, open again."""

from dataclasses import dataclass

from django.contrib import messages
from django.db.models import Count, Prefetch, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from labeling import charts
from labeling.actions import reproducing, rounds
from labeling.actions.errors import ActionError
from labeling.models import (
    ItemState,
    Label,
    Membership,
    QueueItem,
    Round,
    RoundState,
)
from labeling.stored_words import said
from labeling.views import overview
from labeling.views.lead_pages import account, done, for_leads, for_readers, page, page_of, refused
from labeling.views.work import Found, Work
from labeling.wording import grouped, sentences


@require_safe
@for_readers
def round_list(request: HttpRequest, membership: Membership) -> HttpResponse:
    """All rounds, the newest first."""
    shown = overview.rounds_with_progress(membership.campaign, Work.of(membership.campaign))
    current = overview.in_hand(shown)
    heading = _heading(current) if current else _("No round yet")
    return page(request, "rounds.html", membership, {"rounds": shown, "heading": heading})


# --- one round


@require_safe
@for_readers
def round_page(request: HttpRequest, membership: Membership, number: int) -> HttpResponse:
    """One round with its items: state, score, rank, reason, labels."""
    of = get_object_or_404(membership.campaign.rounds.select_related("selector", "campaign"), number=number)
    counts = dict(of.items.wanted().order_by().values_list("state").annotate(count=Count("pk")))
    found = Found(**Label.objects.current().filter(round=of).not_of_gold().aggregate(**Found.sums()))
    progress = overview.RoundProgress(of, counts, found)
    wanted_state = request.GET.get("state", "")
    items = _items(of, wanted_state if wanted_state in ItemState.values else "")
    context = {
        "round": of,
        "heading": _heading(progress),
        "progress": progress,
        "progress_chart": charts.progress(progress.parts()) if progress.wanted else "",
        "rows": page_of(request, items),
        "states": ItemState.values,
        "wanted_state": wanted_state,
        "is_state_known": not wanted_state or wanted_state in ItemState.values,
        "turns": _turns(progress),
    }
    return page(request, "round.html", membership, context)


def _heading(progress: overview.RoundProgress) -> str:
    sentence = {
        RoundState.PLANNED: ngettext(
            "Round {number} is planned: {part} of {all} label",
            "Round {number} is planned: {part} of {all} labels",
            progress.wanted,
        ),
        RoundState.OPEN: ngettext(
            "Round {number} is open: {part} of {all} label",
            "Round {number} is open: {part} of {all} labels",
            progress.wanted,
        ),
        RoundState.CLOSED: ngettext(
            "Round {number} is closed: {part} of {all} label",
            "Round {number} is closed: {part} of {all} labels",
            progress.wanted,
        ),
    }[RoundState(progress.round.state)]
    counts = {"part": grouped(progress.labeled), "all": grouped(progress.wanted)}
    return sentence.format(number=progress.round.number, **counts)


def _items(of: Round, state: str) -> QuerySet[QueueItem]:
    labels = Label.objects.current().select_related("labeler__account")
    items = of.items.wanted().select_related("solution__problem", "tree__problem").defer("tree__candidates")
    items = items.prefetch_related(Prefetch("labels", queryset=labels))
    return items.filter(Q(state=state) if state else Q()).order_by("rank", "place")


@dataclass(frozen=True, slots=True)
class Turn:
    """A change of a round's state, in words."""

    name: str
    button: str
    question: str
    following: str
    is_allowed: bool = True


def _turns(progress: overview.RoundProgress) -> list[Turn]:
    """What a lead can do with the round now."""
    number, left = progress.round.number, progress.wanted - progress.labeled
    after_close = _("You can open the round again.")
    if progress.round.campaign.auto_advance:
        after_close = _(
            "This campaign goes on by itself: closing starts the training of the selector on the labels so far (unless "
            "it began already), and opens the next round when the pool is scored."
        )
    missing = ngettext("{count} wanted label is missing.", "{count} wanted labels are missing.", left)
    to_come = ngettext(
        "Its {count} wanted label comes into the queue, and labelers can start.",
        "Its {count} wanted labels come into the queue, and labelers can start.",
        progress.wanted,
    )
    to_come_back = ngettext(
        "The {count} label that is still missing comes back into the queue.",
        "The {count} labels that are still missing come back into the queue.",
        left,
    )
    turns = {
        RoundState.PLANNED: Turn(
            "open",
            _("Open round {number}").format(number=number),
            _("Open round {number}?").format(number=number),
            to_come.format(count=grouped(progress.wanted)),
        ),
        RoundState.OPEN: Turn(
            "close",
            _("Close round {number}").format(number=number),
            _("Close round {number} before it is full?").format(number=number),
            sentences(
                missing.format(count=grouped(left)),
                _("What nobody has begun is no longer offered; what is in somebody’s hands can still be submitted."),
                after_close,
            ),
        ),
        RoundState.CLOSED: Turn(
            "reopen",
            _("Open round {number} again").format(number=number),
            _("Open round {number} again?").format(number=number),
            to_come_back.format(count=grouped(left)),
            is_allowed=left > 0,
        ),
    }
    turn = turns[RoundState(progress.round.state)]
    return [turn] if turn.is_allowed else []


ACTIONS = {"open": rounds.open_round, "close": rounds.close_round, "reopen": rounds.reopen_round}


def turned_words(to: str, number: int) -> str:
    """What is so after a turn."""
    words = {
        "open": _("Round {number} is open."),
        "close": _("Round {number} is closed."),
        "reopen": _("Round {number} is open again."),
    }
    return words[to].format(number=number)


@require_http_methods(["GET", "HEAD", "POST"])
@for_leads
def turn(request: HttpRequest, membership: Membership, number: int, to: str) -> HttpResponseBase:
    """Ask, then open, close or open again."""
    campaign = membership.campaign
    of = get_object_or_404(campaign.rounds.select_related("campaign"), number=number)
    if to not in ACTIONS:
        raise Http404(f"A round is not turned to {to!r}: expected open, close or reopen.")
    if request.method == "POST":
        try:
            ACTIONS[to](of=of, by=account(request))
        except ActionError as error:
            return refused(request, error, "round", campaign.slug, number)
        return done(request, turned_words(to, number), "round", campaign.slug, number)
    counts = dict(of.items.wanted().order_by().values_list("state").annotate(count=Count("pk")))
    asked = next((one for one in _turns(overview.RoundProgress(of, counts)) if one.name == to), None)
    if asked is None:
        return redirect("round", campaign.slug, number)
    context = {"heading": asked.question, "sentences": [asked.following], "button": asked.button}
    return page(request, "confirm.html", membership, {**context, "back": of.number, "back_to": "round"})


@require_http_methods(["GET", "HEAD", "POST"])
@for_leads
def choose_again(request: HttpRequest, membership: Membership, number: int) -> HttpResponseBase:
    """Choose the round once more from its record, and say whether it is the same; nothing is changed."""
    campaign = membership.campaign
    of = get_object_or_404(campaign.rounds.select_related("campaign", "selector"), number=number)
    if request.method != "POST":
        return redirect("round", campaign.slug, number)
    try:
        if reproducing.takes_long(of):
            job = reproducing.request(of=of, by=account(request))
            return redirect("job", campaign.slug, job.pk)
        found = reproducing.compare(of)
    except ActionError as error:
        return refused(request, error, "round", campaign.slug, number)
    (messages.success if found.is_same else messages.warning)(request, said(reproducing.in_words(found)))
    return redirect("round", campaign.slug, number)
