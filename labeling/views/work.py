"""What people's labels found and took: groups of labels, added up by the database, and sums of them."""

import math
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass, field, fields
from datetime import date
from typing import Any, TypeVar

from django.core.cache import cache
from django.db.models import Case, Count, F, FloatField, OuterRef, Q, Subquery, Sum, Value, When
from django.db.models.functions import Cast, Coalesce, Length, Replace, TruncDate
from django.utils.timezone import get_current_timezone_name

from labeling.accuracy import Accuracy
from labeling.actions import drawn
from labeling.intervals import Z
from labeling.models import (
    CHECKS,
    HAS_VERDICT,
    Campaign,
    FinishReason,
    JobKind,
    JobState,
    Label,
    LabelerKind,
    Purpose,
    RoundState,
)
from labeling.models.labels import LabelQuerySet

SECONDS_A_MINUTE, MINUTES_AN_HOUR = 60, 60
Key = TypeVar("Key", bound=Hashable)
Bounded = tuple[float, float, float]  # a value and the bounds of its 95 % interval
IMPORTED = 0  # no round has this number
KEPT_SECONDS = 7 * 24 * 3600
IS_TIMED = Q(total_time_ms__gt=0)
IS_PICK = Q(item__purpose=Purpose.ROUND) & drawn.by("chosen")


@dataclass(frozen=True, slots=True)
class Found:
    """What some labels found, and how long those that were made here took; adds up."""

    labels: int = 0
    steps: int = 0
    neutral: int = 0  # steps
    negative: int = 0
    errors: int = 0
    good: int = 0
    gave_up: int = 0
    bad_problem: int = 0
    timed: int = 0
    timed_errors: int = 0
    seconds: float = 0.0
    squares: float = 0.0  # of the seconds
    picks: int = 0  # with a verdict, of solutions that a strategy chose: neither drawn by chance nor for evaluation
    picks_right: int = 0  # of which people found every step good
    # On gold, on screening, and on what was sent back: such labels are not counted above, but paid like others.
    further_seconds: float = 0.0
    # How many of the timed ones are of solutions that others labeled too, the first of each not counted; and the same
    # among those with an error. Known of whole rounds alone.
    repeats: int = 0
    repeated_errors: int = 0

    @classmethod
    def sums(cls) -> dict[str, Any]:
        """The aggregates over labels, by field."""
        ended = {
            "errors": FinishReason.FOUND_ERROR,
            "good": FinishReason.SOLUTION,
            "gave_up": FinishReason.GIVE_UP,
            "bad_problem": FinishReason.BAD_PROBLEM,
        }
        counts = {name: Count("pk", filter=Q(finish_reason=reason)) for name, reason in ended.items()}
        seconds = Cast("total_time_ms", FloatField()) / 1_000.0
        return {
            "labels": Count("pk"),
            "steps": Sum(Length("ratings"), default=0),
            "neutral": Sum(Length("ratings") - Length(Replace("ratings", Value("0"), Value(""))), default=0),
            "negative": Count("pk", filter=Q(ratings__endswith="-")),  # nothing is rated behind it
            **counts,
            "picks": Count("pk", filter=IS_PICK & HAS_VERDICT),
            "picks_right": Count("pk", filter=IS_PICK & HAS_VERDICT & Q(finish_reason=FinishReason.SOLUTION)),
            "timed": Count("pk", filter=IS_TIMED),
            "timed_errors": Count("pk", filter=IS_TIMED & Q(finish_reason=FinishReason.FOUND_ERROR)),
            "seconds": Sum(seconds, default=0.0),
            "squares": Sum(seconds * seconds, default=0.0, output_field=FloatField()),
        }

    def __add__(self, other: "Found") -> "Found":
        return Found(*(getattr(self, one.name) + getattr(other, one.name) for one in fields(self)))

    @property
    def positive(self) -> int:
        """Steps."""
        return self.steps - self.neutral - self.negative

    @property
    def error_share(self) -> Accuracy:
        """In how many of them people found an error, with the interval of the share."""
        return Accuracy(self.errors, self.labels)

    @property
    def picks_wrong_share(self) -> Accuracy:
        """Of the chosen ones those in which people found an error, with the interval of the share."""
        return Accuracy(self.picks - self.picks_right, self.picks)

    @property
    def verdict_share(self) -> Accuracy:
        """The same of all that have a verdict, whoever chose them."""
        return Accuracy(self.errors, self.errors + self.good)

    @property
    def picks_share(self) -> Accuracy:
        """Of the chosen ones those that people found right, with the interval of the share."""
        return Accuracy(self.picks_right, self.picks)

    @property
    def minutes(self) -> float:
        """Active minutes of all that are paid."""
        return (self.seconds + self.further_seconds) / SECONDS_A_MINUTE

    @property
    def minutes_each(self) -> Bounded | None:
        """Active minutes of one that has a time; None where fewer than two have."""
        if self.timed < 2:
            return None
        mean = self.seconds / self.timed
        spread = math.sqrt(max(0.0, self.squares / self.timed - mean**2) / (self.timed - 1))
        low, high = max(0.0, mean - Z * spread), mean + Z * spread
        return mean / SECONDS_A_MINUTE, low / SECONDS_A_MINUTE, high / SECONDS_A_MINUTE

    def cost_of_error(self, hourly_rate: float | None) -> Bounded | None:
        """What an error found by people has cost in paid time; None where no rate is set or nothing was found.

        An error that several people found is one. The interval is that of the share of solutions with an error: what
        one takes is known far better.
        """
        if hourly_rate is None or not self.timed_errors or not self.seconds:
            return None
        share = Accuracy(self.timed_errors - self.repeated_errors, self.timed - self.repeats)
        of_solution = hourly_rate * self.minutes / MINUTES_AN_HOUR / share.count
        return of_solution / (share.share or 1.0), of_solution / share.high, of_solution / max(share.low, 1e-9)


@dataclass(frozen=True, slots=True)
class Part:
    """What one labeler found on one day in one round; without a labeler, what is known of the round as a whole."""

    round: int | None
    labeler: int | None
    day: date
    found: Found
    group: int | None  # what it is kept with: its round, or all that was imported


@dataclass(frozen=True, slots=True)
class Work:
    """All labels of a campaign, in parts; `marks` change with the labels of each closed round, by its row."""

    parts: list[Part]
    marks: dict[int, str] = field(default_factory=dict)

    @classmethod
    def of(cls, campaign: Campaign) -> "Work":
        """Of all labels but what leads decided; days are the reader's.

        What closed rounds and imports hold is kept in this process until a label of theirs comes or goes: adding up
        133,000 labels took 0.3 s of a page.
        """
        marks = _marks(campaign)
        kept: dict[str, list[Part]] = cache.get_many(marks.values())
        missing = {group: mark for group, mark in marks.items() if mark not in kept}
        # As a list: the planner then knows that they are few, and takes the index.
        rounds = list(campaign.rounds.exclude(pk__in=marks.keys() - missing.keys()).values_list("pk", flat=True))
        wanted = Q(round__in=rounds) | Q(round__isnull=True, import_job__isnull=True)
        read = cls._read(campaign, wanted | Q(round__isnull=True) if IMPORTED in missing else wanted)
        read += cls._repeats(campaign, rounds)
        by_group = {mark: [part for part in read if part.group == group] for group, mark in missing.items()}
        cache.set_many(by_group, KEPT_SECONDS)
        return cls([*read, *(part for parts in kept.values() for part in parts)], marks)

    @classmethod
    def _read(cls, campaign: Campaign, wanted: Q) -> list[Part]:
        is_further = Q(item__purpose__in=CHECKS, item__isnull=False) | Q(requeue__isnull=False)
        labels = (
            cls._labels(campaign)
            .filter(wanted)
            .annotate(day=TruncDate(_first_submitted()), is_further=is_further, is_imported=Q(import_job__isnull=False))
        )
        keys = ("round_id", "labeler_id", "day", "is_further", "is_imported")
        return [cls._part(dict(group)) for group in labels.values(*keys).annotate(**Found.sums())]

    @staticmethod
    def _labels(campaign: Campaign) -> LabelQuerySet:
        everybody = Label.objects.newest().filter(labeler__campaign=campaign)
        return everybody.exclude(labeler__kind=LabelerKind.ADJUDICATOR).order_by()

    @classmethod
    def _repeats(cls, campaign: Campaign, rounds: list[int]) -> list[Part]:
        """How much of each of these rounds is said of solutions that others spoke of too."""
        labels = cls._labels(campaign).filter(round__in=rounds)
        if not campaign.extra_on_disagreement:
            labels = labels.filter(round__overlap__gt=1)
        counted = labels.not_of_gold().filter(IS_TIMED, requeue__isnull=True, solution__isnull=False)
        has_error = Q(finish_reason=FinishReason.FOUND_ERROR)
        more = Count("pk") - Count("solution", distinct=True)
        errors = Count("pk", filter=has_error) - Count("solution", filter=has_error, distinct=True)
        found = counted.values_list("round_id").annotate(more=more, errors=errors)
        return [Part(of, None, date.min, Found(repeats=n, repeated_errors=m), of) for of, n, m in found]

    @staticmethod
    def _part(group: dict[str, Any]) -> Part:
        of_round, labeler, day = (group.pop(name) for name in ("round_id", "labeler_id", "day"))
        is_imported = group.pop("is_imported")
        if is_imported:  # that time was paid elsewhere, if at all
            group |= {"timed": 0, "timed_errors": 0, "seconds": 0.0, "squares": 0.0}
        found = Found(further_seconds=group["seconds"]) if group.pop("is_further") else Found(**group)
        return Part(of_round, labeler, day, found, IMPORTED if is_imported else of_round)

    def all(self) -> Found:
        """Of everything but checks of labelers, imported labels included."""
        return _sum(part.found for part in self.parts)

    def by_round(self) -> dict[int, Found]:
        """By the round's row."""
        return {key: found for key, found in self._by(lambda part: part.round).items() if key is not None}

    def by_labeler(self) -> dict[int, Found]:
        """By the labeler's row."""
        return {key: found for key, found in self._by(lambda part: part.labeler).items() if key is not None}

    def by_day(self, of_round: int | None = None) -> dict[date, Found]:
        """By day, the earliest first; of one round, or of all labels that took time here."""
        is_wanted = (lambda part: part.found.timed) if of_round is None else (lambda part: part.round == of_round)
        chosen = [part for part in self.parts if part.found.labels and is_wanted(part)]
        return dict(sorted(Work(chosen)._by(lambda part: part.day).items()))

    def _by(self, key: Callable[[Part], Key]) -> dict[Key, Found]:
        found: dict[Key, Found] = {}
        for part in self.parts:
            found[key(part)] = found.get(key(part), Found()) + part.found
        return found


def _first_submitted() -> Case:
    """When a label first came in, whatever was revised since: a revision fills no place, so it is no day's work."""
    first = Label.objects.filter(item=OuterRef("item"), labeler=OuterRef("labeler"), revises__isnull=True)
    of_first = Subquery(first.order_by("-pk").values("submitted_at")[:1])
    # Only what was revised is looked up.
    return Case(When(revises__isnull=True, then=F("submitted_at")), default=Coalesce(of_first, F("submitted_at")))


def _marks(campaign: Campaign) -> dict[int, str]:
    """Each closed round, and all imports: what they are kept under, which changes with their labels.

    Labels are only added: a revision is a further one. But for those sent back to the queue, and that is counted.
    """
    closed = list(campaign.rounds.filter(state=RoundState.CLOSED).order_by("pk").values_list("pk", flat=True))
    in_rounds = Label.objects.filter(round__in=closed).order_by().values_list("round_id")
    counts = dict(in_rounds.annotate(count=Count("*")))
    imports = campaign.jobs.filter(kind=JobKind.IMPORT, state=JobState.DONE).count()
    sent_back = campaign.requeues.aggregate(made=Count("pk"), undone=Count("undone_at"))
    place = f"work:{campaign.pk}:{get_current_timezone_name()}:{sent_back['made']}:{sent_back['undone']}"
    marks = {pk: f"{place}:{pk}:{counts.get(pk, 0)}" for pk in closed}
    return marks | {IMPORTED: f"{place}:imports:{imports}"}


def _sum(found: Iterable[Found]) -> Found:
    return sum(found, Found())
