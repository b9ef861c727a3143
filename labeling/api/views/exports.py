"""Files out."""

import json
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.http import FileResponse, HttpResponse, StreamingHttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.decorators import api_view
from rest_framework.request import Request

from labeling.actions import data_cards, disk, exporting
from labeling.actions.export_parquet import write_parquet
from labeling.actions.exporting import Format
from labeling.api import access
from labeling.api.schema import refusals
from labeling.api.serializers.exports import CardQuery, ExportQuery
from labeling.data_card import as_markdown
from labeling.models import Campaign

NDJSON = "application/x-ndjson; charset=utf-8"
MARKDOWN = "text/markdown; charset=utf-8"
PARQUET = "application/vnd.apache.parquet"
CHUNK_BYTES = 64 * 1024  # a chunk a row would cost a write to the socket each


@extend_schema(
    parameters=[ExportQuery],
    responses={
        (200, "application/x-ndjson"): OpenApiTypes.BINARY,
        (200, PARQUET): OpenApiResponse(OpenApiTypes.BINARY, description="With format=parquet."),
        **refusals(400, 403, 404),
    },
)
@api_view(["GET"])
def export(request: Request, slug: str) -> StreamingHttpResponse:
    """Labels (or, with `scored`, the pool) as a file, streamed."""
    campaign = access.lead_of(request, slug)
    query = ExportQuery(data=request.query_params)
    query.is_valid(raise_exception=True)
    return file_of(campaign, by=access.account(request), **query.validated_data)


def file_of(campaign: Campaign, *, by: User, format: str, **options: Any) -> StreamingHttpResponse:
    """The answer that gives the file. Raises ActionError before anything is sent or kept of who asked."""
    if format == Format.PARQUET:
        response = _parquet(campaign, **options)
    else:
        lines = exporting.rows(campaign, format, **options)
        response = StreamingHttpResponse(in_chunks(lines), content_type=NDJSON)
        response["Content-Disposition"] = f'attachment; filename="{campaign.slug}-{format}.jsonl"'
    exporting.note(campaign, format, by=by, **options)
    return response


@extend_schema(
    parameters=[CardQuery],
    responses={
        (200, "application/json"): OpenApiTypes.OBJECT,
        (200, "text/markdown"): OpenApiResponse(OpenApiTypes.STR, description="With shape=markdown."),
        **refusals(400, 403, 404),
    },
)
@api_view(["GET"])
def export_card(request: Request, slug: str) -> HttpResponse:
    """The data card of the file that the same parameters ask for: what it holds, and how it came about."""
    campaign = access.lead_of(request, slug)
    query = CardQuery(data=request.query_params)
    query.is_valid(raise_exception=True)
    return card_of(campaign, **query.validated_data)


def card_of(campaign: Campaign, *, format: str, shape: str = "json", **options: Any) -> HttpResponse:
    """The answer that gives the card. Raises ActionError."""
    made = data_cards.card(campaign, format, **options)
    if shape == "markdown":
        answer, ending = HttpResponse(as_markdown(made), content_type=MARKDOWN), "md"
    else:
        answer, ending = HttpResponse(json.dumps(made, ensure_ascii=False), content_type="application/json"), "json"
    answer["Content-Disposition"] = f'attachment; filename="{campaign.slug}-{format}-card.{ending}"'
    return answer


def in_chunks(lines: Iterable[bytes]) -> Iterator[bytes]:
    """The same bytes in larger pieces."""
    waiting: list[bytes] = []
    size = 0
    for line in lines:
        waiting.append(line)
        size += len(line)
        if size >= CHUNK_BYTES:
            yield b"".join(waiting)
            waiting, size = [], 0
    if waiting:
        yield b"".join(waiting)


def _parquet(campaign: Campaign, **options: Any) -> StreamingHttpResponse:
    """A parquet file is whole before any of it is sent: its index comes last."""
    chosen = {name: options[name] for name in ("round", "split", "include_simulated") if name in options}
    labels = exporting.labels(campaign, **chosen)
    with disk.writing():
        settings.EXPORTS_DIR.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=settings.EXPORTS_DIR) as folder:
            path = Path(folder, "labels.parquet")
            write_parquet(labels, path)
            file = path.open("rb")  # stays readable when its name is gone; the response closes it
    return FileResponse(file, content_type=PARQUET, as_attachment=True, filename=f"{campaign.slug}-labels.parquet")
