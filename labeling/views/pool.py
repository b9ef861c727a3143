"""The pool: problems and solutions, searched and filtered, and each on a page of its own."""

from django.db.models import OuterRef
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from labeling.actions.candidates import selector_in_use
from labeling.actions.pool_size import solution_count
from labeling.list_filters import ProblemFilter, SolutionFilter
from labeling.models import Label, Membership, Problem
from labeling.views import found, searching
from labeling.views.gold import gold_form
from labeling.views.lead_pages import for_readers, page, page_of
from labeling.views.story import solution_story

COUNTED = 2_000  # of a part of the pool: its rows are wide, and a part may lie far apart
MOST_DIGITS = 19


@require_safe
@for_readers
def solution_list(request: HttpRequest, membership: Membership) -> HttpResponse:
    """Solutions by verdict, split, labels, text, subject, level and generator, as they came in or by score."""
    of = membership.campaign
    form = SolutionFilter(request.GET)
    rows, look = found.solutions(of, form.wanted), None
    if text := form.wanted.get("q"):
        is_backwards = form.order_name == "-came"
        rows, look = searching.look(rows, of, text, begin=_begin(request), is_backwards=is_backwards)
    version = selector_in_use(of)
    is_by_score = version is not None and form.order_name in ("score", "-score")
    if is_by_score:  # read along the index of scores: only what the selector scored, one of identical texts
        rows = rows.filter(scores__version=version, scores__score__isnull=False)
    rows = rows.order_by(*(form.sorts_by if is_by_score or "score" not in form.order_name else ("pk",)))
    count = None if form.wanted or is_by_score else solution_count(of)
    context = {
        "form": form,
        "rows": page_of(request, rows, count=count, most=COUNTED),
        "is_filtered": bool(form.wanted),
        "is_by_score": is_by_score,
        "look": look,
    }
    return page(request, "solutions.html", membership, context)


def _begin(request: HttpRequest) -> int | None:
    """The solution from which on a further look goes, None for the first one."""
    said = request.GET.get("from", "")
    return int(said) if said.isdecimal() and len(said) < MOST_DIGITS else None


@require_safe
@for_readers
def problem_list(request: HttpRequest, membership: Membership) -> HttpResponse:
    """Problems by split, state, text, subject and level."""
    form = ProblemFilter(request.GET)
    rows = found.problems(membership.campaign, form.wanted).order_by(*form.sorts_by)
    context = {"form": form, "rows": page_of(request, rows), "is_filtered": bool(form.wanted)}
    return page(request, "problems.html", membership, context)


@require_safe
@for_readers
def problem_page(request: HttpRequest, membership: Membership, pk: int) -> HttpResponse:
    """A problem with its reference answers, the current guess first, and its solutions."""
    problem = get_object_or_404(Problem.objects.filter(campaign=membership.campaign).visible(), pk=pk)
    earlier = list(problem.references.select_related("created_by").order_by("-id"))
    guesses = [problem.reference_answer, *(one.answer for one in earlier)]
    context = {
        "problem": problem,
        "guesses": list(zip(guesses, [*earlier, None], strict=True)),  # the first of all came in with the problem
        "rows": page_of(request, found.pool(membership.campaign).filter(problem=problem).order_by("-score", "pk")),
        "trees": problem.candidate_trees.filter(import_job__state="done").annotate(
            label_count=found.counted(Label.objects.current().filter(tree=OuterRef("pk")), "tree")
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
    solution = get_object_or_404(found.pool(membership.campaign), pk=pk)
    return page(
        request, "solution.html", membership, {"solution": solution, **solution_story(solution), **gold_form(solution)}
    )
