"""What goes on around labeling: a large import, and a clock that jumps."""

import asyncio
import json
import time
from typing import Any

from bench import rows
from bench.chaos import faults, kills
from bench.chaos.crowds import Crowd
from bench.chaos.load import Habits
from bench.chaos.outcome import Outcome
from bench.chaos.stage import Stage
from bench.chaos.wanted import Wanted

ROWS = 20_000
HABITS = Habits(drafts=0.2, thinks=0.5)
JUMP_HABITS = Habits(drafts=0.5, thinks=1.0)
LABELERS = 8
COUNT = "SELECT count(*) FROM labeling_solution WHERE external_id LIKE 'more-solution-%' AND import_job_id = {}"


def run(stage: Stage, count: int, seed: int = 0) -> Outcome:
    """So many large files, one after the other."""
    wanted = Wanted(f"imports-{seed}", LABELERS, items=6_000 * count)
    return asyncio.run(_run(Crowd(stage, wanted, HABITS, seed), count))


async def _run(crowd: Crowd, count: int) -> Outcome:
    done, parts = asyncio.Event(), set[int]()
    content = "\n".join(json.dumps(_renamed(row)) for row in rows.flat(ROWS, seed=1))
    sizes: list[int] = []
    said: list[str] = []

    async def bring_in() -> None:
        for _ in range(count):
            answer = await crowd.lead.upload("large.jsonl", content.encode())
            job = answer.value["id"]
            watching = asyncio.ensure_future(kills.end_jobs(crowd.lead))
            while not watching.done():
                parts.add(_visible(crowd.stage, job))
                await asyncio.sleep(0.2)
            sizes.append(_visible(crowd.stage, job))
            said.append(str((await crowd.lead.insist("GET", f"jobs/{job}/")).value))
        done.set()

    await crowd.work(lambda _: done.is_set(), beside=[bring_in()])
    outcome = crowd.outcome("imports", count, f"files of {ROWS:,} rows")
    outcome.seen["slowest answer, ms"] = round(crowd.tally.slowest * 1000)
    if parts - {0, ROWS} or set(sizes) != {ROWS}:
        outcome.broken["an import that was half there"] = [f"{sorted(parts)}, in the end {sizes}: {said}"]
    if bad := [f"{name}: {crowd.tally.counts[name]}" for name in ("503", "no answer") if crowd.tally.counts[name]]:
        outcome.broken["labelers met errors"] = bad
    return outcome


def _renamed(row: dict[str, Any]) -> dict[str, Any]:
    """Not the ids of the pool."""
    return row | {name: f"more-{row[name]}" for name in ("problem_id", "solution_id")}


def _visible(stage: Stage, job: int) -> int:
    """Solutions of this import that anybody can see: none until its job is done."""
    with stage.connect() as connection:
        (state,) = connection.execute(f"SELECT state FROM labeling_job WHERE id = {int(job)}").fetchone()
        (size,) = connection.execute(COUNT.format(int(job))).fetchone()
    return int(size) if state == "done" else 0


def run_clock(stage: Stage, count: int, seed: int = 0) -> Outcome:
    """So many jumps. The machine's clock is not ours to set: an hour is taken from every lease instead."""
    wanted = Wanted(f"clock-{seed}", LABELERS, items=400 * count)
    return asyncio.run(_run_clock(Crowd(stage, wanted, JUMP_HABITS, seed), count))


async def _run_clock(crowd: Crowd, count: int) -> Outcome:
    done = asyncio.Event()
    earlier = {"postgresql": "leased_until - interval '1 hour'", "sqlite": "datetime(leased_until, '-1 hour')"}
    statement = (
        f"UPDATE labeling_queueitem SET leased_until = {earlier[crowd.stage.kind]} WHERE state = 'leased' "
        f"AND leased_until > {faults.NOW[crowd.stage.kind]} RETURNING id, lease_number"
    )

    async def jump() -> None:
        for _ in range(count):
            await asyncio.sleep(3)
            before = time.time()
            with crowd.stage.connect() as connection, crowd.forced.open("a") as kept:
                for item, lease in connection.execute(statement).fetchall():
                    kept.write(json.dumps({"item": item, "lease": lease, "at": before}) + "\n")
                    crowd.tally.counts["leases that were over at once"] += 1
        await asyncio.sleep(2)
        done.set()

    await crowd.work(lambda _: done.is_set(), beside=[jump()])
    return crowd.outcome("clock", count, "jumps of an hour")
