"""A text in the pool: in problems and ids everywhere, in the steps of a million solutions a piece at a time.

No index finds a part of a step: of an extension for it PostgreSQL need not have any, and one over the words of every
solution would cost an import more than all else that it does.
"""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

import orjson
from django.db.models import BooleanField, Case, Q, QuerySet, When

from labeling.actions.staging.names import Names
from labeling.models import Campaign, Problem, Solution

SEARCHED = 5_000  # solutions whose steps one look goes through: some 60 ms
NAMED = 1_000  # problems that a query names one by one: a database takes only so many


def of_problem(text: str) -> Q:
    """Whether a problem's text or id holds it."""
    return Q(text__icontains=text) | Q(external_id__icontains=text)


def is_about(campaign: Campaign, text: str) -> Q:
    """Of rows with a problem and a solution: whether the problem's text or id holds it, or it is the solution's id."""
    return Q(problem__in=_problems(campaign, text)) | Q(solution__in=_called(campaign, text))


def _problems(campaign: Campaign, text: str) -> list[int] | QuerySet[Any]:
    """Read beforehand where they are few: a planner that knows which they are finds their solutions by an index."""
    found = Problem.objects.filter(of_problem(text), campaign=campaign).order_by().values_list("pk", flat=True)
    few = list(found[: NAMED + 1])
    return few if len(few) <= NAMED else found


def _called(campaign: Campaign, text: str) -> list[int]:
    """The solution with this id, be it given or made of its number: what its identity says, no index more."""
    is_it = Q(identity=UUID(bytes=Names(campaign.pk).given_solution(text)))
    number = text.removeprefix("solution-")
    if number != text and number.isdecimal() and len(number) < 19:
        is_it |= Q(pk=int(number), external_id__isnull=True)
    return list(Solution.objects.of(campaign).filter(is_it).values_list("pk", flat=True))


@dataclass(frozen=True, slots=True)
class Look:
    """How far a look went: so many solutions' steps, from the `begin`ning or further; where the next one goes on."""

    count: int
    begin: int | None
    further: int | None


def look(
    rows: QuerySet[Any], campaign: Campaign, text: str, *, begin: int | None = None, is_backwards: bool = False
) -> tuple[QuerySet[Any], Look]:
    """Solutions that the text is about, and those of the first SEARCHED whose steps, answer or id hold it.

    A further look, from the solution numbered `begin` on, gives only the latter.
    """
    piece = rows if begin is None else rows.filter(**{f"pk__{'lt' if is_backwards else 'gt'}": begin})
    says_it = Case(When(_says(text), then=True), default=False, output_field=BooleanField())
    ordered = piece.order_by("-pk" if is_backwards else "pk").values_list("pk", says_it)
    gone_through = list(ordered[: SEARCHED + 1])
    is_more = len(gone_through) > SEARCHED
    del gone_through[SEARCHED:]
    found = Q(pk__in=[pk for pk, is_so in gone_through if is_so])
    if begin is None:
        found |= Q(problem__in=_problems(campaign, text)) | Q(pk__in=_called(campaign, text))
    return rows.filter(found), Look(len(gone_through), begin, gone_through[-1][0] if is_more else None)


def _says(text: str) -> Q:
    """Whether steps, answer or id hold the text; steps are kept as JSON, where a backslash is written twice."""
    in_json = orjson.dumps(text).decode()[1:-1]
    return Q(steps__icontains=in_json) | Q(answer__icontains=text) | Q(external_id__icontains=text)
