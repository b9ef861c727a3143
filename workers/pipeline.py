"""What each kind of job does: rows -> files -> selector -> files -> rows."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import structlog
from django.conf import settings
from django.db import InterfaceError, OperationalError, transaction

from labeling.actions import importing, jobs, previews, reproducing, rounds
from labeling.actions.errors import ActionError
from labeling.actions.jobs import ClaimLost
from labeling.actions.pool_size import solution_count
from labeling.actions.round_plans import RoundPlan
from labeling.models import Job, JobKind, Round
from workers import agreement, grading, multiplier, pretraining, retraining
from workers.child import CommandFailed

log = structlog.get_logger(__name__)


def run(job: Job) -> None:
    """Do a claimed job to its end. A failure is kept on the row with its message, then raised."""
    try:
        STAGES[job.kind](job)
    except ClaimLost as lost:  # somebody else has it, or it was cancelled: nothing to say and nothing to write
        log.info("claim_lost", job=job.pk, reason=str(lost))
    except (
        OperationalError,
        InterfaceError,
    ):  # the database went away: the lease runs out and the job is taken up again
        raise
    except (ActionError, CommandFailed, retraining.NothingToTrainOn) as known:
        _fail(job, str(known))
        log.warning("job_failed", job=job.pk, error=str(known))
    except OSError as error:  # a disk that is full, for one: a retry goes on where it can
        _fail(job, f"{error.filename or 'a file'}: {error.strerror or error}")
        log.warning("job_failed", job=job.pk, error=str(error))
    except Exception as error:
        _fail(job, f"{type(error).__name__}: {error}")
        raise


def _fail(job: Job, error: str) -> None:
    with transaction.atomic():
        jobs.fail(job, error=error)
        retraining.discard_unfinished(job)
        multiplier.discard(job)


def _import(job: Job) -> None:
    params: dict[str, Any] = job.params
    importing.run(
        job,
        [Path(settings.MEDIA_ROOT, name) for name in params["files"]],
        dry_run=bool(params.get("dry_run")),
        skip_invalid=bool(params.get("skip_invalid")),
        labeler=params.get("labeler"),
    )


def _plan(job: Job) -> None:
    """Planning, opening and the job's end are one transaction: the next round opens once, or not at all."""
    with transaction.atomic():
        jobs.heartbeat(job, stage="plan", progress=0.1, message="choosing the next solutions")
        made, why = _as_asked(job) if "plan" in job.params else rounds.advance(job.campaign)
        jobs.heartbeat(job, message=why)
        jobs.finish(job, result={"round": made.number if made else None, "why": why})


def _as_asked(job: Job) -> tuple[Round, str]:
    """What a lead asked for, where the pool is too large to be read while they wait."""
    made = rounds.plan(campaign=job.campaign, wanted=RoundPlan(**job.params["plan"]), by=job.requested_by)
    if job.params["opens"]:
        rounds.open_round(of=made, by=job.requested_by)
        return made, f"Round {made.number} is open."
    return made, f"Round {made.number} is planned."


def _preview(job: Job) -> None:
    """What a plan would choose, or what a round's record chooses; nothing is written but the job's result."""
    size = max(1, solution_count(job.campaign))

    def seen(count: int) -> None:
        share = min(0.9, count / size)
        jobs.heartbeat(job, stage="plan", progress=share, message=f"{count:,} of {size:,} solutions")

    seen(0)
    if "round" in job.params:
        again = reproducing.compare(job.campaign.rounds.get(number=job.params["round"]))
        jobs.finish(job, result={"why": reproducing.in_words(again)})
        return
    jobs.finish(job, result=previews.made(job.campaign, RoundPlan(**job.params["plan"]), seen))


STAGES: dict[str, Callable[[Job], Any]] = {
    JobKind.IMPORT: _import,
    JobKind.GRADE: grading.grade,
    JobKind.PRETRAIN: pretraining.pretrain,
    JobKind.RETRAIN: retraining.retrain,
    JobKind.PLAN: _plan,
    JobKind.AGREEMENT: agreement.compare,
    JobKind.PREVIEW: _preview,
    JobKind.MULTIPLIER: multiplier.measure,
}
