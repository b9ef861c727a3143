"""Who is in a campaign, and as what."""

from typing import Any

from django.contrib.auth.models import User
from django.db.models import OuterRef, QuerySet
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from labeling.actions import people
from labeling.api import access
from labeling.api.filters import NoFilters
from labeling.api.lists import CampaignList, counted
from labeling.api.schema import refusals
from labeling.api.serializers.campaigns import MemberAnswer, MemberChange, NewMember
from labeling.models import Campaign, Label, Membership


def _members(campaign: Campaign) -> QuerySet[Any]:
    labels = Label.objects.current().filter(
        labeler__account=OuterRef("account"), labeler__campaign=OuterRef("campaign")
    )
    found = campaign.memberships.select_related("account", "campaign")
    return found.annotate(label_count=counted(labels, "labeler")).order_by("account__username")


class Members(CampaignList):
    """The campaign's members, by name."""

    queryset = Membership.objects.none()
    serializer_class = MemberAnswer
    filterset_class = NoFilters

    def rows(self, campaign: Campaign) -> QuerySet[Any]:
        """By user name."""
        return _members(campaign)

    @extend_schema(request=NewMember, responses={201: MemberAnswer, **refusals(400, 403, 404, 409)})
    def post(self, request: Request, slug: str) -> Response:
        """Let an account into the campaign."""
        campaign = access.lead_of(request, slug)
        body = NewMember(data=request.data)
        body.is_valid(raise_exception=True)
        username, role = body.validated_data["username"], body.validated_data["role"]
        account = User.objects.filter(username=username, is_active=True).first()
        if account is None:
            raise ValidationError(
                {
                    "username": _("There is no account “{username}”. The operator makes accounts.").format(
                        username=username
                    )
                }
            )
        made = people.add_member(campaign=campaign, account=account, role=role, by=access.account(request))
        return Response(MemberAnswer(_members(campaign).get(pk=made.pk)).data, status=201)


class MemberDetail(APIView):
    """One member."""

    @extend_schema(operation_id="member_retrieve", responses={200: MemberAnswer, **refusals(403, 404)})
    def get(self, request: Request, slug: str, username: str) -> Response:
        """Role and count of labels."""
        return Response(MemberAnswer(self._member(access.reader_of(request, slug), username)).data)

    @extend_schema(request=MemberChange, responses={200: MemberAnswer, **refusals(400, 403, 404, 409)})
    def patch(self, request: Request, slug: str, username: str) -> Response:
        """Give the member another role."""
        member = self._member(access.lead_of(request, slug), username)
        body = MemberChange(data=request.data)
        body.is_valid(raise_exception=True)
        people.change_role(member=member, role=body.validated_data["role"], by=access.account(request))
        return Response(MemberAnswer(member).data)

    @extend_schema(responses={204: OpenApiResponse(description="Out; their labels stay."), **refusals(403, 404, 409)})
    def delete(self, request: Request, slug: str, username: str) -> Response:
        """End the membership; labels stay."""
        member = self._member(access.lead_of(request, slug), username)
        people.remove_member(member=member, by=access.account(request))
        return Response(status=204)

    def _member(self, campaign: Campaign, username: str) -> Membership:
        found = _members(campaign).filter(account__username=username).first()
        if found is None:
            raise NotFound(_("Nobody called “{username}” is in this campaign.").format(username=username))
        return found
