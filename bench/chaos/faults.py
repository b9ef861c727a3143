"""Kills at random moments, each part started again at once, and leases that are made to run out."""

import asyncio
import json
import random
import sqlite3
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg

from bench.chaos.stage import Stage

# Whole parts, and single processes that a part's own main process replaces. Of four kills one is of each kind of part.
KINDS = {
    "web": (*["web process"] * 4, "web"),
    "worker": (*["worker process"] * 3, "worker", "second worker"),
    "redis": ("redis",),
    "postgresql": ("postgresql", "postgresql", "postgresql process"),
}
ON_SQLITE = {"web": ("web",), "worker": KINDS["worker"], "redis": KINDS["redis"]}
ACKNOWLEDGED_BETWEEN = 8
STUCK_SECONDS = 60
NOW = {
    "postgresql": "now()",
    "sqlite": "strftime('%Y-%m-%d %H:%M:%f', 'now')",  # as Django writes it
}


def targets(kind: str, seed: int) -> Iterator[str]:
    """What to kill, for ever: each kind of part equally often, in a shuffled order."""
    chance, kinds = random.Random(f"targets {seed}"), KINDS if kind == "postgresql" else ON_SQLITE
    while True:
        for name in chance.sample(sorted(kinds), len(kinds)):
            yield chance.choice(kinds[name])


async def kill(stage: Stage, name: str, chance: random.Random, longest_absence: float) -> None:
    """Kill it, and start it again after a while at most that long; the database must come back."""
    stage.kill(name, chance)
    try:
        await asyncio.sleep(chance.random() * longest_absence)
    finally:
        stage.start_again(name)
    deadline = time.monotonic() + 60
    while name.startswith("postgresql") and not stage.takes_connections():
        if time.monotonic() > deadline:
            raise TimeoutError("the database did not come back")
        await asyncio.sleep(0.02)


async def kill_at_random(
    stage: Stage, count: int, seed: int, pause: float, progress: Callable[[], int], done: Counter[str]
) -> None:
    """So many kills, each after a few further acknowledgements (`progress`) and a random moment; counted by name.

    A kill while nobody gets through would show nothing: what is down must have come back before the next one.
    """
    chance, wanted = random.Random(f"kills {seed}"), targets(stage.kind, seed)
    for _ in range(count):
        await get_through(progress, chance.randint(1, ACKNOWLEDGED_BETWEEN))
        await asyncio.sleep(chance.random() * pause)
        name = next(wanted)
        await kill(stage, name, chance, longest_absence=pause)
        done[name] += 1


async def get_through(progress: Callable[[], int], count: int) -> None:
    """Return once so many further labels came through. Raises TimeoutError where none does."""
    deadline, goal = time.monotonic() + STUCK_SECONDS, progress() + count
    while progress() < goal:
        if time.monotonic() > deadline:
            raise TimeoutError(f"no label came through for {STUCK_SECONDS} s")
        await asyncio.sleep(0.01)


async def supervise(stage: Stage, ended: Counter[str]) -> None:
    """For ever: start again what ended by itself, and count it."""
    while True:
        ended.update(stage.tend())
        await asyncio.sleep(0.5)


async def let_leases_run_out(stage: Stage, share: float, every: float, seed: int, path: Path) -> None:
    """For ever: end some living leases, as if their time were over; each is kept with the moment before it."""
    chance = random.Random(f"leases {seed}")
    with path.open("w") as kept:
        while True:
            await asyncio.sleep(every)
            for entry in _run_out(stage, share, chance):
                kept.write(json.dumps(entry) + "\n")
            kept.flush()


def _run_out(stage: Stage, share: float, chance: random.Random) -> list[dict[str, float]]:
    statement = (
        f"UPDATE labeling_queueitem SET leased_until = {NOW[stage.kind]} WHERE state = 'leased' AND id = {{}} "
        f"AND leased_until > {NOW[stage.kind]} RETURNING id, lease_number"
    )
    try:
        with stage.connect() as connection:
            living = connection.execute("SELECT id FROM labeling_queueitem WHERE state = 'leased'").fetchall()
            found = []
            for (item,) in living:
                if chance.random() < share:
                    before = time.time()
                    ended = connection.execute(statement.format(int(item))).fetchall()
                    found += [{"item": item, "lease": lease, "at": before} for item, lease in ended]
            return found
    except (psycopg.OperationalError, sqlite3.OperationalError):  # the database is away
        return []
