"""The checker itself: quiet over what is right, and it names each thing that was broken."""

import copy
from collections.abc import Callable
from typing import Any

import pytest

from bench.chaos.checker import Stored, compare

LATER = "2026-01-01T01:00:00Z"
NOON, AFTER = 1767225600.0, 1767225700.0  # of that day: before LATER
Records = list[dict[str, Any]]


def records() -> Records:
    """One labeler labels item 1 and saves a draft on item 2; another had item 1 before, and gave it back."""
    ada, bob = {"labeler": "c.ada"}, {"labeler": "c.bob"}
    return [
        {"kind": "claim", "item": 1, "lease": 1, "at": NOON, "until": LATER, **bob},
        {"kind": "release", "item": 1, "lease": 1, "at": NOON + 1, **bob},
        {"kind": "claim", "item": 1, "lease": 2, "at": NOON + 2, "until": LATER, **ada},
        {"kind": "submit", "item": 1, "lease": 2, "submission": "a-1", "ratings": [1, -1], "at": NOON + 3, **ada},
        {"kind": "label", "item": 1, "label": 7, "submission": "a-1", "ratings": [1, -1], "status": 201, **ada},
        {"kind": "claim", "item": 2, "lease": 1, "at": AFTER, "until": LATER, **ada},
        {"kind": "drafting", "item": 2, "ratings": [1], **ada},
        {"kind": "draft", "item": 2, "lease": 1, "ratings": [1], "until": LATER, **ada},
    ]


def rows() -> Stored:
    return Stored(
        labels=[(7, 1, "a1", "+-", True, 11, 5, "c-ada")],
        items=[(1, "labeled", 11, 2, 3, "round", None), (2, "leased", 12, 1, 3, "round", 5)],
        rounds=[(3, "open", 2, 1, None)],
        drafts=[(2, '{"ratings": [1]}', "c-ada")],
    )


def test_what_is_right_is_left_alone() -> None:
    found = compare(records(), rows(), [])
    assert found.counts() == {}
    assert (found.seen["acknowledged"], found.seen["leases"], found.seen["drafts"]) == (1, 3, 1)


def another(entry: dict[str, Any], **changes: Any) -> Callable[[Records, Stored], None]:
    return lambda said, _: said.append(copy.deepcopy(entry) | changes)


def of_labels(*labels: tuple[Any, ...]) -> Callable[[Records, Stored], None]:
    return lambda _, stored: stored.labels.__setitem__(slice(None), labels)


LABEL = rows().labels[0]
BREAKS = {
    "acknowledged labels lost": of_labels(),
    "labels that nobody sent": of_labels(LABEL, (8, 2, "b1", "-", False, 12, 5, "c-ada")),
    "submissions with several labels": of_labels(LABEL, (8, *LABEL[1:])),
    "submissions acknowledged as several labels": another(records()[4], label=8, status=200),
    "submissions called new twice": another(records()[4]),
    "saved drafts lost": lambda _, stored: stored.drafts.clear(),
    "overlapping leases": lambda said, _: said.pop(1),
    "leases given to two labelers": another(records()[0], labeler="c.eve"),
    "items with several labels": of_labels(LABEL, (8, 1, "b1", "+", True, 11, 6, "c-bob")),
    "solutions over their k": of_labels(LABEL, (8, None, "b1", "+", True, 11, 6, "c-bob")),
    "a labeler twice on one solution": of_labels(LABEL, (8, 2, "b1", "+", True, 11, 5, "c-ada")),
    "a solution held twice by one labeler": lambda _, stored: stored.items.append(
        (4, "leased", 12, 1, 3, "round", 5),
    ),
    "items whose state is not what their label says": lambda _, stored: stored.items.__setitem__(
        0, (1, "waiting", 11, 2, 3, "round", None)
    ),
    "complete rounds still open": lambda _, stored: stored.items.pop(),
    "rounds closed before their time": lambda _, stored: stored.rounds.__setitem__(0, (3, "closed", 2, 1, None)),
    "rounds that count wrongly": lambda _, stored: stored.rounds.__setitem__(0, (3, "open", 2, 2, None)),
}


@pytest.mark.parametrize("name", BREAKS)
def test_what_is_broken_is_named(name: str) -> None:
    said, stored = records(), rows()
    BREAKS[name](said, stored)
    assert name in compare(said, stored, []).counts()


def test_a_lease_that_was_ended_before_its_time_overlaps_with_nothing() -> None:
    said = records()
    said.pop(1)
    assert compare(said, rows(), [{"item": 1, "lease": 1, "at": NOON + 1}]).counts() == {}
