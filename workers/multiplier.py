"""The multiplier job: labels of both ways -> files -> many small trainings -> what a chosen label is worth.

Nothing is published, and only the figures stay. Each training is kept until the end: a job that was killed goes on.
"""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction

from labeling.actions import jobs
from labeling.models import Job, JobState
from selector.trials import MEASURES, WAYS
from workers import pretraining, snapshots
from workers.child import Stage, run_selector, scratch

SNAPSHOT = Stage("snapshot", 0.0, 0.02)
TRIALS = Stage("trials", 0.02, 1.0)
FOLDER = "plumbline-multiplier-"
NAMES = {"first_error_f1": "first-error F1", "step_auc": "step AUC", "best_of_n": "best of N"}


def measure(job: Job) -> None:
    """Train, measure, keep the figures."""
    _clear_ended()
    folder = scratch() / f"{FOLDER}{job.pk}"
    jobs.heartbeat(job, stage=SNAPSHOT.name, progress=SNAPSHOT.start, message="collecting labels")
    files = _snapshot(job, folder)
    arguments = ["multiplier", "--base", job.campaign.base_model, *pretraining.arguments(), "--out", str(folder)]
    for name, path in files.items():
        arguments += [f"--{name}", str(path)]
    arguments += ["--heads", str(job.campaign.committee), "--seeds", str(settings.MULTIPLIER_SEEDS)]
    found = run_selector(job, TRIALS, arguments)
    del found["seconds"]  # a job that was killed has only those of its last attempt
    with transaction.atomic():
        why = in_words(found)
        jobs.heartbeat(job, message=why)
        jobs.finish(job, result={"why": why, "multiplier": found})
        transaction.on_commit(lambda: shutil.rmtree(folder, ignore_errors=True))


def _snapshot(job: Job, folder: Path) -> dict[str, Path]:
    """What is trained and measured on, by the command's arguments: of one moment, however often the job is begun."""
    campaign = job.campaign
    lines: dict[str, Iterator[bytes]] = {way: snapshots.way_lines(campaign, way) for way in WAYS}
    lines |= {
        "labels": snapshots.evaluation_lines(campaign),
        "test": snapshots.pool_lines(campaign, split="test"),
        "pool": snapshots.pool_lines(campaign),
    }
    files = {name: folder / f"rows-{name}.jsonl" for name in lines}
    for name, path in files.items():
        snapshots.write_once(path, lines[name])
    return files


def discard(job: Job) -> None:
    """A retry of a job that failed takes the rows as they are then; trainings on the same ones stay."""

    def forget() -> None:
        for path in (scratch() / f"{FOLDER}{job.pk}").glob("rows-*.jsonl"):
            path.unlink(missing_ok=True)

    transaction.on_commit(forget)


def _clear_ended() -> None:
    """What cancelled and failed jobs left behind."""
    left = {int(path.name.removeprefix(FOLDER)): path for path in scratch().glob(f"{FOLDER}*")}
    under_way = Job.objects.filter(pk__in=left, state__in=[JobState.REQUESTED, JobState.RUNNING])
    for pk in left.keys() - set(under_way.values_list("pk", flat=True)):
        shutil.rmtree(left[pk], ignore_errors=True)


def in_words(found: dict[str, Any]) -> str:
    """The first measure that tells something, in a sentence."""
    for name in MEASURES:
        of = found["measures"][name]
        if of["multiplier"] is not None:
            value, low, high = (f"{of[key]:.2f}" for key in ("multiplier", "low", "high"))
            return f"By {NAMES[name]} a chosen label is worth {value} uniform ones ({low} to {high})."
    return "What a chosen label is worth in training is not known yet."
