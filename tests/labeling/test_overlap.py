"""Overlap: several labels for a share of a round's solutions, and one more where two disagree."""

from collections import Counter

import pytest
from django.contrib.auth.models import User

from labeling.actions import labels, overlap, rounds
from labeling.actions.errors import ActionError
from labeling.actions.round_plans import RoundPlan
from labeling.models import Campaign, QueueItem, Round
from tests import factories as make
from tests.labeling.working import a_pass, bad_problem, take, work

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("size", "k", "share", "wanted"),
    [(12, 1, 1.0, 12), (12, 2, 1.0, 6), (12, 3, 0.5, 6), (10, 2, 0.25, 8), (7, 2, 1.0, 4), (5, 4, 0.0, 5)],
)
def test_a_round_takes_as_many_solutions_as_its_labels_are_enough_for(
    size: int, k: int, share: float, wanted: int
) -> None:
    assert overlap.solutions_for(size, overlap=k, share=share) == wanted


@pytest.mark.parametrize(("share", "chosen"), [(0.0, []), (0.25, [3, 7]), (0.5, [1, 3, 5, 7]), (1.0, list(range(8)))])
def test_the_share_is_spread_evenly(share: float, chosen: list[int]) -> None:
    assert overlap.shared(range(8), share) == chosen


def test_a_round_may_have_its_own_overlap_for_a_share_of_its_solutions(campaign: Campaign, owner: User) -> None:
    for _ in range(8):
        make.make_solution(make.make_problem(campaign))
    wanted = RoundPlan.of(campaign, size=8, strategy="uniform", overlap=3, overlap_share=0.5, wrong_share=0.0)
    made = rounds.plan(campaign=campaign, wanted=wanted, by=owner)
    assert (made.overlap, made.overlap_share) == (3, 0.5)
    assert sorted(Counter(made.items.values_list("solution", flat=True)).values()) == [1, 1, 3, 3]
    with pytest.raises(ActionError):
        RoundPlan.of(campaign, overlap=21)


@pytest.fixture
def of(campaign: Campaign) -> Round:
    """An open round of one solution that two people label; a third opinion where they disagree."""
    Campaign.objects.filter(pk=campaign.pk).update(extra_on_disagreement=True)
    campaign.refresh_from_db()
    of = make.make_round(campaign, overlap=2, counted_items=2)
    solution = make.make_solution(make.make_problem(campaign))
    for place in range(2):
        make.make_item(solution, of, place=place)
    return of


def test_where_two_disagree_one_more_is_asked_before_the_round_closes(campaign: Campaign, of: Round) -> None:
    for ratings in ([1, -1], [1, 1, -1]):
        work(campaign, make.make_labeler(campaign), a_pass(ratings))
    of.refresh_from_db()
    assert (of.state, of.counted_items) == ("open", 3)
    third = make.make_labeler(campaign)
    assert QueueItem.objects.get(pk=take(campaign, third).pk).purpose == "extra"
    work(campaign, third, a_pass([-1]))
    of.refresh_from_db()
    assert of.state == "closed"  # and no fourth


def test_who_disagrees_on_a_second_look_asks_for_one_more_too(campaign: Campaign, of: Round) -> None:
    make.make_item(round=of, place=9)
    Round.objects.filter(pk=of.pk).update(counted_items=3)
    first, _ = (work(campaign, make.make_labeler(campaign), a_pass([1, -1])) for _ in range(2))
    labels.revise(label=first, done=a_pass([1, 1, -1]), reason="The second step is right.")
    assert QueueItem.objects.get(purpose="extra").solution_id == first.solution_id


@pytest.mark.parametrize("second", [a_pass([0, -1]), bad_problem()])
def test_no_more_is_asked_where_they_agree_or_one_says_no_step(
    campaign: Campaign, of: Round, second: RoundPlan
) -> None:
    work(campaign, make.make_labeler(campaign), a_pass([1, -1]))
    work(campaign, make.make_labeler(campaign), second)  # type: ignore[arg-type]
    assert not QueueItem.objects.filter(purpose="extra").exists()
    of.refresh_from_db()
    assert of.state == "closed"


def test_the_setting_decides(campaign: Campaign, of: Round) -> None:
    Campaign.objects.filter(pk=campaign.pk).update(extra_on_disagreement=False)
    for ratings in ([1, -1], [1, 1, -1]):
        work(campaign, make.make_labeler(campaign), a_pass(ratings))
    assert not QueueItem.objects.filter(purpose="extra").exists()
