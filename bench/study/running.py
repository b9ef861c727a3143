"""Runs the tasks that are left, until the time is up; killed and started again it goes on where it was."""

import sys
import time
from collections.abc import Sequence
from pathlib import Path

import torch

from bench.study.lab import Lab
from bench.study.preconditions import Unmet, check
from bench.study.scale import Scale
from bench.study.store import Row, Store
from bench.study.tasks import Task, tasks
from bench.study.world import World

BASELINE = "uniform_distinct"
RESULTS = "results.jsonl"


def work(scale: Scale, seeds: list[int], minutes: float, folder: Path, only: Sequence[str] = ()) -> None:
    """The tasks of these seeds, one after the other, on one core; `only` those of these names, if any are given.

    Raises:
        Unmet: the preconditions do not hold for one of the seeds.
    """
    torch.set_num_threads(1)
    store = Store(folder / RESULTS)
    started, labs = time.monotonic(), {}
    done = store.rows()
    mine = [task for task in tasks(scale, seeds) if task.key not in done and (not only or task.name in only)]
    for place, task in enumerate(mine):
        if time.monotonic() - started + _expected(task, done) > minutes * 60:
            break
        _check(scale, task.seed, done)
        if task.seed not in labs:
            labs[task.seed] = Lab(World(scale, task.seed, folder), folder / "ranks" / scale.key / str(task.seed))
        row: Row = {"key": task.key, "at": time.strftime("%H:%M:%S"), **task.run(labs[task.seed])}
        store.add(row)
        done[task.key] = row
        print(f"{place + 1}/{len(mine)} {task.key} {row.get('best_of', {}).get(str(scale.samples), '')}", flush=True)
        _check(scale, task.seed, done)
    seconds = round(time.monotonic() - started, 1)
    store.add({"key": f"session/{time.time_ns()}", "scale": scale.key, "seeds": seeds, "seconds": seconds})


def _expected(task: Task, done: dict[str, Row]) -> float:
    """How long such a run took so far: one that cannot end in time is not begun."""
    alike = [row["seconds"] for key, row in done.items() if key.split("/")[2:] == task.key.split("/")[2:]]
    return max(alike, default=0.0)


def _check(scale: Scale, seed: int, done: dict[str, Row]) -> None:
    label_free = done.get(f"{scale.key}/{seed}/label_free/0")
    model = done.get(f"{scale.key}/{seed}/{BASELINE}/{max(scale.labels)}")
    if scale.is_checked and label_free and model:
        check(label_free, model, scale.samples)


def in_process(scale: Scale, seeds: list[int], minutes: float, folder: Path, only: Sequence[str]) -> None:
    """The same as a process of its own."""
    try:
        work(scale, seeds, minutes, folder, only)
    except Unmet as unmet:
        Store(folder / RESULTS).add({"key": f"stopped/{scale.key}/{seeds}", "why": str(unmet), "seeds": seeds})
        sys.exit(f"The study stops, its preconditions do not hold: {unmet}")
