"""Labels out, as a download."""

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_safe

from labeling.actions.errors import ActionError
from labeling.api.views.exports import file_of
from labeling.forms import ExportForm
from labeling.models import Membership
from labeling.views.lead_pages import for_leads, refused


@require_safe
@for_leads
def export(request: HttpRequest, membership: Membership) -> HttpResponseBase:
    """The file that the form on the data page asks for, streamed; a refusal goes back there in words."""
    of = membership.campaign
    form = ExportForm(request.GET, rounds=list(of.rounds.order_by("number")))
    if not form.is_valid():
        told = "; ".join(f"{name}: {' '.join(map(str, rules))}" for name, rules in form.errors.items())
        return refused(request, ActionError(f"Not exported. {told}"), "data", of.slug)
    asked = {name: value for name, value in form.cleaned_data.items() if value not in ("", None)}
    try:
        return file_of(of, **asked)
    except ActionError as error:
        return refused(request, error, "data", of.slug)
