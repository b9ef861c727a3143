"""What a filter finds: rows of a campaign for its lists, and for what is done to many of them at once."""

import re
from collections.abc import Iterable, Mapping
from datetime import date, datetime, time, timedelta
from typing import Any, TypeVar

from django.db.models import (
    CharField,
    Count,
    Exists,
    IntegerField,
    Max,
    Model,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
)
from django.db.models.functions import Cast, Coalesce
from django.utils import timezone

from labeling.actions.candidates import selector_in_use
from labeling.models import (
    IS_UNSURE,
    Campaign,
    Grade,
    Label,
    Labeler,
    LabelerKind,
    Problem,
    Solution,
    SolutionScore,
    VerdictChoice,
)
from labeling.models.reading import generators, only_value
from labeling.views import searching

PSEUDONYM = re.compile(r"[0-9a-fA-F]{8}[0-9a-fA-F-]{0,28}")  # its first block at least: less fits by chance
Wanted = Mapping[str, Any]
Rows = TypeVar("Rows", bound=Model)


def counted(rows: QuerySet[Any], column: str) -> Coalesce:
    """How many rows belong to the outer row, 0 included: `column` is what they share with it."""
    count = rows.order_by().values(column).annotate(n=Count("pk")).values("n")
    return Coalesce(Subquery(count), 0, output_field=IntegerField())


def within_days(rows: QuerySet[Rows], column: str, wanted: Wanted) -> QuerySet[Rows]:
    """From the midnight before the first day to the one after the last, as the reader's clock has it."""
    if day := wanted.get("after"):
        rows = rows.filter(**{f"{column}__gte": _midnight(day)})
    if day := wanted.get("before"):
        rows = rows.filter(**{f"{column}__lt": _midnight(day + timedelta(days=1))})
    return rows


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


def pool(campaign: Campaign) -> QuerySet[Any]:
    """Solutions with verdict, score of the selector in use (of the first of identical texts), and counted labels."""
    labels = Label.objects.current().filter(solution=OuterRef("pk"))
    first_text = Coalesce(OuterRef("duplicate_of"), OuterRef("pk"))
    scores = SolutionScore.objects.filter(version=selector_in_use(campaign), solution=first_text)
    return (
        Solution.objects.of(campaign)
        .with_verdict()
        .annotate(
            label_count=counted(labels, "solution"),
            score=only_value(scores, "score"),
        )
        .select_related("problem")
    )


def solutions(campaign: Campaign, wanted: Wanted) -> QuerySet[Any]:
    """By verdict, split, labels, and parts of subject, level and generator; their texts are for `searching`."""
    rows = pool(campaign)
    if verdict := wanted.get("verdict"):
        rows = rows.filter(_is_uncertain() if verdict == VerdictChoice.UNCERTAIN else Q(verdict=verdict))
    if split := wanted.get("split"):
        rows = rows.filter(problem__split=split)
    if labeled := wanted.get("labeled"):
        labels = Label.objects.current().filter(solution__isnull=False)
        # The few by their list, the many each for itself: either the other way round would read all of both tables.
        is_so = Q(pk__in=labels.order_by().values("solution"))
        rows = rows.filter(is_so if labeled == "yes" else ~Exists(labels.filter(solution=OuterRef("pk"))))
    if text := wanted.get("generator"):
        rows = rows.filter(_generated_by(text))
    return _with_parts(rows, wanted, {"subject": "problem__subject", "level": "problem__level"})


def _is_uncertain() -> Q:
    """Graders alone say so: few solutions, which their grades name; a file says right or wrong."""
    grades = Grade.objects.filter(is_current=True, verdict=VerdictChoice.UNCERTAIN).order_by()
    return Q(pk__in=grades.values("solution"))


MOST_GENERATORS = 500


def _generated_by(text: str) -> Q:
    """Whether the generator's name holds the text: the names that do, where there are not too many to look through."""
    names = generators(MOST_GENERATORS)
    if len(names) == MOST_GENERATORS:
        return Q(generator__icontains=text)
    return Q(generator__in=[name for name in names if text.casefold() in name.casefold()])


def _with_parts(rows: QuerySet[Rows], wanted: Wanted, columns: Mapping[str, str]) -> QuerySet[Rows]:
    """Those whose column holds what is wanted of it."""
    said = {f"{column}__icontains": wanted[name] for name, column in columns.items() if wanted.get(name)}
    return rows.filter(**said) if said else rows


def problems(campaign: Campaign, wanted: Wanted) -> QuerySet[Any]:
    """By split, state, text, parts of subject and level; with the current answer, solutions and labels counted."""
    own = Solution.objects.filter(problem=OuterRef("pk"), import_job__state="done")
    labels = Label.objects.current().filter(problem=OuterRef("pk"))
    rows = (
        Problem.objects.filter(campaign=campaign)
        .visible()
        .annotate(solution_count=counted(own, "problem"), label_count=counted(labels, "problem"))
    )
    for name in ("split", "state"):
        if wanted.get(name):
            rows = rows.filter(**{name: wanted[name]})
    if text := wanted.get("q"):
        rows = rows.filter(searching.of_problem(text))
    return _with_parts(rows, wanted, {"subject": "subject", "level": "level"})


LABEL_STATES = {
    "current": Q(is_current=True, requeue__isnull=True),
    "unsure": Q(is_current=True, requeue__isnull=True) & IS_UNSURE,
    "final": Q(is_current=True, labeler__kind=LabelerKind.ADJUDICATOR),
    "revised": Q(is_current=False),
    "sent_back": Q(is_current=True, requeue__isnull=False),
}


def labels(campaign: Campaign, wanted: Wanted) -> QuerySet[Label]:
    """By labeler, text, how they ended, what they were wanted for, state and day; those that count unless asked."""
    is_here = Q(import_job__isnull=True) | Q(import_job__state="done")
    rows = Label.objects.filter(is_here, LABEL_STATES[wanted.get("state") or "current"], labeler__campaign=campaign)
    for name in ("finish_reason", "origin"):
        if wanted.get(name):
            rows = rows.filter(**{name: wanted[name]})
    if wanted.get("round") is not None:
        rows = rows.filter(round__number=wanted["round"])
    if purpose := wanted.get("purpose"):
        rows = rows.filter(item__purpose=purpose)
    if split := wanted.get("split"):
        rows = rows.filter(problem__split=split)
    if text := wanted.get("labeler"):
        rows = rows.filter(labeler__in=_called(campaign, text).values("pk"))
    if text := wanted.get("q"):
        rows = rows.filter(searching.is_about(campaign, text) | Q(reason__icontains=text))
    return within_days(rows, "submitted_at", wanted)


_IS_HERE = ~Q(kind=LabelerKind.PERSON) | Q(is_member=True)
LABELER_STATES = {
    "paused": Q(paused_at__isnull=False),
    "working": Q(paused_at__isnull=True) & _IS_HERE,
    "left": Q(kind=LabelerKind.PERSON, is_member=False),
}


def _called(campaign: Campaign, text: str) -> QuerySet[Labeler]:
    """Labelers whose user name or name holds the text, or whose pseudonym begins with it."""
    is_so = Q(account__username__icontains=text) | Q(name__icontains=text)
    named = Labeler.objects.filter(campaign=campaign)
    if PSEUDONYM.fullmatch(text):
        named = named.alias(pseudonym=Cast("uuid", CharField()))
        bare = text.replace("-", "")  # SQLite keeps a UUID without its hyphens
        is_so |= Q(pseudonym__istartswith=text) | Q(pseudonym__istartswith=bare)
    return named.filter(is_so)


def labelers(campaign: Campaign, wanted: Wanted) -> list[Any]:
    """By name, kind and state, with counted labels and the last one, by name; whose labels are final is nobody.

    All of them at once: one pass over the labels counts everybody's, one for each would read the whole table each time.
    """
    rows = Labeler.objects.with_membership().filter(campaign=campaign)
    if text := wanted.get("q"):
        rows = rows.filter(pk__in=_called(campaign, text).values("pk"))
    if kind := wanted.get("kind"):
        rows = rows.filter(kind=kind)
    if state := wanted.get("state"):
        rows = rows.filter(LABELER_STATES[state])
    everybody = rows.exclude(kind=LabelerKind.ADJUDICATOR).select_related("account", "campaign")
    labels = Label.objects.current().filter(labeler__campaign=campaign).order_by().values("labeler")
    counts: Iterable[Any] = labels.annotate(count=Count("pk"), last=Max("submitted_at"))
    of_each = {row["labeler"]: (row["count"], row["last"]) for row in counts}
    people: list[Any] = list(everybody.annotate(shown_name=Coalesce("account__username", "name")))
    for one in people:
        one.label_count, one.last_label_at = of_each.get(one.pk, (0, None))
    return sorted(people, key=lambda one: (one.shown_name, one.pk))
