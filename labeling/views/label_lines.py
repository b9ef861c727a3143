"""A label or a draft as it lies on the page: each step with its rating, and what else stood at its place."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from labeling import code_words
from labeling.models import RATINGS, SIGNS, CandidateTree, Draft, Label, Mode, Ruling, RulingAbout

STATES = {1: "positive", 0: "neutral", -1: "negative"}


@dataclass(frozen=True, slots=True)
class Line:
    """One step or candidate: `state` as the desk paints it, `word` what stands at its right, `mark` its sign if any."""

    name: str
    text: str
    state: str
    word: str = ""
    mark: str = ""
    is_flagged: bool = False
    others: list["Line"] = field(default_factory=list)


def lines_of(label: Label) -> list[Line]:
    """Every step, also those behind the first error, which were not rated."""
    if label.mode == Mode.CANDIDATES:
        return [_place(number, place) for number, place in enumerate(label.steps or [], 1)]
    steps = label.solution.steps if label.solution else []
    return _steps(steps, label.rating_values, flagged=label.flagged, others=label.alternatives)


def lines_of_ruling(ruling: Ruling) -> list[Line]:
    """A solution as a lead rated it; nothing where it was decided about something else."""
    if ruling.solution is None or ruling.about != RulingAbout.FIRST_ERROR:
        return []
    ratings = [RATINGS[sign] for sign in ruling.outcome]
    return _steps(ruling.solution.steps, ratings, flagged=[], others=[])


def lines_of_draft(draft: Draft) -> list[Line]:
    """The same of unfinished work. What it holds beyond its ratings was checked by nobody: what is odd is left out."""
    content, subject = draft.content, draft.item.subject
    if isinstance(subject, CandidateTree):
        return _places(_dicts(content.get("steps")), subject.candidates)
    ratings, parked = content.get("ratings", []), content.get("parked", [])
    at = str(len(ratings) - 1)
    offered = (subject.alternatives or {}).get(at, [])
    given = content.get("alternatives")
    others = _judged(offered, _dicts(given.get(at)) if isinstance(given, dict) else [])
    flagged = [index for index in content.get("flagged") or [] if isinstance(index, int)]
    return _steps(subject.steps, ratings, flagged=flagged, others=others, parked=parked)


def _steps(
    steps: Sequence[str],
    ratings: Sequence[int],
    *,
    flagged: Sequence[int],
    others: Sequence[Mapping[str, Any]],
    parked: Sequence[int] = (),
) -> list[Line]:
    lines = []
    for index, text in enumerate(steps):
        name, behind = str(index + 1), index - len(ratings)
        if behind >= len(parked):
            lines.append(Line(name, text, "later", _("not rated")))
        elif behind >= 0:
            state = STATES[parked[behind]]
            word = _("parked: {rating}").format(rating=code_words.RATINGS[SIGNS[parked[behind]]])
            lines.append(Line(name, text, "parked", word, f"parked-{state}", index in flagged))
        elif ratings[index] == -1:
            under = [_other(place, given) for place, given in enumerate(others)]
            lines.append(Line(name, text, "negative", _("first error"), "negative", index in flagged, under))
        else:
            state = STATES[ratings[index]]
            lines.append(Line(name, text, state, _word(ratings[index]), state, index in flagged))
    return lines


def _place(number: int, place: Mapping[str, Any]) -> Line:
    """What a grown solution went on with at one place, the other candidates under it."""
    offered, chosen, written = place["completions"], place["chosen_completion"], place["human_completion"]
    others = [_other(index, given) for index, given in enumerate(offered or []) if index != chosen]
    if written is not None:
        return Line(str(number), written["text"], "written", _("written by you"), others=others)
    if chosen is None:
        return Line(str(number), "", "later", _("no step yet"), others=others)
    given = _other(chosen, offered[chosen])
    return Line(str(number), given.text, given.state, given.word, given.mark, given.is_flagged, others)


def _other(index: int, given: Mapping[str, Any]) -> Line:
    rating = given["rating"]
    state = STATES.get(rating, "later")
    mark = state if rating in STATES else ""
    return Line(_letter(index), given["text"], state, _word(rating), mark, bool(given["flagged"]))


def _letter(index: int) -> str:
    """A, B, … Z, AA, AB, …, as the desk names them."""
    rest, last = divmod(index, 26)
    return (_letter(rest - 1) if rest else "") + chr(ord("A") + last)


def _word(rating: int | None) -> str:
    return str(code_words.RATINGS[SIGNS[rating]]) if rating in SIGNS else _("not rated")


# --- what a draft may hold


def _dicts(value: object) -> list[dict[str, Any]]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def _judged(texts: Sequence[str], said: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Each text with its rating and flag; those that nothing is said of are there too."""
    judged = []
    for index, text in enumerate(texts):
        one = said[index] if index < len(said) else {}
        rating = one.get("rating")
        is_rating = type(rating) is int and rating in SIGNS
        judged.append({"text": text, "rating": rating if is_rating else None, "flagged": one.get("flagged") is True})
    return judged


def _places(steps: Sequence[Mapping[str, Any]], candidates: Sequence[Mapping[str, Any]]) -> list[Line]:
    lines = []
    for number, step in enumerate(steps, 1):
        chosen, written = step.get("chosen_completion"), step.get("human_completion")
        if type(chosen) is not int or not 0 <= chosen < len(candidates):
            chosen = None
        text = written.get("text") if isinstance(written, dict) else None
        human = {"text": text} if isinstance(text, str) and text else None
        completions = _judged([node["text"] for node in candidates], _dicts(step.get("completions")))
        place = {"completions": completions, "chosen_completion": chosen, "human_completion": human}
        lines.append(_place(number, place))
        candidates = (candidates[chosen].get("next") or ()) if chosen is not None and human is None else ()
    return lines
