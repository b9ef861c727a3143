"""Labelers as a program, over the public API: for demonstrations, load and experiments.

A simulated labeler rates as the known label says, but for its skill and a chosen error rate; where no first error is
known it draws one from a seeded rule, and the summary says how often.
"""

import hashlib
import http.client
import json
import random
import threading
import time
import uuid
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import cycle
from typing import Any
from urllib.parse import urlsplit

import orjson

from labeling.models import Campaign, Label
from labeling.skills import SKILLS, Skill, perfect

TIMEOUT_SECONDS = 60
LONGEST_PAUSE_SECONDS = 5.0
STEP_MS = 4_000  # what a simulated labeler says a step took


@dataclass(frozen=True, slots=True)
class Known:
    """The known first error of one solution; `index` None says that there is none."""

    index: int | None


def text_key(problem: str, steps: Sequence[str]) -> str:
    """What a solution is known by over the API, where ids of the pool are not shown."""
    return hashlib.blake2b(orjson.dumps([problem, list(steps)]), digest_size=16).hexdigest()


def known_first_errors(campaign: Campaign) -> dict[str, Known]:
    """First errors that imported labels of this campaign tell."""
    labels = (
        Label.objects.current().with_verdict_on_steps().filter(problem__campaign=campaign, import_job__isnull=False)
    )
    known = {}
    for label in labels.select_related("problem", "solution").iterator(chunk_size=1000):
        if label.solution is not None:
            known[text_key(label.problem.text, label.solution.steps)] = Known(label.first_error_index)
    return known


@dataclass
class Summary:
    """What the simulated labelers did."""

    counts: Counter[str] = field(default_factory=Counter)
    seconds: float = 0.0
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def add(self, *names: str) -> None:
        """Count one of each."""
        with self._lock:
            self.counts.update(names)

    def as_dict(self) -> dict[str, Any]:
        """For printing: labels, those with a drawn first error, those rated wrongly on purpose, refusals, seconds."""
        names = ("labels", "found_error", "known", "drawn", "wrong_on_purpose", "refused")
        return {name: self.counts[name] for name in names} | {"seconds": round(self.seconds, 2)}


class Client:
    """One person's connection to the API, kept open."""

    def __init__(self, url: str, token: str) -> None:
        parts = urlsplit(url)
        make = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
        self._connection = make(parts.hostname or "", parts.port, timeout=TIMEOUT_SECONDS)
        self._headers = {"Authorization": f"Token {token}"}

    def post(self, path: str, body: Mapping[str, Any]) -> tuple[int, Mapping[str, str], Any]:
        """Status, headers and body of the answer."""
        status, headers, content = self.send("POST", path, json.dumps(body).encode())
        return status, headers, json.loads(content) if content else None

    def send(
        self, method: str, path: str, body: bytes | None = None, content_type: str = "application/json"
    ) -> tuple[int, Mapping[str, str], bytes]:
        """Status, headers and bytes of the answer."""
        headers = self._headers | {"Content-Type": content_type}
        self._connection.request(method, f"/api/v1/{path}", body, headers)
        answer = self._connection.getresponse()
        return answer.status, dict(answer.getheaders()), answer.read()

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()


@dataclass
class SimulatedLabeler:
    """One simulated person."""

    client: Client
    slug: str
    known: Mapping[str, Known]
    error_rate: float
    think_seconds: float
    seed: int
    summary: Summary
    name: str = "simulated"
    skill: Skill = perfect

    def work(self, stop: "Wanted") -> None:
        """Label until enough labels are there, or nothing came for as long as the caller waits."""
        for item in self._items(stop):
            body = self._grown(item) if "candidates" in item else self._label(item)
            status, _, answer = self.client.post(f"items/{item['item']}/label/", body)
            if status == 201:
                self.summary.add("labels", *(["found_error"] if body["finish_reason"] == "found_error" else []))
            else:
                self.summary.add("refused")
                if status not in (409, 422):
                    raise RuntimeError(f"{self.name}: the server answered {status} to a label: {answer}")

    def _items(self, stop: "Wanted") -> Iterator[dict[str, Any]]:
        idle_since = time.monotonic()
        while stop.take():
            status, headers, item = self.client.post(f"campaigns/{self.slug}/next/", {})
            if status == 200:
                idle_since = time.monotonic()
                time.sleep(self.think_seconds)
                yield item
                continue
            stop.give_back()
            if status != 204:
                raise RuntimeError(f"{self.name}: the server answered {status} to next: {item}")
            if time.monotonic() - idle_since >= stop.wait_seconds:
                return
            time.sleep(min(float(headers.get("Retry-After", 1)), LONGEST_PAUSE_SECONDS))

    def _label(self, item: dict[str, Any]) -> dict[str, Any]:
        problem, steps = item["problem"]["problem"], item["steps"]
        key = text_key(problem, steps)
        known = self.known.get(key)
        self.summary.add("known" if known else "drawn")
        right = known.index if known else self._drawn(item, key)
        chance = random.Random(f"{self.seed}:{self.name}:{key}")
        first_error = self.skill(right, len(steps), chance)
        if chance.random() < self.error_rate:
            first_error = chance.choice([index for index in [None, *range(len(steps))] if index != right])
        if first_error != right:
            self.summary.add("wrong_on_purpose")
        ratings = [1] * len(steps) if first_error is None else [1] * first_error + [-1]
        return {
            "lease": item["lease"],
            "submission_id": str(uuid.uuid4()),
            "ratings": ratings,
            "finish_reason": "solution" if first_error is None else "found_error",
            "total_time": STEP_MS * len(ratings),
            "step_times": [STEP_MS] * len(ratings),
        }

    def _grown(self, item: dict[str, Any]) -> dict[str, Any]:
        """Of candidates nobody knows which are good: at each place one is drawn by the seed, and goes on to the end."""
        self.summary.add("drawn")
        chance = random.Random(f"{self.seed}:{self.name}:{item['item']}")
        steps, offered = [], item["candidates"]
        while offered:
            chosen = chance.randrange(len(offered))
            ratings = [1 if index == chosen else chance.choice([-1, 0]) for index in range(len(offered))]
            steps.append({"completions": [{"rating": rating} for rating in ratings], "chosen_completion": chosen})
            offered = offered[chosen]["next"]
        return {
            "lease": item["lease"],
            "submission_id": str(uuid.uuid4()),
            "steps": steps,
            "finish_reason": "solution",
            "total_time": STEP_MS * len(steps),
            "step_times": [STEP_MS] * len(steps),
        }

    def _drawn(self, item: dict[str, Any], key: str) -> int | None:
        """The rule where nothing is known: an answer unlike the reference has an error at a step drawn by the seed."""
        reference, answer = item["problem"].get("ground_truth_answer"), item.get("answer")
        if reference is None or answer is None or answer.strip() == reference.strip():
            return None
        return random.Random(f"{self.seed}:{key}").randrange(len(item["steps"]))


@dataclass
class Wanted:
    """How many labels are still wanted, shared by all simulated labelers, and how long each waits for work."""

    labels: int
    wait_seconds: float
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def take(self) -> bool:
        """Take one to do, if any is left."""
        with self._lock:
            self.labels -= 1
            return self.labels >= 0

    def give_back(self) -> None:
        """One that could not be done."""
        with self._lock:
            self.labels += 1


def run(
    *,
    url: str,
    slug: str,
    tokens: Mapping[str, str],
    known: Mapping[str, Known],
    labels: int,
    error_rate: float = 0.0,
    think_seconds: float = 0.0,
    wait_seconds: float = 0.0,
    seed: int = 0,
    skills: Sequence[str] = ("perfect",),
) -> Summary:
    """Let every labeler in `tokens` (name -> API token) work at once, each on a connection of its own; they have these
    `skills` in turn.

    Raises RuntimeError when the server answers anything that the contract does not name.
    """
    summary, wanted = Summary(), Wanted(labels=labels, wait_seconds=wait_seconds)
    errors: list[BaseException] = []

    def work(name: str, token: str, skill: Skill) -> None:
        client = Client(url, token)
        try:
            SimulatedLabeler(client, slug, known, error_rate, think_seconds, seed, summary, name, skill).work(wanted)
        except (RuntimeError, OSError, http.client.HTTPException) as error:
            errors.append(error)
        finally:
            client.close()

    start = time.perf_counter()
    in_turn = cycle(SKILLS[skill] for skill in skills)
    threads = [
        threading.Thread(target=work, args=(name, token, skill), name=name)
        for (name, token), skill in zip(tokens.items(), in_turn, strict=False)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    summary.seconds = time.perf_counter() - start
    if errors:
        raise RuntimeError(str(errors[0])) from errors[0]
    return summary
