"""Adjudication: what has to be decided, deciding it, and precedents."""

from typing import Any

from django.db.models import QuerySet, Value
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import api_view
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response

from labeling.actions import adjudication
from labeling.api import access
from labeling.api.filters import NoFilters, RulingFilters, refuse_unknown
from labeling.api.lists import CampaignList
from labeling.api.schema import refusals
from labeling.api.serializers.rulings import FinalLabel, OpenQuestion, RulingRow
from labeling.models import Campaign, Ruling, Solution


class Rulings(CampaignList):
    """Decisions, the newest first."""

    queryset = Ruling.objects.none()
    serializer_class = RulingRow
    filterset_class = RulingFilters

    def rows(self, campaign: Campaign) -> QuerySet[Any]:
        """Of one campaign."""
        return adjudication.precedents(campaign)


@extend_schema(operation_id="ruling_retrieve", responses={200: RulingRow, **refusals(400, 403, 404)})
@api_view(["GET"])
def ruling(request: Request, slug: str, ruling_id: int) -> Response:
    """One decision, by the number that its page and the guide's citations have."""
    campaign = access.reader_of(request, slug)
    refuse_unknown(request)
    found = adjudication.precedents(campaign).filter(pk=ruling_id).first()
    if found is None:
        raise NotFound(_("This campaign has no such ruling."))
    return Response(RulingRow(found).data)


class Questions(CampaignList):
    """What has to be decided: where people differ, then where they were unsure, the oldest first."""

    queryset = Solution.objects.none()
    serializer_class = OpenQuestion
    filterset_class = NoFilters

    def rows(self, campaign: Campaign) -> QuerySet[Any]:
        """Of one campaign; a solution of both kinds stands here twice."""
        found = {"disagreement": adjudication.disagreements(campaign), "unsure": adjudication.unsure(campaign)}
        of_each = [rows.order_by().values("pk", why=Value(why)) for why, rows in found.items()]
        return of_each[0].union(of_each[1], all=True).order_by("why", "pk")


@extend_schema(request=FinalLabel, responses={201: RulingRow, **refusals(400, 403, 404)})
@api_view(["POST"])
def decide(request: Request, slug: str, solution: int) -> Response:
    """Make the final label of a solution."""
    campaign = access.lead_of(request, slug)
    found = get_object_or_404(Solution.objects.of(campaign).select_related("problem__campaign"), pk=solution)
    body = FinalLabel(data=request.data)
    body.is_valid(raise_exception=True)
    ruling = adjudication.decide(solution=found, by=access.account(request), **body.validated_data)
    return Response(RulingRow(ruling).data, status=201)
