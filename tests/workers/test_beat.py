"""What sends the periodic tasks is a process below the worker: killed alone, it is replaced."""

import time

import psutil
import pytest

from labeling.actions import jobs
from labeling.models import Campaign
from tests import factories as make
from tests.live import Program, Site, end_all, eventually
from tests.workers.work import ended


@pytest.mark.timeout(300)
def test_the_sweep_outlives_the_process_that_sends_it(campaign: Campaign, worker: Program) -> None:
    below = eventually(lambda: three_below(worker))
    end_all(below)
    eventually(lambda: three_below(worker), 30)
    job = make.make_job(campaign, "plan", "requested")  # nobody is woken for it: the sweep finds it
    ended(job)


@pytest.mark.timeout(300)
def test_what_a_dead_worker_left_is_taken_up_within_90_seconds(campaign: Campaign, live_site: Site) -> None:
    """With the lease and the sweep that ship."""
    job = make.make_job(campaign, "plan", "requested")
    assert jobs.claim(job.pk, claimed_by="dead") is not None
    claimed = time.monotonic()
    live_site.start_worker()
    ended(job)
    assert time.monotonic() - claimed < 90
    assert job.fence == 2


def three_below(worker: Program) -> list[psutil.Process]:
    """Two that work and one that sends, once they are there."""
    found = [one for one in psutil.Process(worker.pid).children() if one.status() != psutil.STATUS_ZOMBIE]
    return found if len(found) == 3 else []
