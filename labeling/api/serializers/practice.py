"""Practice: what is rated, and what is said about it."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework import serializers

from labeling.actions import practice
from labeling.api.fields import Answer, Body, WholeNumbers
from labeling.api.serializers.work import ShownProblem
from labeling.models import MAX_STEPS

# What is said of one step, by the known rating and one's own: None where one had ended before.
SAID = {
    (1, 1): gettext_lazy("Positive, as you rated it."),
    (1, 0): gettext_lazy("Positive here, neutral by you: a matter of judgement."),
    (1, -1): gettext_lazy("Positive here. You rated it negative."),
    (1, None): gettext_lazy("Positive here. You had ended before."),
    (0, 0): gettext_lazy("Neutral, as you rated it."),
    (0, 1): gettext_lazy("Neutral here, positive by you: a matter of judgement."),
    (0, -1): gettext_lazy("Neutral here. You rated it negative."),
    (0, None): gettext_lazy("Neutral here. You had ended before."),
    (-1, -1): gettext_lazy("The first error, as you rated it."),
    (-1, 1): gettext_lazy("The first error. You rated it positive."),
    (-1, 0): gettext_lazy("The first error. You rated it neutral."),
    (-1, None): gettext_lazy("The first error. You had ended before."),
}


class PracticeBody(Body):
    """A pass over an exercise, by the rules of a label: to the first error, or to the end."""

    ratings = WholeNumbers(max_length=MAX_STEPS)


class ExerciseLine(Answer):
    """One exercise in the list."""

    name = serializers.CharField()
    title = serializers.CharField()
    times_done = serializers.IntegerField()


class PracticeAnswer(Answer):
    """How far somebody has come."""

    total = serializers.IntegerField()
    done = serializers.IntegerField()
    next = serializers.CharField(allow_null=True, help_text="The name of the next exercise; null when all are done.")
    exercises = ExerciseLine(many=True)


def progress(done: dict[str, int]) -> dict[str, Any]:
    """The shape of somebody's progress."""
    lines = [
        {"name": of.name, "title": str(of.title), "times_done": done[of.name]} for of in practice.exercises().values()
    ]
    return {
        "total": len(lines),
        "done": sum(1 for times in done.values() if times),
        "next": practice.next_after(None, done),
        "exercises": lines,
    }


class ExerciseAnswer(Answer):
    """One solution to practice on; what is known of it comes with the judgement."""

    name = serializers.CharField()
    number = serializers.IntegerField()
    title = serializers.CharField()
    problem = ShownProblem()
    steps = serializers.ListField(child=serializers.CharField())
    answer = serializers.CharField(required=False)


def offered(of: practice.Exercise) -> dict[str, Any]:
    """The shape of an exercise."""
    answer = {
        "name": of.name,
        "number": of.number,
        "title": str(of.title),
        "problem": {"problem": of.problem, "ground_truth_answer": of.reference},
        "steps": of.steps,
    }
    return answer if of.answer is None else answer | {"answer": of.answer}


class JudgedStepAnswer(Answer):
    """One step up to the first error."""

    rating = serializers.IntegerField()
    yours = serializers.IntegerField(allow_null=True)
    verdict = serializers.ChoiceField(choices=list(practice.Verdict))
    said = serializers.CharField()
    why = serializers.CharField()


class JudgementAnswer(Answer):
    """What there is to say about a pass."""

    outcome = serializers.ChoiceField(choices=list(practice.Outcome))
    first_error_index = serializers.IntegerField(allow_null=True)
    said = serializers.CharField()
    lesson = serializers.CharField()
    steps = JudgedStepAnswer(many=True)
    done = serializers.IntegerField(help_text="Exercises done so far, this one included.")
    total = serializers.IntegerField()
    next = serializers.CharField(allow_null=True)


def judged(of: practice.Exercise, found: practice.Judgement, done: dict[str, int]) -> dict[str, Any]:
    """The shape of a judgement, in the language of the person."""
    steps = [
        {
            "rating": step.rating,
            "yours": step.yours,
            "verdict": step.verdict,
            "said": str(SAID[step.rating, step.yours]),
            "why": str(step.why),
        }
        for step in found.steps
    ]
    return {
        "outcome": found.outcome,
        "first_error_index": found.first_error,
        "said": _said(found),
        "lesson": str(of.lesson),
        "steps": steps,
        "done": sum(1 for times in done.values() if times),
        "total": len(done),
        "next": practice.next_after(of.name, done),
    }


def _said(found: practice.Judgement) -> str:
    """The outcome in a sentence."""
    numbers = {"step": (found.first_error or 0) + 1, "yours": (found.your_first_error or 0) + 1}
    return _sentence(found) % numbers


def _sentence(found: practice.Judgement) -> str:
    known, yours = found.first_error, found.your_first_error
    match found.outcome:
        case practice.Outcome.AGREES:
            found_it, all_right = _("You found the first error: step %(step)d."), _("Every step is right, as you said.")
            return all_right if known is None else found_it
        case practice.Outcome.TOO_EARLY if known is None:
            return _("Step %(yours)d is right, and so are all the others.")
        case practice.Outcome.TOO_EARLY:
            return _("Step %(yours)d is right. The first error is step %(step)d.")
        case practice.Outcome.TOO_LATE if yours is None:
            return _("There is an error: step %(step)d.")
    return _("The first error is step %(step)d, before the one that you marked.")
