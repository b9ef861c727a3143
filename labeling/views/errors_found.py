"""Errors that people found among chosen labels, against those of round 0 that chance drew: a ratio with its interval.

A found error is not yet a better selector, so this is no label efficiency: that takes trainings on equal numbers of
each kind. And wrong answers mostly hold an error: choosing them finds more of them with any selector, or with none.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from django.core.cache import cache
from django.db.models import Count, Q, QuerySet, Sum
from django.db.models.functions import Length

from labeling.actions import drawn
from labeling.intervals import wilson
from labeling.models import Campaign, FinishReason, Label
from labeling.views.work import IMPORTED, KEPT_SECONDS, Bounded

LEAST_LABELS, LEAST_ERRORS = 30, 5  # on either side; under them a ratio says nothing


class OfProblem(NamedTuple):
    """What the labels of one problem's solutions found."""

    labels: int
    steps: int
    errors: int


@dataclass(frozen=True, slots=True)
class Side:
    """The labels that were drawn one way, by problem: those of one problem tell less than as many of others."""

    problems: list[OfProblem] = field(default_factory=list)

    def total(self, what: str) -> int:
        """All its `labels`, `steps` or `errors`."""
        return sum(getattr(one, what) for one in self.problems)

    @property
    def is_enough(self) -> bool:
        """Whether a ratio can be told."""
        return self.total("labels") >= LEAST_LABELS and self.total("errors") >= LEAST_ERRORS

    def rate(self, cost: str) -> Bounded:
        """Errors per label or per step, with Wilson's interval of as many cases as these are worth."""
        count, share = self.total(cost), self.total("errors") / self.total(cost)
        worth = count / self._clustering(cost, share)
        return share, *wilson(share, worth)

    def _clustering(self, cost: str, share: float) -> float:
        """How many times wider the variance is, as labels of one problem are alike; at least 1."""
        number, count = len(self.problems), self.total(cost)
        if number < 2 or not 0 < share < 1:
            return 1.0
        apart = sum((one.errors - share * getattr(one, cost)) ** 2 for one in self.problems) * number / (number - 1)
        return max(1.0, apart / (share * (1 - share) * count * count / (count - 1)))


@dataclass(frozen=True, slots=True)
class ErrorsFound:
    """People's labels in closed rounds: those that a strategy chose, and those of round 0 that chance drew."""

    chosen: Side
    uniform: Side

    @classmethod
    def of(cls, campaign: Campaign, marks: dict[int, str]) -> "ErrorsFound":
        """Counted anew where the marks of closed rounds say that labels came or went.

        Open rounds are left out: their first labels are those that the strategy wanted most.
        """
        closed = {pk: mark for pk, mark in marks.items() if pk != IMPORTED}
        if not closed:
            return cls(Side(), Side())
        place = f"errors_found:{campaign.pk}"
        kept = cache.get(place)
        if kept is None or kept[0] != closed:
            kept = closed, cls._read(campaign, list(closed))
            cache.set(place, kept, KEPT_SECONDS)
        found: ErrorsFound = kept[1]
        return found

    @classmethod
    def _read(cls, campaign: Campaign, rounds: Iterable[int]) -> "ErrorsFound":
        labels = drawn.in_rounds(Label.objects.current(), campaign, rounds)
        return cls(_by_problem(labels, drawn.by("chosen")), _by_problem(labels, drawn.by("uniform")))

    def ratio(self, cost: str) -> Bounded | None:
        """Errors per `labels` or `steps` of the chosen over those of the uniform ones; None: not known yet.

        The interval joins those of both rates on the scale of logarithms (MOVER, Zou and Donner 2008).
        """
        if not self.chosen.is_enough or not self.uniform.is_enough:
            return None
        (one, one_low, one_high), (other, other_low, other_high) = self.chosen.rate(cost), self.uniform.rate(cost)
        down = math.hypot(math.log(one / one_low), math.log(other_high / other))
        up = math.hypot(math.log(one_high / one), math.log(other / other_low))
        return one / other, one / other * math.exp(-down), one / other * math.exp(up)


def _by_problem(labels: QuerySet[Label], which: Q) -> Side:
    found = Count("pk", filter=Q(finish_reason=FinishReason.FOUND_ERROR))
    groups = labels.filter(which).order_by().values_list("problem_id")
    counted = groups.annotate(all=Count("pk"), steps=Sum(Length("ratings"), default=0), found=found)
    return Side([OfProblem(*counts) for _problem, *counts in counted])
