"""Background work: what runs, trainings, imports, and the selector versions that came of it."""

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.decorators import api_view
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response

from labeling.actions import events, jobs, selectors
from labeling.api import access
from labeling.api.filters import JobFilters, NoFilters
from labeling.api.lists import CampaignList
from labeling.api.schema import refusals
from labeling.api.serializers.jobs import JobAnswer, SelectorAnswer
from labeling.models import Campaign, Job, JobKind, SelectorVersion


class Jobs(CampaignList):
    """The campaign's jobs, the newest first."""

    queryset = Job.objects.none()
    serializer_class = JobAnswer
    filterset_class = JobFilters

    def rows(self, campaign: Campaign) -> QuerySet[Any]:
        """The newest first."""
        return campaign.jobs.select_related("campaign").order_by("-id")


@extend_schema(operation_id="job_retrieve", responses={200: JobAnswer, **refusals(403, 404)})
@api_view(["GET"])
def detail(request: Request, job_id: int) -> Response:
    """One job."""
    return Response(JobAnswer(access.job_of_reader(request, job_id)).data)


@extend_schema(request=None, responses={200: JobAnswer, **refusals(400, 403, 404, 409)})
@api_view(["POST"])
def retry(request: Request, job_id: int) -> Response:
    """Ask again for a job that failed or was cancelled."""
    job = access.job_of_lead(request, job_id)
    access.refuse_body(request)
    jobs.retry(job)
    return _changed(request, job, "job.retried")


@extend_schema(request=None, responses={200: JobAnswer, **refusals(400, 403, 404, 409)})
@api_view(["POST"])
def cancel(request: Request, job_id: int) -> Response:
    """Cancel a job that has not ended."""
    job = access.job_of_lead(request, job_id)
    access.refuse_body(request)
    jobs.cancel(job)
    return _changed(request, job, "job.cancelled")


def _changed(request: Request, job: Job, verb: str) -> Response:
    events.record(campaign=job.campaign, actor=access.account(request), verb=verb, subject=f"job {job.pk}")
    return Response(JobAnswer(access.job_of_lead(request, job.pk)).data)


@extend_schema(request=None, responses={202: JobAnswer, **refusals(400, 403, 404)})
@api_view(["POST"])
def retrain(request: Request, slug: str) -> Response:
    """Ask for a training of the selector; asked while one waits, that one."""
    campaign = access.lead_of(request, slug)
    access.refuse_body(request)
    job = jobs.request(campaign=campaign, kind=JobKind.RETRAIN, by=access.account(request))
    events.record(campaign=campaign, actor=access.account(request), verb="training.requested", subject=f"job {job.pk}")
    return Response(JobAnswer(job).data, status=202)


class Selectors(CampaignList):
    """The campaign's selector versions, the newest first."""

    queryset = SelectorVersion.objects.none()
    serializer_class = SelectorAnswer
    filterset_class = NoFilters

    def rows(self, campaign: Campaign) -> QuerySet[Any]:
        """The newest first."""
        return campaign.selectors.order_by("-number")


@extend_schema(
    request=None,
    responses={
        200: OpenApiResponse(SelectorAnswer, description="In use; the one before it is retired."),
        **refusals(400, 403, 404, 409),
    },
)
@api_view(["POST"])
def publish(request: Request, slug: str, version: int) -> Response:
    """Put a version in use: one that was held back, or an earlier one."""
    campaign = access.lead_of(request, slug)
    found = campaign.selectors.filter(number=version).first()
    if found is None:
        raise NotFound(_("This campaign has no selector version {version}.").format(version=version))
    access.refuse_body(request)
    account = access.account(request)
    selectors.publish(version=found, by=account, why=f"Published by {account.get_username()}.")
    return Response(SelectorAnswer(found).data)
