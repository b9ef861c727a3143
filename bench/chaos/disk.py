"""The disk of database, Redis and uploads fills up while people label, and has room again after a while.

A small file system in memory is mounted for it, which takes root; without it this cannot be tried, and says so.
"""

import asyncio
import contextlib
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.chaos.crowds import Crowd
from bench.chaos.load import Habits
from bench.chaos.outcome import Outcome
from bench.chaos.stage import Stage, staged
from bench.chaos.wanted import Wanted

HABITS = Habits(drafts=0.2, thinks=0.1)
MEGABYTES = 700
FULL_SECONDS = 4.0
PIECE = 1 << 20


def run(stage: Stage, count: int, seed: int = 0) -> Outcome:
    """So many times full, on an installation of its own like the one given."""
    with (
        tempfile.TemporaryDirectory(prefix="plumbline-said-") as elsewhere,
        small_disk() as place,
        staged(stage.kind, place=place) as own,
    ):
        own.said = Path(elsewhere)  # the labelers' own disk is another one
        own.serve()
        crowd = Crowd(own, Wanted(f"disk-{seed}", labelers=6, items=600 * count), HABITS, seed)
        crowd.forced = Path(elsewhere) / "forced"
        return asyncio.run(_run(crowd, count, place))


async def _run(crowd: Crowd, count: int, place: Path) -> Outcome:
    done = asyncio.Event()

    async def fill() -> None:
        for _ in range(count):
            await asyncio.sleep(2)
            before = crowd.tally.counts["acknowledged"]
            with filled(place):
                await asyncio.sleep(FULL_SECONDS)
            crowd.tally.counts["acknowledged while it filled up"] += crowd.tally.counts["acknowledged"] - before
            for part in crowd.stage.tend():
                crowd.tally.counts[f"{part} ended by itself"] += 1
            await _back(crowd.stage)
        await asyncio.sleep(2)
        done.set()

    await crowd.work(lambda _: done.is_set(), beside=[fill()])
    return crowd.outcome("disk", count, "full disks")


async def _back(stage: Stage) -> None:
    """A PostgreSQL that could not write its log ends; its supervisor starts it again."""
    while not stage.takes_connections():
        if stage.postgres is not None and stage.postgres.process.poll() is not None:
            stage.postgres.start_again()
        await asyncio.sleep(0.2)


@contextmanager
def small_disk() -> Iterator[Path]:
    """A folder on a file system of its own."""
    with tempfile.TemporaryDirectory(prefix="plumbline-disk-") as folder:
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={MEGABYTES}m,mode=755", "tmpfs", folder], check=True)
        try:
            yield Path(folder)
        finally:
            subprocess.run(["umount", "--lazy", folder], check=True)


@contextmanager
def filled(place: Path) -> Iterator[None]:
    """Not a byte is left meanwhile."""
    filler = place / "filler"
    try:
        with filler.open("wb", buffering=0) as file:
            for size in (PIECE, 4096, 1):
                with contextlib.suppress(OSError):
                    while file.write(b"\0" * size) == size:
                        pass
        yield
    finally:
        filler.unlink()
