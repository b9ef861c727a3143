"""Sentences that workers and the selector keep in rows, in English, as each reader's language says them.

A row is written once and read by many; the selector speaks English alone. So the sentence is known again by its form,
and said anew with its values. What has no form here (an error's own words, a person's reason) stays as it was written.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

from django.utils import formats
from django.utils.translation import gettext, gettext_noop, ngettext

from labeling.refusal_words import EXPECTED
from labeling.wording import grouped

_WHOLE = re.compile(r"\d{1,3}(,\d{3})+|\d+")
_DECIMAL = re.compile(r"[+-]?\d+\.\d+")


@dataclass(frozen=True)
class _Form:
    """One sentence with `{named}` places; where `counted` names one, it is said in the plural form for that number."""

    plural: str
    singular: str = ""
    counted: str = ""

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        parts = re.split(r"\{(\w+)\}", self.plural)
        return re.compile(
            "".join(f"(?P<{part}>.+?)" if i % 2 else re.escape(part) for i, part in enumerate(parts)), re.S
        )

    def said(self, values: dict[str, str], inner: Callable[[str], str]) -> str:
        sentence = gettext(self.plural)
        if self.counted:
            sentence = ngettext(self.singular, self.plural, int(values[self.counted].replace(",", "")))
        return sentence.format(**{name: _value(value, inner) for name, value in values.items()})


def _value(value: str, inner: Callable[[str], str]) -> str:
    """A number as the language writes it; a sentence within the sentence is said too."""
    if _WHOLE.fullmatch(value):
        return grouped(int(value.replace(",", "")))
    if _DECIMAL.fullmatch(value):
        return formats.number_format(value).replace("-", "−")
    return inner(value)


def _counted(singular: str, plural: str) -> _Form:
    """Both forms, counted by `{n}`. `make messages` knows this name."""
    return _Form(plural, singular, "n")


def _form(sentence: str) -> _Form:
    return _Form(sentence)


# The first form that fits is taken: the longer before the shorter.
FORMS = [
    # what a job is at
    *map(
        _form,
        [
            gettext_noop("collecting labels"),
            gettext_noop("reading rows"),
            gettext_noop("reading scores"),
            gettext_noop("loading the model"),
            gettext_noop("loading the base {name}"),
            gettext_noop("tiny base, loss {loss}"),
            gettext_noop("update {done} of {total}"),
            gettext_noop("training {done} of {total}"),
            gettext_noop("this model is complete already"),
            gettext_noop("{done} of {total} solutions"),
            gettext_noop("{done} of {total} groups"),
            gettext_noop("keeping scores"),
            gettext_noop("what the base makes of each text"),
            gettext_noop("comparing with the version in use"),
            gettext_noop("choosing the next solutions"),
            gettext_noop("cancelled"),
            gettext_noop("only checked, nothing was changed"),
            gettext_noop("lines: {lines}, new solutions: {solutions}, {speed} lines/s"),
        ],
    ),
    _counted("{n} solution", "{n} solutions"),
    _counted("{n} answer", "{n} answers"),
    *map(
        _form,
        [
            # what came of it
            gettext_noop("Version {number} is in use. {why}"),
            gettext_noop("Version {number} is held back. {why}"),
            gettext_noop("There was no version in use."),
            gettext_noop("There was no version in use. Its labels are all of one kind: it tells nothing apart yet."),
            gettext_noop("Version {number}, the one in use, cannot be read any more, so nothing could be compared."),
            gettext_noop("Published by {name}."),
            gettext_noop(
                "Not known yet which version is better: only {count} of {needed} evaluation labels are there."
            ),
            gettext_noop("Not known yet which version is better: no label that both scored."),
            gettext_noop(
                # xgettext: no-python-format
                "Not worse than version {number} ({difference} mean log-likelihood a step on {labels} evaluation "
                "labels, 95 % interval {low} to {high})."
            ),
            gettext_noop(
                # xgettext: no-python-format
                "Worse than version {number} ({difference} mean log-likelihood a step on {labels} evaluation "
                "labels, 95 % interval {low} to {high})."
            ),
            gettext_noop(
                "Not worse than version {number} ({difference} mean log-likelihood a step on {labels} evaluation "
                "labels)."
            ),
            gettext_noop(
                "Worse than version {number} ({difference} mean log-likelihood a step on {labels} evaluation labels)."
            ),
            gettext_noop("Round {number} is open."),
            gettext_noop("Round {number} is planned."),
            gettext_noop("The base that trainings start from is ready."),
            gettext_noop("By first-error F1 a chosen label is worth {value} uniform ones ({low} to {high})."),
            gettext_noop("By step AUC a chosen label is worth {value} uniform ones ({low} to {high})."),
            gettext_noop("By best of N a chosen label is worth {value} uniform ones ({low} to {high})."),
            gettext_noop("What a chosen label is worth in training is not known yet."),
            gettext_noop(
                "It does not rise for certain with more uniform labels, so no number of them can be read off."
            ),
            gettext_noop("It takes labeled solutions with a right final answer and with a wrong one."),
            gettext_noop("It takes {count} evaluation labels, some with an error and some without."),
            gettext_noop("It takes {count} test problems with several graded solutions each."),
            gettext_noop(
                "expected at least {least} labels of either way on problems that are not measured on; there are "
                "{uniform} uniform and {chosen} chosen ones"
            ),
            gettext_noop(
                "Chosen again from its record: the same labels ({labels}), out of {candidates} candidates. {more}"
            ),
            gettext_noop("Chosen again from its record: the same labels ({labels}), out of {candidates} candidates."),
            gettext_noop(
                "Chosen again from its record: not the same. In the round alone: {kept}. Chosen now alone: {again}. "
                "{more}"
            ),
            gettext_noop(
                "Chosen again from its record: not the same. In the round alone: {kept}. Chosen now alone: {again}."
            ),
            gettext_noop("The candidates are not what they were: scores, answers or problems changed."),
            gettext_noop(
                "Of your last {count} solutions whose errors are known, {right} were judged as they should be. A lead "
                "will look at it with you."
            ),
            gettext_noop("The selector is still being trained; the next round follows it."),
            gettext_noop("The newest round is not closed yet."),
            gettext_noop("The first round is a lead's to plan."),
            gettext_noop(
                "There is nothing left to label: every distinct solution is labeled, wanted already, or held."
            ),
            # why it failed
            gettext_noop("The worker died {number} times in this stage. See its log; retry when the cause is gone."),
            gettext_noop(
                "There is no label to train on: at least one label with a verdict (found_error or solution) on a "
                "solution outside the test split is needed."
            ),
            gettext_noop("The pool is empty: at least one solution is needed."),
            gettext_noop("Nothing was imported."),
            # what a round's choice has to say
            gettext_noop("No solution has a score yet: chosen uniformly."),
            gettext_noop("No committee has scored the pool: chosen by the solution score."),
            gettext_noop("No solution has an answer that could be counted: chosen uniformly."),
            gettext_noop("The base model has not read the pool yet: chosen uniformly."),
            gettext_noop(
                # xgettext: no-python-format
                "Too few problems are left: from some problems more than "
                "max(1, {share} % of their distinct solutions) were chosen."
            ),
            # why a reference answer was changed
            gettext_noop("the same answer as dispute {number}"),
            gettext_noop("dispute {number}"),
        ],
    ),
]


_REFUSALS = [_form(sentence) for sentence in EXPECTED]
_REFUSED_ROW = _form(gettext_noop("{file}, line {line}, {field}: expected {expected}"))
_FURTHER = _form(gettext_noop("and {count} more"))
_NOT = _form(gettext_noop("{expected}, not {given}"))
_REASON = re.compile(r"(.+?) (\(.+\))", re.S)  # in the words of a parser or of the system


def said(text: str) -> str:
    """The stored sentence in the language in force; a text of several lines line by line."""
    if "\n" in text:
        return "\n".join(map(said, text.splitlines()))
    found = next(_fitting(FORMS, text, said), None) or next(_fitting([_REFUSED_ROW, _FURTHER], text, expected), None)
    return text if found is None else found


def expected(text: str) -> str:
    """What an import expected of a row, and what it got instead, in the language in force."""
    found = next(_fitting([*_REFUSALS, _NOT], text, expected), None)
    if found is None and (match := _REASON.fullmatch(text)):
        return f"{expected(match[1])} {match[2]}"
    return text if found is None else found


def _fitting(forms: Iterable[_Form], text: str, inner: Callable[[str], str]) -> Iterator[str]:
    for form in forms:
        if match := form.pattern.fullmatch(text):
            yield form.said(match.groupdict(), inner)
