"""Data in and out: one page for both, the upload, and what was imported before."""

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from labeling.actions import uploads
from labeling.actions.errors import ActionError
from labeling.actions.pool_size import solution_count
from labeling.data_forms import ExportForm, ImportForm
from labeling.forms import add_refusal
from labeling.models import JobKind, Membership
from labeling.views.lead_pages import account, check_lead, for_readers, page

SHOWN_IMPORTS = 10


@require_http_methods(["GET", "HEAD", "POST"])
@for_readers
def data(request: HttpRequest, membership: Membership) -> HttpResponseBase:
    """Bring files in (a POST, leads only) and take labels out."""
    if request.method == "POST":
        check_lead(membership)
    form = ImportForm(request.POST, request.FILES) if request.method == "POST" else ImportForm()
    of = membership.campaign
    if request.method == "POST" and form.is_valid():
        try:
            job = uploads.request_import(
                campaign=of,
                files=[form.cleaned_data["file"]],
                by=account(request),
                skip_invalid=form.cleaned_data["skip_invalid"],
                dry_run=form.cleaned_data["dry_run"],
                labeler=form.cleaned_data["labeler"] or None,
            )
        except ActionError as error:
            add_refusal(form, error)
        else:
            return redirect("job", of.slug, job.pk)
    return data_page(request, membership, form, ExportForm(rounds=list(of.rounds.order_by("number"))))


def data_page(
    request: HttpRequest, membership: Membership, form: ImportForm, export_form: ExportForm
) -> HttpResponseBase:
    """Both forms, each with what was wrong with it."""
    of = membership.campaign
    context = {
        "form": form,
        "export_form": export_form,
        "problem_count": of.problems.visible().count(),
        "solution_count": solution_count(of),
        "imports": of.jobs.filter(kind=JobKind.IMPORT).order_by("-id")[:SHOWN_IMPORTS],
        "limit": settings.IMPORT_MAX_BYTES // 1024**2,
    }
    return page(request, "data.html", membership, context, status=400 if form.errors or export_form.errors else 200)
