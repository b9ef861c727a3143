"""A submitted label as it lies on the page: each step with its rating, and what else stood at its place."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from labeling.models import RATINGS, Label, Mode

STATES = {1: "positive", 0: "neutral", -1: "negative"}


@dataclass(frozen=True, slots=True)
class Line:
    """One step or candidate: `state` as the desk paints it, `word` what stands at its right."""

    name: str
    text: str
    state: str
    word: str = ""
    is_flagged: bool = False
    others: list["Line"] = field(default_factory=list)

    @property
    def has_mark(self) -> bool:
        """Whether it was rated."""
        return self.state in STATES.values()


def lines_of(label: Label) -> list[Line]:
    """Every step, also those behind the first error, which were not rated."""
    if label.mode == Mode.CANDIDATES:
        return [_place(number, place) for number, place in enumerate(label.steps or [], 1)]
    steps: Sequence[str] = label.solution.steps if label.solution else []
    return [_step(label, index, text) for index, text in enumerate(steps)]


def _step(label: Label, index: int, text: str) -> Line:
    name, is_flagged = str(index + 1), index in label.flagged
    if index >= len(label.ratings):
        return Line(name, text, "later", _("not rated"))
    state = STATES[RATINGS[label.ratings[index]]]
    if index != label.first_error_index:
        return Line(name, text, state, _words(state), is_flagged)
    others = [_other(place, given) for place, given in enumerate(label.alternatives)]
    return Line(name, text, state, _("first error"), is_flagged, others)


def _place(number: int, place: Mapping[str, Any]) -> Line:
    """What a grown solution went on with at one place, the other candidates under it."""
    offered, chosen, written = place["completions"], place["chosen_completion"], place["human_completion"]
    others = [_other(index, given) for index, given in enumerate(offered or []) if index != chosen]
    if written is not None:
        return Line(str(number), written["text"], "written", _("written by you"), others=others)
    if chosen is None:
        return Line(str(number), "", "later", _("no step"), others=others)
    given = _other(chosen, offered[chosen])
    return Line(str(number), given.text, given.state, given.word, given.is_flagged, others)


def _other(index: int, given: Mapping[str, Any]) -> Line:
    state = STATES.get(given["rating"], "later")
    return Line(chr(ord("A") + index % 26), given["text"], state, _words(state), bool(given["flagged"]))


def _words(state: str) -> str:
    return {"positive": _("positive"), "neutral": _("neutral"), "negative": _("negative")}.get(state, _("not rated"))
