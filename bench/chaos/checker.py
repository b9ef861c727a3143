"""Reads everything back: what labelers were told against what the database says, and what must hold in any case."""

import json
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

from bench.chaos import records
from bench.chaos.stage import Stage

SIGNS = {1: "+", 0: "0", -1: "-"}


@dataclass
class Findings:
    """Each broken promise by name, with examples; and how much there was to look at."""

    broken: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    seen: Counter[str] = field(default_factory=Counter)

    def counts(self) -> dict[str, int]:
        return {name: len(examples) for name, examples in self.broken.items() if examples}

    def __str__(self) -> str:
        lines = [f"{name}: {len(examples)}, as {examples[0]}" for name, examples in self.broken.items() if examples]
        return "; ".join(lines) or "nothing broken"


def check(stage: Stage, slug: str, forced: Iterable[dict[str, Any]] = ()) -> Findings:
    """Everything about one campaign. `forced`: leases that were ended before their time."""
    found = compare(list(records.read(stage.said, slug)), Stored.read(stage, slug), list(forced))
    _rules(stage, found)
    return found


def compare(said: list[dict[str, Any]], stored: "Stored", forced: list[dict[str, Any]]) -> Findings:
    """What labelers were told against the rows."""
    found = Findings()
    found.seen.update({"labels": len(stored.labels), "items": len(stored.items)})
    _acknowledged(said, stored, found)
    _drafts(said, stored, found)
    _leases(said, forced, found)
    _queue(stored, found)
    return found


Rows = list[tuple[Any, ...]]


@dataclass
class Stored:
    """The campaign's rows, read once."""

    labels: Rows
    items: Rows
    rounds: Rows
    drafts: Rows

    @classmethod
    def read(cls, stage: Stage, slug: str) -> "Stored":
        with stage.connect() as connection:
            rows = [
                list(connection.execute(f"{statement} WHERE campaign.slug = '{slug}'").fetchall())
                for statement in (LABELS, ITEMS, ROUNDS, DRAFTS)
            ]
        return cls(*rows)


LABELS = (
    "SELECT label.id, label.item_id, label.submission_id, label.ratings, label.is_current, label.solution_id, "
    "label.labeler_id, labeler.name FROM labeling_label label "
    "JOIN labeling_labeler labeler ON labeler.id = label.labeler_id "
    "JOIN labeling_campaign campaign ON campaign.id = labeler.campaign_id"
)
ITEMS = (
    "SELECT item.id, item.state, item.solution_id, item.lease_number, item.round_id, item.purpose, item.leased_by_id "
    "FROM labeling_queueitem item JOIN labeling_campaign campaign ON campaign.id = item.campaign_id"
)
ROUNDS = (
    "SELECT round.id, round.state, round.counted_items, round.counted_labels, round.training_requested_at "
    "FROM labeling_round round JOIN labeling_campaign campaign ON campaign.id = round.campaign_id"
)
DRAFTS = (
    "SELECT draft.item_id, draft.content, labeler.name FROM labeling_draft draft "
    "JOIN labeling_labeler labeler ON labeler.id = draft.labeler_id "
    "JOIN labeling_campaign campaign ON campaign.id = labeler.campaign_id"
)


def _acknowledged(said: list[dict[str, Any]], stored: Stored, found: Findings) -> None:
    """Every acknowledged label is there once, as acknowledged; and nothing is there that nobody sent."""
    there = {
        (number, item, _plain(submission), ratings, name)
        for number, item, submission, ratings, _, _, _, name in stored.labels
    }
    told = {
        (one["label"], one["item"], _plain(one["submission"]), _signs(one["ratings"]), _name(one))
        for one in said
        if one["kind"] == "label"
    }
    found.seen["acknowledged"] += len(told)
    found.broken["acknowledged labels lost"] += [str(entry) for entry in told - there]
    sent = {_plain(one["submission"]) for one in said if one["kind"] == "submit"}
    stored_ids = [_plain(entry[2]) for entry in stored.labels]
    found.broken["labels that nobody sent"] += [one for one in stored_ids if one not in sent]
    found.broken["submissions with several labels"] += _several(stored_ids)
    found.broken["submissions acknowledged as several labels"] += _several(
        submission for _, submission in {(entry[0], entry[2]) for entry in told}
    )
    created = [_plain(one["submission"]) for one in said if one["kind"] == "label" and one["status"] == 201]
    found.broken["submissions called new twice"] += _several(created)


def _drafts(said: list[dict[str, Any]], stored: Stored, found: Findings) -> None:
    """What was said to be saved is there, until its labeler labeled the item: the last one saved, or a later one."""
    labeled = {(item, name) for _, item, _, _, _, _, _, name in stored.labels}
    there = {(item, name): content for item, content, name in stored.drafts}
    last: dict[tuple[int, str], list[list[int]]] = {}
    for one in said:
        key = (one.get("item", 0), _name(one))
        if one["kind"] == "draft":
            last[key] = [one["ratings"]]
        elif one["kind"] == "drafting" and key in last:
            last[key].append(one["ratings"])
    for key, may_be in last.items():
        if key in labeled:
            continue
        found.seen["drafts"] += 1
        content = there.get(key)
        if content is None or _ratings(content) not in may_be:
            found.broken["saved drafts lost"].append(f"{key}: {content}")


def _leases(said: list[dict[str, Any]], forced: list[dict[str, Any]], found: Findings) -> None:
    """No two labelers hold one item at once, as their own clocks saw it, and no lease number is given twice."""
    ends: dict[tuple[int, int], list[float]] = defaultdict(list)  # the earliest moment at which it may have ended
    renewed: dict[tuple[int, int], float] = {}
    for one in forced:
        ends[one["item"], one["lease"]].append(one["at"])
    claims: dict[int, dict[int, tuple[str, float]]] = defaultdict(dict)
    for one in said:
        key = (one.get("item", 0), one.get("lease", 0))
        if one["kind"] in ("claim", "draft"):
            renewed[key] = max(renewed.get(key, 0.0), datetime.fromisoformat(one["until"]).timestamp())
        elif one["kind"] in ("submit", "release"):
            ends[key].append(one["at"])
        if one["kind"] == "claim":
            _claimed(claims[one["item"]], one, found)
    for item, held in claims.items():
        numbers = sorted(held)
        for lease, following in pairwise(numbers):
            end = min([renewed[item, lease], *ends[item, lease]])
            if held[following][1] < end:
                found.broken["overlapping leases"].append(f"item {item}: {lease} {held[lease]}, {held[following]}")


def _claimed(held: dict[int, tuple[str, float]], one: dict[str, Any], found: Findings) -> None:
    who, lease = one["labeler"], one["lease"]
    if lease in held and held[lease][0] != who:
        found.broken["leases given to two labelers"].append(f"item {one['item']}, lease {lease}: {held[lease]}, {who}")
    if lease not in held:  # asked again, the same lease is told again
        held[lease] = (who, one["at"])
        found.seen["leases"] += 1


def _queue(stored: Stored, found: Findings) -> None:
    """Items, labels and rounds agree with one another."""
    current = [entry for entry in stored.labels if entry[4]]
    of_item = Counter(entry[1] for entry in current)
    wanted = Counter(solution for _, _, solution, *_ in stored.items)
    filled = Counter(entry[5] for entry in current)
    broken = found.broken
    broken["items with several labels"] += [f"item {item}" for item, count in of_item.items() if count > 1]
    broken["solutions over their k"] += [
        f"{one}: {filled[one]}/{wanted[one]}" for one in filled if filled[one] > wanted[one]
    ]
    broken["a labeler twice on one solution"] += _several((entry[5], entry[6]) for entry in current)
    leased = [(entry[2], entry[6]) for entry in stored.items if entry[1] == "leased"]
    broken["a solution held twice by one labeler"] += _several(leased)
    for item, state, *_ in stored.items:
        if (state == "labeled") != (item in of_item):
            broken["items whose state is not what their label says"].append(f"item {item}: {state}")
    _rounds(stored, found)


def _rounds(stored: Stored, found: Findings) -> None:
    states: dict[int, Counter[str]] = defaultdict(Counter)
    for _, state, _, _, of, purpose, _ in stored.items:
        if purpose not in ("gold", "screening"):
            states[of][state] += 1
    for number, state, items, labels, trained in stored.rounds:
        left = sum(states[number][one] for one in ("planned", "waiting", "leased"))
        if state == "open" and not left:
            found.broken["complete rounds still open"].append(f"round {number}")
        if state == "closed" and left:
            found.broken["rounds closed before their time"].append(f"round {number}: {left} left")
        total, labeled = left + states[number]["labeled"], states[number]["labeled"]
        if state == "open" and items is not None and trained is None and (items, labels) != (total, labeled):
            found.broken["rounds that count wrongly"].append(f"round {number}: {labels}/{items}, not {labeled}/{total}")


def _rules(stage: Stage, found: Findings) -> None:
    """What crosses tables, over all campaigns; and SQLite's own check of its file."""
    with stage.connect() as connection:
        for name, statement in ACROSS.items():
            found.broken[name] += [str(row) for row in connection.execute(statement).fetchall()]
        if stage.kind == "sqlite":
            said = [row[0] for row in connection.execute("PRAGMA integrity_check").fetchall()]
            found.broken["a damaged file"] += [line for line in said if line != "ok"]
            found.broken["rows that point nowhere"] += map(
                str, connection.execute("PRAGMA foreign_key_check").fetchall()
            )


ACROSS = {
    "labels of another round than their item": (
        "SELECT label.id FROM labeling_label label JOIN labeling_queueitem item ON item.id = label.item_id "
        "WHERE label.round_id <> item.round_id OR label.solution_id <> item.solution_id"
    ),
    "revisions of a current label": (
        "SELECT earlier.id FROM labeling_label earlier JOIN labeling_label later ON later.revises_id = earlier.id "
        "WHERE earlier.is_current"
    ),
    "last versions that are not current": (
        "SELECT label.id FROM labeling_label label WHERE NOT label.is_current AND label.requeue_id IS NULL "
        "AND NOT EXISTS (SELECT 1 FROM labeling_label later WHERE later.revises_id = label.id)"
    ),
    "drafts of what their labeler has labeled": (
        "SELECT draft.id FROM labeling_draft draft JOIN labeling_label label "
        "ON label.item_id = draft.item_id AND label.labeler_id = draft.labeler_id WHERE label.is_current"
    ),
    "rows visible from an import that did not end": (
        "SELECT item.id FROM labeling_queueitem item JOIN labeling_solution solution ON solution.id = item.solution_id "
        "JOIN labeling_job job ON job.id = solution.import_job_id WHERE job.state <> 'done'"
    ),
}


def _several(values: Iterable[Any]) -> list[str]:
    return [f"{value}: {count}" for value, count in Counter(values).items() if count > 1]


def _plain(submission: Any) -> str:
    return str(submission).replace("-", "")


def _signs(ratings: list[int]) -> str:
    return "".join(SIGNS[rating] for rating in ratings)


def _name(one: dict[str, Any]) -> str:
    slug, _, name = one["labeler"].partition(".")
    return f"{slug}-{name}"  # as its account is called


def _ratings(content: Any) -> Any:
    return (json.loads(content) if isinstance(content, str) else content).get("ratings")


def forced_ends(path: Path) -> list[dict[str, Any]]:
    """Leases that `faults.let_leases_run_out` ended."""
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []
