"""What is personal: one's campaigns, counts, labels, and their revision."""

from dataclasses import asdict
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.exceptions import NotFound
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from labeling.actions import labels, my_work, people, preferences
from labeling.api import access
from labeling.api.filters import MyLabelFilters
from labeling.api.schema import either, refusals
from labeling.api.serializers import me, tree_work, work
from labeling.models import Label, Membership, Mode

NO_LABEL = _("There is no such label, or it is not yours.")


class Me(APIView):
    """One's own account."""

    @extend_schema(responses=me.MeAnswer)
    def get(self, request: Request) -> Response:
        """One's campaigns with counts, and settings."""
        account = access.account(request)
        memberships = list(
            Membership.objects.filter(account=account).select_related("campaign").order_by("campaign__slug")
        )
        made = my_work.totals(account, since=my_work.midnight())
        standings = my_work.standings(account, [of.campaign for of in memberships])
        return Response(
            {
                "username": account.get_username(),
                "campaigns": [
                    _campaign(of, made.get(of.campaign_id), standings.get(of.campaign_id)) for of in memberships
                ],
                "counts": asdict(sum(made.values(), start=my_work.Totals())),
                "settings": {
                    "language": translation.get_language() or settings.LANGUAGE_CODE,
                    "time_zone": timezone.get_current_timezone_name(),
                    "theme": preferences.of(account).theme,
                    "can_create_campaigns": access.may_create_campaigns(account),
                },
            }
        )


class MyCampaign(APIView):
    """One's place in a campaign."""

    @extend_schema(responses={204: OpenApiResponse(description="Out; one's labels stay."), **refusals(404, 409)})
    def delete(self, request: Request, slug: str) -> Response:
        """Leave it: what is in hand goes back to the queue, and only a lead lets one in again."""
        people.remove_member(member=access.membership(request, slug), by=access.account(request))
        return Response(status=204)


class MySettings(APIView):
    """How one wants the pages."""

    @extend_schema(responses=me.PreferencesAnswer)
    def get(self, request: Request) -> Response:
        """What one chose; null where the browser says it."""
        return Response(me.PreferencesAnswer(preferences.of(access.account(request))).data)

    @extend_schema(request=me.PreferencesBody, responses={200: me.PreferencesAnswer, **refusals(400)})
    def patch(self, request: Request) -> Response:
        """Change what is named. A key that another action of the same page has is refused, naming both."""
        body = me.PreferencesBody(data=request.data)
        body.is_valid(raise_exception=True)
        chosen = preferences.change(account=access.account(request), wanted=body.wanted())
        return Response(me.PreferencesAnswer(chosen).data)


def _campaign(membership: Membership, made: my_work.Totals | None, standing: my_work.Standing | None) -> dict[str, Any]:
    campaign = membership.campaign
    answer = {
        "slug": campaign.slug,
        "name": campaign.name,
        "role": membership.role,
        "counts": asdict(made or my_work.Totals()),
        "settings": {"reference_answer": campaign.reference_answer, "lease_minutes": campaign.lease_minutes},
    }
    return answer | {"standing": asdict(standing)} if standing else answer


class MyLabels(ListAPIView):
    """One's own labels, the newest first."""

    queryset = Label.objects.none()
    serializer_class = me.MyLabelAnswer
    filterset_class = MyLabelFilters

    def get_queryset(self) -> QuerySet[Label]:
        """One's own."""
        return (
            self.queryset
            if getattr(self, "swagger_fake_view", False)
            else my_work.submitted(access.account(self.request))
        )


class MyLabel(APIView):
    """One of one's own labels."""

    @extend_schema(responses={200: me.MyLabelWhole, **refusals(404)})
    def get(self, request: Request, label_id: int) -> Response:
        """This version of the label, what became of it, and all versions."""
        return Response(me.MyLabelWhole(self._label(request, label_id)).data)

    @extend_schema(
        request=either("Revision", work.RevisionBody, tree_work.TreeRevisionBody),
        responses={
            200: work.SubmittedLabel,
            **refusals(400, 404),
            409: OpenApiResponse(
                work.RevisionRefusal, description="Revised already, imported, or its problem excluded."
            ),
        },
    )
    def put(self, request: Request, label_id: int) -> Response:
        """Revise: a further version takes the place of this one, which is kept."""
        label = self._label(request, label_id)
        is_tree = label.mode == Mode.CANDIDATES
        body = (tree_work.TreeRevisionBody if is_tree else work.RevisionBody)(data=request.data)
        body.is_valid(raise_exception=True)
        values = body.validated_data
        pass_of = tree_work.tree_pass_of if is_tree else work.pass_of
        revision = labels.revise(
            label=label,
            done=pass_of(values, total_time=label.total_time_ms),
            reason=values.get("revision_reason") or values.get("reason", ""),
        )
        return Response(work.submitted(revision))

    def _label(self, request: Request, label_id: int) -> Label:
        """Also one that was revised meanwhile: the action says so."""
        mine = my_work.with_rulings(my_work.labels_of(access.account(request)))
        more = ("labeler__campaign__guide", "solution__problem", "tree__problem", "item")
        label = mine.select_related(*more).filter(pk=label_id).first()
        if label is None:
            raise NotFound(NO_LABEL)
        return label
