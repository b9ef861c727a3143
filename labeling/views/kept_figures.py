"""Figures as an evaluation left them, read one by one; what is not there, or no number, is None, never an error."""

import math
from dataclasses import dataclass
from typing import Any

from labeling.stored_words import said

LEAST_PROBLEMS = 10  # with labeled solutions: of fewer, strict accuracy says nothing
Bounds = tuple[float, float]


def mapping(value: Any) -> dict[str, Any]:
    """The value where it is a mapping, else an empty one."""
    return value if isinstance(value, dict) else {}


def number(value: Any) -> float | None:
    """The value where it is a finite number."""
    is_number = isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
    return float(value) if is_number else None


def pair(value: Any) -> Bounds | None:
    """Two numbers."""
    if not isinstance(value, list | tuple) or len(value) != 2:
        return None
    low, high = map(number, value)
    return None if low is None or high is None else (low, high)


def by_n(value: Any) -> dict[int, dict[str, Any]]:
    """Figures by N, the smallest first."""
    found = {int(n): mapping(of) for n, of in mapping(value).items() if str(n).isdigit()}
    return dict(sorted(found.items()))


@dataclass(frozen=True, slots=True)
class Calibrated:
    """How often steps of about this score are right, with the bounds of that share and how many there are."""

    score: float
    right: float
    low: float | None
    high: float | None
    steps: int

    @classmethod
    def all_of(cls, kept: Any) -> "list[Calibrated]":
        """By score, the lowest first; none of a version that was measured before they were kept."""
        found = []
        for of in map(mapping, kept if isinstance(kept, list) else []):
            score, right, steps = (number(of.get(name)) for name in ("score", "right", "steps"))
            if score is not None and right is not None and steps:
                low, high = pair(of.get("interval")) or (None, None)
                found.append(cls(score, right, low, high, int(steps)))
        return found


@dataclass(frozen=True, slots=True)
class OverAnswers:
    """Best-of-N of a version less that of a model of the same solutions' final answers; `why` there is none."""

    n: int
    difference: float | None
    interval: Bounds | None
    why: str = ""

    @classmethod
    def of(cls, kept: dict[str, Any]) -> "OverAnswers | None":
        """At the largest N; None where it was not asked for."""
        found = by_n(kept.get("version_over_it"))
        if not found:
            return cls(0, None, None, said(str(kept["why"]))) if kept.get("why") else None
        n, of = list(found.items())[-1]
        return cls(n, number(of.get("difference")), pair(of.get("interval")))


@dataclass(frozen=True, slots=True)
class Strict:
    """How often the top-scored of N labeled solutions is right in answer and steps; `lenient`: in its answer."""

    n: int
    strict: float
    lenient: float
    interval: Bounds | None
    problems: int

    @classmethod
    def of(cls, kept: Any) -> "Strict | None":
        """At the largest N that enough problems have; None where none has."""
        for n, of in reversed(by_n(kept).items()):
            strict, lenient, problems = (number(of.get(name)) for name in ("strict", "lenient", "problems"))
            if strict is not None and lenient is not None and (problems or 0) >= LEAST_PROBLEMS:
                bounds = pair(mapping(of.get("intervals")).get("strict"))
                return cls(n, strict, lenient, bounds if bounds and bounds[0] < bounds[1] else None, int(problems or 0))
        return None
