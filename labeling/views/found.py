"""What a filter finds: rows of a campaign for its lists, and for what is done to many of them at once."""

import re
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any, TypeVar

import orjson
from django.db.models import (
    CharField,
    Count,
    DateTimeField,
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
from labeling.actions.references import current_answer
from labeling.models import Campaign, Label, Labeler, LabelerKind, Problem, Solution, SolutionScore
from labeling.models.reading import only_value

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
            is_labeled=Exists(labels),
        )
        .select_related("problem")
    )


def solutions(campaign: Campaign, wanted: Wanted) -> QuerySet[Any]:
    """By verdict, split, labels, text, and parts of subject, level and generator."""
    rows = pool(campaign)
    if verdict := wanted.get("verdict"):
        rows = rows.filter(verdict=verdict)
    if split := wanted.get("split"):
        rows = rows.filter(problem__split=split)
    if labeled := wanted.get("labeled"):
        rows = rows.filter(is_labeled=labeled == "yes")
    if text := wanted.get("q"):
        rows = rows.filter(_speaks_of(text))
    return _with_parts(
        rows, wanted, {"subject": "problem__subject", "level": "problem__level", "generator": "generator"}
    )


def _with_parts(rows: QuerySet[Rows], wanted: Wanted, columns: Mapping[str, str]) -> QuerySet[Rows]:
    """Those whose column holds what is wanted of it."""
    said = {f"{column}__icontains": wanted[name] for name, column in columns.items() if wanted.get(name)}
    return rows.filter(**said) if said else rows


def _speaks_of(text: str) -> Q:
    """Whether problem, steps or answer hold the text; steps are kept as JSON, where a backslash is written twice."""
    in_json = orjson.dumps(text).decode()[1:-1]
    return (
        Q(problem__text__icontains=text)
        | Q(steps__icontains=in_json)
        | Q(answer__icontains=text)
        | Q(external_id__icontains=text)
    )


def problems(campaign: Campaign, wanted: Wanted) -> QuerySet[Any]:
    """By split, state, text, parts of subject and level; with the current answer, solutions and labels counted."""
    own = Solution.objects.filter(problem=OuterRef("pk"), import_job__state="done")
    labels = Label.objects.current().filter(problem=OuterRef("pk"))
    rows = (
        Problem.objects.filter(campaign=campaign)
        .visible()
        .annotate(reference_answer=current_answer("pk"))
        .annotate(solution_count=counted(own, "problem"), label_count=counted(labels, "problem"))
    )
    for name in ("split", "state"):
        if wanted.get(name):
            rows = rows.filter(**{name: wanted[name]})
    if text := wanted.get("q"):
        rows = rows.filter(Q(text__icontains=text) | Q(external_id__icontains=text))
    return _with_parts(rows, wanted, {"subject": "subject", "level": "level"})


LABEL_STATES = {
    "current": Q(is_current=True, requeue__isnull=True),
    "unsure": Q(is_current=True, requeue__isnull=True) & ~Q(flagged=[]),
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
        of_text = Q(problem__text__icontains=text) | Q(problem__external_id__icontains=text)
        rows = rows.filter(of_text | Q(solution__external_id__icontains=text) | Q(reason__icontains=text))
    return within_days(rows, "submitted_at", wanted)


def _called(campaign: Campaign, text: str) -> QuerySet[Labeler]:
    """Labelers whose user name or name holds the text, or whose pseudonym begins with it."""
    is_so = Q(account__username__icontains=text) | Q(name__icontains=text)
    named = Labeler.objects.filter(campaign=campaign)
    if PSEUDONYM.fullmatch(text):
        named = named.alias(pseudonym=Cast("uuid", CharField()))
        bare = text.replace("-", "")  # SQLite keeps a UUID without its hyphens
        is_so |= Q(pseudonym__istartswith=text) | Q(pseudonym__istartswith=bare)
    return named.filter(is_so)


def labelers(campaign: Campaign, wanted: Wanted) -> QuerySet[Any]:
    """By name, kind and state, with counted labels and the last one; whose labels are final is nobody."""
    everybody = Labeler.objects.with_membership().filter(campaign=campaign)
    rows = everybody.filter(pk__in=_called(campaign, wanted["q"]).values("pk")) if wanted.get("q") else everybody
    own = Label.objects.current().filter(labeler=OuterRef("pk"))
    last = own.order_by().values("labeler").annotate(last=Max("submitted_at")).values("last")
    rows = (
        rows.exclude(kind=LabelerKind.ADJUDICATOR)
        .annotate(
            label_count=counted(own, "labeler"),
            last_label_at=Subquery(last, output_field=DateTimeField()),
            shown_name=Coalesce("account__username", "name"),
        )
        .select_related("account", "campaign")
    )
    if kind := wanted.get("kind"):
        rows = rows.filter(kind=kind)
    is_here = ~Q(kind=LabelerKind.PERSON) | Q(is_member=True)
    states = {
        "paused": Q(paused_at__isnull=False),
        "working": Q(paused_at__isnull=True) & is_here,
        "left": Q(kind=LabelerKind.PERSON, is_member=False),
    }
    return rows.filter(states[wanted["state"]]) if wanted.get("state") else rows
