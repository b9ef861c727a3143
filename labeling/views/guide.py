"""The guide for leads: what is in force, what it was, and how it becomes something else."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from labeling import markdown
from labeling.actions import guides, precedents
from labeling.actions.errors import ActionError
from labeling.differences import difference
from labeling.forms import GuideForm, add_refusal
from labeling.models import Campaign, GuideVersion, Membership, Role
from labeling.views.lead_pages import account, done, for_leads, for_readers, page
from labeling.views.precedents import addresses


@require_safe
@for_readers
def guide_page(request: HttpRequest, membership: Membership) -> HttpResponse:
    """The version in force as labelers read it, and all versions, the newest first."""
    of = membership.campaign
    counts = guides.labels_by_version(of)
    versions = [(version, counts.get(version.number, 0)) for version in guides.versions(of).reverse()]
    context = {
        "version": of.guide,
        "html": markdown.render(_in_force(of), rulings=addresses(of, _in_force(of))),
        "versions": versions,
        "labelers": of.memberships.filter(role=Role.LABELER).count(),
    }
    return page(request, "guide.html", membership, context)


def _in_force(of: Campaign) -> str:
    """What the guide says to this lead: the text that ships comes in their language."""
    return guides.text_in(of.guide, get_language() or guides.ENGLISH)


@require_safe
@for_readers
def guide_version(request: HttpRequest, membership: Membership, number: int) -> HttpResponse:
    """One version: what it changed, and its text."""
    version = _version(membership.campaign, number)
    before = membership.campaign.guide_versions.filter(number=number - 1).first()
    context = {
        "version": version,
        "before": before,
        "difference": difference(before.text, version.text) if before else [],
        "html": markdown.render(version.text, rulings=addresses(membership.campaign, version.text)),
        "is_in_force": version.pk == membership.campaign.guide_id,
    }
    return page(request, "guide_version.html", membership, context)


def _version(campaign: Campaign, number: int) -> GuideVersion:
    found = campaign.guide_versions.select_related("author").filter(number=number).first()
    if found is None:
        raise Http404(f"The guide has no version {number}.")
    return found


@require_http_methods(["GET", "HEAD", "POST"])
@for_leads
def guide_edit(request: HttpRequest, membership: Membership) -> HttpResponseBase:
    """Write the next version: look at it as labelers will, then put it in force."""
    of = membership.campaign
    form = GuideForm(request.POST or None, initial=_start(request, of))
    wants_preview = "preview" in request.POST
    if form.is_valid():
        try:
            if not wants_preview:
                made = guides.publish(campaign=of, by=account(request), **form.cleaned_data)
                words = _(
                    "Version %(number)s of the guide is in force. Labelers see its note with their next solution."
                )
                return done(request, words % {"number": made.number}, "guide", of.slug)
            precedents.check_citations(campaign=of, text=form.cleaned_data["text"])
        except ActionError as error:
            add_refusal(form, error)
            of.refresh_from_db(fields=["guide"])
            form.data = {
                **request.POST.dict(),
                "replaces": _number(of),
            }  # the difference beside it is to that version now
    status = 400 if form.errors and not wants_preview else 200
    context = {"form": form, "next_number": _number(of) + 1, **_preview(form, of, wants_preview)}
    return page(request, "guide_edit.html", membership, context, status=status)


def _number(of: Campaign) -> int:
    return of.guide.number if of.guide else 0


def _start(request: HttpRequest, of: Campaign) -> dict[str, Any]:
    """The text in force, or that of the version in `?from=` with a note that says so."""
    start = {"text": _in_force(of), "replaces": _number(of)}
    asked = request.GET.get("from", "")
    if asked.isascii() and asked.isdigit() and len(asked) < 10:
        version = _version(of, int(asked))
        note = _("Back to version %(number)s.") % {"number": version.number}
        return start | {"text": version.text, "note": note}
    return start


def _preview(form: GuideForm, of: Campaign, is_wanted: bool) -> dict[str, Any]:
    """How the text in the form would look, and what it changes; of the start nothing yet."""
    text = form["text"].value() or ""
    text = text.replace("\r\n", "\n").strip()
    since = _in_force(of)
    if not text or "text" in form.errors or not (is_wanted or form.errors or text != since):
        return {"preview": None}
    return {"preview": markdown.render(text, since, addresses(of, text)), "difference": difference(since, text)}
