"""What a limited API token may do: only read, or only what belongs to one campaign."""

from typing import Any

from django.utils.translation import gettext as _
from rest_framework.exceptions import PermissionDenied
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request

from labeling.actions import tokens
from labeling.models import Job, QueueItem


def check(request: Request, token: Any) -> None:
    """Raise PermissionDenied, naming the limit, for what this token may not do."""
    terms = tokens.terms_of(token)
    if terms is None:
        return
    if terms.read_only and request.method not in SAFE_METHODS:
        raise PermissionDenied(_("The token “{name}” may only read.").format(name=terms.name), "token_read_only")
    if terms.campaign and not _is_within(request, terms.campaign.pk, terms.campaign.slug):
        message = _("The token “{name}” is for the campaign “{campaign}” alone.")
        raise PermissionDenied(message.format(name=terms.name, campaign=terms.campaign.slug), "token_of_one_campaign")


def _is_within(request: Request, campaign: int, slug: str) -> bool:
    """Whether the address is of this campaign: by its slug, or by the item or job that it names."""
    match = request._request.resolver_match
    named = match.kwargs if match else {}
    if "slug" in named:
        return bool(named["slug"] == slug)
    if "item_id" in named:
        return QueueItem.objects.filter(pk=named["item_id"], campaign=campaign).exists()
    if "job_id" in named:
        return Job.objects.filter(pk=named["job_id"], campaign=campaign).exists()
    return bool(match and match.url_name == "schema")
