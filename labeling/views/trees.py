"""A candidate tree as a page: what it holds, and how people grew solutions from it."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from labeling.actions.candidates import trees_of
from labeling.models import SIGNS, Label, Membership
from labeling.views.lead_pages import for_readers, page

SHOWN_NODES = 500


@dataclass(frozen=True, slots=True)
class Line:
    """One candidate (or written step) of a list: its letter or number path, text, sign, and what became of it."""

    name: str
    text: str
    sign: str = ""
    is_flagged: bool = False
    is_chosen: bool = False
    is_written: bool = False


@dataclass(frozen=True, slots=True)
class Grown:
    """One label, place by place."""

    label: Label
    places: list[list[Line]]


@require_safe
@for_readers
def tree_page(request: HttpRequest, membership: Membership, pk: int) -> HttpResponse:
    """The problem, each label's trajectory with every rating, and the candidates as they were imported."""
    tree = get_object_or_404(trees_of(membership.campaign).select_related("problem"), pk=pk)
    labels = Label.objects.current().filter(tree=tree).select_related("labeler__account", "round").order_by("pk")
    lines = _lines(tree.candidates)
    context = {
        "tree": tree,
        "grown": [Grown(label, [_place(step) for step in label.steps or []]) for label in labels],
        "lines": lines[:SHOWN_NODES],
        "left_out": max(0, len(lines) - SHOWN_NODES),
    }
    return page(request, "tree.html", membership, context)


def letter(index: int) -> str:
    """A, B, … Z, AA: what a labeler sees beside a candidate."""
    before, last = divmod(index, 26)
    return (letter(before - 1) if before else "") + chr(ord("A") + last)


def _lines(candidates: list[dict[str, Any]], path: tuple[str, ...] = ()) -> list[Line]:
    """Every candidate, each followed by what is behind it."""
    lines = []
    for index, node in enumerate(candidates):
        here = (*path, letter(index))
        lines.append(Line(" ".join(here), node["text"]))
        lines += _lines(node.get("next") or [], here)
    return lines


def _place(step: dict[str, Any]) -> list[Line]:
    lines = [
        Line(
            letter(index),
            completion["text"],
            SIGNS.get(completion["rating"], ""),
            bool(completion.get("flagged")),
            is_chosen=index == step["chosen_completion"],
        )
        for index, completion in enumerate(step["completions"] or [])
    ]
    human = step["human_completion"]
    return [*lines, Line("", human["text"], is_chosen=True, is_written=True)] if human else lines
