"""What waits for a lead's decision: answers in dispute, and problems that labelers reported as bad."""

from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from labeling.actions import adjudication, disputes, problems
from labeling.actions.errors import ActionError
from labeling.forms import AcceptForm, DeclineForm, add_refusal
from labeling.models import Dispute, DisputeState, Label, Labeler, Membership, Problem, ProblemState
from labeling.views.lead_pages import account, done, for_leads, for_readers, page, page_of, refused

SHOWN = 50  # of each kind, the oldest first: what is decided makes room


@require_safe
@for_readers
def decision_list(request: HttpRequest, membership: Membership) -> HttpResponse:
    """Open disputes and held problems, and what was decided before."""
    concerning = Dispute.objects.filter(problem__campaign=membership.campaign).select_related(
        "problem", "label__solution", "label__labeler__account", "decided_by"
    )
    is_report = Q(labels__is_current=True, labels__finish_reason="bad_problem")
    of = membership.campaign
    counts = {"report_count": Count("labels", filter=is_report)}
    reported = Problem.objects.filter(campaign=of).annotate(**counts)
    waiting = disputes.waiting(of).values("pk")
    context = {
        "rows": page_of(request, concerning.filter(pk__in=waiting).order_by("pk")),
        "held": reported.filter(state=ProblemState.HELD).order_by("pk")[: SHOWN + 1],
        "doubted": problems.reported(of).annotate(**counts).order_by("pk")[:SHOWN],
        "excluded": reported.filter(state=ProblemState.EXCLUDED).order_by("-pk")[: SHOWN + 1],
        "shown": SHOWN,
        "paused": Labeler.objects.filter(campaign=membership.campaign, paused_at__isnull=False).select_related(
            "account"
        ),
        "disagreements": adjudication.with_places(adjudication.disagreements(of)[:SHOWN], of),
        "unsure": adjudication.with_places(adjudication.unsure(of)[:SHOWN], of),
        "unsure_trees": adjudication.unsure_trees(of)[:SHOWN],
        "decided": concerning.exclude(state=DisputeState.OPEN).order_by("-decided_at")[:20],
    }
    return page(request, "decisions.html", membership, context)


@require_http_methods(["GET", "HEAD", "POST"])
@for_leads
def dispute_page(request: HttpRequest, membership: Membership, pk: int) -> HttpResponseBase:
    """One answer in dispute: accept a new reference answer, or decline."""
    of = membership.campaign
    dispute = get_object_or_404(
        Dispute.objects.filter(problem__campaign=of).select_related("problem__campaign", "label__solution"), pk=pk
    )
    solution = dispute.label.solution
    is_accepting, is_declining = (request.POST.get("decision") == word for word in ("accepted", "declined"))
    accept = AcceptForm(
        request.POST if is_accepting else None, initial={"reference_answer": solution.answer if solution else ""}
    )
    decline = DeclineForm(request.POST if is_declining else None)
    form = accept if is_accepting else decline
    if form.is_valid():
        try:
            disputes.decide(
                dispute=dispute, decision=request.POST["decision"], by=account(request), **form.cleaned_data
            )
        except ActionError as error:
            if not error.fields:  # decided meanwhile: there is no form any more to say it beside
                return refused(request, error, "dispute", of.slug, pk)
            add_refusal(form, error)
        else:
            said = _("The dispute is declined: the guess stays.")
            if is_accepting:
                said = _("The dispute is accepted: every answer to the problem is graded again.")
            return done(request, said, "decisions", of.slug)
    context = {
        "dispute": dispute,
        "solution": solution,
        "accept": accept,
        "decline": decline,
    }
    return page(request, "dispute.html", membership, context, status=400 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@for_leads
def problem_decision(request: HttpRequest, membership: Membership, pk: int) -> HttpResponseBase:
    """Take a problem back into the queue, or exclude it."""
    of = membership.campaign
    problem = get_object_or_404(Problem.objects.filter(campaign=of).visible().select_related("campaign"), pk=pk)
    if request.method == "POST":
        wanted = request.POST.get("state", "")
        try:
            problems.decide(
                problem=problem, state=wanted, by=account(request), reason=request.POST.get("reason", "")[:5_000]
            )
        except ActionError as error:
            return refused(request, error, "problem-decision", of.slug, pk)
        words = _("The problem is excluded.")
        if wanted == ProblemState.ACTIVE:
            was_there = problem.state == ProblemState.ACTIVE
            words = _("The problem stays in the queue.") if was_there else _("The problem is back in the queue.")
        return done(request, words, "decisions", of.slug)
    reports = Label.objects.current().filter(problem=problem, finish_reason="bad_problem")
    context = {
        "problem": problem,
        "reports": reports.select_related("labeler__account"),
        "trees": adjudication.unsure_trees(of).filter(problem=problem),
    }
    return page(request, "problem_decision.html", membership, context)
