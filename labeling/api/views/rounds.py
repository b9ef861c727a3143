"""Rounds: plan, preview, look, open, close, reopen."""

from collections.abc import Callable
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.decorators import api_view
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response

from labeling.actions import gold_draw, rounds
from labeling.actions.round_plans import RoundPlan
from labeling.api import access
from labeling.api.filters import NoFilters
from labeling.api.lists import CampaignList
from labeling.api.schema import refusals
from labeling.api.serializers.rounds import GoldForeseen, NewRound, RoundAnswer, RoundSummary, described, verdicts_of
from labeling.models import Campaign, Round, Solution


class Rounds(CampaignList):
    """The campaign's rounds, without their picks."""

    queryset = Round.objects.none()
    serializer_class = RoundSummary
    filterset_class = NoFilters

    def rows(self, campaign: Campaign) -> QuerySet[Any]:
        """In the order of their numbers."""
        return campaign.rounds.filter(number__gte=0).with_counts().select_related("selector").order_by("number")

    @extend_schema(
        request=NewRound,
        responses={
            201: RoundAnswer,
            200: OpenApiResponse(RoundAnswer, description="A preview: nothing was changed."),
            **refusals(400, 403, 404, 409),
        },
    )
    def post(self, request: Request, slug: str) -> Response:
        """Plan the next round, or show what it would be."""
        campaign = access.lead_of(request, slug)
        body = NewRound(data=request.data)
        body.is_valid(raise_exception=True)
        asked = dict(body.validated_data)
        is_preview = asked.pop("preview")
        wanted = RoundPlan.of(campaign, **asked)
        if is_preview:
            return Response(_previewed(campaign, wanted))
        made = rounds.plan(campaign=campaign, wanted=wanted, by=access.account(request))
        return Response(_answer(campaign, made.number), status=201)


def _previewed(campaign: Campaign, wanted: RoundPlan) -> dict[str, Any]:
    of, items = rounds.preview(campaign, wanted)
    of.item_count, of.labeled_count = len(items), 0  # type: ignore[attr-defined]
    chosen = list({item.solution_id for item in items if item.solution_id is not None})
    verdicts: dict[int, tuple[str, str]] = {}
    for start in range(0, len(chosen), rounds.BATCH):  # a database takes only so many values in one statement
        verdicts |= verdicts_of(Solution.objects.filter(pk__in=chosen[start : start + rounds.BATCH]))
    answer = described(of, sorted(items, key=lambda item: (item.rank, item.place)), verdicts)
    gold = gold_draw.foreseen(campaign, len(items))
    return answer | {"gold": GoldForeseen(gold).data} if gold else answer


def _answer(campaign: Campaign, number: int) -> dict[str, Any]:
    """A round with its picks, in three queries."""
    of = campaign.rounds.with_counts().select_related("selector").filter(number=number).first()
    if of is None:
        raise NotFound(_("This campaign has no round {number}.").format(number=number))
    verdicts = verdicts_of(Solution.objects.filter(queue_items__round=of))
    return described(of, of.items.wanted().order_by("rank", "place"), verdicts)


@extend_schema(operation_id="round_retrieve", responses={200: RoundAnswer, **refusals(403, 404)})
@api_view(["GET"])
def detail(request: Request, slug: str, number: int) -> Response:
    """One round with all its items."""
    return Response(_answer(access.reader_of(request, slug), number))


@extend_schema(request=None, responses={200: RoundAnswer, **refusals(400, 403, 404, 409)})
@api_view(["POST"])
def open_round(request: Request, slug: str, number: int) -> Response:
    """Open a planned round: its items can be claimed."""
    return _turned(request, slug, number, rounds.open_round)


@extend_schema(request=None, responses={200: RoundAnswer, **refusals(400, 403, 404, 409)})
@api_view(["POST"])
def close_round(request: Request, slug: str, number: int) -> Response:
    """Close an open round before it is complete; what is in hand may still be submitted."""
    return _turned(request, slug, number, rounds.close_round)


@extend_schema(request=None, responses={200: RoundAnswer, **refusals(400, 403, 404, 409)})
@api_view(["POST"])
def reopen_round(request: Request, slug: str, number: int) -> Response:
    """Open a closed round again, while it has items without a label."""
    return _turned(request, slug, number, rounds.reopen_round)


def _turned(request: Request, slug: str, number: int, turn: Callable[..., None]) -> Response:
    campaign = access.lead_of(request, slug)
    of = campaign.rounds.filter(number=number).first()
    if of is None:
        raise NotFound(_("This campaign has no round {number}.").format(number=number))
    access.refuse_body(request)
    turn(of=of, by=access.account(request))
    return Response(_answer(campaign, number))
