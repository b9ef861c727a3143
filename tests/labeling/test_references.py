"""Earlier reference answers are only appended to, and a change has every answer graded again."""

import pytest
from django.contrib.auth.models import User

from labeling.actions import references
from labeling.models import Campaign, Event, Job, Problem, Reference
from tests import factories as make

pytestmark = pytest.mark.django_db


def test_a_change_keeps_the_answer_before_as_a_further_row(campaign: Campaign, owner: User) -> None:
    problem = make.make_problem(campaign, reference="4")

    references.change(problem=problem, answer="5", by=owner, reason="It was off by one.")
    references.change(problem=problem, answer="6", by=owner, reason="By two.")

    rows = Reference.objects.filter(problem=problem).order_by("id").values_list("answer", "created_by", "reason")
    assert list(rows) == [("4", owner.pk, "It was off by one."), ("5", owner.pk, "By two.")]
    assert Problem.objects.get(pk=problem.pk).reference_answer == "6"


def test_a_change_asks_for_grading_once_and_is_recorded(campaign: Campaign, owner: User) -> None:
    problem = make.make_problem(campaign, reference="4")

    for answer in ("5", "6"):
        references.change(problem=problem, answer=answer, by=owner, reason="x")

    assert Job.objects.filter(kind="grade", state="requested").count() == 1
    assert [(event.before, event.after) for event in Event.objects.order_by("id")] == [("4", "5"), ("5", "6")]


def test_a_problem_without_a_reference_can_get_one(campaign: Campaign, owner: User) -> None:
    problem = make.make_problem(campaign, reference=None)

    references.change(problem=problem, answer="4", by=owner, reason="worked out")

    assert Event.objects.get(verb="reference.changed").before is None
    assert Problem.objects.get(pk=problem.pk).reference_answer == "4"
