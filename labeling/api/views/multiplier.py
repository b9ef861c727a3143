"""What a chosen label is worth in training: what was last measured, and asking for a measurement."""

from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from labeling.actions import multiplier
from labeling.api import access
from labeling.api.filters import refuse_unknown
from labeling.api.schema import refusals
from labeling.api.serializers.jobs import JobAnswer
from labeling.api.serializers.multiplier import MultiplierAnswer


class Multiplier(APIView):
    """How many uniform labels one chosen label of this campaign is worth."""

    @extend_schema(responses={200: MultiplierAnswer, **refusals(400, 403, 404)})
    def get(self, request: Request, slug: str) -> Response:
        """What the last measurement found; 404 before the first."""
        campaign = access.reader_of(request, slug)
        refuse_unknown(request)
        job = multiplier.measured(campaign).first()
        if job is None:
            raise NotFound(_("What a chosen label is worth was not measured yet: POST here asks for it."))
        return Response(MultiplierAnswer(job).data)

    @extend_schema(request=None, responses={202: JobAnswer, **refusals(400, 403, 404, 409)})
    def post(self, request: Request, slug: str) -> Response:
        """Ask for a measurement; asked while one waits, that one. 409 names what is missing."""
        campaign = access.lead_of(request, slug)
        access.refuse_body(request)
        job = multiplier.request(campaign=campaign, by=access.account(request))
        return Response(JobAnswer(job).data, status=202)
