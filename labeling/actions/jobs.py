"""Background work: request, claim, heartbeat, finish, fail. The row is the truth; Celery only wakes workers up.

Whoever works on a job holds its fence. Every write names the fence, so a worker that was taken for dead and comes back
changes nothing (`ClaimLost`).
"""

from datetime import timedelta
from typing import Any

import celery
import structlog
from django.conf import settings
from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.db.models import DateTimeField, ExpressionWrapper, F, Q, QuerySet
from django.db.models.functions import Coalesce, Now
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from labeling.actions.errors import Conflict
from labeling.models import Campaign, Job, JobKind, JobState

log = structlog.get_logger(__name__)

MAX_ATTEMPTS = 3  # without any stage finished in between
QUEUES = dict.fromkeys((JobKind.PRETRAIN, JobKind.RETRAIN, JobKind.MULTIPLIER), "gpu")


class ClaimLost(Exception):
    """This claim is not the job's claim any more: stop working and write nothing."""


def _lease_end() -> ExpressionWrapper:
    return ExpressionWrapper(Now() + timedelta(seconds=settings.JOB_LEASE_SECONDS), output_field=DateTimeField())


@transaction.atomic
def request(*, campaign: Campaign, kind: str, params: dict[str, Any] | None = None, by: User | None = None) -> Job:
    """A job of this kind that waits to be claimed: a new one, or the one already waiting (imports never share)."""
    try:
        with transaction.atomic():
            job = Job.objects.create(campaign=campaign, kind=kind, params=params or {}, requested_by=by)
    except IntegrityError:
        # Locked, so that it is not claimed before the rows are committed that it was asked for.
        locking = Job.objects.select_for_update(no_key=True)
        waiting = locking.filter(campaign=campaign, kind=kind, state=JobState.REQUESTED).first()
        if waiting is None:  # claimed this moment: ask again
            return request(campaign=campaign, kind=kind, params=params, by=by)
        job = waiting
    wake(job)
    return job


def wake(job: Job) -> None:
    """Tell a worker, once committed. A lost message costs one sweep, so a broker that is away is no error here."""
    job_id, queue = job.pk, QUEUES.get(JobKind(job.kind), "default")
    transaction.on_commit(lambda: _send(job_id, queue))


def _send(job_id: int, queue: str) -> None:
    try:
        # By name, when it is needed: loading Celery is a fifth of the start of a command that wakes nobody.
        app = import_string(settings.WAKE_UP_APP)
        app.send_task("workers.run_job", args=[job_id], queue=queue, retry=False)
    except (celery.exceptions.OperationalError, OSError) as error:  # kombu's errors are wrapped in the former
        log.warning("wake_up_not_sent", job=job_id, error=str(error))


def claimable() -> QuerySet[Job]:
    """Jobs that wait, and running ones whose worker gave no sign of life for a whole lease."""
    return Job.objects.filter(
        Q(state=JobState.REQUESTED) | Q(state=JobState.RUNNING, leased_until__lte=Now())
    ).order_by("id")


def claim(job_id: int, *, claimed_by: str) -> Job | None:
    """Take a waiting or orphaned job under a fresh fence; None when there is nothing to take (any more)."""
    try:
        with transaction.atomic():
            taken = (
                claimable()
                .filter(pk=job_id, attempts__lt=MAX_ATTEMPTS)
                .update(
                    state=JobState.RUNNING,
                    fence=F("fence") + 1,
                    attempts=F("attempts") + 1,
                    claimed_by=claimed_by,
                    leased_until=_lease_end(),
                    heartbeat_at=Now(),
                    started_at=Coalesce(F("started_at"), Now()),
                )
            )
    except IntegrityError:  # another one of its kind is running in this campaign; the sweeper asks again
        return None
    if taken:
        job = Job.objects.select_related("campaign").get(pk=job_id)
        job.stage_before = job.stage
        return job
    _give_up(job_id)
    return None


def _give_up(job_id: int) -> None:
    """A job whose workers died MAX_ATTEMPTS times in one stage is failed, with that as its error."""
    claimable().filter(pk=job_id, attempts__gte=MAX_ATTEMPTS).update(
        state=JobState.FAILED,
        leased_until=None,
        finished_at=Now(),
        error=f"The worker died {MAX_ATTEMPTS} times in this stage. See its log; retry when the cause is gone.",
    )


def _mine(job: Job) -> QuerySet[Job]:
    return Job.objects.filter(pk=job.pk, fence=job.fence, state=JobState.RUNNING)


def heartbeat(job: Job, *, stage: str | None = None, progress: float | None = None, message: str | None = None) -> None:
    """A sign of life with what is being done. Raises ClaimLost when the job was given on or cancelled.

    Called inside a transaction it also guards that transaction's other writes: it locks the job's row.
    """
    changes: dict[str, Any] = {"leased_until": _lease_end(), "heartbeat_at": Now()}
    if stage is not None and stage != job.stage:
        job.stage = changes["stage"] = stage
        if stage != job.stage_before and (progress or 0.0) >= job.progress:  # which is as it was when claimed
            changes["attempts"] = 1  # this attempt got further than the ones that died
    if progress is not None:
        changes["progress"] = min(max(progress, 0.0), 1.0)
    if message is not None:
        changes["message"] = message
    if not _mine(job).update(**changes):
        raise ClaimLost(f"job {job.pk}: claim {job.fence} was taken over or cancelled")


def finish(job: Job, *, result: dict[str, Any]) -> None:
    """Mark done, once. Raises ClaimLost when the claim is not ours any more."""
    _end(job, state=JobState.DONE, result=result, progress=1.0)


def fail(job: Job, *, error: str, result: dict[str, Any] | None = None) -> None:
    """Mark failed with its reason, once. Raises ClaimLost when the claim is not ours any more."""
    _end(job, state=JobState.FAILED, error=error or "failed without a message", result=result)


def _end(job: Job, **changes: Any) -> None:
    if not _mine(job).update(leased_until=None, finished_at=Now(), **changes):
        raise ClaimLost(f"job {job.pk}: claim {job.fence} was taken over or cancelled")


def cancel(job: Job) -> None:
    """Cancel a job that has not ended; its worker notices at its next heartbeat."""
    ended = Job.objects.filter(pk=job.pk, state__in=[JobState.REQUESTED, JobState.RUNNING]).update(
        state=JobState.CANCELLED, leased_until=None, finished_at=Now(), message="cancelled"
    )
    if not ended:
        raise Conflict(_("This job has already ended; there is nothing to cancel."))


def retry(job: Job) -> None:
    """Ask again for a job that failed or was cancelled."""
    try:
        with transaction.atomic():
            again = Job.objects.filter(pk=job.pk, state__in=[JobState.FAILED, JobState.CANCELLED]).update(
                state=JobState.REQUESTED,
                attempts=0,
                progress=0.0,
                error="",
                message="",
                started_at=None,
                finished_at=None,
                result=None,
            )
    except IntegrityError as error:
        raise Conflict(_("Another job of this kind already waits in this campaign.")) from error
    if not again:
        raise Conflict(_("Only a failed or cancelled job can be asked for again."))
    wake(job)
