"""Every refusal as `{"code", "message", "fields"?}`, in words that help the person who reads them."""

from collections.abc import Iterator, Mapping
from typing import Any

import structlog
from django.core.exceptions import PermissionDenied
from django.db import Error as AnyDatabaseError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views import defaults
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import set_rollback

from labeling.actions.errors import ActionError, LeaseLost, RevisedAlready

log = structlog.get_logger(__name__)

API = "/api/"
NOT_FOUND = gettext_lazy("There is nothing at this address, or it is not yours to see.")
SIGN_IN = gettext_lazy("Sign in, or send your API token as `Authorization: Token …`.")
TRY_AGAIN_SECONDS = 2


def handle(error: Exception, _context: Mapping[str, Any]) -> Response | None:
    """The answer to an exception raised in a view; None where it is a fault of ours (see `server_error`)."""
    set_rollback()
    if isinstance(error, LeaseLost):
        said = body(error.code, error.message) | {"opened_elsewhere": error.is_elsewhere}
        return Response(said, status=error.status)
    if isinstance(error, RevisedAlready):
        return Response(body(error.code, error.message) | {"newest": error.newest}, status=error.status)
    if isinstance(error, ActionError):
        return Response(body(error.code, error.message, error.fields), status=error.status)
    if isinstance(error, AnyDatabaseError):
        return _database_away(error)
    if isinstance(error, Http404):
        error = exceptions.NotFound(NOT_FOUND)
    elif isinstance(error, PermissionDenied):
        error = exceptions.PermissionDenied(*error.args)
    return _refused(error) if isinstance(error, exceptions.APIException) else None


def body(code: str, message: str, fields: Mapping[str, str] | None = None) -> dict[str, Any]:
    """The shape of every error."""
    return {"code": code, "message": message} | ({"fields": dict(fields)} if fields else {})


def _refused(error: exceptions.APIException) -> Response:
    if isinstance(error, exceptions.ValidationError):
        return Response(invalid(error), status=error.status_code)
    headers = {}
    if challenge := getattr(error, "auth_header", None):
        headers["WWW-Authenticate"] = challenge
    if wait := getattr(error, "wait", None):
        headers["Retry-After"] = str(int(wait))
    code = str(getattr(error.detail, "code", error.default_code))
    message = str(SIGN_IN) if code == "not_authenticated" else str(error.detail)
    return Response(body(code, message), status=error.status_code, headers=headers)


def invalid(error: exceptions.ValidationError) -> dict[str, Any]:
    """A refused body: each field with its rule, nested ones as `settings.overlap` or `alternatives.0.text`."""
    fields = dict(_flat(error.detail))
    message = " ".join(f"{name}: {rule}" if name else rule for name, rule in fields.items())
    return body("invalid", message, {name or "body": rule for name, rule in fields.items()})


def _flat(detail: Any, name: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(detail, Mapping):
        for key, inner in detail.items():
            here = str(key) if key != "non_field_errors" else ""
            yield from _flat(inner, ".".join(part for part in (name, here) if part))
    elif isinstance(detail, list) and any(isinstance(inner, Mapping | list) for inner in detail):
        for index, inner in enumerate(detail):
            yield from _flat(inner, f"{name}.{index}" if name else str(index))
    elif isinstance(detail, list):
        yield name, " ".join(str(inner) for inner in detail)
    else:
        yield name, str(detail)


def _database_away(error: Exception) -> Response:
    log.error("database_refused", error=f"{type(error).__name__}: {error}", exc_info=error)
    message = _("The database did not answer: whether it took this request is not known. Send it again in a moment.")
    return Response(body("database_unavailable", message), status=503, headers={"Retry-After": str(TRY_AGAIN_SECONDS)})


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Django's own refusals (a body too large, a suspicious host), as JSON under the API's address."""
    if not request.path.startswith(API):
        return defaults.bad_request(request, exception)
    return JsonResponse(body("bad_request", _("This request cannot be read; nothing was changed.")), status=400)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """An address that does not exist."""
    if not request.path.startswith(API):
        return defaults.page_not_found(request, exception)
    return JsonResponse(body("not_found", str(NOT_FOUND)), status=404)


def server_error(request: HttpRequest) -> HttpResponse:
    """A fault of ours: it is in the log, under the id that the answer names."""
    if not request.path.startswith(API):
        return defaults.server_error(request)
    request_id = structlog.contextvars.get_contextvars().get("request_id", "unknown")
    message = _(
        "The server failed at this request; the fault is ours. It is in the server's log as {request_id}."
    ).format(request_id=request_id)
    return JsonResponse(body("server_error", message), status=500)
