"""Consensus beside the majority, as the page of agreement and its tables tell it."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from labeling import code_words
from labeling.models import SIGNS, AgreementReport, Solution
from labeling.templatetags.codes import step_or_none

Found = Mapping[str, Any]
Head = tuple[str, ...]
Rows = Iterator[tuple[object, ...]]
Named = Callable[[int], str]
RATINGS = (-1, 0, 1)
SOURCES = {"gold": gettext_lazy("Gold"), "decision": gettext_lazy("A lead’s decision")}
BOTH = ("majority", "consensus")
SHOWN = 50  # of the solutions on which the two differ


def shown(report: AgreementReport, name: Named) -> Found | None:
    """What the template says; None where there is none: too few people, or a report from before it was computed."""
    found = report.figures.get("consensus")
    if not found:
        return None
    words = [str(code_words.RATINGS[SIGNS[rating]]) for rating in RATINGS]
    return {
        "same": found["same"],
        "elsewhere": found["differing"] - found["ties"],
        "ties": found["ties"],
        "steps": list(zip([*words, _("undecided")], _cells(found), strict=True)),
        "skills": [(name(one["labeler"]), [row[at] for at, row in enumerate(one["said"])]) for one in found["skills"]],
        "right": [(SOURCES[one["source"]], one["majority"], one["consensus"]) for one in found.get("right", [])],
        "differences": _differences(report, found["differences"][:SHOWN]),
    }


def _cells(found: Found) -> Iterator[list[tuple[int, bool]]]:
    """Each count, with whether the two agree there."""
    for row, counts in enumerate(found["steps"]):
        yield [(count, row == column) for column, count in enumerate(counts)]


def _differences(report: AgreementReport, differences: list[Found]) -> list[tuple[Solution, str, str, Found]]:
    """Each with its solution and both verdicts in words; without those whose solution is gone."""
    wanted = [one["solution"] for one in differences]
    solutions = Solution.objects.of(report.campaign).select_related("problem").in_bulk(wanted)
    return [
        (solutions[one["solution"]], _by_majority(one), step_or_none(one["consensus"]), one)
        for one in differences
        if one["solution"] in solutions
    ]


def _by_majority(one: Found) -> str:
    if one["is_tie"]:
        return _("undecided at step {step}").format(step=one["majority"] + 1)
    return step_or_none(one["majority"])


def table(report: AgreementReport, which: str, name: Named) -> tuple[Head, Rows] | None:
    """Head and rows of one of its tables as CSV; None where there is no such table."""
    found = report.figures.get("consensus")
    tables: dict[str, tuple[Head, Callable[[Found], Rows]]] = {
        "consensus": (("majority", "consensus", "steps"), _steps),
        "differences": (("solution", "labels", "majority", "consensus", "probability"), _told),
        "right": (("known_by", "solutions", *(f"{by}{end}" for by in BOTH for end in ("", "_low", "_high"))), _judged),
        "skills": (("labeler", "is", "says", "share", "low", "high", "steps"), lambda of: _skills(of, name)),
    }
    if which not in tables:
        return None
    head, rows = tables[which]
    return head, rows(found) if found else iter(())


def _steps(found: Found) -> Rows:
    for said, counts in zip((*RATINGS, "undecided"), found["steps"], strict=True):
        for rating, count in zip(RATINGS, counts, strict=True):
            yield said, rating, count


def _judged(found: Found) -> Rows:
    for one in found.get("right", []):
        shares = [one[by][name] for by in BOTH for name in ("value", "low", "high")]
        yield one["source"], one["majority"]["count"], *shares


def _told(found: Found) -> Rows:
    """Steps as people count them, from 1."""
    for one in found["differences"]:
        majority = "undecided" if one["is_tie"] else _number(one["majority"])
        yield one["solution"], one["labels"], majority, _number(one["consensus"]), one["probability"]


def _number(index: int | None) -> int | str:
    return "none" if index is None else index + 1


def _skills(found: Found, name: Named) -> Rows:
    for one in found["skills"]:
        for rating, row in zip(RATINGS, one["said"], strict=True):
            for says, share in zip(RATINGS, row, strict=True):
                yield name(one["labeler"]), rating, says, share["value"], share["low"], share["high"], share["count"]
