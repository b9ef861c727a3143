"""Gold, labelers' accuracy on it, pauses, and work sent back: reviewers read, leads decide."""

from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.decorators import api_view
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from labeling.actions import gold, gold_accuracy, requeue, screening
from labeling.api import access
from labeling.api.filters import NoFilters
from labeling.api.lists import CampaignList
from labeling.api.schema import refusals
from labeling.api.serializers.gold import (
    GoldAnswer,
    NewGold,
    PauseBody,
    QualityAnswer,
    RequeueAnswer,
    ScreeningAnswer,
    quality,
    sets_of,
)
from labeling.models import Campaign, Gold, Label, Labeler, Requeue, Solution

# A list that comes whole: `many=True` would be described as one of its pages.
ADDED = OpenApiResponse({"type": "array", "items": {"$ref": "#/components/schemas/GoldAnswer"}})


class GoldList(CampaignList):
    """All gold, the newest first."""

    queryset = Gold.objects.none()
    serializer_class = GoldAnswer
    filterset_class = NoFilters

    def rows(self, campaign: Campaign) -> QuerySet[Any]:
        """Of one campaign."""
        return gold.of(campaign).select_related("solution").order_by("-pk")

    @extend_schema(request=NewGold, responses={201: ADDED, **refusals(400, 403, 404, 409)})
    def post(self, request: Request, slug: str) -> Response:
        """Make gold; one solution again: say anew what is right of it."""
        campaign = access.lead_of(request, slug)
        body = NewGold(data=request.data)
        body.is_valid(raise_exception=True)
        made = _made(campaign, request, body.validated_data)
        return Response(GoldAnswer(made, many=True).data, status=201)


def _made(campaign: Campaign, request: Request, asked: dict[str, Any]) -> list[Gold]:
    by, use = access.account(request), asked["use"]
    if "imported" in asked:
        return gold.make_from_imports(campaign=campaign, by=by, count=asked["imported"], use=use)
    if "label" in asked:
        labels = Label.objects.current().filter(problem__campaign=campaign)
        label = get_object_or_404(labels.select_related("solution__problem__campaign"), pk=asked["label"])
        return [gold.make_from_label(label=label, by=by, use=use)]
    solutions = Solution.objects.of(campaign).select_related("problem__campaign")
    solution = get_object_or_404(solutions, pk=asked["solution"])
    sets = sets_of(asked["steps"])
    return [gold.make(solution=solution, by=by, sets=sets, use=use, explanation=asked["explanation"])]


@extend_schema(
    request=None, responses={204: OpenApiResponse(description="Given to nobody any more."), **refusals(403, 404)}
)
@api_view(["DELETE"])
def retire(request: Request, slug: str, solution: int) -> Response:
    """Retire the gold of one solution."""
    campaign = access.lead_of(request, slug)
    # By its own number, not by the column that points to it: there a number beyond 64 bits is an error on SQLite.
    of = get_object_or_404(Solution, pk=solution, problem__campaign=campaign)
    found = get_object_or_404(gold.of(campaign).select_related("solution__problem__campaign"), solution=of)
    gold.retire(gold=found, by=access.account(request))
    return Response(status=204)


class Quality(CampaignList):
    """How right each labeler is on gold."""

    queryset = Labeler.objects.none()
    serializer_class = QualityAnswer
    filterset_class = NoFilters

    def rows(self, campaign: Campaign) -> QuerySet[Any]:
        """Of one campaign."""
        people = Labeler.objects.who_label_here().filter(campaign=campaign)
        return people.select_related("account", "campaign").order_by("pk")

    def paginate_queryset(self, queryset: Any) -> list[Any]:
        """The labelers of one page, with what their gold says."""
        people = super().paginate_queryset(queryset) or []
        judged = gold_accuracy.by_labeler(people[0].campaign) if people else {}
        return [quality(one, gold_accuracy.standing(one, judged.get(one.pk, []))) for one in people]


def _labeler(request: Request, slug: str, labeler: int) -> Labeler:
    return _of(access.lead_of(request, slug), labeler)


def _of(campaign: Campaign, labeler: int) -> Labeler:
    return get_object_or_404(Labeler.objects.select_related("account", "campaign"), pk=labeler, campaign=campaign)


@extend_schema(operation_id="quality_retrieve", responses={200: QualityAnswer, **refusals(403, 404)})
@api_view(["GET"])
def labeler(request: Request, slug: str, labeler: int) -> Response:
    """One labeler, with what could be sent back."""
    return Response(_one(_of(access.reader_of(request, slug), labeler)))


def _one(of: Labeler) -> dict[str, Any]:
    since = requeue.offered_since(of)
    offered = {"requeue_since": since, "requeue_labels": requeue.labels_since(of, since).count()}
    return quality(of, gold_accuracy.standing(of, gold_accuracy.results(of.campaign, of))) | offered


@extend_schema(request=PauseBody, responses={200: QualityAnswer, **refusals(400, 403, 404)})
@api_view(["POST"])
def pause(request: Request, slug: str, labeler: int) -> Response:
    """Give a labeler no further work; they are told why."""
    of = _labeler(request, slug, labeler)
    body = PauseBody(data=request.data)
    body.is_valid(raise_exception=True)
    gold_accuracy.pause(labeler=of, reason=body.validated_data["reason"], by=access.account(request))
    return Response(_one(of))


@extend_schema(request=None, responses={200: QualityAnswer, **refusals(400, 403, 404, 409)})
@api_view(["POST"])
def resume(request: Request, slug: str, labeler: int) -> Response:
    """Let a paused labeler go on."""
    of = _labeler(request, slug, labeler)
    access.refuse_body(request)
    gold_accuracy.resume(labeler=of, by=access.account(request))
    return Response(_one(of))


@extend_schema(request=None, responses={200: QualityAnswer, **refusals(400, 403, 404, 409)})
@api_view(["POST"])
def let_in(request: Request, slug: str, labeler: int) -> Response:
    """Let a labeler work without having passed screening."""
    of = _labeler(request, slug, labeler)
    access.refuse_body(request)
    screening.let_in(labeler=of, by=access.account(request))
    return Response(_one(of))


@extend_schema(request=None, responses={200: QualityAnswer, **refusals(400, 403, 404)})
@api_view(["POST"])
def further(request: Request, slug: str, labeler: int) -> Response:
    """Let a labeler try screening once more."""
    of = _labeler(request, slug, labeler)
    access.refuse_body(request)
    screening.allow_further(labeler=of, by=access.account(request))
    return Response(_one(of))


class MyScreening(APIView):
    """One's own screening in a campaign."""

    @extend_schema(operation_id="my_screening_retrieve", responses={200: ScreeningAnswer, **refusals(404)})
    def get(self, request: Request, slug: str) -> Response:
        """Where one stands."""
        return Response(_standing(access.labeler_in(request, slug)))

    @extend_schema(request=None, responses={200: ScreeningAnswer, **refusals(404, 409)})
    def post(self, request: Request, slug: str) -> Response:
        """Begin another attempt; the first begins by itself with `next/`."""
        mine = access.labeler_in(request, slug)
        screening.retake(labeler=mine)
        return Response(_standing(mine))


def _standing(mine: Labeler) -> dict[str, Any]:
    attempt = mine.screening_attempts.last()
    names = ("size", "with_error", "found", "without_error", "false_alarms")
    return {
        "is_required": screening.is_required(mine.campaign, mine),
        "attempt": attempt.number if attempt else None,
        "passed": attempt.passed if attempt else None,
        **({name: getattr(attempt, name) for name in names} if attempt and attempt.ended_at else {}),
        "attempts_left": screening.attempts_left(mine.campaign, mine),
    }


@extend_schema(request=None, responses={201: RequeueAnswer, **refusals(400, 403, 404, 409)})
@api_view(["POST"])
def send_back(request: Request, slug: str, labeler: int) -> Response:
    """Send a labeler's labels since the last good point back to the queue; the GET beside it says how many."""
    of = _labeler(request, slug, labeler)
    access.refuse_body(request)
    made = requeue.requeue(labeler=of, since=requeue.offered_since(of), by=access.account(request))
    return Response(RequeueAnswer(made).data, status=201)


@extend_schema(request=None, responses={200: RequeueAnswer, **refusals(400, 403, 404, 409)})
@api_view(["POST"])
def undo(request: Request, slug: str, requeue_id: int) -> Response:
    """The labels count again."""
    campaign = access.lead_of(request, slug)
    made = get_object_or_404(Requeue.objects.select_related("campaign"), pk=requeue_id, campaign=campaign)
    access.refuse_body(request)
    requeue.undo(requeue=made, by=access.account(request))
    return Response(RequeueAnswer(made).data)
