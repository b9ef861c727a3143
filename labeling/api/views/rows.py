"""What leads and reviewers see of the pool: labels, solutions, problems, disputes; and decisions about the last two."""

from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import api_view
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response

from labeling.actions import disputes, problems
from labeling.actions.candidates import selector_in_use
from labeling.api import access
from labeling.api.filters import DisputeFilters, LabelFilters, ProblemFilters, SolutionFilters
from labeling.api.lists import CampaignList, counted
from labeling.api.schema import refusals
from labeling.api.serializers import rows
from labeling.models import Campaign, Dispute, Label, Problem, Solution, SolutionScore
from labeling.models.reading import only_value


class Labels(CampaignList):
    """The campaign's labels; revised versions too, unless filtered by `is_current`."""

    queryset = Label.objects.none()
    serializer_class = rows.LabelAnswer
    filterset_class = LabelFilters

    def rows(self, campaign: Campaign) -> QuerySet[Any]:
        """In the order in which they came, those of an unfinished import left out."""
        is_visible = Q(import_job__isnull=True) | Q(import_job__state="done")
        labels = Label.objects.filter(is_visible, problem__campaign=campaign)
        return labels.select_related("problem", "solution", "labeler__account", "round", "item", "guide").order_by("pk")


class Solutions(CampaignList):
    """The campaign's pool, with the score of the selector version in use."""

    queryset = Solution.objects.none()
    serializer_class = rows.SolutionAnswer
    filterset_class = SolutionFilters

    def rows(self, campaign: Campaign) -> QuerySet[Any]:
        """In the order in which they came in."""
        labels = Label.objects.current().filter(solution=OuterRef("pk"))
        scores = SolutionScore.objects.filter(
            version=selector_in_use(campaign), solution=Coalesce(OuterRef("duplicate_of"), OuterRef("pk"))
        )
        return (
            Solution.objects.of(campaign)
            .with_verdict()
            .annotate(
                label_count=counted(labels, "solution"),
                score=only_value(scores, "score"),
            )
            .alias(is_labeled=Exists(labels))  # to filter by: among what is read it would read every label
            .select_related("problem")
            .order_by("pk")
        )


class Problems(CampaignList):
    """The campaign's problems."""

    queryset = Problem.objects.none()
    serializer_class = rows.ProblemAnswer
    filterset_class = ProblemFilters

    def rows(self, campaign: Campaign) -> QuerySet[Any]:
        """In the order in which they came in."""
        return _problems(campaign).order_by("pk")


def _campaign(request: Request, slug: str) -> Campaign:
    """Who reads is a lead or a reviewer; who decides, a lead."""
    return (access.reader_of if request.method == "GET" else access.lead_of)(request, slug)


def _problems(campaign: Campaign) -> QuerySet[Any]:
    solutions = Solution.objects.filter(problem=OuterRef("pk"), import_job__state="done")
    labels = Label.objects.current().filter(problem=OuterRef("pk"))
    return (
        Problem.objects.filter(campaign=campaign)
        .visible()
        .annotate(
            solution_count=counted(solutions, "problem"),
            label_count=counted(labels, "problem"),
        )
    )


@extend_schema(
    request=rows.ProblemChange, responses={200: rows.ProblemAnswer, **refusals(400, 403, 404, 409)}, methods=["PATCH"]
)
@extend_schema(
    operation_id="problem_retrieve", responses={200: rows.ProblemAnswer, **refusals(403, 404)}, methods=["GET"]
)
@api_view(["GET", "PATCH"])
def problem(request: Request, slug: str, problem_id: int) -> Response:
    """One problem; a lead takes it back into the queue or excludes it."""
    campaign = _campaign(request, slug)
    found = _problems(campaign).filter(pk=problem_id).first()
    if found is None:
        raise NotFound(_("This campaign has no such problem."))
    if request.method == "PATCH":
        body = rows.ProblemChange(data=request.data)
        body.is_valid(raise_exception=True)
        problems.decide(problem=found, state=body.validated_data["state"], by=access.account(request))
        found = _problems(campaign).get(pk=problem_id)
    return Response(rows.ProblemAnswer(found).data)


class Disputes(CampaignList):
    """The campaign's answer disputes."""

    queryset = Dispute.objects.none()
    serializer_class = rows.DisputeAnswer
    filterset_class = DisputeFilters

    def rows(self, campaign: Campaign) -> QuerySet[Any]:
        """In the order in which they came up."""
        return _disputes(campaign).order_by("pk")


def _disputes(campaign: Campaign) -> QuerySet[Any]:
    return Dispute.objects.filter(problem__campaign=campaign).select_related("problem", "label__solution", "decided_by")


@extend_schema(
    request=rows.DisputeDecision, responses={200: rows.DisputeAnswer, **refusals(400, 403, 404, 409)}, methods=["PATCH"]
)
@extend_schema(
    operation_id="dispute_retrieve", responses={200: rows.DisputeAnswer, **refusals(403, 404)}, methods=["GET"]
)
@api_view(["GET", "PATCH"])
def dispute(request: Request, slug: str, dispute_id: int) -> Response:
    """One dispute; a lead decides it, once."""
    campaign = _campaign(request, slug)
    found = _disputes(campaign).filter(pk=dispute_id).first()
    if found is None:
        raise NotFound(_("This campaign has no such dispute."))
    if request.method == "PATCH":
        body = rows.DisputeDecision(data=request.data)
        body.is_valid(raise_exception=True)
        disputes.decide(dispute=found, by=access.account(request), **body.validated_data)
        found = _disputes(campaign).get(pk=dispute_id)
    return Response(rows.DisputeAnswer(found).data)
