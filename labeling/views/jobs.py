"""Background work: what runs, how far it is, what became of it."""

from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from labeling.actions import events, health, jobs, uploads, waiting
from labeling.actions.errors import ActionError
from labeling.models import Campaign, JobKind, JobState, Membership
from labeling.templatetags.codes import work_words
from labeling.views.lead_pages import account, done, for_leads, for_readers, only_posted, page, page_of, refused
from labeling.views.overview import ACTIVE

SHOWN = 6
PIECE_BYTES = 64 * 1024
LINES = "application/x-ndjson; charset=utf-8"


@require_safe
@for_readers
def job_list(request: HttpRequest, membership: Membership) -> HttpResponse:
    """All jobs, the newest first; for htmx the newest few, as a piece of the campaign's page."""
    jobs_of = membership.campaign.jobs.order_by("-id")
    if not request.htmx:  # type: ignore[attr-defined]
        return page(request, "jobs.html", membership, {"rows": page_of(request, jobs_of), **_life(membership.campaign)})
    life = _life(membership.campaign)
    answer = page(request, "_jobs.html", membership, {"jobs": jobs_of[:SHOWN], **life})
    if not life["has_active_jobs"]:
        answer["HX-Refresh"] = "true"  # the last one ended: what the page says first is not so any more
    return answer


def _life(of: Campaign) -> dict[str, Any]:
    return {
        "troubles": health.troubles(),
        "has_active_jobs": of.jobs.filter(state__in=ACTIVE).exists(),
        "has_worker": waiting.has_living_worker(),
    }


@require_safe
@for_readers
def job_page(request: HttpRequest, membership: Membership, pk: int) -> HttpResponse:
    """One job: progress while it runs, then what came of it."""
    job = get_object_or_404(membership.campaign.jobs.select_related("requested_by"), pk=pk)
    result = job.result if isinstance(job.result, dict) else {}
    context = {
        "job": job,
        "is_active": job.state in ACTIVE,
        "has_worker": waiting.has_living_worker(),
        "counts": {name: value for name, value in result.items() if _is_count(name, value)},
        "refusals": result.get("refused") or [],
        "refused_count": result.get("refused_count") or len(result.get("refused") or []),
        "refused_rows_are_kept": job.kind == JobKind.IMPORT and bool(uploads.refused_rows(job)),
        "why": result.get("why", ""),
        "can_be_tried_again": job.state in (JobState.FAILED, JobState.CANCELLED) and not result.get("refused"),
    }
    template = "_job.html" if request.htmx else "job.html"  # type: ignore[attr-defined]
    return page(request, template, membership, context)


def _is_count(name: str, value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and name != "refused_count"


@require_safe
@for_leads
def refused_download(_request: HttpRequest, membership: Membership, pk: int) -> HttpResponseBase:
    """The rows that an import left out, as they came, to be mended and imported by themselves."""
    job = get_object_or_404(membership.campaign.jobs, pk=pk, kind=JobKind.IMPORT)
    files = uploads.refused_rows(job)
    if not files:
        raise Http404(f"Job {pk} left out no rows that are kept here.")
    answer = StreamingHttpResponse(chain.from_iterable(map(_pieces, files)), content_type=LINES)
    answer["Content-Disposition"] = content_disposition_header(True, files[0].name)
    return answer


def _pieces(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while piece := file.read(PIECE_BYTES):
            yield piece


@require_http_methods(["GET", "HEAD", "POST"])
@for_leads
def cancel(request: HttpRequest, membership: Membership, pk: int) -> HttpResponseBase:
    """Ask, then cancel a job that has not ended."""
    of = membership.campaign
    job = get_object_or_404(of.jobs, pk=pk)
    if request.method == "POST":
        try:
            jobs.cancel(job)
        except ActionError as error:
            return refused(request, error, "job", of.slug, pk)
        events.record(campaign=of, actor=account(request), verb="job.cancelled", subject=f"job {pk}")
        return done(request, _("The job is cancelled."), "job", of.slug, pk)
    if job.state not in ACTIVE:
        return redirect("job", of.slug, pk)
    context = {
        "heading": _("Cancel this job: {kind}?").format(kind=work_words(job.kind)),
        "sentences": [_("What it has done so far is left out, and nothing appears. You can ask for it again.")],
        "button": _("Cancel the job"),
        "back": job.pk,
        "back_to": "job",
    }
    return page(request, "confirm.html", membership, context)


@only_posted("job", numbered=True)
def retry(request: HttpRequest, membership: Membership, pk: int) -> HttpResponseBase:
    """Ask again for a job that failed or was cancelled."""
    of = membership.campaign
    job = get_object_or_404(of.jobs, pk=pk)
    try:
        jobs.retry(job)
    except ActionError as error:
        return refused(request, error, "job", of.slug, pk)
    events.record(campaign=of, actor=account(request), verb="job.retried", subject=f"job {pk}")
    return done(request, _("Asked for again."), "job", of.slug, pk)


@only_posted("campaign")
def retrain(request: HttpRequest, membership: Membership) -> HttpResponseBase:
    """Ask for a training of the selector; asked while one waits, that one."""
    of = membership.campaign
    job = jobs.request(campaign=of, kind=JobKind.RETRAIN, by=account(request))
    events.record(campaign=of, actor=account(request), verb="training.requested", subject=f"job {job.pk}")
    return redirect("job", of.slug, job.pk)
