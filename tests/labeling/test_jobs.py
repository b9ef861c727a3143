"""Background work as rows: claimed once, fenced, given up after too many deaths."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.db.models.functions import Now
from pytest_django.fixtures import DjangoCaptureOnCommitCallbacks

from labeling.actions import jobs
from labeling.actions.errors import Conflict
from labeling.actions.jobs import ClaimLost
from labeling.models import Campaign, Job
from tests import factories as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def waiting(campaign: Campaign) -> Job:
    return make.make_job(campaign, kind="retrain", state="requested")


def claim(job: Job, by: str = "worker") -> Job:
    claimed = jobs.claim(job.pk, claimed_by=by)
    assert claimed is not None
    return claimed


def die(job: Job) -> None:
    """Its worker gave no sign of life for a whole lease."""
    Job.objects.filter(pk=job.pk).update(leased_until=Now() - timedelta(seconds=1))


def row(job: Job) -> Job:
    return Job.objects.get(pk=job.pk)


# --- asking


@pytest.mark.parametrize("kind", ["retrain", "plan", "grade"])
def test_asked_again_while_one_waits_it_is_that_one(kind: str, campaign: Campaign, owner: User) -> None:
    first = jobs.request(campaign=campaign, kind=kind, params={"round": 1}, by=owner)

    second = jobs.request(campaign=campaign, kind=kind)

    assert second == first
    assert (row(first).params, row(first).requested_by) == ({"round": 1}, owner)


def test_asked_while_one_runs_a_second_waits(campaign: Campaign, waiting: Job) -> None:
    claim(waiting)

    second = jobs.request(campaign=campaign, kind="retrain")

    assert second != waiting
    assert second.state == "requested"


def test_every_import_is_a_job_of_its_own(campaign: Campaign) -> None:
    first, second = (jobs.request(campaign=campaign, kind="import", params={"files": [name]}) for name in "ab")

    assert first != second


def test_a_worker_is_woken_once_the_row_is_committed(
    campaign: Campaign,
    monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    woken: list[tuple[int, str]] = []
    monkeypatch.setattr(jobs, "_send", lambda job_id, queue: woken.append((job_id, queue)))

    with django_capture_on_commit_callbacks(execute=True):
        retrain = jobs.request(campaign=campaign, kind="retrain")
        plan = jobs.request(campaign=campaign, kind="plan")
        assert woken == []

    assert woken == [(retrain.pk, "gpu"), (plan.pk, "default")]


# --- claiming


def test_a_claim_takes_the_job_under_a_fresh_fence(waiting: Job) -> None:
    job = claim(waiting, by="here:1")

    assert (job.state, job.fence, job.attempts, job.claimed_by) == ("running", 1, 1, "here:1")
    assert job.leased_until is not None
    assert job.started_at == job.heartbeat_at


def test_a_job_is_claimed_once(waiting: Job) -> None:
    claim(waiting)

    assert jobs.claim(waiting.pk, claimed_by="another") is None
    assert row(waiting).claimed_by == "worker"


@pytest.mark.parametrize("state", ["done", "failed", "cancelled"])
def test_an_ended_job_is_not_claimed(state: str, campaign: Campaign) -> None:
    job = make.make_job(campaign, state=state)

    assert jobs.claim(job.pk, claimed_by="worker") is None
    assert row(job).state == state


def test_a_job_that_is_not_there_is_not_claimed(campaign: Campaign) -> None:
    assert jobs.claim(12_345, claimed_by="worker") is None


@pytest.mark.parametrize("kind", ["retrain", "import", "plan", "grade"])
def test_of_one_kind_one_runs_in_a_campaign(kind: str, campaign: Campaign) -> None:
    running = claim(make.make_job(campaign, kind=kind, state="requested"))
    second = make.make_job(campaign, kind=kind, state="requested")

    assert jobs.claim(second.pk, claimed_by="worker") is None
    jobs.finish(running, result={})
    assert claim(second).fence == 1


def test_other_kinds_and_other_campaigns_run_beside_it(campaign: Campaign, waiting: Job) -> None:
    claim(waiting)

    claim(make.make_job(campaign, kind="plan", state="requested"))
    claim(make.make_job(make.make_campaign(), kind="retrain", state="requested"))


def test_an_orphan_is_claimed_again_under_the_next_fence(waiting: Job) -> None:
    begun = claim(waiting, by="dead").started_at
    die(waiting)

    job = claim(waiting, by="alive")

    assert job.started_at == begun, "it began when the first claim was made"
    assert (job.fence, job.attempts, job.claimed_by) == (2, 2, "alive")


def test_what_can_be_claimed_is_what_waits_and_what_died(campaign: Campaign, waiting: Job) -> None:
    dead = claim(make.make_job(campaign, kind="plan", state="requested"))
    claim(make.make_job(campaign, kind="grade", state="requested"))
    die(dead)

    assert list(jobs.claimable()) == [waiting, dead]


# --- attempts


def test_a_job_that_dies_three_times_in_one_stage_has_failed(waiting: Job) -> None:
    for _ in range(3):
        jobs.heartbeat(claim(waiting), stage="train", progress=0.1)
        die(waiting)

    assert jobs.claim(waiting.pk, claimed_by="worker") is None

    assert row(waiting).state == "failed"
    assert "died 3 times" in row(waiting).error
    assert jobs.claim(waiting.pk, claimed_by="worker") is None


def test_dying_late_counts_although_the_stages_before_are_done_again(waiting: Job) -> None:
    """Each attempt begins with the first stage; that it gets as far as the others did is no progress."""
    for _ in range(3):
        job = claim(waiting)
        for stage, progress in (("snapshot", 0.0), ("train", 0.02), ("score", 0.65)):
            jobs.heartbeat(job, stage=stage, progress=progress)
        jobs.heartbeat(job, progress=0.7)
        die(waiting)

    assert jobs.claim(waiting.pk, claimed_by="worker") is None
    assert row(waiting).state == "failed"


def test_getting_further_than_before_forgets_earlier_deaths(waiting: Job) -> None:
    for stage, progress in (("snapshot", 0.0), ("train", 0.1), ("score", 0.7), ("evaluate", 0.9)):
        for _ in range(2):
            jobs.heartbeat(claim(waiting), stage=stage, progress=progress)
            die(waiting)

    assert claim(waiting).attempts == 3


def test_the_next_stage_is_further_where_the_last_one_was_whole(waiting: Job) -> None:
    for stage, begin, end in (
        ("train", 0.02, 0.65),
        ("score", 0.65, 0.85),
        ("evaluate", 0.85, 0.97),
        ("publish", 0.97, 1),
    ):
        job = claim(waiting)
        jobs.heartbeat(job, stage=stage, progress=begin)
        jobs.heartbeat(job, progress=end)
        die(waiting)

    assert claim(waiting).attempts == 2


# --- signs of life


def test_a_heartbeat_renews_the_lease_and_says_what_is_done(waiting: Job) -> None:
    job = claim(waiting)
    Job.objects.filter(pk=job.pk).update(leased_until=Now() + timedelta(seconds=1))
    almost_over = row(job).leased_until

    jobs.heartbeat(job, stage="train", progress=0.25, message="epoch 1 of 2")

    now = row(job)
    assert (now.stage, now.progress, now.message) == ("train", 0.25, "epoch 1 of 2")
    assert now.leased_until > almost_over  # type: ignore[operator]


@pytest.mark.parametrize(("said", "kept"), [(-0.5, 0.0), (1.5, 1.0)])
def test_progress_stays_a_share(said: float, kept: float, waiting: Job) -> None:
    job = claim(waiting)

    jobs.heartbeat(job, progress=said)

    assert row(job).progress == kept


# --- fences


@pytest.mark.parametrize("lost_by", ["taken over", "cancelled", "ended"])
@pytest.mark.parametrize(
    "write",
    [
        lambda job: jobs.heartbeat(job, progress=0.9),
        lambda job: jobs.finish(job, result={"version": 1}),
        lambda job: jobs.fail(job, error="It broke."),
    ],
    ids=["heartbeat", "finish", "fail"],
)
def test_a_lost_claim_writes_nothing(write: object, lost_by: str, waiting: Job) -> None:
    job = claim(waiting)
    if lost_by == "taken over":
        die(waiting)
        claim(waiting, by="another")
    elif lost_by == "cancelled":
        jobs.cancel(job)
    else:
        jobs.finish(Job.objects.get(pk=job.pk), result={"version": 7})
    before = Job.objects.values().get(pk=job.pk)

    with pytest.raises(ClaimLost):
        write(job)  # type: ignore[operator]

    assert Job.objects.values().get(pk=job.pk) == before


def test_a_late_worker_that_nobody_replaced_may_still_finish(waiting: Job) -> None:
    job = claim(waiting)
    die(waiting)

    jobs.finish(job, result={"version": 1})

    assert (row(job).state, row(job).result, row(job).progress) == ("done", {"version": 1}, 1.0)


# --- ends


def test_a_failure_keeps_its_reason(waiting: Job) -> None:
    jobs.fail(claim(waiting), error="No label to train on.", result={"labels": 0})

    now = row(waiting)
    assert (now.state, now.error, now.result, now.leased_until) == (
        "failed",
        "No label to train on.",
        {"labels": 0},
        None,
    )
    assert now.finished_at is not None


def test_a_failure_without_words_gets_some(waiting: Job) -> None:
    jobs.fail(claim(waiting), error="")

    assert row(waiting).error


@pytest.mark.parametrize("state", ["requested", "running"])
def test_a_job_that_has_not_ended_can_be_cancelled(state: str, campaign: Campaign) -> None:
    job = make.make_job(campaign, state=state)

    jobs.cancel(job)

    assert (row(job).state, row(job).leased_until) == ("cancelled", None)
    assert jobs.claim(job.pk, claimed_by="worker") is None


@pytest.mark.parametrize("state", ["done", "failed", "cancelled"])
def test_an_ended_job_cannot_be_cancelled(state: str, campaign: Campaign) -> None:
    with pytest.raises(Conflict, match="already ended"):
        jobs.cancel(make.make_job(campaign, state=state))


@pytest.mark.parametrize("state", ["failed", "cancelled"])
def test_a_failed_or_cancelled_job_can_be_asked_for_again(state: str, campaign: Campaign) -> None:
    job = make.make_job(campaign, state=state, attempts=3, fence=4, progress=0.4, result={"x": 1})

    jobs.retry(job)

    now = row(job)
    assert (now.state, now.attempts, now.error, now.result, now.progress) == ("requested", 0, "", None, 0.0)
    assert claim(job).fence == 5, "a worker of before stays fenced off"


@pytest.mark.parametrize("state", ["done", "requested", "running"])
def test_other_jobs_cannot_be_asked_for_again(state: str, campaign: Campaign) -> None:
    with pytest.raises(Conflict, match="Only a failed or cancelled"):
        jobs.retry(make.make_job(campaign, kind="plan", state=state))


def test_no_second_one_is_made_to_wait_by_a_retry(campaign: Campaign, waiting: Job) -> None:
    failed = make.make_job(campaign, kind="retrain", state="failed")

    with pytest.raises(Conflict, match="already waits"):
        jobs.retry(failed)

    assert row(failed).state == "failed"
