"""Reference answers: the current guess. A change is a further row, and every answer is graded again."""

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import OuterRef, Subquery

from labeling.actions import events, jobs
from labeling.models import JobKind, Problem, Reference
from labeling.models.reading import only_value


def current_answer(problem: str) -> Subquery:
    """In a query: the current guess of the problem that this field of its rows names, None where it is unknown."""
    return only_value(Reference.objects.filter(problem=OuterRef(problem), is_current=True), "answer")


def current_reference(problem: Problem) -> Reference | None:
    """The reference in force, None where the answer is unknown."""
    return next(iter(Reference.objects.filter(problem=problem, is_current=True)), None)


def change(*, problem: Problem, answer: str, by: User, reason: str) -> Reference:
    """Append a new reference; all solutions of the problem are graded against it in the background."""
    with transaction.atomic():
        Problem.objects.select_for_update(no_key=True).get(pk=problem.pk)  # two changes at once: one after the other
        before = current_reference(problem)
        Reference.objects.filter(problem=problem, is_current=True).update(is_current=None)
        reference = Reference.objects.create(problem=problem, answer=answer, created_by=by, reason=reason)
        events.record(
            campaign=problem.campaign,
            actor=by,
            verb="reference.changed",
            subject=f"problem {problem.pk}",
            before=before.answer if before else None,
            after=answer,
        )
        jobs.request(campaign=problem.campaign, kind=JobKind.GRADE, by=by)
    return reference
