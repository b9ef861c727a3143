"""Jobs of each kind on real rows, and what they leave where nobody kills anything."""

import functools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson
from django.conf import settings
from django.db import connection

from labeling.actions import jobs, rounds
from labeling.actions.import_now import import_now
from labeling.actions.round_plans import RoundPlan
from labeling.models import Campaign, Job, JobKind, JobState, Label, Solution
from tests import factories as make
from tests.live import eventually
from tests.workers.outcomes import outcome

DATA = Path(__file__).parents[1] / "data"
QUICK = {"JOB_LEASE_SECONDS": "3", "JOB_HEARTBEAT_SECONDS": "1", "SWEEP_SECONDS": "1"}
SECONDS = 100
PROBLEMS = 8  # of the real rows, four solutions each: what is asked of a training here holds for a short one too


def gsm8k_rows() -> list[dict]:
    return [orjson.loads(line) for line in (DATA / "gsm8k_solutions.jsonl").read_bytes().splitlines()[:PROBLEMS]]


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
    return Job.objects.get(campaign=campaign, kind=JobKind.GRADE)  # in whatever state: a worker may be at it already


def retrain_job(slug: str) -> Job:
    return jobs.request(campaign=labeled(slug), kind=JobKind.RETRAIN)


def plan_job(slug: str) -> Job:
    """Round 0 is closed and the campaign goes on by itself."""
    campaign = labeled(slug)
    first = rounds.plan(campaign=campaign, wanted=RoundPlan.of(campaign), by=None)
    rounds.open_round(of=first, by=None)
    rounds.close_round(of=first, by=None)
    Campaign.objects.filter(pk=campaign.pk).update(auto_advance=True)
    return jobs.request(campaign=campaign, kind=JobKind.PLAN)


def agreement_job(slug: str) -> Job:
    """Every labeled solution was labeled by somebody else too."""
    campaign = labeled(slug)
    other = make.make_labeler(campaign)
    for label in list(Label.objects.filter(problem__campaign=campaign)):
        make.make_label(label.solution, other, ratings=[-1])
    return jobs.request(campaign=campaign, kind=JobKind.AGREEMENT)


def multiplier_job(slug: str) -> Job:
    """As many labels as it takes, of solutions of their own: drawn by chance, chosen, and for evaluation."""
    campaign = make.make_campaign(slug)
    labeler = make.make_labeler(campaign)
    first = make.make_round(campaign, 0, "closed", strategy="uniform")
    later = make.make_round(campaign, 1, "closed", strategy="uncertain", selector=make.make_selector(campaign))
    ways = [(first, "uniform", "round", 40), (later, "uncertain", "round", 40), (first, "evaluation", "evaluation", 30)]
    for of, reason, purpose, count in ways:
        for place in range(count):
            split, name = "test" if purpose == "evaluation" else "train", f"{reason} {place}"
            problem = make.make_problem(campaign, split=split, text=f"What is {name}?", external_id=name)
            steps = [f"There are {place}.", f"One more is {place + 1 + place % 2}.", f"The answer is {place + 1}."]
            item = make.make_item(
                make.make_solution(problem, steps, external_id=name), of, "labeled", reason=reason, purpose=purpose
            )
            make.make_label(item=item, labeler=labeler, ratings=[1, -1] if place % 2 else [1, 1, 1])
    return jobs.request(campaign=campaign, kind=JobKind.MULTIPLIER)


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
