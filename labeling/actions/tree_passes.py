"""The rules of a labeling pass that grows its solution from candidates: pure functions, one place for page and API.

At each place every candidate is rated or flagged as unsure; a good one goes on, and where none deserves it the labeler
writes the step. Behind a written step, and behind a candidate that the tree knows no more of, there are no candidates:
whoever goes on writes. An error never ends such a pass, so `found_error` is none of its reasons.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from django.utils.translation import gettext as _

from labeling.actions.errors import RuleBroken
from labeling.actions.passes import check_reason, check_times
from labeling.models import MAX_STEPS, SIGNS, FinishReason, WriteStepWhen

MAX_WRITTEN = 1_000  # characters: one idea
ENDS = (FinishReason.SOLUTION, FinishReason.BAD_PROBLEM, FinishReason.GIVE_UP)

Node = Mapping[str, Any]  # {"text", "next"}, as imported


@dataclass(frozen=True, slots=True)
class RatedCandidate:
    """What the labeler says of one candidate; `text` where the client repeats it."""

    rating: int | None = None
    flagged: bool = False
    text: str | None = None


@dataclass(frozen=True, slots=True)
class TreeStep:
    """One place of the trajectory: its candidates as rated, and what it went on with; neither where it ends open."""

    candidates: Sequence[RatedCandidate] = ()
    chosen: int | None = None
    written: str | None = None

    @property
    def goes_on(self) -> bool:
        """Whether the trajectory has a step here."""
        return self.chosen is not None or self.written is not None


@dataclass(frozen=True, slots=True)
class TreePass:
    """What a labeler submits for a candidate tree: the places of the trajectory in order, how it ended, time in ms.

    `guide` is the version of the guide that they had beside it; None: the one in force.
    """

    steps: Sequence[TreeStep]
    finish_reason: str
    total_time: int
    step_times: Sequence[int] = ()
    reason: str = ""
    guide: int | None = None

    @property
    def content(self) -> list[Any]:
        """What makes two submissions the same one."""
        steps = [
            [[[one.rating, one.flagged] for one in step.candidates], step.chosen, step.written] for step in self.steps
        ]
        return [steps, self.finish_reason, self.total_time, list(self.step_times), self.reason]


def may_go_on(ratings: Sequence[int | None], write_step_when: str) -> list[int]:
    """The candidates that may go on: the positive ones.

    Where a step is written only when all are negative, the neutral ones go on where none is positive.
    """
    positive = [index for index, rating in enumerate(ratings) if rating == 1]
    if positive or write_step_when == WriteStepWhen.NONE_POSITIVE:
        return positive
    return [index for index, rating in enumerate(ratings) if rating == 0]


def check(done: TreePass, *, candidates: Sequence[Node], write_step_when: str) -> None:
    """Raise RuleBroken, naming field and rule, unless this is a pass over this tree that `product.md` allows."""
    if done.finish_reason not in ENDS:
        raise RuleBroken(
            "finish_reason", _("of a pass over candidates: one of {values}").format(values=", ".join(ENDS))
        )
    if len(done.steps) > MAX_STEPS:
        raise RuleBroken("steps", _("at most {limit} steps").format(limit=MAX_STEPS))
    _check_end(done)
    check_reason(done.finish_reason, done.reason)
    check_times(done.total_time, done.step_times, len(done.steps))
    before = ""
    for index, (step, offered) in enumerate(_places(done.steps, candidates)):
        _check_candidates(f"steps.{index}.completions", step, offered)
        _check_going_on(f"steps.{index}.", step, write_step_when)
        if step.written is not None:
            _check_written(f"steps.{index}.human_completion", step.written, [before, *_texts(offered)])
        before = _text(step, offered)


def as_prm800k(steps: Sequence[TreeStep], candidates: Sequence[Node]) -> list[dict[str, Any]]:
    """The steps of a checked pass as PRM800K writes them."""
    return [
        {
            "completions": [
                {"text": node["text"], "rating": one.rating, "flagged": one.flagged}
                for node, one in zip(offered, step.candidates, strict=True)
            ],
            "human_completion": None
            if step.written is None
            else {"text": step.written, "rating": None, "source": "human", "flagged": None},
            "chosen_completion": step.chosen,
        }
        for step, offered in _places(steps, candidates)
    ]


def trajectory(steps: Sequence[Mapping[str, Any]]) -> list[str]:
    """The texts that PRM800K steps went on with, in order, up to where they end."""
    texts = []
    for step in steps:
        chosen, human = step.get("chosen_completion"), step.get("human_completion")
        if chosen is not None:
            texts.append(step["completions"][chosen]["text"])
        elif human is not None:
            texts.append(human["text"])
        else:
            break
    return texts


def offered(candidates: Sequence[Node]) -> list[dict[str, Any]]:
    """The tree as a labeler may see it: texts alone, without what an import knew besides (scores, names, verdicts)."""
    return [{"text": node["text"], "next": offered(node.get("next") or ())} for node in candidates]


def _places(steps: Sequence[TreeStep], candidates: Sequence[Node]) -> list[tuple[TreeStep, Sequence[Node]]]:
    """Each step with the candidates that the tree has there; an impossible choice leads to none."""
    places = []
    for step in steps:
        places.append((step, candidates))
        is_there = step.chosen is not None and 0 <= step.chosen < len(candidates)
        candidates = (candidates[step.chosen].get("next") or ()) if is_there and step.chosen is not None else ()
    return places


def _check_end(done: TreePass) -> None:
    """Only the last place may be open, and only where the pass ended early."""
    if any(not earlier.goes_on for earlier, _ in pairwise(done.steps)):
        raise RuleBroken("steps", _("each step but the last goes on with a candidate or a written step"))
    if done.finish_reason == FinishReason.SOLUTION and not (done.steps and done.steps[-1].goes_on):
        raise RuleBroken("finish_reason", _("solution needs a last step that was chosen or written"))


def _check_candidates(field: str, step: TreeStep, offered: Sequence[Node]) -> None:
    if len(step.candidates) != len(offered):
        wanted = _("one for each of the {count} candidates at this place, in their order")
        raise RuleBroken(field, wanted.format(count=len(offered)))
    for node, one in zip(offered, step.candidates, strict=True):
        if one.text is not None and one.text != node["text"]:
            raise RuleBroken(field, _("each text is that of its candidate, unchanged"))
        if one.rating is not None and one.rating not in SIGNS:
            raise RuleBroken(field, _("each rating is -1, 0 or 1, not {rating}").format(rating=one.rating))
        if step.goes_on and one.rating is None and not one.flagged:
            raise RuleBroken(
                field, _("each candidate is rated -1, 0 or 1, or flagged as unsure, before a step goes on")
            )


def _check_going_on(field: str, step: TreeStep, write_step_when: str) -> None:
    if step.chosen is not None and step.written is not None:
        raise RuleBroken(f"{field}human_completion", _("a step is chosen or written, not both"))
    good = may_go_on([one.rating for one in step.candidates], write_step_when)
    is_strict = write_step_when == WriteStepWhen.ALL_NEGATIVE
    if step.chosen is not None and step.chosen not in good:
        positive = _("the index of a candidate at this place, counted from 0, and a positive one")
        best = _("the index of a candidate at this place, counted from 0, and the best rated one")
        raise RuleBroken(f"{field}chosen_completion", best if is_strict else positive)
    if step.written is not None and good:
        positive = _("a step is written only where none of the candidates is positive")
        negative = _("a step is written only where all candidates are negative")
        raise RuleBroken(f"{field}human_completion", negative if is_strict else positive)


def _check_written(field: str, text: str, others: Sequence[str]) -> None:
    if not text.strip():
        raise RuleBroken(field, _("a written step is not blank"))
    if len(text) > MAX_WRITTEN:
        limits = _("a written step is one idea: at most {limit} characters, not {length}")
        raise RuleBroken(field, limits.format(limit=MAX_WRITTEN, length=len(text)))
    if _plain(text) in {_plain(other) for other in others}:
        raise RuleBroken(field, _("a written step repeats neither a candidate nor the step before"))


def _plain(text: str) -> str:
    return " ".join(text.split()).casefold()


def _texts(offered: Sequence[Node]) -> list[str]:
    return [node["text"] for node in offered]


def _text(step: TreeStep, offered: Sequence[Node]) -> str:
    if step.written is not None:
        return step.written
    return "" if step.chosen is None else str(offered[step.chosen]["text"])
