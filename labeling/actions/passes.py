"""The rules of a labeling pass over a whole solution: pure functions, one place for page and API alike."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from labeling.actions.errors import RuleBroken
from labeling.models import SIGNS, FinishReason

MAX_REASON = 5_000
MAX_TIME_MS = 24 * 3600 * 1000


@dataclass(frozen=True, slots=True)
class Alternative:
    """A further candidate for the step of the first error, and what the labeler says of it."""

    text: str
    rating: int | None
    flagged: bool = False


@dataclass(frozen=True, slots=True)
class Pass:
    """What a labeler submits: ratings in order up to the first error, how the pass ended, active time in ms.

    `guide` is the version of the guide that they had beside it; None: the one in force.
    """

    ratings: Sequence[int]
    finish_reason: str
    total_time: int
    step_times: Sequence[int] = ()
    reason: str = ""
    flagged: Sequence[int] = ()
    alternatives: Sequence[Alternative] | None = None  # None: they were not shown, as to a program that knows of none
    guide: int | None = None

    @property
    def signs(self) -> str:
        """The ratings as the database keeps them, such as `++0-`."""
        return "".join(SIGNS[rating] for rating in self.ratings)

    @property
    def content(self) -> list[Any]:
        """What makes two submissions the same one."""
        return [
            list(self.ratings),
            self.finish_reason,
            self.total_time,
            list(self.step_times),
            self.reason,
            sorted(self.flagged),
            [[a.text, a.rating, a.flagged] for a in self.alternatives or ()],
        ]


def check(done: Pass, *, step_count: int, alternatives: Sequence[str]) -> None:
    """Raise RuleBroken, naming field and rule, unless this pass is one that `product.md` allows.

    `alternatives` are the candidate texts that the solution has for the step of the first error.
    """
    _check_ratings(done.ratings, step_count)
    _check_end(done, step_count)
    check_times(done.total_time, done.step_times, len(done.ratings))
    _check_flags(done)
    _check_alternatives(done, alternatives)


def _check_ratings(ratings: Sequence[int], step_count: int) -> None:
    for rating in ratings:
        if rating not in SIGNS:
            raise RuleBroken("ratings", _("each rating is -1, 0 or 1, not {rating}").format(rating=rating))
    if len(ratings) > step_count:
        raise RuleBroken(
            "ratings",
            _("the solution has {step_count} steps, not {ratings}").format(step_count=step_count, ratings=len(ratings)),
        )
    if -1 in ratings[:-1]:
        raise RuleBroken("ratings", _("ratings end at the first negative one; nothing behind the first error is rated"))


def _check_end(done: Pass, step_count: int) -> None:
    has_error = bool(done.ratings) and done.ratings[-1] == -1
    match done.finish_reason:
        case FinishReason.FOUND_ERROR:
            if not has_error:
                raise RuleBroken("finish_reason", _("found_error needs a negative rating as the last one"))
        case FinishReason.SOLUTION:
            if has_error:
                raise RuleBroken("finish_reason", _("a negative rating ends the pass as found_error, not as solution"))
            if len(done.ratings) != step_count:
                raise RuleBroken(
                    "ratings",
                    _("solution needs a rating for each of the {step_count} steps, got {ratings}").format(
                        step_count=step_count, ratings=len(done.ratings)
                    ),
                )
        case FinishReason.BAD_PROBLEM | FinishReason.GIVE_UP:
            pass
        case _:
            raise RuleBroken("finish_reason", _("one of {values}").format(values=", ".join(FinishReason.values)))
    check_reason(done.finish_reason, done.reason)


def check_reason(finish_reason: str, reason: str) -> None:
    """Raise RuleBroken where a pass that ends early does not say why, or says too much."""
    if finish_reason in (FinishReason.BAD_PROBLEM, FinishReason.GIVE_UP) and not reason.strip():
        raise RuleBroken("reason", _("{finish_reason} needs a written reason").format(finish_reason=finish_reason))
    if len(reason) > MAX_REASON:
        raise RuleBroken("reason", _("at most {limit} characters").format(limit=MAX_REASON))


def check_times(total_time: int, step_times: Sequence[int], rated: int) -> None:
    """Raise RuleBroken unless these can be the times of a pass that rated so many steps."""
    if not 0 <= total_time <= MAX_TIME_MS:
        raise RuleBroken("total_time", _("milliseconds, from 0 to one day"))
    if len(step_times) > rated + 1:
        raise RuleBroken("step_times", _("at most one time a rated step, and one for the step in hand"))
    if any(not 0 <= time <= MAX_TIME_MS for time in step_times):
        raise RuleBroken("step_times", _("milliseconds, from 0 to one day"))


def _check_flags(done: Pass) -> None:
    if any(not 0 <= index < len(done.ratings) for index in done.flagged):
        raise RuleBroken("flagged", _("indexes of rated steps, counted from 0"))
    if len(set(done.flagged)) != len(done.flagged):
        raise RuleBroken("flagged", _("each step once"))


def _check_alternatives(done: Pass, offered: Sequence[str]) -> None:
    """A found error is judged whole: each alternative to its step too. Giving up keeps what was said so far.

    Programs may know of no alternatives: None says that nobody was asked about any.
    """
    if done.alternatives is None:
        return
    if done.alternatives and -1 not in done.ratings:
        raise RuleBroken("alternatives", _("only the step of the first error has alternatives to rate"))
    given, wanted = Counter(alternative.text for alternative in done.alternatives), Counter(offered)
    if given - wanted:
        raise RuleBroken("alternatives", _("each is one of the alternatives of this step, unchanged, and comes once"))
    for alternative in done.alternatives:
        if alternative.rating is None and not alternative.flagged:
            raise RuleBroken("alternatives", _("each alternative is rated -1, 0 or 1, or flagged as unsure"))
        if alternative.rating is not None and alternative.rating not in SIGNS:
            raise RuleBroken(
                "alternatives", _("each rating is -1, 0 or 1, not {rating}").format(rating=alternative.rating)
            )
    if done.finish_reason == FinishReason.FOUND_ERROR and wanted - given:
        missing = _(
            "each of the {count} alternatives to the step of the first error is rated or flagged as unsure; "
            "{missing} missing"
        )
        raise RuleBroken("alternatives", missing.format(count=len(offered), missing=(wanted - given).total()))
