"""Changes to many rows at once: looked at, made, undone."""

from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.decorators import api_view
from rest_framework.request import Request
from rest_framework.response import Response

from labeling.actions import bulk
from labeling.api import access
from labeling.api.filters import LabelFilters, NoFilters, ProblemFilters, found_by
from labeling.api.lists import CampaignList
from labeling.api.schema import refusals
from labeling.api.serializers.bulk import ChangeAnswer, ChangePreview, NewChange
from labeling.models import BulkChange, BulkKind, Campaign, Label, Problem

EXAMPLES = 10


class Changes(CampaignList):
    """Changes to many rows, the newest first."""

    queryset = BulkChange.objects.none()
    serializer_class = ChangeAnswer
    filterset_class = NoFilters

    def rows(self, campaign: Campaign) -> QuerySet[Any]:
        """Of one campaign."""
        return _changes(campaign).order_by("-pk")

    @extend_schema(
        request=NewChange,
        responses={
            201: ChangeAnswer,
            200: OpenApiResponse(ChangePreview, description="A preview: nothing was changed."),
            **refusals(400, 403, 404, 409),
        },
    )
    def post(self, request: Request, slug: str) -> Response:
        """Change all of them or none, or show what would change. Each change can be undone."""
        campaign = access.lead_of(request, slug)
        body = NewChange(data=request.data)
        body.is_valid(raise_exception=True)
        asked = body.validated_data
        kind, rows = BulkKind(asked["kind"]), _rows(campaign, asked)
        if asked["preview"]:
            return Response(_preview(kind, rows))
        made = bulk.change(
            kind=kind,
            campaign=campaign,
            rows=rows,
            by=access.account(request),
            sought=asked.get("filter", {}),
            reason=asked["reason"].strip(),
            shown=asked["count"],
        )
        return Response(ChangeAnswer(made).data, status=201)


def _changes(campaign: Campaign) -> QuerySet[BulkChange]:
    return campaign.bulk_changes.select_related("created_by", "undone_by", "campaign", "requeue").defer("before")


def _rows(campaign: Campaign, asked: dict[str, Any]) -> QuerySet[Any]:
    """The rows that the body names, or finds as their list does."""
    is_of_labels = asked["kind"] == BulkKind.REQUEUE
    rows: QuerySet[Any] = (
        Label.objects.current().filter(problem__campaign=campaign)
        if is_of_labels
        else Problem.objects.filter(campaign=campaign).visible()
    )
    if "ids" in asked:
        return rows.filter(pk__in=asked["ids"])
    return found_by(LabelFilters if is_of_labels else ProblemFilters, asked["filter"], rows, field="filter")


def _preview(kind: BulkKind, rows: QuerySet[Any]) -> dict[str, Any]:
    wanted = bulk.to_change(kind, rows)
    return {
        "kind": kind,
        "found": rows.count(),
        "count": wanted.count(),
        "follows": bulk.follows(kind, wanted),
        "examples": list(wanted.values_list("pk", flat=True)[:EXAMPLES]),
    }


def _change(campaign: Campaign, change_id: int) -> BulkChange:
    return get_object_or_404(_changes(campaign), pk=change_id)


@extend_schema(operation_id="change_retrieve", responses={200: ChangeAnswer, **refusals(403, 404)})
@api_view(["GET"])
def detail(request: Request, slug: str, change_id: int) -> Response:
    """One change."""
    return Response(ChangeAnswer(_change(access.reader_of(request, slug), change_id)).data)


@extend_schema(request=None, responses={200: ChangeAnswer, **refusals(400, 403, 404, 409)})
@api_view(["POST"])
def undo(request: Request, slug: str, change_id: int) -> Response:
    """Make it as it was, but for what was changed once more since."""
    made = _change(access.lead_of(request, slug), change_id)
    access.refuse_body(request)
    bulk.undo(change=made, by=access.account(request))
    return Response(ChangeAnswer(made).data)
