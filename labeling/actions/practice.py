"""Practice: solutions whose first error is known, what somebody made of them, and what is to be said about it."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any

import orjson
from django.contrib.auth.models import User
from django.db.models import Count

from labeling.actions import passes
from labeling.models import FinishReason, PracticeResult
from labeling.practice import explanations

FILE = Path(explanations.__file__).with_name("exercises.jsonl")


@dataclass(frozen=True, slots=True)
class Exercise:
    """One solution to practice on. `ratings` end at the first error; `why` has a text for each of them."""

    name: str
    number: int
    title: Any
    problem: str
    reference: str
    steps: list[str]
    answer: str | None
    ratings: list[int]
    why: tuple[Any, ...]
    lesson: Any

    @property
    def first_error(self) -> int | None:
        """0-based index of the first error, None where every step is right."""
        return _first_error(self.ratings)


@cache
def exercises() -> dict[str, Exercise]:
    """All of them by name, in their order: the same in every campaign."""
    rows = [orjson.loads(line) for line in FILE.read_bytes().splitlines()]
    return {row["name"]: _exercise(row, number) for number, row in enumerate(rows, 1)}


def _exercise(row: dict[str, Any], number: int) -> Exercise:
    name = row["name"]
    return Exercise(
        name=name,
        number=number,
        title=explanations.TITLES[name],
        problem=row["problem"],
        reference=row["ground_truth_answer"],
        steps=row["steps"],
        answer=row["answer"],
        ratings=row["ratings"],
        why=explanations.WHY[name],
        lesson=explanations.LESSONS[name],
    )


class Outcome(StrEnum):
    """How a pass stands to what is known: what has to agree is the place of the first error."""

    AGREES = "agrees"
    TOO_EARLY = "too_early"
    TOO_LATE = "too_late"


class Verdict(StrEnum):
    """How one rating stands to the known one. Between positive and neutral people may differ."""

    AGREES = "agrees"
    JUDGEMENT = "judgement"
    MISSED = "missed"
    NO_ERROR = "no_error"
    NOT_RATED = "not_rated"


@dataclass(frozen=True, slots=True)
class JudgedStep:
    """One step up to the first error: the known rating, one's own (None: not reached), and how they stand."""

    rating: int
    yours: int | None
    verdict: Verdict
    why: Any


@dataclass(frozen=True, slots=True)
class Judgement:
    """What is to be said about one pass over an exercise."""

    outcome: Outcome
    first_error: int | None
    your_first_error: int | None
    steps: list[JudgedStep]


def judge(of: Exercise, ratings: Sequence[int]) -> Judgement:
    """Hold a pass against what is known; page and API both say what comes out here."""
    return Judgement(
        outcome=_outcome(of, ratings),
        first_error=of.first_error,
        your_first_error=_first_error(ratings),
        steps=[
            JudgedStep(rating, yours, _verdict(rating, yours), why)
            for rating, yours, why in zip(of.ratings, _padded(ratings, len(of.ratings)), of.why, strict=True)
        ],
    )


def _outcome(of: Exercise, ratings: Sequence[int]) -> Outcome:
    end = len(of.steps)  # as a place behind the last step: no error
    theirs, known = _place(ratings, end), _place(of.ratings, end)
    if theirs == known:
        return Outcome.AGREES
    return Outcome.TOO_EARLY if theirs < known else Outcome.TOO_LATE


def _place(ratings: Sequence[int], end: int) -> int:
    first = _first_error(ratings)
    return end if first is None else first


def _first_error(ratings: Sequence[int]) -> int | None:
    return ratings.index(-1) if -1 in ratings else None


def _padded(ratings: Sequence[int], count: int) -> list[int | None]:
    return [*ratings, *[None] * count][:count]


def _verdict(rating: int, yours: int | None) -> Verdict:
    if yours is None:
        return Verdict.NOT_RATED
    if yours == rating:
        return Verdict.AGREES
    if rating == -1:
        return Verdict.MISSED
    return Verdict.NO_ERROR if yours == -1 else Verdict.JUDGEMENT


def take(*, account: User, of: Exercise, ratings: Sequence[int]) -> Judgement:
    """Keep what somebody made of an exercise, and judge it. Raises RuleBroken: the rules of a pass hold here too."""
    ending = FinishReason.FOUND_ERROR if -1 in ratings else FinishReason.SOLUTION
    done = passes.Pass(ratings=ratings, finish_reason=ending, total_time=0)
    passes.check(done, step_count=len(of.steps), alternatives=[])
    PracticeResult.objects.create(account=account, exercise=of.name, ratings=done.signs)
    return judge(of, ratings)


def times_done(account: User) -> dict[str, int]:
    """How often this person has finished each exercise, in their order; 0 for those to come."""
    results = PracticeResult.objects.filter(account=account, exercise__in=exercises()).order_by()
    counts = dict(results.values_list("exercise").annotate(Count("pk")))
    return {name: counts.get(name, 0) for name in exercises()}


def next_after(name: str | None, done: dict[str, int]) -> str | None:
    """The next exercise that is not done: behind this one, else the first; None when all are."""
    names = list(done)
    start = names.index(name) + 1 if name else 0
    return next((one for one in names[start:] + names[:start] if not done[one]), None)
