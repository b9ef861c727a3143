"""Intervals over seeds, and what a label is worth: three figures in any cost."""

import math
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import fmean, stdev

# Student's t, two-sided 95 %, by degrees of freedom.
_T95 = {1: 12.706, 2: 4.303, 3: 3.182, 4: 2.776, 5: 2.571, 6: 2.447, 7: 2.365, 8: 2.306, 9: 2.262, 10: 2.228}
RESAMPLES = 1_000


@dataclass(frozen=True, slots=True)
class Mean:
    """A mean over seeds with its 95 % interval; no interval with a single seed."""

    value: float
    low: float | None
    high: float | None
    seeds: int

    @classmethod
    def of(cls, values: Sequence[float]) -> "Mean | None":
        if not values:
            return None
        middle = fmean(values)
        if len(values) < 2:
            return cls(middle, None, None, 1)
        half = _T95.get(len(values) - 1, 1.96) * stdev(values) / math.sqrt(len(values))
        return cls(middle, middle - half, middle + half, len(values))

    @property
    def is_above_0(self) -> bool:
        return self.low is not None and self.low > 0

    @property
    def is_below_0(self) -> bool:
        return self.high is not None and self.high < 0


def paired(one: Mapping[int, float], other: Mapping[int, float]) -> Mean | None:
    """The difference of two arms on the seeds that both have."""
    return Mean.of([one[seed] - other[seed] for seed in sorted(one.keys() & other.keys())])


Curve = Sequence[tuple[float, float]]  # cost and figure, the cheaper first


def slope_ratio(chosen: Curve, uniform: Curve) -> float | None:
    """How much faster the figure rises with the log of the cost (2.6 in Let's Verify Step by Step)."""
    one, other = _slope(chosen), _slope(uniform)
    return None if one is None or other is None or other <= 0 else one / other


def labels_ratio(chosen: Curve, uniform: Curve) -> float | None:
    """How many times the cost uniform labels take to be as good as the dearest chosen ones.

    Along the uniform curve's straight line over the log of the cost, so beyond its end a guess, and told as at most 10.
    """
    slope = _slope(uniform)
    if slope is None or slope <= 0 or not chosen:
        return None
    cost, figure = chosen[-1]
    middle_cost, middle = fmean(math.log(c) for c, _ in uniform), fmean(value for _, value in uniform)
    needed = (figure - middle) / slope + middle_cost
    return math.exp(min(math.log(10), max(-math.log(10), needed - math.log(cost))))


def area_between(chosen: Curve, uniform: Curve) -> float | None:
    """Mean height of one curve above the other, over the log of the costs that both cover."""
    low, high = max(chosen[0][0], uniform[0][0]), min(chosen[-1][0], uniform[-1][0])
    if len(chosen) < 2 or len(uniform) < 2 or low >= high:
        return None
    places = [math.log(low) + (math.log(high) - math.log(low)) * step / 50 for step in range(51)]
    return fmean(_at(chosen, place) - _at(uniform, place) for place in places)


def over_seeds(
    figure: Callable[[Curve, Curve], float | None], chosen: Mapping[int, Curve], uniform: Mapping[int, Curve]
) -> Mean | None:
    """The figure of the mean curves, with a 95 % bootstrap interval over seeds, both arms' curves drawn together."""
    seeds = sorted(chosen.keys() & uniform.keys())
    whole = figure(_mean_curve(chosen, seeds), _mean_curve(uniform, seeds)) if seeds else None
    if whole is None:
        return None
    draw = random.Random("seeds")
    drawn = [draw.choices(seeds, k=len(seeds)) for _ in range(RESAMPLES)]
    values = sorted(
        value for some in drawn if (value := figure(_mean_curve(chosen, some), _mean_curve(uniform, some))) is not None
    )
    if len(seeds) < 2 or len(values) < RESAMPLES / 2:
        return Mean(whole, None, None, len(seeds))
    return Mean(whole, values[int(0.025 * len(values))], values[int(0.975 * len(values)) - 1], len(seeds))


def _mean_curve(curves: Mapping[int, Curve], seeds: Sequence[int]) -> list[tuple[float, float]]:
    return [
        (fmean(curves[seed][place][0] for seed in seeds), fmean(curves[seed][place][1] for seed in seeds))
        for place in range(min(len(curves[seed]) for seed in seeds))
    ]


def _slope(curve: Curve) -> float | None:
    """Least squares over the log of the cost."""
    if len(curve) < 2:
        return None
    logs = [math.log(cost) for cost, _ in curve]
    middle, height = fmean(logs), fmean(value for _, value in curve)
    spread = sum((log - middle) ** 2 for log in logs)
    rise = sum((log - middle) * (value - height) for log, (_, value) in zip(logs, curve, strict=True))
    return rise / spread if spread else None


def _at(curve: Curve, log_cost: float) -> float:
    """Straight lines between the points."""
    logs = [math.log(cost) for cost, _ in curve]
    for place in range(1, len(curve)):
        if log_cost <= logs[place] + 1e-12:
            share = (log_cost - logs[place - 1]) / (logs[place] - logs[place - 1])
            return curve[place - 1][1] + share * (curve[place][1] - curve[place - 1][1])
    return curve[-1][1]


def is_unstable(
    final: Sequence[float], one_shot: Sequence[float], rounds: Sequence[Sequence[float]], error: float
) -> bool:
    """The definition fixed beforehand: seeds of the iterated arm more than twice as far apart as those of the one-shot
    arm, or a drop between rounds larger than two standard errors.
    """
    if len(final) > 1 and len(one_shot) > 1 and stdev(final) > 2 * stdev(one_shot):
        return True
    return any(before - after > 2 * error for some in rounds for before, after in pairwise(some))
