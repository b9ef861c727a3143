"""When a round should be full, from the labels of recent days: a day with its uncertainty, or not known yet."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from statistics import fmean, stdev

RECENT_DAYS = 14
LEAST_DAYS = 3  # whole ones; fewer say nothing of how days differ
FARTHEST_DAYS = 730
# 97.5 % points of Student's t for 2 to 13 degrees of freedom: of so few days the normal's 1.96 would promise too much.
STUDENT = (4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.160)


@dataclass(frozen=True, slots=True)
class Forecast:
    """The day on which the last label should come if days go on like the recent ones.

    `earliest` and `latest` follow from the 95 % interval of the mean day; without `latest` that holds days without a
    label, or the end lies years ahead.
    """

    on: date
    earliest: date
    latest: date | None
    a_day: float
    days: int


def forecast(by_day: Mapping[date, int], *, left: int, opened: date, today: date) -> Forecast | None:
    """From the whole days since the opening, two weeks at most; None: not known yet, or nothing left."""
    first = max(opened + timedelta(days=1), today - timedelta(days=RECENT_DAYS))
    days = [by_day.get(first + timedelta(days=passed), 0) for passed in range((today - first).days)]
    if len(days) < LEAST_DAYS or not any(days) or left <= 0:
        return None
    mean = fmean(days)
    around = STUDENT[len(days) - LEAST_DAYS] * stdev(days) / math.sqrt(len(days))
    on, earliest = _after(today, left, mean), _after(today, left, mean + around)
    if on is None or earliest is None:
        return None
    return Forecast(on, earliest, _after(today, left, mean - around), mean, len(days))


def _after(today: date, left: int, a_day: float) -> date | None:
    if a_day * FARTHEST_DAYS < left:
        return None
    return today + timedelta(days=math.ceil(left / a_day))
