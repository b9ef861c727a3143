"""Two workers at once, and a job taken away from one."""

import psutil

from labeling.actions import jobs
from labeling.models import Job, JobState, QueueItem
from tests.live import Program, Site, eventually
from tests.workers.work import QUICK, ended, retrain_job


def test_two_workers_and_two_sweeps_do_each_job_once(live_site: Site) -> None:
    """Both are woken for everything; the fence lets one of them do it."""
    first = live_site.start_worker("first", **QUICK)
    second = live_site.start_worker("second", **QUICK)
    job = retrain_job("both")
    jobs.wake(job)
    jobs.wake(job)
    ended(job)
    assert job.fence == 1
    assert job.campaign.selectors.count() == 1
    assert not first.has_ended()
    assert not second.has_ended()


def test_a_cancelled_job_stops_its_worker_and_leaves_nothing_in_use(live_site: Site, worker: Program) -> None:
    job = retrain_job("cancelled")
    eventually(lambda: Job.objects.get(pk=job.pk).state == JobState.RUNNING)
    jobs.cancel(job)
    eventually(lambda: not children_named(worker, "selector"), 30)
    job.refresh_from_db()
    assert job.state == JobState.CANCELLED
    assert not job.campaign.selectors.filter(state="published").exists()
    assert not QueueItem.objects.filter(campaign=job.campaign).exists()


def children_named(worker: Program, name: str) -> list[str]:
    """Command lines below the worker that name this module."""
    found = []
    for process in psutil.Process(worker.pid).children(recursive=True):
        try:
            found.append(" ".join(process.cmdline()))
        except psutil.NoSuchProcess:
            continue
    return [line for line in found if f"-m {name} " in line]
