"""How right somebody is where what is right is known: a share with its interval, and whether it lies below a bar."""

from collections.abc import Sequence
from dataclasses import dataclass

from labeling.intervals import wilson

WINDOW = 20  # the last gold labels, of which the rolling share is
LEAST = 5  # fewer say nothing


@dataclass(frozen=True, slots=True)
class Accuracy:
    """So many of the last gold labels were right, and Wilson's 95 % interval of the share."""

    right: int
    count: int

    @property
    def share(self) -> float | None:
        """None where there is no gold label."""
        return self.right / self.count if self.count else None

    @property
    def low(self) -> float:
        """The lower bound; 0 where nothing is known."""
        return self._bound(-1)

    @property
    def high(self) -> float:
        """The upper bound; 1 where nothing is known."""
        return self._bound(1)

    def _bound(self, side: int) -> float:
        if not self.count:
            return 0.0 if side < 0 else 1.0
        return wilson(self.right / self.count, self.count)[side > 0]

    def is_below(self, bar: float) -> bool:
        """Whether the whole interval lies below the bar, on enough labels: chance alone pauses few."""
        return self.count >= LEAST and self.high < bar


def of_last(judged: Sequence[bool]) -> Accuracy:
    """Of the last `WINDOW`, the newest being the last one."""
    last = judged[-WINDOW:]
    return Accuracy(sum(last), len(last))
