"""Makes the runs that are left, until the time is up; killed and started again it goes on where it was."""

import multiprocessing
import time
from collections.abc import Mapping, Sequence
from multiprocessing.connection import wait
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import NamedTuple

import torch

from bench.study.lab import Lab
from bench.study.results import Results
from bench.study.scale import Scale
from bench.study.store import Row, Store
from bench.study.tasks import Task, tasks_of, tiers
from bench.study.world import World

RESULTS = "results.jsonl"


class Unit(NamedTuple):
    """A seed's part of a tier: what one process does in one go."""

    tier: int
    seed: int


def work(
    scale: Scale, seeds: Sequence[int], minutes: float, folder: Path, only: Sequence[str] = (), processes: int = 1
) -> bool:
    """Tier by tier, in each all seeds, no two processes at one seed; `only` runs of these names, if any are given.

    False if a process failed. With a single one all of it happens in this process, and what fails is raised.
    """
    until = time.monotonic() + minutes * 60
    done = Store(folder / RESULTS).rows()
    units = (Unit(tier, seed) for tier in range(tiers(scale)) for seed in seeds)
    left = [unit for unit in units if _left(scale, unit, done, only)]
    if processes == 1:
        for unit in left:
            make(scale, unit, until, folder, only)
        return True
    busy: dict[int, tuple[BaseProcess, Unit]] = {}
    has_failed = False
    while busy or (left and time.monotonic() < until):
        for unit in startable(left, [unit for _, unit in busy.values()], processes):
            left.remove(unit)
            process = multiprocessing.get_context("spawn").Process(target=make, args=(scale, unit, until, folder, only))
            process.start()
            busy[process.sentinel] = process, unit
        for sentinel in wait(list(busy)):
            process, _ = busy.pop(sentinel)  # type: ignore[arg-type]
            process.join()
            has_failed |= process.exitcode != 0
    return not has_failed


def startable(left: Sequence[Unit], under_way: Sequence[Unit], processes: int) -> list[Unit]:
    """The next units for idle processes: the earliest of each seed that none is at."""
    taken = {unit.seed for unit in under_way}
    found: list[Unit] = []
    for unit in left:
        if unit.seed not in taken and len(found) + len(under_way) < processes:
            found.append(unit)
            taken.add(unit.seed)
    return found


def make(scale: Scale, unit: Unit, until: float, folder: Path, only: Sequence[str]) -> None:
    """The runs of one unit that are not there yet, one after the other, on one core."""
    torch.set_num_threads(1)
    store = Store(folder / RESULTS)
    done = store.rows()
    lab = Lab(World(scale, unit.seed, folder), folder / "ranks" / scale.key / str(unit.seed))
    for task in _left(scale, unit, done, only):
        if time.monotonic() + _expected(task, done) > until:
            return
        if unit.seed in Results(scale, done.values()).far_off:
            return
        started = time.process_time()
        row: Row = {"key": task.key, "at": time.strftime("%H:%M:%S"), **task.run(lab)}
        row["seconds"] = round(time.process_time() - started, 1)
        store.add(row)
        done[task.key] = row
        print(time.strftime("%H:%M:%S"), task.key, row.get("best_of", {}).get(str(scale.samples), ""), flush=True)


def _left(scale: Scale, unit: Unit, done: Mapping[str, Row], only: Sequence[str]) -> list[Task]:
    tasks = tasks_of(scale, unit.seed, unit.tier)
    return [task for task in tasks if task.key not in done and (not only or task.name in only)]


def _expected(task: Task, done: dict[str, Row]) -> float:
    """How much of a core's time such a run took so far: one that cannot end in time is not begun."""
    alike = [row["seconds"] for key, row in done.items() if key.split("/")[2:] == task.key.split("/")[2:]]
    return max(alike, default=0.0)
