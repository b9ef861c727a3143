"""The guide of a campaign: read by its members, written by its leads, noted by each person."""

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from labeling.actions import guides
from labeling.api import access
from labeling.api.filters import NoFilters
from labeling.api.lists import CampaignList
from labeling.api.schema import refusals
from labeling.api.serializers.guides import GuideAnswer, GuideVersionAnswer, MyGuideAnswer, NewGuide, Noted
from labeling.models import Campaign, GuideVersion


class Guide(APIView):
    """The guide of a campaign."""

    @extend_schema(
        operation_id="guide_retrieve",
        parameters=[OpenApiParameter("version", int, description="An earlier version; else the one in force.")],
        responses={200: GuideAnswer, **refusals(400, 404)},
    )
    def get(self, request: Request, slug: str) -> Response:
        """The version in force, or the one that is asked for; for members of the campaign."""
        campaign = access.membership(request, slug).campaign
        return Response(GuideAnswer(_version(campaign, request.query_params.get("version"))).data)

    @extend_schema(request=NewGuide, responses={201: GuideAnswer, **refusals(400, 403, 404, 409)})
    def post(self, request: Request, slug: str) -> Response:
        """Put a further version in force; labelers are shown its note once. An earlier text is brought back so, too."""
        campaign = access.lead_of(request, slug)
        body = NewGuide(data=request.data)
        body.is_valid(raise_exception=True)
        values = body.validated_data
        made = guides.publish(
            campaign=campaign,
            text=values["text"],
            note=values.get("note", ""),
            by=access.account(request),
            replaces=values.get("replaces"),
        )
        return Response(GuideAnswer(made).data, status=201)


def _version(campaign: Campaign, asked: str | None) -> GuideVersion:
    if asked is None:
        found = campaign.guide
    elif asked.isascii() and asked.isdigit() and len(asked) < 10:
        found = campaign.guide_versions.filter(number=int(asked)).first()
    else:
        raise ValidationError({"version": _("Expected the number of a version.")})
    if found is None:
        raise NotFound(_("The guide of this campaign has no such version."))
    return found


class GuideVersions(CampaignList):
    """All versions of a campaign's guide, the first one first."""

    queryset = GuideVersion.objects.none()
    serializer_class = GuideVersionAnswer
    filterset_class = NoFilters

    def rows(self, campaign: Campaign) -> QuerySet[Any]:
        """By number."""
        return guides.versions(campaign)


class MyGuide(APIView):
    """Where one stands with the guide of a campaign."""

    @extend_schema(operation_id="my_guide_retrieve", responses={200: MyGuideAnswer, **refusals(404)})
    def get(self, request: Request, slug: str) -> Response:
        """What changed since one took note of it, or began to label."""
        return self._answer(request, access.membership(request, slug).campaign)

    @extend_schema(request=Noted, responses={200: MyGuideAnswer, **refusals(400, 404)})
    def put(self, request: Request, slug: str) -> Response:
        """Take note of what changed, up to this version: it is not shown as new again."""
        campaign = access.membership(request, slug).campaign
        body = Noted(data=request.data)
        body.is_valid(raise_exception=True)
        version = _version(campaign, str(body.validated_data["version"]))
        guides.note(version=version, account=access.account(request))
        return self._answer(request, campaign)

    def _answer(self, request: Request, campaign: Campaign) -> Response:
        news = guides.news_for(campaign=campaign, account=access.account(request))
        in_force = campaign.guide
        answer = {"version": in_force.number if in_force else None, "changes": news.versions}
        return Response(MyGuideAnswer(answer).data)
