"""What the labels of each solution add up to, as rows of first errors: by consensus, with the majority beside it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

import orjson
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from labeling.actions.errors import ActionError
from labeling.models import AgreementReport, Campaign, Solution

PAGE = 1_000
NAME = "consensus"  # whose labels they are, when they come in again
COLUMNS = (
    "pk", "problem__external_id", "problem__text", "problem__subject", "problem__level", "problem__split",
    "external_id", "generator", "steps", "answer", "answer_is_correct", "problem__reference_answer",
)  # fmt: skip
KEYS = (
    "problem_id", "problem", "subject", "level", "split",
    "solution_id", "generator", "steps", "answer", "answer_is_correct", "ground_truth_answer",
)  # fmt: skip
MAY_BE_LEFT_OUT = frozenset({"problem_id", "subject", "level", "solution_id", "generator"})


class Verdict(NamedTuple):
    """Of one solution, as `AgreementReport` keeps it. Steps are 0-based indices, None where there is no error."""

    solution: int
    labels: int
    majority: int | None
    is_tie: bool
    consensus: int | None
    probability: float


@dataclass(frozen=True, slots=True)
class Agreed:
    """Verdicts, and the solutions of which the file has a row where they have one."""

    verdicts: list[Verdict]
    solutions: QuerySet[Solution]

    def pages(self) -> Iterator[tuple[dict[int, Verdict], QuerySet[Solution]]]:
        """So many verdicts by solution, and those of the solutions that are theirs."""
        for start in range(0, len(self.verdicts), PAGE):
            some = {one.solution: one for one in self.verdicts[start : start + PAGE]}
            yield some, self.solutions.filter(pk__in=some)

    def count(self) -> int:
        """How many rows."""
        return sum(solutions.count() for _verdicts, solutions in self.pages())


def verdicts(campaign: Campaign) -> list[Verdict]:
    """Of every solution that two or more labeled. Raises ActionError where none was computed."""
    report = AgreementReport.objects.filter(campaign=campaign).first()
    if report is None or not report.verdicts:
        raise ActionError(
            _("There is no consensus yet: compute agreement, once three or more people labeled the same solutions."),
            {"format": _("another format, or this one once agreement is computed")},
        )
    return [Verdict(*one) for one in report.verdicts]


def lines(agreed: Agreed) -> Iterator[bytes]:
    """JSON lines, one query for so many of them."""
    for some, solutions in agreed.pages():
        values = solutions.order_by("pk").values_list(*COLUMNS)
        for pk, *facts in values:
            yield orjson.dumps(_row(some[pk], dict(zip(KEYS, facts, strict=True)))) + b"\n"


def _row(verdict: Verdict, row: dict[str, Any]) -> dict[str, Any]:
    told = {name: value for name, value in row.items() if value is not None or name not in MAY_BE_LEFT_OUT}
    return told | {
        "first_error_index": verdict.consensus,
        "labeler": NAME,
        "consensus_probability": round(verdict.probability, 4),
        "majority_first_error_index": verdict.majority,
        "majority_is_tie": verdict.is_tie,
        "labels": verdict.labels,
    }
