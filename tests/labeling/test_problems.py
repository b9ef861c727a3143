"""A lead decides about reported problems: their items go and come, and nothing waits for what cannot be labeled."""

import pytest
from django.contrib.auth.models import User

from labeling.actions import problems
from labeling.actions.errors import Conflict
from labeling.models import Campaign, Event, Problem, QueueItem, Round
from tests import factories as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def problem(campaign: Campaign) -> Problem:
    return make.make_problem(campaign)


def items_in(problem: Problem, of: Round, *states: str) -> list[QueueItem]:
    return [make.make_item(make.make_solution(problem), of, state=state) for state in states]


def states(items: list[QueueItem]) -> list[str]:
    return [QueueItem.objects.get(pk=item.pk).state for item in items]


def test_an_excluded_problem_leaves_the_queue_but_not_the_hands(
    campaign: Campaign, problem: Problem, owner: User
) -> None:
    items = items_in(problem, make.make_round(campaign), "waiting", "planned", "leased", "labeled")

    problems.decide(problem=problem, state="excluded", by=owner)

    assert states(items) == ["withdrawn", "withdrawn", "leased", "labeled"]
    problem.refresh_from_db()
    assert problem.state == "excluded"
    event = Event.objects.get(verb="problem.decided")
    assert (event.actor, event.before, event.after) == (owner, "active", "excluded")


@pytest.mark.parametrize(("round_state", "back"), [("open", "waiting"), ("planned", "planned"), ("closed", "planned")])
def test_a_restored_problem_comes_back_as_its_round_stands(
    round_state: str, back: str, campaign: Campaign, problem: Problem, owner: User
) -> None:
    items = items_in(problem, make.make_round(campaign, state=round_state), "withdrawn", "labeled")
    Problem.objects.filter(pk=problem.pk).update(state="held")

    problems.decide(problem=problem, state="active", by=owner)

    assert states(items) == [back, "labeled"]


def test_a_round_whose_last_items_are_excluded_closes(campaign: Campaign, problem: Problem, owner: User) -> None:
    first, second = make.make_round(campaign), make.make_round(campaign, number=1)
    items_in(problem, first, "waiting", "labeled")
    items_in(problem, second, "waiting")
    make.make_item(round=second)

    problems.decide(problem=problem, state="excluded", by=owner)

    assert list(Round.objects.order_by("number").values_list("state", flat=True)) == ["closed", "open"]


def test_a_planned_round_is_not_closed_by_an_exclusion(campaign: Campaign, problem: Problem, owner: User) -> None:
    items_in(problem, make.make_round(campaign, state="planned"), "planned")

    problems.decide(problem=problem, state="excluded", by=owner)

    assert Round.objects.get().state == "planned"


def test_other_problems_stay_where_they_are(campaign: Campaign, problem: Problem, owner: User) -> None:
    of = make.make_round(campaign)
    items_in(problem, of, "waiting")
    others = items_in(make.make_problem(campaign), of, "waiting", "planned")

    problems.decide(problem=problem, state="excluded", by=owner)

    assert states(others) == ["waiting", "planned"]


def test_a_problem_cannot_be_decided_to_be_held(problem: Problem, owner: User) -> None:
    with pytest.raises(Conflict, match="active or excluded"):
        problems.decide(problem=problem, state="held", by=owner)
