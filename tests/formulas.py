"""Texts whose formulas are hard to tell from words, or to set; each from the public data that tests/data names."""

import json
from dataclasses import dataclass, field
from pathlib import Path

FILE = Path(__file__).parent / "data" / "hard_formulas.jsonl"


@dataclass(frozen=True, slots=True)
class HardText:
    """A text, how many pieces of each kind it has, and how many of them fail.

    Attributes:
        counts: pieces by kind, those that fail included; `undelimited` are formulas without signs around them.
        marked: formulas that KaTeX refuses, which the page marks.
        left: places with LaTeX that are shown as they came, unmarked.
        source: where the text comes from.
    """

    text: str
    counts: dict[str, int]
    source: str
    marked: int = 0
    left: int = 0
    formulas: int = field(init=False)

    def __post_init__(self) -> None:
        whole = sum(self.counts.get(kind, 0) for kind in ("inline", "display", "undelimited", "table"))
        object.__setattr__(self, "formulas", whole - self.marked)


def _read() -> list[HardText]:
    rows = [json.loads(line) for line in FILE.read_text().splitlines()]
    return [HardText(source=row.pop("from"), **row) for row in rows]


HARD = _read()
