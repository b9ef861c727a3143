"""Files in."""

from django.conf import settings
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import api_view, parser_classes
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from labeling.actions import uploads
from labeling.api import access
from labeling.api.schema import refusals
from labeling.api.serializers.jobs import JobAnswer, Upload

FORM_ROOM = 1024 * 1024  # what a multipart body holds besides the file


@extend_schema(request={"multipart/form-data": Upload}, responses={202: JobAnswer, **refusals(400, 403, 404)})
@api_view(["POST"])
@parser_classes([MultiPartParser])
def imports(request: Request, slug: str) -> Response:
    """Upload a file; a job validates it whole, then its rows appear at once."""
    campaign = access.lead_of(request, slug)
    if int(request.META.get("CONTENT_LENGTH") or 0) > settings.IMPORT_MAX_BYTES + FORM_ROOM:
        raise uploads.TooLarge(
            _("The upload is too large."),
            {"file": _("at most {limit} MB").format(limit=settings.IMPORT_MAX_BYTES // 1024**2)},
        )  # before it is read
    body = Upload(data=request.data)
    body.is_valid(raise_exception=True)
    job = uploads.request_import(
        campaign=campaign,
        files=request.FILES.getlist("file"),
        by=access.account(request),
        skip_invalid=body.validated_data["skip_invalid"],
        dry_run=body.validated_data["dry_run"],
        labeler=body.validated_data.get("labeler") or None,
    )
    return Response(JobAnswer(job).data, status=202)
