"""What a measure yields: a figure, with the goal that it is held against and the counts behind it."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Goal:
    """A bound that a figure should keep; `is_least`: the figure must be at least that large."""

    bound: float
    is_least: bool = False

    def is_met_by(self, value: float) -> bool:
        return value >= self.bound if self.is_least else value <= self.bound


@dataclass(frozen=True, slots=True)
class Figure:
    """One number: what it says, its unit, its goal if there is one, how it came about and on what counts."""

    name: str
    value: float
    unit: str
    goal: Goal | None = None
    command: str = ""
    counts: dict[str, Any] = field(default_factory=dict)

    @property
    def verdict(self) -> str:
        """Whether the goal is met, in a word; a dash where there is none."""
        if self.goal is None:
            return "-"
        return "met" if self.goal.is_met_by(self.value) else "MISSED"

    def as_dict(self) -> dict[str, Any]:
        return asdict(self) | {"verdict": self.verdict}

    @classmethod
    def from_dict(cls, given: dict[str, Any]) -> "Figure":
        """What `as_dict` gave."""
        goal = Goal(**given["goal"]) if given["goal"] else None
        return cls(**{name: value for name, value in given.items() if name != "verdict"} | {"goal": goal})

    def as_cells(self) -> list[str]:
        """Figure, value, goal, verdict, counts: a row of the table."""
        counts = ", ".join(f"{name} {short(value)}" for name, value in self.counts.items())
        return [self.name, with_unit(self.value, self.unit), self._goal_text(), self.verdict, counts]

    def _goal_text(self) -> str:
        if self.goal is None:
            return "-"
        return f"{'≥' if self.goal.is_least else '≤'} {with_unit(self.goal.bound, self.unit)}"


HEADINGS = ["figure", "measured", "goal", "", "counts"]


def short(value: Any) -> str:
    """A value as people read it: three digits that matter, thousands set apart."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return str(value)
    if isinstance(value, int) or value.is_integer() or abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.3g}"


def with_unit(value: float, unit: str) -> str:
    return f"{short(value)} {unit}".rstrip()


def text_table(figures: Iterable[Figure]) -> str:
    """The figures in columns, for a terminal."""
    rows = [HEADINGS, *(figure.as_cells() for figure in figures)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEADINGS))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    return "\n".join([lines[0], "  ".join("-" * width for width in widths), *lines[1:]])


def markdown_table(figures: Iterable[Figure]) -> str:
    """The same for a document."""
    rows = [HEADINGS, ["---"] * len(HEADINGS), *(figure.as_cells() for figure in figures)]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |" for row in rows)
