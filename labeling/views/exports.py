"""Labels out, as a download."""

from collections.abc import Callable
from functools import partial
from itertools import chain
from typing import Any

from django.contrib.auth.models import User
from django.http import HttpRequest, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from labeling.actions import exporting
from labeling.actions.errors import ActionError
from labeling.actions.exporting import Format
from labeling.api.views.exports import card_of, file_of
from labeling.data_forms import ExportForm, ImportForm
from labeling.forms import add_refusal
from labeling.models import Campaign, Membership
from labeling.views.imports import data_page
from labeling.views.lead_pages import account, for_leads

NOTHING = {
    Format.SCORED: gettext_lazy("Not exported: no solution fits what you asked for."),
    Format.CONSENSUS: gettext_lazy("Not exported: no solution fits what you asked for."),
    None: gettext_lazy(
        "Not exported: no label fits what you asked for. Labels made elsewhere and simulated ones are in the file "
        "only when asked for."
    ),
}


@require_safe
@for_leads
def export(request: HttpRequest, membership: Membership) -> HttpResponseBase:
    """The file that the form on the data page asks for, streamed; a refusal is told on that page in words."""
    return _what_the_form_asks(request, membership, partial(_file_with_rows, by=account(request)))


@require_safe
@for_leads
def export_card(request: HttpRequest, membership: Membership) -> HttpResponseBase:
    """The data card of that file, as text or as JSON."""
    shape = "json" if request.GET.get("shape") == "json" else "markdown"
    return _what_the_form_asks(request, membership, partial(card_of, shape=shape))


def _what_the_form_asks(
    request: HttpRequest, membership: Membership, answer: Callable[..., HttpResponseBase]
) -> HttpResponseBase:
    of = membership.campaign
    form = ExportForm(request.GET, rounds=list(of.rounds.order_by("number")))
    if form.is_valid():
        asked = {name: value for name, value in form.cleaned_data.items() if value not in ("", None)}
        try:
            return answer(of, **asked)
        except ActionError as error:
            add_refusal(form, error)
    elif not form.non_field_errors():
        form.add_error(None, _("Not exported: see beside the fields."))
    return data_page(request, membership, ImportForm(), form)


def _file_with_rows(of: Campaign, *, by: User, format: str, **asked: Any) -> StreamingHttpResponse:
    """The file; raises ActionError where it would be empty. Of a stream the first piece is read to know that."""
    nothing = ActionError(str(NOTHING.get(Format(format), NOTHING[None])))
    if format == Format.PARQUET:
        chosen = {name: asked[name] for name in ("round", "split", "include_simulated") if name in asked}
        if not exporting.labels(of, **chosen).exists():
            raise nothing
        return file_of(of, by=by, format=format, **asked)
    answer = file_of(of, by=by, format=format, **asked)
    pieces = iter(answer)
    first = next(pieces, None)
    if first is None:
        raise nothing
    answer.streaming_content = chain([first], pieces)
    return answer
