"""What each request meets before its page: what of it the log keeps, and what is no address at all."""

import re
from collections.abc import Callable, Mapping
from typing import Any

from django.core.exceptions import BadRequest
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.urls import Resolver404, resolve
from django_structlog.middlewares import RequestMiddleware

PLACE = re.compile(r"<(?:\w+:)?(\w+)>")
API = "/api/"
MOST_OF_A_NAME = 150  # no account has a longer one


class LoggedRequest(RequestMiddleware):
    """A log line a request names the address by its pattern: names, e-mail addresses and one-time links stand in it."""

    @staticmethod
    def format_request(request: HttpRequest) -> str:
        """`GET /campaigns/demo/members/<person>/`."""
        return f"{request.method} {told_address(request)}"


def told_address(request: HttpRequest) -> str:
    """A request's address by its pattern: numbers and campaigns are told, what else was asked for is not."""
    try:
        match = resolve(request.path_info)
    except Resolver404:
        return "(no page)"
    told = {name: value for name, value in match.kwargs.items() if name == "slug" or type(value) is int}
    return "/" + PLACE.sub(lambda place: str(told.get(place[1], place[0])), match.route)


def without_nul(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware: a NUL character in an address is refused, since PostgreSQL takes none and no row has one."""

    def refuse_nul(request: HttpRequest) -> HttpResponse:
        if "\0" in request.path_info:
            raise Http404
        is_page = not request.path_info.startswith(API)  # the API names the field
        if is_page and "%00" in request.META.get("QUERY_STRING", ""):
            raise BadRequest("A NUL character in the query.")
        return get_response(request)

    return refuse_nul


def head_without_body(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware: an answer to HEAD has no body. Waitress would send it, and the next answer would begin with it."""

    def answer(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if request.method == "HEAD" and isinstance(response, StreamingHttpResponse):
            response.streaming_content = ()  # what would have been sent is closed with the answer
        elif request.method == "HEAD":
            response.content = b""  # its length stays told
        return response

    return answer


def name_tried(request: HttpRequest, credentials: Mapping[str, Any] | None) -> str | None:
    """Under which name a failed sign-in is counted: what fits the column, whatever a form was given."""
    name = (credentials or getattr(request, "data", request.POST)).get("username")
    return name if name is None else str(name).strip()[:MOST_OF_A_NAME]


def somebody(*_who: object) -> str:
    """What the log says of whoever failed to sign in; the request's own line tells where."""
    return "somebody"
