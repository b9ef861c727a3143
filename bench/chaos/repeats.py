"""Each submission is sent one to five times, at once and again later, across kills of the web processes."""

import asyncio
import random

from bench.chaos import faults, records
from bench.chaos.crowds import Crowd
from bench.chaos.load import Habits, label_body
from bench.chaos.outcome import Outcome
from bench.chaos.stage import Stage
from bench.chaos.wanted import Wanted

HABITS = Habits(copies=5, drops=0.1)
LABELERS = 10
AGAIN = 0.2  # of all submissions, those that are sent once more at the end, as a client with a lost answer would
ANSWERS_BETWEEN = 20  # two kills, at most; by the clock a busy machine would do nothing but start again


def run(stage: Stage, count: int, seed: int = 0) -> Outcome:
    """So many submissions."""
    wanted = Wanted(f"repeats-{seed}", LABELERS, items=count + LABELERS, lease_minutes=10)
    crowd = Crowd(stage, wanted, HABITS, seed)
    return asyncio.run(_run(crowd, count))


async def _run(crowd: Crowd, count: int) -> Outcome:
    await crowd.work(lambda tally: tally.counts["submissions"] >= count, beside=[_restarts(crowd)])
    await _again(crowd)
    return crowd.outcome("repeats", crowd.tally.counts["submissions"], "submissions")


async def _restarts(crowd: Crowd) -> None:
    """For ever: kill a web process, now and then all of them (on SQLite there is one, and it takes seconds)."""
    stage, chance = crowd.stage, random.Random(f"restarts {crowd.seed}")
    names, between = ["web"], 4 * ANSWERS_BETWEEN
    if stage.kind == "postgresql":
        names, between = ["web process"] * 9 + ["web"], ANSWERS_BETWEEN
    while True:
        await faults.get_through(lambda: crowd.tally.counts["acknowledged"], chance.randint(1, between))
        await faults.kill(stage, chance.choice(names), chance, longest_absence=0.2)


async def _again(crowd: Crowd) -> None:
    """Some of what was acknowledged is sent again: the same label, called old."""
    chance, slug = random.Random(f"again {crowd.seed}"), crowd.wanted.slug
    by_name = {f"{slug}.{one.name}": one for one in crowd.people}
    for told in list(records.read(crowd.stage.said, slug)):
        person = by_name[told["labeler"]]
        if told["kind"] != "label" or chance.random() > AGAIN:
            continue
        body = label_body({"lease": 1}, told["submission"], told["ratings"])  # whatever the lease was
        answer = await person.insist("POST", f"items/{told['item']}/label/", body)
        crowd.tally.counts["sent again"] += 1
        if answer.status != 200 or answer.value["label"] != told["label"]:
            crowd.tally.unexpected.append(f"again: {answer.status} {answer.content[:200]!r}, not {told}")
    for person in crowd.people:
        person.wire.close()
