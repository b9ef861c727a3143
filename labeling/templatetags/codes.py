"""Stored codes and rows as words: states, kinds, roles, reasons, ratings."""

from collections.abc import Mapping
from itertools import groupby

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from labeling import code_words
from labeling.actions.gold_draw import FEWEST, Foreseen
from labeling.models import (
    BulkChange,
    BulkKind,
    FinishReason,
    Gold,
    Job,
    Label,
    Mode,
    Round,
    Ruling,
    RulingAbout,
)
from labeling.stored_words import expected, said
from labeling.wording import grouped, listed, percent, sentences
from selector import strategies

register = template.Library()
register.filter("said", said)
register.filter("expected", expected)
REASONS = strategies.words_of_reasons() | code_words.REASONS
SHARES = strategies.words_of_shares() | code_words.SHORTFALLS


def _named(words: Mapping[str, object], code: str) -> str:
    """What the code is called; one that is not known (yet) as it is."""
    return str(words.get(code, code.replace("_", " ")))


@register.filter
def why_chosen(reason: str) -> str:
    """A strategy's reason in words."""
    return _(REASONS[reason]) if reason in REASONS else reason.replace("_", " ")


@register.filter
def event_words(verb: str) -> str:
    """What somebody did, in words."""
    return _named(code_words.EVENTS, verb)


@register.filter
def strategy_words(name: str) -> str:
    """A strategy's name in words."""
    known = strategies.STRATEGIES.get(name)
    return _(known.title) if known else name.replace("_", " ")


@register.filter
def chosen_by(of: Round) -> str:
    """What chose a round's solutions: before there is a selector, what it finds convincing cannot be told."""
    known = strategies.STRATEGIES.get(of.strategy)
    if known and {"score", "likelihood"} & known.needs and of.selector_id is None:
        return _("chance, there was no selector yet")
    return strategy_words(of.strategy)


@register.filter
def purpose_words(label: Label) -> str:
    """What a label was wanted for; where it comes from, if nobody here was asked."""
    if label.item is None:
        return _named(code_words.ORIGINS, label.origin)
    return _named(code_words.PURPOSES, label.item.purpose)


@register.filter
def label_state(label: Label) -> str:
    """Whether a label counts, in words; nothing where it does."""
    if not label.is_current:
        return str(code_words.LABEL_STATES["revised"])
    return str(code_words.LABEL_STATES["sent_back"]) if label.requeue_id else ""


@register.filter
def scope_words(scope: str) -> str:
    """Within what a round ranked."""
    return _named(code_words.SCOPES, scope)


@register.filter
def work_words(kind: str) -> str:
    """What a kind of job is called."""
    return _named(code_words.KINDS, kind)


@register.filter
def stage_words(stage: str) -> str:
    """What a job is doing."""
    return _named(code_words.STAGES, stage)


@register.filter
def job_words(job: Job) -> str:
    """A job in one sentence."""
    sentence = code_words.JOBS.get((job.kind, job.state))
    if sentence is None:
        return f"{work_words(job.kind)}: {job_state(job.state)}"
    return str(sentence).format(percent=percent(job.progress))


@register.filter
def job_state(state: str) -> str:
    """A job's state in words."""
    return _named(code_words.JOB_STATES, state)


@register.filter
def round_state(state: str) -> str:
    """A round's state in words."""
    return _named(code_words.ROUND_STATES, state)


@register.filter
def item_state(state: str) -> str:
    """A queue item's state in words."""
    return _named(code_words.ITEM_STATES, state)


@register.filter
def problem_state(state: str) -> str:
    """A problem's state in words."""
    return _named(code_words.PROBLEM_STATES, state)


@register.filter
def dispute_state(state: str) -> str:
    """A dispute's state in words."""
    return _named(code_words.DISPUTE_STATES, state)


@register.filter
def invitation_state(state: str) -> str:
    """An invitation's state in words."""
    return _named(code_words.INVITATION_STATES, state)


@register.filter
def gold_use(use: str) -> str:
    """What gold is for."""
    return _named(code_words.GOLD_USES, use)


@register.filter
def gold_source(source: str) -> str:
    """What gold was made from."""
    return _named(code_words.GOLD_SOURCES, source)


@register.filter
def right_of_gold(gold: Gold) -> str:
    """The acceptable first errors."""
    steps = [_("step {step}").format(step=index + 1) for index in gold.first_errors]
    return listed([*steps, *([_("none, all steps are good")] if gold.may_have_none else [])])


@register.filter
def ratings_of_gold(gold: Gold) -> str:
    """The acceptable ratings of each step; neighbours that have the same ones are told together."""
    told, first = [], 1
    for signs, group in groupby(gold.sets):
        last = first + len(list(group)) - 1
        words = _("step {first}: {signs}") if first == last else _("steps {first}–{last}: {signs}")
        told.append(words.format(first=first, last=last, signs="/".join(signs).replace("-", "−")))
        first = last + 1
    return listed(told)


@register.filter
def gold_foreseen(gold: Foreseen) -> str:
    """How much gold a round will give, and why it is little where it is."""
    words = ngettext(
        "Gold besides: about {each} for {people} labeler.",
        "Gold besides: about {each} for each of {people} labelers.",
        gold.labelers,
    ).format(each=grouped(gold.each), people=grouped(gold.labelers))
    if not gold.is_little:
        return words
    if gold.each == gold.new:
        why = _("That is less than {fewest}: no more is left that everybody is new to. Make more gold.")
    else:
        why = _("That is less than {fewest}: the round is too small for it.")
    return sentences(words, why.format(fewest=FEWEST))


@register.filter
def step_or_none(index: int | None) -> str:
    """Where a first error is."""
    return _("none, all steps are good") if index is None else _("step {step}").format(step=index + 1)


@register.filter
def ruling_words(ruling: Ruling) -> str:
    """What was decided, in a few words."""
    if ruling.about == RulingAbout.FIRST_ERROR:
        place = ruling.outcome.find("-")
        return _("first error: {where}").format(where=step_or_none(None if place < 0 else place))
    if ruling.about == RulingAbout.PROBLEM:
        return _("the problem: {state}").format(state=problem_state(ruling.outcome))
    if not ruling.outcome:
        return _("the reference answer stays")
    return _("the reference answer: {answer}").format(answer=ruling.outcome)


@register.filter
def change_words(change: BulkChange) -> str:
    """What was done to many at once."""
    words = {
        BulkKind.EXCLUDE: ngettext("{n} problem excluded", "{n} problems excluded", change.count),
        BulkKind.RESTORE: ngettext("{n} problem taken back", "{n} problems taken back", change.count),
        BulkKind.REQUEUE: ngettext(
            "{n} label sent back to the queue", "{n} labels sent back to the queue", change.count
        ),
    }
    return words[BulkKind(change.kind)].format(n=grouped(change.count))


@register.filter
def labeler_kind(kind: str) -> str:
    """Where a labeler's labels come from, in words."""
    return _named(code_words.LABELER_KINDS, kind)


@register.filter
def labeler_state(state: str) -> str:
    """Whether a labeler gets work, in words."""
    return _named(code_words.LABELER_STATES, state)


@register.filter
def split_words(split: str) -> str:
    """A split in words."""
    return _named(code_words.SPLITS, split)


@register.filter
def verdict_words(verdict: str) -> str:
    """Whether an answer is right, in words."""
    return _named(code_words.VERDICTS, verdict)


@register.filter
def role_words(role: str) -> str:
    """A role in words."""
    return _named(code_words.ROLES, role)


@register.filter
def how_finished(reason: str) -> str:
    """A finish reason in words."""
    return _named(code_words.FINISHED, reason)


@register.filter
def shortfall_words(shortfall: Mapping[str, int]) -> str:
    """What a round could not be filled with."""
    return listed(
        _("{share} ({count})").format(share=_share_words(share), count=grouped(count))
        for share, count in shortfall.items()
    )


@register.filter
def kept_out_words(kept_out: Mapping[str, int]) -> str:
    """What the guard rails kept out of a round."""
    return listed(
        _("{share} ({count})").format(share=_named(code_words.KEPT_OUT, rail), count=grouped(count))
        for rail, count in kept_out.items()
    )


@register.filter
def kind_words(kind: str) -> str:
    """What a kind of selector learns from."""
    return _named(code_words.SELECTOR_KINDS, kind)


def _share_words(share: str) -> str:
    known = SHARES.get(share) or REASONS.get(share)
    return _(known) if known else share.replace("_", " ")


@register.filter
def count_words(name: str) -> str:
    """A count of a job's result."""
    return str(code_words.COUNTS.get(name) or name.replace("_", " ").capitalize())


@register.filter
def found(label: Label) -> str:
    """What a label says, in a few words."""
    if label.finish_reason == FinishReason.FOUND_ERROR and label.first_error_index is not None:
        return _("first error at step {step}").format(step=label.first_error_index + 1)
    if label.mode == Mode.CANDIDATES and label.finish_reason == FinishReason.SOLUTION:
        steps = len(label.steps or [])
        return ngettext("a solution of {n} step", "a solution of {n} steps", steps).format(n=steps)
    return how_finished(label.finish_reason)


@register.simple_tag
def mark(sign: str) -> SafeString:
    """A rating as sign, outline and word; what was not rated is said to a screen reader only."""
    paint = {"+": "positive", "0": "neutral", "-": "negative"}.get(sign)
    if paint is None:
        return format_html('<span class="behind"><span class="for-reader">{}</span></span>', _("not rated"))
    return format_html(
        '<span class="{0}"><svg class="mark" aria-hidden="true"><use href="#{0}"/></svg>'
        '<span class="for-reader">{1}</span></span>',
        paint,
        code_words.RATINGS[sign],
    )
