"""The next item: what one labeler waits for, with short and long queues, and with many labels behind them."""

import random
import statistics
import time
from collections.abc import Iterator

from bench import filling, rows
from bench.client import Labeler, Person, open_round
from bench.figures import Figure, Goal
from bench.site import Site, installed

CAMPAIGN = "queue"
SMALL, LARGE, BEHIND = 10_000, 1_000_000, 5_000
COMMAND = "POST /api/v1/campaigns/{slug}/next/, keep-alive; between two of them the item is labeled"


def run(is_quick: bool) -> Iterator[Figure]:
    """A fresh labeler and an experienced one, before and after the queue has grown a hundredfold."""
    small, times, behind, asked = (400, 9, 100, 30) if is_quick else (SMALL, LARGE // SMALL - 1, BEHIND, 300)
    pool = small + behind + 4 * asked  # so many are left when all is measured
    with installed("postgresql") as site:
        path = rows.write(site.folder / "pool.jsonl", rows.pool(pool))
        site.manage("import_solutions", "--campaign", CAMPAIGN, "--create", str(path))
        lead = site.create_account("lead", CAMPAIGN, "lead")
        tokens = {name: site.create_account(name, CAMPAIGN, "labeler") for name in ("experienced", "fresh")}
        site.serve()
        people = {name: Labeler(site.url, token, CAMPAIGN) for name, token in tokens.items()}
        open_round(Person(site.url, lead, CAMPAIGN), pool)
        _give_history(site, people["experienced"], behind)
        yield from _ask_all(site, people, asked, behind, times)


def _give_history(site: Site, labeler: Labeler, behind: int) -> None:
    """One real label, and as many like it."""
    item = labeler.next()
    assert item is not None, "there is nothing to label"
    labeler.label(item, random.Random(0))
    with site.connect() as connection:
        filling.label_all(connection, limit=behind - 1)


def _ask_all(site: Site, people: dict[str, Labeler], asked: int, behind: int, times: int) -> Iterator[Figure]:
    before = {name: _median_ms(labeler, asked) for name, labeler in people.items()}
    waiting_before = _waiting(site)
    with site.connect() as connection:
        filling.multiply(connection, times, state="waiting")
    after = {name: _median_ms(labeler, asked) for name, labeler in people.items()}
    waiting_after = _waiting(site)
    for name in people:
        labels = behind if name == "experienced" else 0
        counts = {"requests": asked, "labels behind": labels}
        yield Figure(
            f"next item, {name} labeler", before[name], "ms", Goal(8.0), COMMAND, {"waiting": waiting_before, **counts}
        )
        yield Figure(
            f"next item, {name} labeler, long queue",
            after[name],
            "ms",
            None,
            COMMAND,
            {"waiting": waiting_after, **counts},
        )
        yield Figure(
            f"next item, {name} labeler: long queue to short",
            after[name] / before[name],
            "×",
            Goal(1.3),
            COMMAND,
            {"waiting": f"{waiting_after:,} to {waiting_before:,}"},
        )


def _waiting(site: Site) -> int:
    with site.connect() as connection:
        return int(connection.execute("SELECT count(*) FROM labeling_queueitem WHERE state = 'waiting'").fetchone()[0])


def _median_ms(labeler: Labeler, asked: int) -> float:
    """Over so many requests, after a few that are not counted."""
    chance, took = random.Random(1), []
    for _ in range(asked + asked // 10):
        started = time.perf_counter()
        item = labeler.next()
        took.append((time.perf_counter() - started) * 1000)
        assert item is not None, "the queue ran dry"
        labeler.label(item, chance)
    return statistics.median(took[asked // 10 :])
