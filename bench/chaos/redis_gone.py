"""Redis is wiped, stopped, stands still, or loses its file: every job still ends, and no labeler notices."""

import asyncio
import random
import signal

import redis

from bench.chaos import kills
from bench.chaos.crowds import Crowd
from bench.chaos.load import Habits
from bench.chaos.outcome import Outcome
from bench.chaos.stage import Stage
from bench.chaos.wanted import Wanted

HABITS = Habits(drafts=0.2, thinks=0.3)
ABSENCE_SECONDS = 3.0
BETWEEN_SECONDS = 1.0
BEARABLE_SECONDS = 10.0  # an answer that wakes a worker waits for a Redis that stands still, at most this long


def run(stage: Stage, count: int, seed: int = 0) -> Outcome:
    """So many accidents, of each kind in turn, with an import and closing rounds that want workers meanwhile."""
    rounds = 4
    wanted = Wanted(f"redis-{seed}", labelers=4, items=20 + 15 * count, rounds=rounds)
    return asyncio.run(_run(Crowd(stage, wanted, HABITS, seed), count))


async def _run(crowd: Crowd, count: int) -> Outcome:
    stop, done = asyncio.Event(), asyncio.Event()
    importing = asyncio.ensure_future(kills.keep_importing(crowd.lead, stop))
    await crowd.work(lambda _: done.is_set(), beside=[_accidents(crowd, count, done)])
    stop.set()
    files = await importing
    jobs = await kills.end_jobs(crowd.lead)
    outcome = crowd.outcome("redis", count, "accidents")
    kills.check_imports(crowd, files, jobs, outcome)
    outcome.seen["slowest answer, ms"] = round(crowd.tally.slowest * 1000)
    errors = [f"{name}: {crowd.tally.counts[name]}" for name in ("503", "no answer") if crowd.tally.counts[name]]
    if crowd.tally.slowest > BEARABLE_SECONDS:
        errors.append(f"an answer took {crowd.tally.slowest:.1f} s")
    if errors:
        outcome.broken["labelers met errors"] = errors
    return outcome


async def _accidents(crowd: Crowd, count: int, done: asyncio.Event) -> None:
    chance = random.Random(f"redis {crowd.seed}")
    kinds = (_wiped, _away, _without_file, _still)
    for number in range(count):
        await asyncio.sleep(BETWEEN_SECONDS * chance.random() * 2)
        await kinds[(number + crowd.seed) % len(kinds)](crowd.stage)
    done.set()


async def _wiped(stage: Stage) -> None:
    """Everything in it goes, waiting messages too."""
    assert stage.redis is not None
    with redis.Redis(unix_socket_path=str(stage.redis.socket)) as client:
        client.flushall()


async def _away(stage: Stage) -> None:
    stage.kill("redis")
    await asyncio.sleep(ABSENCE_SECONDS)
    stage.start_again("redis")


async def _without_file(stage: Stage) -> None:
    """It is killed, and what it kept on disk is deleted with its socket."""
    assert stage.redis is not None
    stage.kill("redis")
    for path in (stage.redis.socket, stage.redis.socket.parent / "dump.rdb"):
        path.unlink(missing_ok=True)
    stage.start_again("redis")


async def _still(stage: Stage) -> None:
    """It takes connections and says nothing."""
    assert stage.redis is not None
    stage.redis.process.send_signal(signal.SIGSTOP)
    await asyncio.sleep(ABSENCE_SECONDS)
    stage.redis.process.send_signal(signal.SIGCONT)
