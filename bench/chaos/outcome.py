"""What an experiment yields: how often it was tried, what broke, and what that allows one to say."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Outcome:
    """One experiment on one database; `add` puts a further part of it in."""

    experiment: str
    database: str
    unit: str  # what was tried `count` times
    count: int = 0
    broken: dict[str, list[str]] = field(default_factory=dict)
    seen: Counter[str] = field(default_factory=Counter)
    seconds: float = 0.0
    parts: int = 1

    @property
    def failures(self) -> int:
        return sum(len(examples) for examples in self.broken.values())

    @property
    def is_whole(self) -> bool:
        return not self.failures

    def add(self, other: "Outcome") -> None:
        self.count += other.count
        self.seconds += other.seconds
        self.parts += other.parts
        self.see(other.seen)
        for name, examples in other.broken.items():
            self.broken.setdefault(name, []).extend(examples)

    def see(self, seen: Mapping[str, int]) -> None:
        """Count them in; of what names its unit (`slowest answer, ms`) the largest is kept."""
        for name, count in seen.items():
            self.seen[name] = max(self.seen[name], count) if ", " in name else self.seen[name] + count

    def as_dict(self) -> dict[str, Any]:
        return vars(self) | {"seen": dict(self.seen)}  # asdict makes a Counter of pairs of it

    @classmethod
    def of(cls, stored: dict[str, Any]) -> "Outcome":
        return cls(**stored | {"seen": Counter(stored["seen"])})

    def __str__(self) -> str:
        said = ", ".join(f"{name} {count:,}" for name, count in sorted(self.seen.items()))
        broken = "; ".join(f"{name}: {len(found)}, as {found[0]}" for name, found in self.broken.items())
        return (
            f"{self.experiment}, {self.database}: {self.failures} of {self.count:,} {self.unit} ({at_most(self)}) "
            f"in {self.seconds:.0f} s; {said}{'; BROKEN ' + broken if broken else ''}"
        )


def at_most(outcome: Outcome) -> str:
    """The rule of three: what a count of nothing allows one to say, with 95 % confidence."""
    if outcome.failures or outcome.count <= 3:
        return "no bound"
    return f"at most {300 / outcome.count:.2g} % each"
