"""The pool: problems and solutions, searched and filtered, and each on a page of its own."""

from typing import Any

import orjson
from django.db.models import Count, Exists, IntegerField, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from labeling.actions.candidates import selector_in_use
from labeling.actions.references import current_answer
from labeling.list_filters import ProblemFilter, SolutionFilter
from labeling.models import Campaign, Label, Membership, Problem, Solution, SolutionScore
from labeling.models.reading import only_value
from labeling.views.gold import gold_form
from labeling.views.lead_pages import for_readers, page, page_of
from labeling.views.story import solution_story


def _solutions(campaign: Campaign) -> QuerySet[Any]:
    """The pool with verdict, score of the selector in use (of the first of identical texts), and counted labels."""
    labels = Label.objects.current().filter(solution=OuterRef("pk"))
    first_text = Coalesce(OuterRef("duplicate_of"), OuterRef("pk"))
    scores = SolutionScore.objects.filter(version=selector_in_use(campaign), solution=first_text)
    return (
        Solution.objects.of(campaign)
        .with_verdict()
        .annotate(
            label_count=_counted(labels, "solution"),
            score=only_value(scores, "score"),
            is_labeled=Exists(labels),
        )
        .select_related("problem")
    )


def _counted(rows: QuerySet[Any], column: str) -> Coalesce:
    count = rows.order_by().values(column).annotate(n=Count("pk")).values("n")
    return Coalesce(Subquery(count), 0, output_field=IntegerField())


@require_safe
@for_readers
def solution_list(request: HttpRequest, membership: Membership) -> HttpResponse:
    """Solutions by verdict, split, labels and text."""
    form = SolutionFilter(request.GET)
    form.is_valid()  # what was understood is applied; the rest is told beside its field
    wanted = form.cleaned_data
    rows = _solutions(membership.campaign).order_by("pk")
    if verdict := wanted.get("verdict"):
        rows = rows.filter(verdict=verdict)
    if split := wanted.get("split"):
        rows = rows.filter(problem__split=split)
    if labeled := wanted.get("labeled"):
        rows = rows.filter(is_labeled=labeled == "yes")
    if text := wanted.get("q"):
        rows = rows.filter(_speaks_of(text))
    context = {"form": form, "rows": page_of(request, rows), "is_filtered": any(wanted.values())}
    return page(request, "solutions.html", membership, context)


def _speaks_of(text: str) -> Q:
    """Whether problem, steps or answer hold the text; steps are kept as JSON, where a backslash is written twice."""
    in_json = orjson.dumps(text).decode()[1:-1]
    return (
        Q(problem__text__icontains=text)
        | Q(steps__icontains=in_json)
        | Q(answer__icontains=text)
        | Q(external_id__icontains=text)
    )


@require_safe
@for_readers
def problem_list(request: HttpRequest, membership: Membership) -> HttpResponse:
    """Problems by split, state and text."""
    form = ProblemFilter(request.GET)
    form.is_valid()  # what was understood is applied; the rest is told beside its field
    wanted = form.cleaned_data
    solutions = Solution.objects.filter(problem=OuterRef("pk"), import_job__state="done")
    labels = Label.objects.current().filter(problem=OuterRef("pk"))
    rows = (
        Problem.objects.filter(campaign=membership.campaign)
        .visible()
        .annotate(reference_answer=current_answer("pk"))
        .annotate(solution_count=_counted(solutions, "problem"), label_count=_counted(labels, "problem"))
        .order_by("pk")
    )
    for name in ("split", "state"):
        if wanted.get(name):
            rows = rows.filter(**{name: wanted[name]})
    if text := wanted.get("q"):
        rows = rows.filter(Q(text__icontains=text) | Q(external_id__icontains=text))
    context = {"form": form, "rows": page_of(request, rows), "is_filtered": any(wanted.values())}
    return page(request, "problems.html", membership, context)


@require_safe
@for_readers
def problem_page(request: HttpRequest, membership: Membership, pk: int) -> HttpResponse:
    """A problem with its reference answers, the current guess first, and its solutions."""
    problem = get_object_or_404(Problem.objects.filter(campaign=membership.campaign).visible(), pk=pk)
    references = list(problem.references.select_related("created_by").order_by("-id"))
    context = {
        "problem": problem,
        "references": references,
        "reference": next((one for one in references if one.is_current), None),
        "rows": page_of(request, _solutions(membership.campaign).filter(problem=problem).order_by("-score", "pk")),
        "trees": problem.candidate_trees.filter(import_job__state="done").annotate(
            label_count=_counted(Label.objects.current().filter(tree=OuterRef("pk")), "tree")
        ),
        "reports": Label.objects.current()
        .filter(problem=problem, finish_reason="bad_problem")
        .select_related("labeler__account"),
    }
    return page(request, "problem.html", membership, context)


@require_safe
@for_readers
def solution_page(request: HttpRequest, membership: Membership, pk: int) -> HttpResponse:
    """A solution step by step: what people and selectors said of it, and how it came here."""
    solution = get_object_or_404(_solutions(membership.campaign), pk=pk)
    return page(
        request, "solution.html", membership, {"solution": solution, **solution_story(solution), **gold_form(solution)}
    )
