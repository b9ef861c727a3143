"""Twenty labelers flat out: labels a second, and whether each acknowledged label is there, once."""

import random
import statistics
import threading
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from bench import rows
from bench.client import Labeler, Person, open_round
from bench.figures import Figure, Goal
from bench.site import Site, installed

CAMPAIGN = "crowd"
PEOPLE = 20
COMMAND = "POST next/ and POST items/{id}/label/ in turn, each labeler on a connection of their own"


@dataclass
class Worked:
    """What one labeler was told by the server."""

    acknowledged: list[tuple[int, int, str]] = field(default_factory=list)  # label, item, submission
    took: list[float] = field(default_factory=list)  # seconds for next and submit together
    errors: list[str] = field(default_factory=list)


def run(is_quick: bool) -> Iterator[Figure]:
    """On PostgreSQL, which has the goal, and on SQLite."""
    people, seconds = (5, 3.0) if is_quick else (PEOPLE, 30.0)
    for kind in ("postgresql", "sqlite"):
        with installed(kind) as site:
            yield from _crowd(site, people, seconds, rows_wanted=2_000 if is_quick else 20_000)


def _crowd(site: Site, people: int, seconds: float, rows_wanted: int) -> Iterator[Figure]:
    path = rows.write(site.folder / "pool.jsonl", rows.pool(rows_wanted))
    site.manage("import_solutions", "--campaign", CAMPAIGN, "--create", str(path))
    lead = site.create_account("lead", CAMPAIGN, "lead")
    tokens = [site.create_account(f"labeler{number}", CAMPAIGN, "labeler") for number in range(people)]
    site.serve()
    open_round(Person(site.url, lead, CAMPAIGN), rows_wanted)
    labelers = [Labeler(site.url, token, CAMPAIGN) for token in tokens]
    _work(labelers, seconds=min(2.0, seconds))  # every process has met every query once
    started = time.monotonic()
    worked = _work(labelers, seconds)
    took = time.monotonic() - started
    yield from _report(site, worked, took)


def _work(labelers: list[Labeler], seconds: float) -> list[Worked]:
    """All at once, each as fast as the server answers, for so long."""
    results, until = [Worked() for _ in labelers], time.monotonic() + seconds
    threads = [
        threading.Thread(target=_label_until, args=(labeler, result, until, number))
        for number, (labeler, result) in enumerate(zip(labelers, results, strict=True))
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def _label_until(labeler: Labeler, result: Worked, until: float, seed: int) -> None:
    chance = random.Random(f"{seed} {until}")
    while time.monotonic() < until:
        started = time.perf_counter()
        try:
            item = labeler.next()
            if item is None:
                result.errors.append("the queue ran dry")
                return
            label, submission = labeler.label(item, chance)
        except Exception as error:  # what the server or the connection refuses is what is being counted
            result.errors.append(f"{type(error).__name__}: {error}")
            return
        result.took.append(time.perf_counter() - started)
        result.acknowledged.append((label, item["item"], submission))


def _report(site: Site, worked: list[Worked], took: float) -> Iterator[Figure]:
    acknowledged = [entry for result in worked for entry in result.acknowledged]
    errors = [error for result in worked for error in result.errors]
    times = [seconds * 1000 for result in worked for seconds in result.took]
    counts: dict[str, Any] = {"labelers": len(worked), "labels": len(acknowledged), "seconds": took}
    yield Figure(
        f"{len(worked)} labelers flat out, {site.kind}",
        len(acknowledged) / took,
        "labels/s",
        Goal(60, is_least=True) if site.kind == "postgresql" else None,
        COMMAND,
        counts | {"median ms of next + submit": statistics.median(times) if times else "none"},
    )
    lost, doubled = _check(site, acknowledged)
    name = f"{len(worked)} labelers, {site.kind}: "
    yield Figure(f"{name}acknowledged labels lost", lost, "", Goal(0), "SELECT … FROM labeling_label", counts)
    yield Figure(f"{name}items labeled twice", doubled, "", Goal(0), "SELECT … FROM labeling_label", counts)
    first = {"first": errors[0]} if errors else {}
    yield Figure(f"{name}requests refused", len(errors), "", Goal(0), COMMAND, counts | first)


def _check(site: Site, acknowledged: list[tuple[int, int, str]]) -> tuple[int, int]:
    """How many acknowledged labels are not there as they were acknowledged, and how many items have several labels."""
    with site.connect() as connection:
        stored = connection.execute("SELECT id, item_id, submission_id FROM labeling_label").fetchall()
    there = {(label, item, str(submission).replace("-", "")) for label, item, submission in stored}
    wanted = Counter((label, item, submission.replace("-", "")) for label, item, submission in acknowledged)
    lost = sum(1 for entry, times in wanted.items() if entry not in there or times > 1)
    items = Counter(item for _, item, _ in stored)
    return lost, sum(1 for times in items.values() if times > 1)
