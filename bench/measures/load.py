"""A day's crowd at the pace of people: how long each answer takes, and what the server has left meanwhile."""

import asyncio
import itertools
import statistics
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

import psutil

from bench import memory
from bench.chaos.crowds import Crowd
from bench.chaos.load import Habits
from bench.chaos.outcome import Outcome
from bench.chaos.stage import Stage, staged
from bench.chaos.wanted import Wanted
from bench.figures import Figure, Goal
from bench.machine import ALL_CORES, on_cores

THOUGHT_SECONDS = 5.0
HABITS = Habits(thinks=2 * THOUGHT_SECONDS, drafts=1.0)  # thought is drawn evenly from nothing to twice as long
PEOPLE = {"postgresql": 200, "sqlite": 25}
MINUTES = 10.0
MEMORY_EVERY = 15  # seconds
WARM_SECONDS = 20.0  # all ask for their first item at once, and memory has not settled
REFUSED = ("no answer", "503")
COMMAND = "POST next/, PUT items/{id}/draft/, POST items/{id}/label/ in turn, each labeler on a connection of their own"


def run(is_quick: bool) -> Iterator[Figure]:
    """On PostgreSQL, which has the goals, and on SQLite with as many people as it is meant for."""
    for kind, people in PEOPLE.items():
        with on_cores(ALL_CORES), staged(kind) as stage:
            stage.serve()
            yield from day(stage, 10 if is_quick else people, 0.5 if is_quick else MINUTES)


def day(stage: Stage, people: int, minutes: float, seed: int = 0) -> Iterator[Figure]:
    """So many people at work for so long, after a moment in which all begin."""
    items = int(people * (minutes * 60 + WARM_SECONDS) / THOUGHT_SECONDS) + people
    crowd = Crowd(stage, Wanted(f"day-{seed}", people, items=items), HABITS, seed)
    limits = Limits(stage)
    ends = time.monotonic() + WARM_SECONDS + minutes * 60
    asyncio.run(crowd.work(lambda _tally: time.monotonic() > ends, beside=[limits.watch(crowd)]))
    yield from _figures(stage, crowd, limits, minutes)


def run_chaos(stage: Stage, count: int, seed: int) -> Outcome:
    """So many minutes of it; broken is what misses its goal."""
    figures = list(day(stage, PEOPLE[stage.kind], count, seed))
    missed = {figure.name: [" ".join(figure.as_cells())] for figure in figures if figure.verdict == "MISSED"}
    seen = Counter({f"{figure.name}, {figure.unit or 'count'}": round(figure.value) for figure in figures})
    return Outcome("load", stage.kind, "minutes", count, missed, seen, count * 60.0)


@dataclass
class Limits:
    """What the machine did each second of it: its cores, its disk, who waited for a lock, and the web's memory."""

    stage: Stage
    cores: list[list[float]] = field(default_factory=list)
    waiting: list[int] = field(default_factory=list)
    memory: list[int] = field(default_factory=list)
    written: int = 0

    async def watch(self, crowd: Crowd) -> None:
        """Until cancelled; times of answers count from when all have begun."""
        await asyncio.sleep(WARM_SECONDS)
        crowd.tally.took.clear()
        before = psutil.disk_io_counters()
        psutil.cpu_percent(percpu=True)
        with self.stage.connect() as connection:
            for second in itertools.count():
                await asyncio.sleep(1.0)
                self.cores.append(psutil.cpu_percent(percpu=True))
                if second % MEMORY_EVERY == 0:  # looking takes a while, and answers wait meanwhile
                    self.memory.append(self._web_memory())
                now = psutil.disk_io_counters()
                self.written = now.write_bytes - before.write_bytes if now and before else 0
                if self.stage.postgres is not None:
                    found = connection.execute(
                        "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
                    ).fetchone()
                    self.waiting.append(found[0])

    def _web_memory(self) -> int:
        process = self.stage.parts["web"].process
        return memory.pss(memory.tree(process.pid)) if process is not None else 0

    def counts(self) -> dict[str, str]:
        """In words, for the table."""
        busy = " and ".join(f"{statistics.mean(core):.0f} %" for core in zip(*self.cores, strict=True))
        found = {"cores busy": busy, "MB written": f"{self.written / memory.MB:.0f}"}
        if self.waiting:
            found["waiting for a lock, mean"] = f"{statistics.mean(self.waiting):.2f}"
        return found

    @property
    def growth(self) -> float:
        """The last tenth of the web's memory over the first, in per cent."""
        tenth = max(1, len(self.memory) // 10)
        return 100 * (statistics.median(self.memory[-tenth:]) / statistics.median(self.memory[:tenth]) - 1)


def _figures(stage: Stage, crowd: Crowd, limits: Limits, minutes: float) -> Iterator[Figure]:
    is_goal, tally = stage.kind == "postgresql", crowd.tally
    outcome = crowd.outcome("load", tally.counts["acknowledged"], "labels")
    name = f"{len(crowd.people)} labelers, {THOUGHT_SECONDS:.0f} s of thought, {stage.kind}: "
    counts = {"minutes": minutes, "labels": len(tally.took["label"])} | limits.counts()
    for asked in ("next", "label", "draft"):
        took = [seconds * 1000 for seconds in tally.took[asked]]
        tail = {"median ms": statistics.median(took), "slowest ms": max(took), "requests": len(took)}
        goal = Goal(300) if is_goal and asked != "draft" else None
        yield Figure(f"{name}{asked}, 95 %", statistics.quantiles(took, n=20)[-1], "ms", goal, COMMAND, tail)
    refused = outcome.failures + sum(tally.counts[what] for what in REFUSED)
    yield Figure(f"{name}errors, and what the checker finds", refused, "", Goal(0), COMMAND, counts | outcome.broken)
    logs = [path.read_text(errors="replace") for path in stage.logs.iterdir()]
    locked = sum(log.count("database is locked") for log in logs)
    yield Figure(f"{name}“database is locked” in the log", locked, "", Goal(0), COMMAND, {"logs": len(logs)})
    yield Figure(
        f"{name}memory of the web, growth", limits.growth, "%", Goal(5), "PSS", {"MB": limits.memory[-1] / memory.MB}
    )
