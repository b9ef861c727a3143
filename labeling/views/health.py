"""Whether this installation works, for whatever watches over it."""

from django.db import DatabaseError, InterfaceError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from drf_spectacular.utils import extend_schema
from prometheus_client import CONTENT_TYPE_LATEST
from rest_framework.authentication import SessionAuthentication
from rest_framework.decorators import api_view, authentication_classes, permission_classes
from rest_framework.permissions import AllowAny
from rest_framework.request import Request

from labeling.actions import health, waiting
from labeling.api.access import check_two_factor
from labeling.api.authentication import Token
from labeling.metrics import exposition

WORKER_SECONDS = 30


@require_safe
@never_cache
def healthz(_request: HttpRequest) -> HttpResponse:
    """200 while labels are taken and work is done in the background; else 503 with what is wrong, in words."""
    database, workers = _workers()
    parts = {"database": database, "broker": health.broker(), "disk": health.disk()}
    found: dict[str, str | int] = {**parts, "workers": workers}
    wrong = [f"{part}: {said}" for part, said in parts.items() if said != health.OK]
    if database == health.OK and not workers:
        wrong.append(f"no worker gave a sign of life within {WORKER_SECONDS} s")
    if wrong:
        found["message"] = "; ".join(wrong)
    return JsonResponse(found, status=503 if wrong else 200)


def _workers() -> tuple[str, int]:
    """`ok` or why the database does not answer, and how many workers are alive."""
    try:
        return health.OK, waiting.living_workers(WORKER_SECONDS)
    except (DatabaseError, InterfaceError) as error:
        return f"not reachable: {type(error).__name__}", 0


@extend_schema(exclude=True)
@api_view(["GET"])
@authentication_classes([Token, SessionAuthentication])
@permission_classes([AllowAny])
def metrics(request: Request) -> HttpResponse:
    """Prometheus figures, for operators; for others the address does not exist."""
    if not getattr(request.user, "is_superuser", False):
        raise Http404
    check_two_factor(request)
    return HttpResponse(exposition(), content_type=CONTENT_TYPE_LATEST)
