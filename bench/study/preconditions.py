"""What should hold of a seed for it to say anything, and how far off is too far to go on with it.

A seed that misses a bound is not dropped: a study that drops those in which models do badly reports how good models are
where they are good. Its runs are made and marked, and figures are given with and without it. Only where a figure is
more than halfway from its bound to where nothing is left to learn are no labels chosen on that seed.
"""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Bound:
    """Of one figure; `nothing`: where labels can teach nothing any more. `holds`: whether the bound itself will do."""

    name: str
    words: str
    bound: float
    nothing: float
    holds: bool = True

    def way_to_nothing(self, value: float) -> float:
        """0 at the bound, 1 where nothing is left to learn, below 0 on the good side."""
        return (value - self.bound) / (self.nothing - self.bound)

    def is_met(self, value: float) -> bool:
        way = self.way_to_nothing(value)
        return way < 0 or (self.holds and way == 0)


FAR = 0.5  # of the way to where nothing is left to learn
BOUNDS = (
    Bound("majority_share", "majority is {:.3f} of pass@N, expected at most .5", 0.5, 1.0),
    Bound("gap_over_surprise", "the process model is {:+.3f} over surprise, expected at least +.2", 0.2, 0.0),
    Bound("surprise_auc", "surprise has a step AUC of {:.3f}, expected under .75", 0.75, 1.0, holds=False),
)


@dataclass(frozen=True, slots=True)
class Verdict:
    """The figures of one seed, by name, and in words those out of bounds."""

    figures: dict[str, float]
    missed: tuple[str, ...]
    is_far_off: bool


def check(label_free: dict[str, Any], model: dict[str, Any], samples: int) -> Verdict:
    """From the rows of what needs no label and of the uniform arm at most labels."""
    n = str(samples)
    ways = label_free["ways"]
    figures = {
        "majority_share": ways["majority"][n] / max(1e-9, ways["pass"][n]),
        "gap_over_surprise": model["best_of"][n] - label_free["best_of"][n],
        "surprise_auc": label_free["step_auc"],
    }
    missed = [one for one in BOUNDS if not one.is_met(figures[one.name])]
    said = tuple(one.words.format(figures[one.name]) for one in missed)
    return Verdict(figures, said, any(one.way_to_nothing(figures[one.name]) > FAR for one in missed))
