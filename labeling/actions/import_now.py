"""An import in the caller's own process: no worker is needed, and none can take it away while it lives."""

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from django.db import transaction
from django.db.models.functions import Now

from labeling.actions import importing, jobs
from labeling.actions.importing import ImportResult, Progress
from labeling.actions.jobs import ClaimLost
from labeling.models import Campaign, Job, JobKind, JobState

ASK_AGAIN_SECONDS = 1.0


def import_now(
    *,
    campaign: Campaign,
    paths: Sequence[Path],
    claimed_by: str,
    dry_run: bool = False,
    skip_invalid: bool = False,
    labeler: str | None = None,
    on_progress: Callable[[Progress], None] | None = None,
    on_wait: Callable[[Job], None] | None = None,
) -> ImportResult:
    """Import these files now; waits while another import of the campaign is running.

    An import whose process died is not waited for longer than its lease: it is failed, and its rows are deleted. When
    this one is interrupted or meets an error, its job is failed with that as its reason.
    """
    params = {
        "files": [str(path.resolve()) for path in paths],
        "dry_run": dry_run,
        "skip_invalid": skip_invalid,
        "labeler": labeler,
    }
    while (job := _claim_new(campaign, params, claimed_by)) is None:
        running = Job.objects.filter(campaign=campaign, kind=JobKind.IMPORT, state=JobState.RUNNING).first()
        if running is not None and not _fail_if_dead(running, claimed_by):
            if on_wait:
                on_wait(running)
            time.sleep(ASK_AGAIN_SECONDS)
    try:
        return importing.run(
            job, paths, dry_run=dry_run, skip_invalid=skip_invalid, labeler=labeler, on_progress=on_progress
        )
    except ClaimLost:
        raise
    except BaseException as error:
        jobs.fail(job, error=f"{type(error).__name__}: {error}")
        raise


def _claim_new(campaign: Campaign, params: dict[str, Any], claimed_by: str) -> Job | None:
    """A job made and claimed in one transaction, so that no worker ever sees it waiting; None while one is running."""
    with transaction.atomic():
        job = Job.objects.create(campaign=campaign, kind=JobKind.IMPORT, params=params)
        claimed = jobs.claim(job.pk, claimed_by=claimed_by)
        if claimed is None:
            transaction.set_rollback(True)
    return claimed


def _fail_if_dead(running: Job, claimed_by: str) -> bool:
    """Whether the running import's lease had run out, and it was failed for that."""
    if not Job.objects.filter(pk=running.pk, state=JobState.RUNNING, leased_until__lte=Now()).exists():
        return False
    orphan = jobs.claim(running.pk, claimed_by=claimed_by)
    if orphan is not None:
        jobs.fail(orphan, error="The process that ran this import died. Import the file again.")
    return True
