"""One's own unfinished work: listed, kept though its lease is gone, discarded."""

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.exceptions import NotFound
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from labeling.actions import drafts
from labeling.actions.errors import DraftChanged
from labeling.api import access
from labeling.api.filters import MyDraftFilters
from labeling.api.schema import either, refusals
from labeling.api.serializers import drafts as shown
from labeling.api.serializers import tree_work, work
from labeling.api.views.work import draft_changed, draft_content
from labeling.models import Draft

NO_DRAFT = _("There is no such draft, or it is not yours.")


class MyDrafts(ListAPIView):
    """What one began and did not submit, the latest first: also on items that somebody else has or has labeled now."""

    queryset = Draft.objects.none()
    serializer_class = shown.MyDraftAnswer
    filterset_class = MyDraftFilters

    def get_queryset(self) -> QuerySet[Draft]:
        """One's own."""
        if getattr(self, "swagger_fake_view", False):
            return self.queryset
        return drafts.of(access.account(self.request))


class MyDraft(APIView):
    """One of one's own drafts, by its item."""

    @extend_schema(responses={200: shown.MyDraftAnswer, **refusals(404)})
    def get(self, request: Request, item_id: int) -> Response:
        """The draft with the solution that it is about."""
        found = drafts.of(access.account(request)).filter(item=access.existing(item_id)).first()
        if found is None:
            raise NotFound(NO_DRAFT)
        return Response(shown.MyDraftAnswer(found).data)

    @extend_schema(
        request=either("KeptWork", work.WorkBody, tree_work.TreeWorkBody),
        responses={200: shown.KeptDraft, **refusals(400, 404), 409: work.DraftRefusal},
    )
    def put(self, request: Request, item_id: int) -> Response:
        """Keep work whose lease ran out, for oneself alone; the item must be one that one has held."""
        item, labeler = access.item_in_hand(request, item_id)
        conditions, content = draft_content(request, item, has_lease=False)
        try:
            kept = drafts.keep(item=item, labeler=labeler, content=content, **conditions)
        except DraftChanged as refusal:
            return draft_changed(refusal, item, labeler)
        return Response({"saved_at": kept.saved_at})

    @extend_schema(responses={204: OpenApiResponse(description="Discarded."), **refusals(404)})
    def delete(self, request: Request, item_id: int) -> Response:
        """Discard it."""
        if not drafts.discard(account=access.account(request), item_id=access.existing(item_id)):
            raise NotFound(NO_DRAFT)
        return Response(status=204)
