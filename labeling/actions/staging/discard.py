"""Taking staged rows away again: in bounded pieces, so that nobody waits long, and never while others stage them."""

from collections.abc import Callable, Iterator
from typing import TypeVar

from django.db import transaction
from django.db.models import Exists, Max, OuterRef, QuerySet
from django.db.models.base import Model

from labeling.actions import jobs
from labeling.actions.jobs import ClaimLost
from labeling.models import (
    Campaign,
    CandidateTree,
    Job,
    JobKind,
    JobState,
    Label,
    Labeler,
    Problem,
    Solution,
)

PIECE = 2_000  # rows deleted in one transaction
_MARK = "staged_above"
M = TypeVar("M", bound=Model)


def mark_start(job: Job) -> None:
    """Keep above which ids this job will stage: staged rows are found by id, without an index on their job."""
    job.params[_MARK] = {
        "problem": Problem.objects.aggregate(last=Max("id"))["last"] or 0,
        "solution": Solution.objects.aggregate(last=Max("id"))["last"] or 0,
    }
    job.save(update_fields=["params"])


def discard_leftovers(job: Job) -> None:
    """Before staging: delete what this job or an earlier one left when it died. Raises ClaimLost."""

    def still_ours() -> None:
        jobs.heartbeat(job)

    unfinished = Job.objects.filter(campaign=job.campaign, kind=JobKind.IMPORT).exclude(state=JobState.DONE)
    for other in unfinished.filter(params__contains=_MARK).order_by("id"):
        _discard(other, still_ours)
    job.params.pop(_MARK, None)
    _discard_idle_labelers(job.campaign, still_ours)


def discard_after_losing(job: Job) -> None:
    """After ClaimLost: delete what was staged, unless somebody else took the job over."""

    def given_up() -> None:
        ended = Job.objects.select_for_update().filter(pk=job.pk, state__in=[JobState.CANCELLED, JobState.FAILED])
        if not ended.exists():
            raise ClaimLost(f"job {job.pk} is in other hands")

    try:
        _discard(job, given_up)
        _discard_idle_labelers(job.campaign, given_up)
    except ClaimLost:
        return


def _discard(job: Job, guard: Callable[[], None]) -> None:
    above = job.params.get(_MARK)
    if above is None:
        return  # it never staged anything
    for piece in _pieces(job, above):
        while True:
            with transaction.atomic():
                guard()
                if not piece():
                    break
    with transaction.atomic():
        guard()
        del job.params[_MARK]
        job.save(update_fields=["params"])


def _pieces(job: Job, above: dict[str, int]) -> Iterator[Callable[[], int]]:
    """Functions that each delete some rows and say how many, those that point to others first."""
    problems = Problem.objects.filter(pk__gt=above["problem"], import_job=job)
    solutions = Solution.objects.filter(pk__gt=above["solution"], import_job=job)
    yield lambda: _delete_last(Label.objects.filter(import_job=job))
    yield lambda: _delete_last(CandidateTree.objects.filter(import_job=job))
    # The last first: a duplicate points to an earlier one.
    yield lambda: _delete_last(solutions)
    yield lambda: _delete_last(problems)


def _delete_last(rows: QuerySet[M]) -> int:
    ids = list(rows.order_by("-pk").values_list("pk", flat=True)[:PIECE])
    if ids:
        _delete(rows.model._default_manager.filter(pk__in=ids))
    return len(ids)


def _delete(rows: QuerySet[M]) -> None:
    # Plain DELETE: nothing points to rows that were never visible, so there is nothing to collect one by one.
    rows._raw_delete(rows.db)


def _discard_idle_labelers(campaign: Campaign, guard: Callable[[], None]) -> None:
    """Labelers from elsewhere come with their labels, and go with them."""
    labels = Label.objects.filter(labeler=OuterRef("pk"))
    with transaction.atomic():
        guard()
        Labeler.objects.from_elsewhere().filter(~Exists(labels), campaign=campaign).delete()
