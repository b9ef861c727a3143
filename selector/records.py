"""Plain values that cross the border between rows and tensors.

Frozen, slotted, and free of torch and Django, so that either side can import them.
"""

from dataclasses import dataclass, field
from typing import Literal

Rating = Literal[-1, 0, 1]
Verdict = Literal["correct", "wrong", "uncertain", "unknown"]


@dataclass(frozen=True, slots=True)
class Candidate:
    """One solution that could be labeled next: what a strategy sees of it.

    `score` is the solution score in [0, 1] of the selector version in use, None where no version scored it.
    `text_key` is the same for solutions of one problem with identical steps.
    """

    solution_id: str
    problem_id: str
    verdict: Verdict
    score: float | None = None
    answer: str | None = None
    split: Literal["train", "test"] = "train"
    text_key: str = ""
    is_labeled: bool = False


@dataclass(frozen=True, slots=True)
class Pick:
    """One chosen solution: its place in the round (0 is first), and why it was chosen."""

    solution_id: str
    rank: int
    reason: str
    score: float | None
    utility: float = 0.0


@dataclass(frozen=True, slots=True)
class Selection:
    """The picks of one round, and for each share that the pool could not fill how many were missing."""

    picks: tuple[Pick, ...]
    shortfall: dict[str, int] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
