"""Invitations to a campaign, for its leads."""

from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from labeling.actions import invitations
from labeling.api import access
from labeling.api.filters import NoFilters
from labeling.api.lists import CampaignList
from labeling.api.schema import refusals
from labeling.api.serializers.people import InvitationAnswer, NewInvitation
from labeling.models import Campaign, Invitation


class Invitations(CampaignList):
    """The campaign's invitations with their state, the newest first."""

    queryset = Invitation.objects.none()
    serializer_class = InvitationAnswer
    filterset_class = NoFilters
    for_whom = staticmethod(access.lead_of)  # a link lets its bearer in

    def rows(self, campaign: Campaign) -> QuerySet[Any]:
        """Of one campaign."""
        return invitations.listed(campaign)

    @extend_schema(request=NewInvitation, responses={201: InvitationAnswer, **refusals(400, 403, 404)})
    def post(self, request: Request, slug: str) -> Response:
        """Make one; it is mailed where an address is given and this site sends mail."""
        campaign = access.lead_of(request, slug)
        body = NewInvitation(data=request.data)
        body.is_valid(raise_exception=True)
        made = invitations.invite(campaign=campaign, by=access.account(request), **body.validated_data)
        answer = InvitationAnswer(made, context={"request": request}).data
        return Response(answer | {"mailed": invitations.send(invitation=made, link=answer["link"])}, status=201)


class InvitationDetail(APIView):
    """One invitation."""

    @extend_schema(responses={204: OpenApiResponse(description="Revoked."), **refusals(403, 404, 409)})
    def delete(self, request: Request, slug: str, invitation_id: int) -> Response:
        """Revoke it: its link works no more."""
        found = get_object_or_404(invitations.listed(access.lead_of(request, slug)), pk=invitation_id)
        invitations.revoke(invitation=found, by=access.account(request))
        return Response(status=204)
