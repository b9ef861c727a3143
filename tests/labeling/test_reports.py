"""Reports of bad problems: how many hold one, and what then becomes of its items and rounds."""

import pytest
from django.contrib.auth.models import User

from labeling.actions import labels, problems
from labeling.models import Campaign, Labeler, Problem, QueueItem, Round
from tests import factories as make
from tests.labeling.working import a_pass, bad_problem, make_items, submit, take, work

pytestmark = pytest.mark.django_db


def reported(problem: Problem) -> str:
    return Problem.objects.values_list("state", flat=True).get(pk=problem.pk)


def states(problem: Problem) -> list[str]:
    return list(QueueItem.objects.filter(solution__problem=problem).order_by("pk").values_list("state", flat=True))


def wanted_three_times(campaign: Campaign, of: Round) -> Problem:
    """A problem whose one solution has three items."""
    solution = make.make_solution(make.make_problem(campaign))
    for _ in range(3):
        make.make_item(solution, of)
    return solution.problem


def test_the_quorum_of_reports_takes_a_problem_out_of_the_queue(
    campaign: Campaign, ada: Labeler, bea: Labeler, of: Round
) -> None:
    problem = wanted_three_times(campaign, of)
    other = make.make_item(round=of)

    work(campaign, ada, bad_problem())
    assert (reported(problem), states(problem)) == ("active", ["labeled", "waiting", "waiting"])
    work(campaign, bea, bad_problem())

    assert (reported(problem), states(problem)) == ("held", ["labeled", "labeled", "withdrawn"])
    assert take(campaign, make.make_labeler(campaign)) == other


def test_a_report_that_is_revised_away_does_not_count(
    campaign: Campaign, ada: Labeler, bea: Labeler, of: Round
) -> None:
    problem = wanted_three_times(campaign, of)
    first = work(campaign, ada, bad_problem())
    labels.revise(label=first, done=a_pass([-1]), reason="The figure is not needed.")

    work(campaign, bea, bad_problem())

    assert reported(problem) == "active"


def test_a_revision_can_complete_the_quorum(campaign: Campaign, ada: Labeler, bea: Labeler, of: Round) -> None:
    problem = wanted_three_times(campaign, of)
    work(campaign, ada, bad_problem())
    second = work(campaign, bea)

    labels.revise(label=second, done=bad_problem(), reason="A figure is missing.")

    assert (reported(problem), states(problem)) == ("held", ["labeled", "labeled", "withdrawn"])


def test_a_report_that_withdraws_the_last_items_closes_its_round(campaign: Campaign, ada: Labeler) -> None:
    Campaign.objects.filter(pk=campaign.pk).update(bad_problem_quorum=1)
    of, elsewhere = make.make_round(campaign), make.make_round(campaign, number=1)
    solution = make.make_solution(make.make_problem(campaign))
    for place in (of, of, elsewhere):
        make.make_item(solution, place)

    item = QueueItem.objects.get(pk=take(campaign, ada).pk)
    submit(item, ada, bad_problem())

    for closed in (of, elsewhere):
        closed.refresh_from_db()
        assert closed.state == "closed"
    assert campaign.events.filter(verb="round.closed").count() == 2


def test_a_restored_problem_comes_back(campaign: Campaign, ada: Labeler, of: Round, owner: User) -> None:
    Campaign.objects.filter(pk=campaign.pk).update(bad_problem_quorum=1)
    problem = make.make_problem(campaign)
    solution = make.make_solution(problem)
    for _ in range(2):
        make.make_item(solution, of)
    make_items(of, 1)
    submit(QueueItem.objects.get(pk=take(campaign, ada).pk), ada, bad_problem())
    assert states(problem) == ["labeled", "withdrawn"]

    problems.decide(problem=problem, state="active", by=owner)

    assert (reported(problem), states(problem)) == ("active", ["labeled", "waiting"])
