"""The pretrain job: the pool's text -> its `tiny` base, before there is a label; the first training then finds it."""

import tempfile
from pathlib import Path

from django.conf import settings

from labeling.actions import jobs
from labeling.models import Job
from workers import snapshots
from workers.child import Stage, run_selector, scratch

PRETRAIN = Stage("pretrain", 0.0, 1.0)


def pretrain(job: Job) -> None:
    """Make the base of the pool as it is now; run again after a kill it begins anew, or finds the base there."""
    with tempfile.TemporaryDirectory(prefix="plumbline-pretrain-", dir=scratch()) as folder:
        pool = Path(folder, "pool.jsonl")
        snapshots.write_once(pool, snapshots.pool_lines(job.campaign))
        run_selector(job, PRETRAIN, ["pretrain", "--data", str(pool), *arguments()])
    why = "The base that trainings start from is ready."
    jobs.heartbeat(job, message=why)
    jobs.finish(job, result={"why": why})


def arguments() -> list[str]:
    """Where bases are kept, and how `tiny` is made: alike for who makes one and who looks for it."""
    return ["--cache", str(settings.CACHE_DIR), "--pretrain-steps", str(settings.TINY_PRETRAIN_STEPS)]
