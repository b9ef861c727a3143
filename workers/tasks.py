"""The tasks, three or four lines each. Arguments are ids; the rows are the truth."""

import os
import socket

from celery import current_app, shared_task
from structlog.contextvars import bound_contextvars

from labeling.actions import jobs, queue
from workers import pipeline
from workers.beat import KeepsBeat
from workers.signs import SignsOfLife

current_app.steps["worker"].update({SignsOfLife, KeepsBeat})


@shared_task(name="workers.run_job", ignore_result=True)
def run_job(job_id: int) -> None:
    """Do one requested job, of whatever kind; a second delivery finds nothing to claim."""
    job = jobs.claim(job_id, claimed_by=f"{socket.gethostname()}:{os.getpid()}")
    if job is not None:
        with bound_contextvars(job=job.pk, kind=job.kind):  # in every line logged meanwhile, by whatever library
            pipeline.run(job)


@shared_task(name="workers.sweep", ignore_result=True)
def sweep() -> None:
    """Return leases that ran out; wake workers again for every job that waits or whose worker died."""
    queue.take_back_expired()
    for job in jobs.claimable():
        jobs.wake(job)
