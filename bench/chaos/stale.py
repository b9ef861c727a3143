"""A process is stopped past its lease, the item is given on, and then it goes on: its submit must come too late.

In turn the labeler's own program is stopped half-way through its request, and (beside PostgreSQL, where there are two)
the web process that may have the request. Who got through first is open; that both did is not.
"""

import asyncio
import json
import random
import time
import uuid
from typing import Any

from psycopg.errors import LockNotAvailable

from bench.chaos import faults
from bench.chaos.crowds import Crowd
from bench.chaos.load import Habits, Labeler, label_body
from bench.chaos.outcome import Outcome
from bench.chaos.stage import Stage
from bench.chaos.wanted import Wanted
from bench.chaos.wire import Answer, Wire

LONGEST_START = 0.03  # seconds between sending and stopping: about what a submit takes
LOCKED_SECONDS = 0.5  # a stopped process may hold the item's row; then it was first


def run(stage: Stage, count: int, seed: int = 0) -> Outcome:
    """So many races of two labelers over one item."""
    wanted = Wanted(f"stale-{seed}", labelers=2, items=count, lease_minutes=10)
    crowd = Crowd(stage, wanted, Habits(), seed)
    return asyncio.run(_run(crowd, count))


async def _run(crowd: Crowd, count: int) -> Outcome:
    races = Races(crowd)
    try:
        for number in range(count):
            await races.run_one(number)
    finally:
        for person in crowd.people:
            person.wire.close()
    outcome = crowd.outcome("stale", count, "races")
    if races.broken:
        outcome.broken["stale submits"] = races.broken
    return outcome


class Races:
    """One item at a time is in the queue, so that it is this one that is given on."""

    def __init__(self, crowd: Crowd) -> None:
        self.crowd, self.stage = crowd, crowd.stage
        self.chance = random.Random(f"stale {crowd.seed}")
        self.broken: list[str] = []
        slug = crowd.wanted.slug
        with self.stage.connect() as connection:
            campaign = f"(SELECT id FROM labeling_campaign WHERE slug = '{slug}')"
            ids = connection.execute(f"SELECT id FROM labeling_queueitem WHERE campaign_id = {campaign}").fetchall()
            connection.execute(f"UPDATE labeling_queueitem SET state = 'planned' WHERE campaign_id = {campaign}")
        self.items = [int(number) for (number,) in ids]

    async def run_one(self, number: int) -> None:
        first, second = self.chance.sample(self.crowd.people, 2)
        self._set(f"state = 'waiting' WHERE id = {self.items[number]}")
        item = await first.claim()
        assert item is not None, "the only item was not given out"
        ratings = first.ratings(item)
        await first.draft(item, ratings[:-1])
        stops_web = self.stage.kind == "postgresql" and number % 2 == 0
        answer = await (self._web_stopped if stops_web else self._client_stopped)(first, second, item, ratings)
        await self._afterwards(first, second, item, ratings, answer)

    async def _client_stopped(
        self, first: Labeler, second: Labeler, item: dict[str, Any], ratings: list[int]
    ) -> Answer:
        """Half of the request is sent, and the rest when somebody else has the item or has labeled it."""
        body = self._body(first, item, ratings)
        wire = Wire(first.url, first.token)
        sent = await wire.begin("POST", f"items/{item['item']}/label/", body, self.chance.randrange(len(body)))
        self._run_out(item)
        await self._give_on(second)
        answer = await sent()
        wire.close()
        return answer

    async def _web_stopped(self, first: Labeler, second: Labeler, item: dict[str, Any], ratings: list[int]) -> Answer:
        """The whole request is sent, and one of the two web processes stopped while it may be at it."""
        body = self._body(first, item, ratings)
        async with asyncio.TaskGroup() as both:
            sending = both.create_task(self._insist(first, f"items/{item['item']}/label/", body))
            await asyncio.sleep(self.chance.random() * LONGEST_START)
            with self.stage.stopped("web process", self.chance):
                self._run_out(item)
                second.wire.close()  # a new connection goes to the process that lives
                await self._give_on(second)
        return sending.result()

    async def _insist(self, first: Labeler, path: str, body: bytes) -> Answer:
        wire = Wire(first.url, first.token)  # of its own: the labeler's is another program meanwhile
        try:
            return await first.insist("POST", path, body, wire=wire)
        finally:
            wire.close()

    def _body(self, first: Labeler, item: dict[str, Any], ratings: list[int]) -> bytes:
        self.submission = str(uuid.uuid4())
        first.log.write(
            "submit",
            item=item["item"],
            lease=item["lease"],
            submission=self.submission,
            ratings=ratings,
            at=time.time(),
        )
        return json.dumps(label_body(item, self.submission, ratings)).encode()

    async def _give_on(self, second: Labeler) -> None:
        """To the other one, who labels it at once or holds it while the first goes on."""
        self.held = await second.claim()
        if self.held is not None and self.chance.random() < 0.5:
            await second.submit(self.held, second.ratings(self.held))
            self.held = None

    async def _afterwards(
        self, first: Labeler, second: Labeler, item: dict[str, Any], ratings: list[int], answer: Answer
    ) -> None:
        """Refused: what was rated can still be kept, and is read again. Taken: then nobody else had it."""
        path, counts = f"me/drafts/{item['item']}/", self.crowd.tally.counts
        counts[f"the stopped one got {answer.status}"] += 1
        if answer.status in (200, 201):
            told = {"label": answer.value["label"], "status": answer.status}
            first.log.write("label", item=item["item"], submission=self.submission, ratings=ratings, **told)
        elif answer.status == 409 and answer.value["code"] == "lease_lost":
            first.log.write("drafting", item=item["item"], ratings=ratings)
            kept = await first.insist("PUT", path, {"ratings": ratings})
            found = await first.insist("GET", path)
            if kept.status != 200 or found.status != 200 or found.value["draft"]["ratings"] != ratings:
                self.broken.append(f"text not kept: {kept.status} {kept.content!r}, {found.status} {found.content!r}")
            first.log.write(
                "draft", item=item["item"], lease=item["lease"], ratings=ratings, until=item["lease_expires_at"]
            )
        else:
            self.broken.append(f"a stale submit got {answer.status} {answer.content[:200]!r}")
        if self.held is not None:
            await second.submit(self.held, second.ratings(self.held))

    def _run_out(self, item: dict[str, Any]) -> None:
        before = time.time()
        if self._set(
            f"leased_until = {faults.NOW[self.stage.kind]} "
            f"WHERE id = {item['item']} AND lease_number = {item['lease']} AND state = 'leased'"
        ):
            with self.crowd.forced.open("a") as kept:
                kept.write(json.dumps({"item": item["item"], "lease": item["lease"], "at": before}) + "\n")

    def _set(self, what: str) -> bool:
        """Whether a row was changed; not, where a stopped process holds it."""
        with self.stage.connect() as connection:
            if self.stage.kind == "postgresql":
                connection.execute(f"SET lock_timeout = '{int(LOCKED_SECONDS * 1000)}ms'")
            try:
                return bool(connection.execute(f"UPDATE labeling_queueitem SET {what}").rowcount)
            except LockNotAvailable:
                self.crowd.tally.counts["stopped while it held the row"] += 1
                return False
