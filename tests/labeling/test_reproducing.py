"""A round's selection made again from its record, whatever came in since."""

from datetime import timedelta
from io import StringIO

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.utils import timezone

from labeling.actions import problems, reproducing, requeue, rounds
from labeling.models import Campaign, Grade, Label, QueueItem, Round, RoundPool, Solution, SolutionScore
from selector import strategies
from tests import factories as make
from tests.labeling.planning import make_pool, plan

pytestmark = pytest.mark.django_db


def command(of: Round) -> str:
    said = StringIO()
    call_command("reproduce_round", campaign=of.campaign.slug, round=of.number, stdout=said)
    return said.getvalue()


def everything_changes(campaign: Campaign, of: Round, pool: list[Solution], owner: User) -> None:
    """Labels, grades, a decision, a further version, and a pool twice as large with better scores."""
    rounds.open_round(of=of, by=owner)
    labeler = make.make_labeler(campaign)
    for item in of.items.order_by("place")[:3]:
        QueueItem.objects.filter(pk=item.pk).update(state="labeled")
        item.refresh_from_db()
        make.make_label(item=item, labeler=labeler, submitted_at=timezone.now())
    since = Label.objects.earliest("submitted_at").submitted_at - timedelta(seconds=1)
    requeue.requeue(labeler=labeler, since=since, by=owner)
    for solution in pool[:10]:
        Grade.objects.filter(solution=solution).update(is_current=False)
        make.make_grade(solution, verdict="correct")
    problems.decide(problem=pool[19].problem, state="excluded", by=owner)
    in_use = campaign.selectors.get()
    for solution in [make.make_solution(one.problem, answer=one.answer, answer_is_correct=False) for one in pool]:
        make.make_score(in_use, solution, score=0.99)
    campaign.selectors.update(state="retired")
    newer = make.make_selector(campaign, number=2)
    for solution in Solution.objects.of(campaign):
        make.make_score(newer, solution, score=0.5)


@pytest.mark.parametrize("strategy", strategies.NAMES)
def test_a_selection_is_made_again_when_everything_around_it_has_changed(
    strategy: str, campaign: Campaign, owner: User
) -> None:
    pool = make_pool(campaign)
    SolutionScore.objects.filter(solution__in=pool[:8]).update(likelihood=0.3, spread=0.2, doubt=0.1)
    make.make_label(pool[3])
    make.make_grade(pool[4], verdict="uncertain")
    made = plan(campaign, owner, size=14, overlap=2, overlap_share=0.5, strategy=strategy, seed=5)
    assert made.items.count() == 14

    everything_changes(campaign, made, pool, owner)

    found = reproducing.compare(made)
    assert found.is_same
    assert found.is_pool_same
    assert (found.candidates, found.labels, found.gone) == (24, 14, 0)
    assert "Round 0: the same 14 labels, out of 24 candidates" in command(made)
    later, _ = rounds.choose(campaign, reproducing._plan_of(made))
    assert {int(pick.solution_id) for pick in later.picks} != set(made.items.values_list("solution", flat=True))


def test_candidate_trees_are_chosen_again_too(campaign: Campaign, owner: User) -> None:
    for _ in range(6):
        make.make_candidate_tree(make.make_problem(campaign))
    made = plan(campaign, owner, size=3, mode="candidates")
    make.make_candidate_tree(make.make_problem(campaign))
    assert reproducing.compare(made).is_same
    assert reproducing.compare(made).candidates == 6


def test_what_is_not_the_same_is_named(campaign: Campaign, owner: User) -> None:
    pool = make_pool(campaign)
    made = plan(campaign, owner, size=4, evaluation_share=0.0, wrong_share=1.0)
    best = made.items.get(rank=0)
    SolutionScore.objects.filter(solution=best.solution_id).update(score=0.0)
    second = made.items.get(rank=1)
    QueueItem.objects.filter(pk=second.pk).update(reason="by hand")

    with pytest.raises(CommandError) as refused:
        command(made)

    words = str(refused.value)
    assert "Round 0: not the same." in words
    assert "scores, answers or problems changed" in words
    assert f"number {best.solution_id}, rank 1, convincing_wrong, score {best.score:.6g}" in words
    assert f"number {second.solution_id}, rank 2, by hand" in words
    assert "Chosen again, not in the round: 4" in words
    assert len(pool) == 24


def test_a_round_without_a_record_says_so(campaign: Campaign, owner: User) -> None:
    make_pool(campaign)
    made = plan(campaign, owner, size=2)
    RoundPool.objects.all().delete()
    with pytest.raises(CommandError, match="no record of what it was chosen from"):
        command(made)
    with pytest.raises(CommandError, match="There is no round 7 of a campaign"):
        call_command("reproduce_round", campaign=campaign.slug, round=7)
