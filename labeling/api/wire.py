"""JSON in and out: strict on the way in, fast on the way out."""

from collections.abc import Mapping
from typing import IO, Any

import orjson
from django.conf import settings
from django.utils.translation import gettext as _
from rest_framework import exceptions, status
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.parsers import BaseParser
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request


class TooLarge(exceptions.APIException):
    """The body is larger than this address takes."""

    status_code = status.HTTP_413_REQUEST_ENTITY_TOO_LARGE
    default_code = "too_large"


class JSONParser(BaseParser):
    """Refuses what JSON does not have (NaN, lone surrogates, bytes that are no UTF-8) and bodies above the limit."""

    media_type = "application/json"

    def parse(
        self, stream: IO[bytes], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        """The value that the body holds."""
        limit = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        content = stream.read(limit + 1)
        if len(content) > limit:
            raise TooLarge(_("The body of a request is at most {limit} MB.").format(limit=limit // 1024**2))
        try:
            return orjson.loads(content)
        except orjson.JSONDecodeError as error:
            raise exceptions.ParseError(_("The body is not JSON: {error}.").format(error=error)) from error


class JSONRenderer(BaseRenderer):
    """Times in UTC as `2026-01-02T03:04:05.678901Z`."""

    media_type = "application/json"
    format = "json"
    charset = None  # JSON is UTF-8 by definition
    render_style = "binary"

    def render(
        self, data: Any, accepted_media_type: str | None = None, renderer_context: Mapping[str, Any] | None = None
    ) -> bytes:
        """The bytes of an answer; nothing for an answer without content."""
        return b"" if data is None else orjson.dumps(data, default=_plain, option=orjson.OPT_UTC_Z)


def _plain(value: Any) -> Any:
    """Framework types that are not exactly the plain ones: error details, lazy texts, returned lists and dicts."""
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, list | tuple):
        return list(value)
    return str(value)


class OneRenderer(BaseContentNegotiation):
    """The API speaks JSON, whatever a client says it would rather have."""

    def select_parser(self, request: Request, parsers: Any) -> Any:
        """The parser for the body's content type, None where the address takes none of that kind."""
        wanted = (request.content_type or "").partition(";")[0].strip().lower()
        return next((parser for parser in parsers if parser.media_type == wanted), None)

    def select_renderer(self, request: Request, renderers: Any, format_suffix: str | None = None) -> Any:
        """Always the first."""
        return renderers[0], renderers[0].media_type
