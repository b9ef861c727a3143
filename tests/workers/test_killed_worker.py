"""`kill -9` of the real worker in every stage of every job: started again, the rows are those of an undisturbed run."""

import functools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson
import pytest
from django.conf import settings
from django.db import connection

from labeling.actions import jobs, rounds
from labeling.actions.import_now import import_now
from labeling.models import Campaign, Job, JobKind, JobState, QueueItem, Solution
from tests import factories as make
from tests.live import Program, Site, eventually
from tests.workers.outcomes import outcome

DATA = Path(__file__).parents[1] / "data"
QUICK = {"JOB_LEASE_SECONDS": "3", "JOB_HEARTBEAT_SECONDS": "1", "SWEEP_SECONDS": "1"}
STOPPING = {"DJANGO_SETTINGS_MODULE": "tests.workers.stopping_settings"}
SECONDS = 100


def gsm8k_rows() -> list[dict]:
    return [orjson.loads(line) for line in (DATA / "gsm8k_solutions.jsonl").read_bytes().splitlines()]


def upload(slug: str, *, with_verdicts: bool = True) -> list[str]:
    """A file as the API leaves it for the worker: the real rows, split by hand so that both splits are there."""
    rows = gsm8k_rows()
    for number, row in enumerate(rows):
        row["split"] = "test" if number == 0 else "train"
        if not with_verdicts:
            for solution in row["solutions"]:
                del solution["answer_is_correct"]
    name = f"{slug}.jsonl"
    folder = Path(settings.MEDIA_ROOT)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(b"\n".join(orjson.dumps(row) for row in rows))
    return [name]


def new_campaign(slug: str) -> Campaign:
    return make.make_campaign(slug, round_size=4)


def imported(slug: str, *, with_verdicts: bool = True) -> Campaign:
    """A campaign whose rows are in; this process brings them in, whether or not a worker is running."""
    campaign = new_campaign(slug)
    paths = [Path(settings.MEDIA_ROOT, name) for name in upload(slug, with_verdicts=with_verdicts)]
    import_now(campaign=campaign, paths=paths, claimed_by="test")
    return campaign


def labeled(slug: str) -> Campaign:
    """Imported, with a label on every third solution (test split included: those become evaluation labels)."""
    campaign = imported(slug)
    labeler = make.make_labeler(campaign)
    for solution in Solution.objects.filter(problem__campaign=campaign).order_by("id")[::3]:
        ratings = [1] * solution.step_count if solution.answer_is_correct else [1] * (solution.step_count - 1) + [-1]
        make.make_label(solution, labeler, ratings=ratings)
    return campaign


def import_job(slug: str) -> Job:
    return jobs.request(campaign=new_campaign(slug), kind=JobKind.IMPORT, params={"files": upload(slug)})


def grade_job(slug: str) -> Job:
    campaign = imported(slug, with_verdicts=False)
    return Job.objects.get(campaign=campaign, kind=JobKind.GRADE, state=JobState.REQUESTED)


def retrain_job(slug: str) -> Job:
    return jobs.request(campaign=labeled(slug), kind=JobKind.RETRAIN)


def plan_job(slug: str) -> Job:
    """Round 0 is closed and the campaign goes on by itself."""
    campaign = labeled(slug)
    first = rounds.plan(campaign=campaign, wanted=rounds.RoundPlan.of(campaign), by=None)
    rounds.open_round(of=first, by=None)
    rounds.close_round(of=first, by=None)
    Campaign.objects.filter(pk=campaign.pk).update(auto_advance=True)
    return jobs.request(campaign=campaign, kind=JobKind.PLAN)


STAGES = [
    pytest.param(import_job, "after:labeling.actions.jobs:heartbeat", id="import-begun"),
    pytest.param(import_job, "before:labeling.actions.jobs:finish", id="import-before-its-end"),
    pytest.param(grade_job, "after:workers.child:_progress", id="grade-while-grading"),
    pytest.param(grade_job, "before:labeling.actions.jobs:finish", id="grade-before-its-end"),
    pytest.param(retrain_job, "after:workers.retraining:_snapshot", id="snapshot-taken"),
    pytest.param(retrain_job, "after:workers.child:_progress:2", id="train-while-training"),
    pytest.param(retrain_job, "after:workers.retraining:_train", id="train-ended"),
    pytest.param(retrain_job, "before:workers.retraining:_change:3", id="score-half-kept"),
    pytest.param(retrain_job, "before:workers.retraining:_change:4", id="evaluate-not-kept"),
    pytest.param(retrain_job, "before:labeling.actions.jobs:finish", id="publish-half-done"),
    pytest.param(plan_job, "after:labeling.actions.rounds:advance", id="plan-not-committed"),
]


@pytest.mark.timeout(300)
@pytest.mark.parametrize(("prepare", "stop_at"), STAGES)
def test_a_worker_killed_in_any_stage_leaves_the_rows_of_an_undisturbed_run(
    live_site: Site, prepare: Callable[[str], Job], stop_at: str, tmp_path: Path
) -> None:
    marker = tmp_path / "stopped"
    disturbed = prepare("disturbed")
    worker = live_site.start_worker(**QUICK, **STOPPING, STOP_AT=stop_at, STOP_MARKER=str(marker))
    eventually(marker.exists, SECONDS)
    worker.kill()
    again = live_site.start_worker("again", **QUICK)
    ended(disturbed)
    assert outcome(disturbed.campaign) == undisturbed_outcome(prepare)
    assert not again.has_ended()
    disturbed.refresh_from_db()
    assert disturbed.fence >= 2, "the second worker took the job over under a fence of its own"


@functools.cache
def undisturbed_outcome(prepare: Callable[[str], Job]) -> dict[str, list[Any]]:
    """What this job leaves where nobody kills anything: found out once, with the worker that is running."""
    undisturbed = prepare("undisturbed")
    ended(undisturbed)
    return outcome(undisturbed.campaign)


def ended(job: Job) -> None:
    """Wait for the job's end; it must be done."""

    def state() -> str | None:
        job.refresh_from_db()
        connection.close()
        return job.state if job.state in (JobState.DONE, JobState.FAILED, JobState.CANCELLED) else None

    eventually(state, SECONDS, every=0.2)
    assert job.state == JobState.DONE, job.error


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
    import psutil

    found = []
    for process in psutil.Process(worker.pid).children(recursive=True):
        try:
            found.append(" ".join(process.cmdline()))
        except psutil.NoSuchProcess:
            continue
    return [line for line in found if f"-m {name} " in line]
