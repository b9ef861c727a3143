"""Which small trainings tell what a chosen label is worth, and what the least is that tells anything."""

import random
from dataclasses import dataclass
from typing import Literal

Way = Literal["uniform", "chosen"]
WAYS: tuple[Way, Way] = ("uniform", "chosen")
MEASURES = ("first_error_f1", "step_auc", "best_of_n")
LEAST_LABELS = 40  # drawn either way: a quarter of fewer teaches nothing
LEAST_JUDGED = 30  # evaluation labels, as for every figure that needs them
LEAST_PROBLEMS = 10  # of several graded solutions each
SEEDS = 3
PARTS = (4, 2, 1)  # a quarter of the labels, a half, all
FARTHEST = float(max(PARTS))  # the numbers of labels span no more: beyond it a multiplier would be guessed


@dataclass(frozen=True, slots=True)
class Trial:
    """One training: on so many labels that were drawn this way, the first ones of the seed's order."""

    way: Way
    labels: int
    seed: int

    @property
    def name(self) -> str:
        return f"{self.way}-{self.labels}-{self.seed}"

    def places(self, count: int) -> list[int]:
        """Which of `count` labels; those of a smaller trial are among those of a larger one."""
        order = list(range(count))
        random.Random(f"{self.seed} {self.way}").shuffle(order)
        return sorted(order[: self.labels])


def trials(labels: int, seeds: int = SEEDS) -> list[Trial]:
    """All trainings where so many labels of either way are there."""
    return [Trial(way, labels // part, seed) for seed in range(seeds) for part in PARTS for way in WAYS]
