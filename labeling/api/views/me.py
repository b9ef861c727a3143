"""What is personal: one's campaigns, counts, labels, and their revision."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.db.models import Count, F, Q, QuerySet
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.exceptions import NotFound
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from labeling.actions import labels, preferences
from labeling.api import access
from labeling.api.filters import MyLabelFilters
from labeling.api.schema import REFUSED, either, refusals
from labeling.api.serializers import me, tree_work, work
from labeling.models import Label, Membership, Mode

NO_LABEL = _("There is no such label, or it is not yours.")


class Me(APIView):
    """One's own account."""

    @extend_schema(responses=me.MeAnswer)
    def get(self, request: Request) -> Response:
        """One's campaigns with counts, and settings."""
        account = access.account(request)
        memberships = Membership.objects.filter(account=account).select_related("campaign").order_by("campaign__slug")
        made = _counts(account.pk, _midnight())
        campaigns = [_campaign(membership, *made.get(membership.campaign_id, (0, 0))) for membership in memberships]
        return Response(
            {
                "username": account.get_username(),
                "campaigns": campaigns,
                "counts": me.counts(sum(all_ for all_, _ in made.values()), sum(today for _, today in made.values())),
                "settings": {
                    "language": translation.get_language() or settings.LANGUAGE_CODE,
                    "time_zone": timezone.get_current_timezone_name(),
                    "theme": preferences.of(account).theme,
                    "can_create_campaigns": access.may_create_campaigns(account),
                },
            }
        )


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


def _midnight() -> datetime:
    return timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)


def _counts(account_id: int, midnight: datetime) -> dict[int, tuple[int, int]]:
    """By campaign: labels that stand, and how many of them were submitted since midnight, in one query."""
    mine = Label.objects.filter(labeler__account=account_id, is_current=True).order_by()
    rows = mine.values_list("labeler__campaign").annotate(
        in_all=Count("pk"), today=Count("pk", filter=Q(submitted_at__gte=midnight))
    )
    return {campaign: (in_all, today) for campaign, in_all, today in rows}


def _campaign(membership: Membership, in_all: int, today: int) -> dict[str, Any]:
    campaign = membership.campaign
    return {
        "slug": campaign.slug,
        "name": campaign.name,
        "role": membership.role,
        "counts": me.counts(in_all, today),
        "settings": {"reference_answer": campaign.reference_answer, "lease_minutes": campaign.lease_minutes},
    }


def _my_labels(request: Request) -> QuerySet[Label]:
    """Current labels of this account in campaigns that it is (still) in."""
    account = access.account(request)
    return (
        Label.objects.filter(labeler__account=account, labeler__campaign__memberships__account=account, is_current=True)
        .select_related("labeler__campaign", "problem", "solution")
        .order_by("-submitted_at", "-pk")
    )


class MyLabels(ListAPIView):
    """One's own labels, the newest first."""

    queryset = Label.objects.none()
    serializer_class = me.MyLabelAnswer
    filterset_class = MyLabelFilters

    def get_queryset(self) -> QuerySet[Label]:
        """One's own."""
        return self.queryset if getattr(self, "swagger_fake_view", False) else _my_labels(self.request)


class MyLabel(APIView):
    """One of one's own labels."""

    @extend_schema(responses={200: me.MyLabelAnswer, **refusals(404)})
    def get(self, request: Request, label_id: int) -> Response:
        """The label as it stands."""
        return Response(me.MyLabelAnswer(self._label(request, label_id)).data)

    @extend_schema(
        request=either("Revision", work.RevisionBody, tree_work.TreeRevisionBody),
        responses={
            200: work.SubmittedLabel,
            **refusals(400, 404),
            409: OpenApiResponse(REFUSED, description="Revised already, or imported."),
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
        account = access.account(request)
        label = (
            Label.objects.filter(
                pk=label_id, labeler__account=account, labeler__campaign__memberships__account=F("labeler__account")
            )
            .select_related("labeler__campaign__guide", "problem", "solution__problem", "tree__problem", "item")
            .first()
        )
        if label is None:
            raise NotFound(NO_LABEL)
        return label
