"""Campaigns: one's own, new ones, settings, figures, the end."""

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.exceptions import PermissionDenied
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from labeling.actions import campaigns
from labeling.api import access, stats
from labeling.api.filters import NoFilters, refuse_unknown
from labeling.api.schema import refusals
from labeling.api.serializers.campaigns import CampaignAnswer, CampaignChange, NewCampaign
from labeling.api.serializers.rows import StatsAnswer
from labeling.models import Membership

LEADS_CREATE = _("Only somebody who leads a campaign can make another one. Ask a lead, or the operator of this site.")


class Campaigns(ListAPIView):
    """The campaigns that one is in."""

    queryset = Membership.objects.none()
    serializer_class = CampaignAnswer
    filterset_class = NoFilters

    def get_queryset(self) -> QuerySet[Membership]:
        """One's memberships: the role decides what is shown of a campaign."""
        if getattr(self, "swagger_fake_view", False):
            return self.queryset
        mine = Membership.objects.filter(account=access.account(self.request))
        return mine.select_related("campaign").order_by("campaign__slug")

    @extend_schema(request=NewCampaign, responses={201: CampaignAnswer, **refusals(400, 403, 409)})
    def post(self, request: Request) -> Response:
        """Make a campaign and lead it."""
        account = access.account(request)
        if not access.may_create_campaigns(account):
            raise PermissionDenied(LEADS_CREATE)
        access.check_two_factor(request)
        body = NewCampaign(data=request.data)
        body.is_valid(raise_exception=True)
        values = body.validated_data
        made = campaigns.create(slug=values["slug"], name=values["name"], by=account, wanted=values.get("settings"))
        return Response(CampaignAnswer(access.membership(request, made.slug)).data, status=201)


class CampaignDetail(APIView):
    """One campaign."""

    @extend_schema(operation_id="campaign_retrieve", responses={200: CampaignAnswer, **refusals(403, 404)})
    def get(self, request: Request, slug: str) -> Response:
        """Its name, and for leads its settings."""
        access.reader_of(request, slug)
        return self._answer(request, slug)

    @extend_schema(request=CampaignChange, responses={200: CampaignAnswer, **refusals(400, 403, 404)})
    def patch(self, request: Request, slug: str) -> Response:
        """Change the name or single settings; the others stay."""
        campaign = access.lead_of(request, slug)
        body = CampaignChange(data=request.data, partial=True)
        body.is_valid(raise_exception=True)
        values = body.validated_data
        campaigns.change(
            campaign=campaign,
            by=access.account(request),
            name=values.get("name"),
            wanted=values.get("settings"),
        )
        return self._answer(request, slug)

    @extend_schema(responses={204: OpenApiResponse(description="Gone."), **refusals(403, 404)})
    def delete(self, request: Request, slug: str) -> Response:
        """Delete the campaign with all its problems, solutions and labels, for good."""
        campaigns.delete(campaign=access.lead_of(request, slug), by=access.account(request))
        return Response(status=204)

    def _answer(self, request: Request, slug: str) -> Response:
        return Response(CampaignAnswer(access.membership(request, slug)).data)


class Stats(APIView):
    """Figures of one campaign."""

    @extend_schema(responses={200: StatsAnswer, **refusals(400, 403, 404)})
    def get(self, request: Request, slug: str) -> Response:
        """How much there is of what."""
        campaign = access.reader_of(request, slug)
        refuse_unknown(request)
        return Response(stats.of(campaign))
