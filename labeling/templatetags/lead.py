"""Numbers, times and ratings as the lead's pages write them."""

from datetime import datetime

from django import template
from django.utils import formats, timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext, pgettext

from labeling.models import Label, Labeler, Round
from selector import strategies

register = template.Library()
NO_BREAK = "\N{NO-BREAK SPACE}"
RATING_WORDS = {"+": "positive", "0": "neutral", "-": "negative"}
REASONS = strategies.words_of_reasons()
STAGES = {
    "snapshot": "collecting labels",
    "train": "training",
    "score": "scoring the pool",
    "evaluate": "measuring",
    "publish": "comparing",
    "import": "reading the file",
    "grade": "grading answers",
    "plan": "choosing solutions",
}
KINDS = {"import": "import", "grade": "grading", "retrain": "training", "plan": "planning"}
FINISHED = {
    "found_error": "first error found",
    "solution": "all steps good",
    "bad_problem": "bad problem",
    "give_up": "gave up",
}


@register.filter
def grouped(number: int | None) -> str:
    """1234567 as 1,234,567, or as the language groups it."""
    return "" if number is None else formats.number_format(number, force_grouping=True)


@register.filter
def percent(share: float | None, digits: int = 0) -> str:
    """A share as per cent, with a space that does not break."""
    if share is None:
        return ""
    return pgettext("a share", "{number} %").format(number=decimal(share * 100, digits)).replace(" ", NO_BREAK)


def decimal(value: float, digits: int) -> str:
    """A number with so many decimals, with the language's separators and a minus sign that is one."""
    return formats.number_format(f"{value:.{digits}f}").replace("-", "−")


@register.filter
def share_of(part: int, whole: int) -> str:
    """Part of whole as per cent; nothing where there is no whole."""
    return percent(part / whole) if whole else ""


@register.filter
def two(value: float | None) -> str:
    """Two decimals, with a minus sign that is one."""
    return "" if value is None else decimal(value, 2)


@register.filter
def ago(when: datetime | None) -> str:
    """How long ago, in the largest unit that says enough."""
    if when is None:
        return ""
    seconds = max(0, int((timezone.now() - when).total_seconds()))
    return f"{lasting(seconds)} ago"


@register.filter
def lasting(seconds: int) -> str:
    """A span in words: 12 s, 3 min, 2 h, 5 days."""
    if seconds < 120:
        return f"{seconds}{NO_BREAK}s"
    if seconds < 7200:
        return f"{seconds // 60}{NO_BREAK}min"
    if seconds < 172_800:
        return f"{seconds // 3600}{NO_BREAK}h"
    return f"{seconds // 86_400}{NO_BREAK}days"


@register.filter
def spent(milliseconds: int) -> str:
    """Time on one label: 3 min 12 s."""
    minutes, seconds = divmod(round(milliseconds / 1000), 60)
    return f"{minutes}{NO_BREAK}min {seconds}{NO_BREAK}s" if minutes else f"{seconds}{NO_BREAK}s"


@register.filter
def why_chosen(reason: str) -> str:
    """A strategy's reason in words."""
    return gettext(REASONS[reason]) if reason in REASONS else reason.replace("_", " ")


@register.filter
def strategy_words(name: str) -> str:
    """A strategy's name in words."""
    known = strategies.STRATEGIES.get(name)
    return gettext(known.title) if known else name.replace("_", " ")


@register.filter
def chosen_by(of: Round) -> str:
    """What chose a round's solutions: before there is a selector, what it finds convincing cannot be told."""
    known = strategies.STRATEGIES.get(of.strategy)
    if known and "score" in known.needs and of.selector_id is None:
        return "chance, there was no selector yet"
    return strategy_words(of.strategy)


@register.filter
def work_words(kind: str) -> str:
    """What a kind of job is called."""
    return KINDS.get(kind, kind)


@register.filter
def stage_words(stage: str) -> str:
    """What a job is doing."""
    return STAGES.get(stage, stage)


@register.filter
def how_finished(reason: str) -> str:
    """A finish reason in words."""
    return FINISHED.get(reason, reason)


@register.filter
def name_of(labeler: Labeler) -> str:
    """A person's user name, an external labeler's name or pseudonym."""
    return labeler.account.get_username() if labeler.account else str(labeler)


@register.filter
def found(label: Label) -> str:
    """What a label says, in a few words."""
    if label.first_error_index is not None:
        return f"first error at step {label.first_error_index + 1}"
    return how_finished(label.finish_reason)


@register.simple_tag
def mark(sign: str) -> SafeString:
    """A rating as sign, outline and word; what was not rated is said to a screen reader only."""
    word = RATING_WORDS.get(sign)
    if word is None:
        return format_html('<span class="behind"><span class="for-reader">{}</span></span>', "not rated")
    return format_html(
        '<span class="{0}"><svg class="mark" aria-hidden="true"><use href="#{0}"/></svg>'
        '<span class="for-reader">{0}</span></span>',
        word,
    )


SHARES = strategies.words_of_shares() | {"size": "labels in all", "evaluation": "evaluation items"}
COUNTS = {
    "problems": "New problems",
    "solutions": "New solutions",
    "labels": "New labels",
    "duplicates": "There already",
}


@register.filter
def shortfall_words(share: str) -> str:
    """What a share that could not be filled is made of."""
    known = SHARES.get(share) or REASONS.get(share)  # "5 drawn uniformly" reads well enough
    return gettext(known) if known else share.replace("_", " ")


@register.filter
def count_words(name: str) -> str:
    """A count of a job's result."""
    return COUNTS.get(name, name.replace("_", " ").capitalize())
