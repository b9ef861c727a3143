"""How far labelers agree: the figures that a job last computed, and asking for them anew."""

from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from labeling.actions import agreements
from labeling.api import access
from labeling.api.filters import refuse_unknown
from labeling.api.schema import refusals
from labeling.api.serializers.agreement import AgreementAnswer
from labeling.api.serializers.jobs import JobAnswer
from labeling.models import AgreementReport


class Agreement(APIView):
    """The campaign's figures of agreement."""

    @extend_schema(responses={200: AgreementAnswer, **refusals(400, 403, 404)})
    def get(self, request: Request, slug: str) -> Response:
        """What the last computation found; 404 before the first."""
        campaign = access.reader_of(request, slug)
        refuse_unknown(request)
        report = AgreementReport.objects.filter(campaign=campaign).select_related("campaign").first()
        if report is None:
            raise NotFound(_("Agreement was not computed yet: POST here asks for it."))
        return Response(AgreementAnswer(report).data)

    @extend_schema(request=None, responses={202: JobAnswer, **refusals(400, 403, 404)})
    def post(self, request: Request, slug: str) -> Response:
        """Ask for a computation; asked while one waits, that one."""
        campaign = access.lead_of(request, slug)
        access.refuse_body(request)
        job = agreements.request(campaign=campaign, by=access.account(request))
        return Response(JobAnswer(job).data, status=202)
