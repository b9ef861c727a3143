"""A labeler's work: the next solution, its draft, giving it back, its label."""

from typing import Any
from urllib.parse import quote

import orjson
from django.utils import translation
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.decorators import api_view
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from labeling.actions import drafts, labels, queue, waiting
from labeling.actions.errors import DraftChanged
from labeling.actions.my_work import labeled_today
from labeling.api import access, errors
from labeling.api.schema import REFUSED, either, refusals
from labeling.api.serializers import tree_work, work
from labeling.metrics import SUBMIT_SECONDS
from labeling.models import Labeler, QueueItem
from selector.row_fields import refuse_unstorable
from selector.rows import RowError

TRUE, FALSE = ("1", "true"), ("", "0", "false")
MOST_DIGITS = 18  # of an id
TAKEN = "`lease_lost`: somebody else has it; `conflict`: two others are in hand."
CONDITIONS = ("lease", "replaces")  # of a draft: when it is taken, not what it says


@extend_schema(
    request=None,
    parameters=[
        OpenApiParameter("ahead", bool, description="One more, to be prepared while another is in hand."),
        OpenApiParameter("in_hand", int, description="With `ahead`: which item that other is. It is not given again."),
        OpenApiParameter(
            "take_over", bool, description="A new lease number for the one in hand: it goes on here, nowhere else."
        ),
        OpenApiParameter(
            "X-Done-Today",
            int,
            location=OpenApiParameter.HEADER,
            response=[200, 204],
            description="With `take_over`: how many one labeled here since midnight, on whichever device.",
        ),
    ],
    responses={
        200: either("Offered", work.OfferedItem, tree_work.OfferedTree),
        204: OpenApiResponse(
            description="Nothing to do now: X-Reason says why (X-Reason-Text the same in the language of the request, "
            "percent-encoded), Retry-After when to ask again."
        ),
        **refusals(404),
    },
)
@api_view(["POST"])
def next_item(request: Request, slug: str) -> Response:
    """Lease the next solution; asked again, the same one. Two leases at most."""
    labeler = access.labeler_in(request, slug)
    takes_over = _asks(request, "take_over")
    item = queue.lease_next(
        campaign=labeler.campaign,
        labeler=labeler,
        ahead=_asks(request, "ahead"),
        in_hand=_number(request, "in_hand"),
        takes_over=takes_over,
    )
    done = {"X-Done-Today": str(labeled_today(labeler))} if takes_over else {}
    if item is None:
        why, seconds = waiting.why_nothing(labeler.campaign, labeler)
        return Response(status=204, headers={"Retry-After": str(seconds), **_reasons(why), **done})
    return Response(work.offered(item, labeler) | _shown(item, labeler), headers=done)


def _shown(item: QueueItem, labeler: Labeler) -> dict[str, Any]:
    if item.tree is not None:
        return tree_work.offered_tree(item.tree, labeler.campaign)
    return work.offered_solution(item.solution) if item.solution else {}


def _reasons(why: object) -> dict[str, str]:
    """Headers hold ASCII: the reason in English for programs, and percent-encoded in the language of the person."""
    with translation.override("en"):
        in_english = str(why)
    return {"X-Reason": in_english, "X-Reason-Text": quote(str(why))}


def _asks(request: Request, for_what: str) -> bool:
    asked = request.query_params.get(for_what, "").lower()
    if asked not in TRUE + FALSE:
        raise ValidationError({for_what: "Expected 1 or 0."})
    return asked in TRUE


def _number(request: Request, of_what: str) -> int | None:
    given = request.query_params.get(of_what, "")
    if given and not (given.isascii() and given.isdecimal() and len(given) <= MOST_DIGITS):
        raise ValidationError({of_what: "Expected a number."})
    return int(given) if given else None


@extend_schema(
    request=None,
    responses={
        200: either("Offered", work.OfferedItem, tree_work.OfferedTree),
        **refusals(404),
        409: OpenApiResponse(REFUSED, description=TAKEN),
    },
)
@api_view(["POST"])
def lease(request: Request, item_id: int) -> Response:
    """Take an item again that one held before, if nobody else took it: the living lease, or a new one."""
    item, labeler = access.item_in_hand(request, item_id)
    taken = queue.lease_again(item=item, labeler=labeler)
    return Response(work.offered(taken, labeler) | _shown(taken, labeler))


@extend_schema(
    request=either("Draft", work.DraftBody, tree_work.TreeDraftBody),
    responses={200: work.SavedDraft, **refusals(400, 404), 409: work.DraftRefusal},
)
@api_view(["PUT"])
def draft(request: Request, item_id: int) -> Response:
    """Keep unfinished work and renew the lease."""
    item, labeler = access.item_in_hand(request, item_id)
    conditions, content = draft_content(request, item)
    try:
        saved, held = drafts.save(item=item, labeler=labeler, content=content, **conditions)
    except DraftChanged as refusal:
        return draft_changed(refusal, item, labeler)
    return Response({"saved_at": saved.saved_at, "lease_expires_at": held.leased_until})


def draft_changed(refusal: DraftChanged, item: QueueItem, labeler: Labeler) -> Response:
    """The refusal with what is stored instead."""
    said = errors.body(refusal.code, refusal.message)
    return Response(said | work.stored_draft(item, labeler), status=refusal.status)


def draft_content(
    request: Request, item: QueueItem, *, has_lease: bool = True
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Under which lease and in place of which draft (where that is said), and what to keep."""
    body: work.WorkBody | tree_work.TreeWorkBody
    if item.solution is None:
        body = (tree_work.TreeDraftBody if has_lease else tree_work.TreeWorkBody)(data=request.data)
        body.is_valid(raise_exception=True)
    else:
        body = (work.DraftBody if has_lease else work.WorkBody)(data=request.data)
        body.is_valid(raise_exception=True)
        _check_count(body.validated_data, item.solution.step_count)
    content = {key: value for key, value in body.initial_data.items() if key not in CONDITIONS}
    try:
        refuse_unstorable(content)  # further keys are kept as they come
    except RowError as error:
        raise ValidationError({error.field: _("Expected text without the NUL character.")}) from error
    if len(orjson.dumps(content)) > work.MAX_DRAFT_BYTES:
        raise ValidationError({"body": _("A draft is at most {limit} KB.").format(limit=work.MAX_DRAFT_BYTES // 1024)})
    return {key: body.validated_data[key] for key in CONDITIONS if key in body.validated_data}, content


def _check_count(values: dict[str, Any], step_count: int) -> None:
    rated = len(values["ratings"]) + len(values.get("parked", ()))
    if rated > step_count:
        sentence = _("The solution has {step_count} steps, not {rated}.")
        raise ValidationError({"ratings": sentence.format(step_count=step_count, rated=rated)})


@extend_schema(
    request=work.Lease,
    responses={204: OpenApiResponse(description="Given back."), **refusals(400, 404), 409: REFUSED},
)
@api_view(["POST"])
def release(request: Request, item_id: int) -> Response:
    """Give an item back: others may have it now, and it comes to this labeler again after everything else."""
    item, labeler = access.item_in_hand(request, item_id)
    body = work.Lease(data=request.data)
    body.is_valid(raise_exception=True)
    queue.release(item=item, labeler=labeler, lease=body.validated_data["lease"])
    return Response(status=204)


@extend_schema(
    request=either("Label", work.LabelBody, tree_work.TreeLabelBody),
    responses={
        201: work.SubmittedLabel,
        200: OpenApiResponse(work.SubmittedLabel, description="This submission_id was taken before: the same label."),
        **refusals(400, 404),
        409: OpenApiResponse(REFUSED, description="`lease_lost`: the work is still yours, the item is not."),
        422: OpenApiResponse(REFUSED, description="The submission_id names a label with other content."),
    },
)
@api_view(["POST"])
@SUBMIT_SECONDS.time()
def label(request: Request, item_id: int) -> Response:
    """Submit a pass: once, however often the same submission_id is sent."""
    item, labeler = access.item_in_hand(request, item_id)
    is_tree = item.tree is not None
    body = (tree_work.TreeLabelBody if is_tree else work.LabelBody)(data=request.data)
    body.is_valid(raise_exception=True)
    values = body.validated_data
    made, is_new = labels.submit(
        item=item,
        labeler=labeler,
        lease=values["lease"],
        submission_id=values["submission_id"],
        done=tree_work.tree_pass_of(values) if is_tree else work.pass_of(values),
    )
    return Response(work.submitted(made), status=201 if is_new else 200)
