"""Labelers on one event loop, each on a connection of their own, who ask again until they are answered.

What a labeler has been told is on the disk before they go on (`records.Log`). A submission whose answer never came is
sent again under its submission_id until it is answered; what is answered otherwise than the contract says is kept.
"""

import asyncio
import random
import time
import uuid
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bench.chaos.records import Log
from bench.chaos.wire import Answer, NoAnswer, Wire

AGAIN_SECONDS = 0.1
LOOK_SECONDS = 2.0  # whether a lease has run out: about as long as one lasts here
PATIENCE_SECONDS = 120.0  # longer without an answer is a failure of the run
MS_A_STEP = 4_000
DATABASE_AWAY = 503


class GaveUp(Exception):
    """A request that nobody answered for too long."""


@dataclass(frozen=True, slots=True)
class Habits:
    """How a labeler works; shares are chances at each item."""

    drops: float = 0.0  # of submissions, those whose first answer is not read
    drafts: float = 0.0
    releases: float = 0.0
    abandons: float = 0.0  # go on to the next item only once the lease is gone
    copies: int = 1  # of each submission, at most so many sent at once
    thinks: float = 0.0  # seconds before each submission, at most


@dataclass
class Tally:
    """What all labelers together met."""

    counts: Counter[str] = field(default_factory=Counter)
    unexpected: list[str] = field(default_factory=list)
    took: defaultdict[str, list[float]] = field(default_factory=lambda: defaultdict(list))  # seconds, by what was asked
    slowest: float = 0.0  # seconds until one request was answered


@dataclass
class Labeler:
    """One simulated person."""

    name: str
    slug: str
    url: str
    token: str
    folder: Path
    habits: Habits
    seed: int
    tally: Tally

    def __post_init__(self) -> None:
        self.chance = random.Random(f"{self.seed} {self.slug} {self.name}")
        self.wire = Wire(self.url, self.token)
        self.held: dict[str, int] = {}  # the item and lease that they were told last
        self.log = Log(self.folder / f"{self.slug}.{self.name}.jsonl")

    async def work(self, stop: asyncio.Event) -> None:
        """Take and finish items until told to stop or until there is nothing left; whatever was begun is finished."""
        try:
            while not stop.is_set():
                item = await self.claim()
                if item is None:
                    return
                await self._do(item)
        finally:
            self.wire.close()
            self.log.close()

    async def claim(self) -> dict[str, Any] | None:
        """The next item, or None when the queue has none."""
        answer = await self.insist("POST", f"campaigns/{self.slug}/next/")
        if not self.is_one_of(answer, "next", 200, 204) or answer.status == 204:
            return None
        item = dict(answer.value)
        told = {"item": item["item"], "lease": item["lease"]}
        self.log.write("claim", **told, at=time.time(), until=item["lease_expires_at"])
        if told != self.held:  # asked again, one is told the same
            self.tally.counts["claims"] += 1
        self.held = told
        return item

    async def _do(self, item: dict[str, Any]) -> None:
        ratings = self.ratings(item)
        await asyncio.sleep(self.chance.random() * self.habits.thinks)
        if self._happens(self.habits.drafts) and not await self.draft(item, ratings[:-1]):
            return
        if self._happens(self.habits.releases):
            await self.release(item)
        elif self._happens(self.habits.abandons):
            self.log.write("abandon", item=item["item"], lease=item["lease"])
            await self._wait_for_its_end(item)
        else:
            await self.submit(item, ratings)

    def _happens(self, share: float) -> bool:
        return self.chance.random() < share

    def ratings(self, item: dict[str, Any]) -> list[int]:
        """An error in a random step."""
        return [1] * self.chance.randrange(len(item["steps"])) + [-1]

    async def _wait_for_its_end(self, item: dict[str, Any]) -> None:
        """Asking for the next item gives the same one while the lease lives, and does not renew it."""
        held = self.held
        while await self.claim() is not None and self.held == held:
            await asyncio.sleep(LOOK_SECONDS)

    async def draft(self, item: dict[str, Any], ratings: list[int]) -> bool:
        """Save unfinished work; False where the lease was gone."""
        self.log.write("drafting", item=item["item"], ratings=ratings)
        answer = await self.insist("PUT", f"items/{item['item']}/draft/", {"lease": item["lease"], "ratings": ratings})
        if self.is_one_of(answer, "draft", 200, 409) and answer.status == 200:
            until = answer.value["lease_expires_at"]
            self.log.write("draft", item=item["item"], lease=item["lease"], ratings=ratings, until=until)
            return True
        self.log.write("lost", item=item["item"], lease=item["lease"])
        return False

    async def release(self, item: dict[str, Any]) -> None:
        """Give it back. A second try of a request whose answer was lost finds the lease gone."""
        self.log.write("release", item=item["item"], lease=item["lease"], at=time.time())
        answer = await self.insist("POST", f"items/{item['item']}/release/", {"lease": item["lease"]})
        self.is_one_of(answer, "release", 204, 409)

    async def submit(self, item: dict[str, Any], ratings: list[int]) -> None:
        """Send it until it is answered, perhaps several times at once; what was acknowledged is kept."""
        submission = str(uuid.uuid4())
        self.tally.counts["submissions"] += 1
        self.log.write(
            "submit", item=item["item"], lease=item["lease"], submission=submission, ratings=ratings, at=time.time()
        )
        path, body = f"items/{item['item']}/label/", label_body(item, submission, ratings)
        if self._happens(self.habits.drops):
            await self.drop(path, body)
        others = [Wire(self.url, self.token) for _ in range(self.chance.randint(1, self.habits.copies) - 1)]
        answers = await asyncio.gather(
            *(self.insist("POST", path, body, wire=wire) for wire in (self.wire, *others)),
        )
        for wire in others:
            wire.close()
        for answer in answers:
            self._keep(answer, item, submission, ratings)

    def _keep(self, answer: Answer, item: dict[str, Any], submission: str, ratings: list[int]) -> None:
        if self.is_one_of(answer, "label", 200, 201, 409) and answer.status != 409:
            told = {"label": answer.value["label"], "status": answer.status}
            self.log.write("label", item=item["item"], submission=submission, ratings=ratings, **told)
            self.tally.counts["acknowledged"] += 1
        else:
            self.log.write("lost", item=item["item"], lease=item["lease"])

    async def drop(self, path: str, body: Mapping[str, Any]) -> None:
        """Send, and go away before the answer."""
        wire = Wire(self.url, self.token)
        try:
            await wire.ask("POST", path, body, reads=False)
        except NoAnswer:
            self.tally.counts["answers unread"] += 1

    # --- asking

    async def upload(self, name: str, content: bytes) -> Answer:
        """Bring a file in, as a lead."""
        mark = uuid.uuid4().hex
        head = f'--{mark}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'
        body = head.encode() + content + f"\r\n--{mark}--\r\n".encode()
        return await self.insist(
            "POST", f"campaigns/{self.slug}/imports/", body, content_type=f"multipart/form-data; boundary={mark}"
        )

    async def insist(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        wire: Wire | None = None,
        content_type: str = "application/json",
    ) -> Answer:
        """The answer to this request, asked again while nobody answers or the database is away. Raises GaveUp."""
        wire, deadline = wire or self.wire, time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < deadline:
            asked = time.monotonic()
            try:
                answer = await wire.ask(method, path, body, content_type=content_type)
            except NoAnswer:
                self.tally.counts["no answer"] += 1
            else:
                self.tally.counts["answers"] += 1
                self.tally.slowest = max(self.tally.slowest, time.monotonic() - asked)
                if answer.status != DATABASE_AWAY:
                    return answer
                self.tally.counts["503"] += 1
            await asyncio.sleep(AGAIN_SECONDS)
        raise GaveUp(f"{self.name}: {method} {path} was not answered for {PATIENCE_SECONDS:.0f} s")

    def is_one_of(self, answer: Answer, asked: str, *expected: int) -> bool:
        """Whether the contract has this answer; others are kept as a fault."""
        self.tally.counts[f"{asked} {answer.status}"] += 1
        self.tally.took[asked].append(answer.seconds)
        if answer.status in expected:
            return True
        self.tally.unexpected.append(f"{self.name}: {asked}: {answer.status} {answer.content[:300]!r}")
        return False


def label_body(item: dict[str, Any], submission: str, ratings: list[int]) -> dict[str, Any]:
    """What a labeler's client sends."""
    return {
        "lease": item["lease"],
        "submission_id": submission,
        "ratings": ratings,
        "finish_reason": "found_error",
        "total_time": MS_A_STEP * len(ratings),
        "step_times": [MS_A_STEP] * len(ratings),
    }


def crowd(
    url: str, slug: str, tokens: Mapping[str, str], folder: Path, habits: Habits, seed: int
) -> tuple[list[Labeler], Tally]:
    """A labeler for each token but the lead's, and what they will have met."""
    tally = Tally()
    people = [
        Labeler(name, slug, url, token, folder, habits, seed, tally) for name, token in tokens.items() if name != "lead"
    ]
    return people, tally
