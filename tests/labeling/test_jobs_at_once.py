"""Jobs asked for, claimed, finished and cancelled by many at once: each runs and ends once."""

from collections import Counter
from functools import partial

import pytest
from django.contrib.auth.models import User

from labeling.actions import jobs, references
from labeling.actions.errors import Conflict
from labeling.models import Campaign, Job, Problem
from tests import factories as make
from tests.labeling.at_once import all_at_once, while_uncommitted

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("repetition", range(3))
def test_a_job_is_claimed_by_one_of_many_workers(repetition: int, campaign: Campaign) -> None:
    job = make.make_job(campaign, kind="retrain", state="requested")

    claims = all_at_once([partial(jobs.claim, job.pk, claimed_by=f"worker {index}") for index in range(8)])

    [claim] = [claim for claim in claims if claim]
    job.refresh_from_db()
    assert (job.fence, job.attempts, job.claimed_by) == (1, 1, claim.claimed_by)


def test_of_two_jobs_of_a_kind_one_runs(campaign: Campaign) -> None:
    both = [make.make_job(campaign, kind="import", state="requested") for _ in range(2)]

    claims = all_at_once([partial(jobs.claim, job.pk, claimed_by="worker") for job in both for _ in range(3)])

    assert sum(claim is not None for claim in claims) == 1
    assert Counter(Job.objects.filter(kind="import").values_list("state", flat=True))["running"] == 1


def test_asked_for_many_times_at_once_one_job_waits(campaign: Campaign) -> None:
    asked = all_at_once([partial(jobs.request, campaign=campaign, kind="retrain")] * 8)

    assert len({job.pk for job in asked}) == 1
    assert Job.objects.filter(kind="retrain").count() == 1


def test_a_waiting_job_is_not_begun_before_what_asked_for_it_is_committed(campaign: Campaign, owner: User) -> None:
    """Else it would grade by the old answer, and nobody would grade by the new one."""
    problem = make.make_problem(campaign)
    job = jobs.request(campaign=campaign, kind="grade")

    def claim_and_read() -> str | None:
        assert jobs.claim(job.pk, claimed_by="worker")
        return Problem.objects.get(pk=problem.pk).reference_answer

    answer = while_uncommitted(
        lambda: references.change(problem=problem, answer="5", by=owner, reason="x"), claim_and_read
    )

    assert answer == "5"


def test_jobs_cancelled_and_finished_at_once_end_once(campaign: Campaign) -> None:
    job = jobs.claim(make.make_job(campaign, state="requested").pk, claimed_by="worker")
    assert job is not None

    def finish() -> str:
        try:
            jobs.finish(Job.objects.get(pk=job.pk), result={})
        except jobs.ClaimLost:
            return "lost"
        return "done"

    def cancel() -> str:
        try:
            jobs.cancel(job)
        except Conflict:
            return "too late"
        return "cancelled"

    assert set(all_at_once([finish, cancel])) in ({"done", "too late"}, {"lost", "cancelled"})
