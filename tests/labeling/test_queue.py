"""Leasing the next solution, renewing, and what happens where a round closes or a problem is held."""

from datetime import timedelta

import pytest
from django.db.models.functions import Now
from django.utils import timezone

from labeling.actions import drafts, labels, problems, queue, rounds
from labeling.actions.errors import LeaseLost
from labeling.models import Campaign, Draft, Labeler, QueueItem, Round
from tests import factories as make
from tests.labeling.working import a_pass, bad_problem, make_items, run_out, submit, take, work

pytestmark = pytest.mark.django_db


def state(item: QueueItem) -> str:
    return QueueItem.objects.values_list("state", flat=True).get(pk=item.pk)


def next_for(labeler: Labeler, *, ahead: bool = False) -> QueueItem | None:
    return queue.lease_next(campaign=labeler.campaign, labeler=labeler, ahead=ahead)


# --- leasing


def test_items_come_in_the_order_of_their_places(campaign: Campaign, ada: Labeler, of: Round) -> None:
    places = [5, 1, 3]
    for place in places:
        make.make_item(round=of, place=place)

    assert [work(campaign, ada).item.place for _ in places] == [1, 3, 5]  # type: ignore[union-attr]
    assert next_for(ada) is None


def test_a_lease_is_numbered_and_ends_after_the_campaigns_minutes(campaign: Campaign, ada: Labeler, of: Round) -> None:
    campaign.lease_minutes = 7
    campaign.save()
    make_items(of, 1)

    item = take(campaign, ada)

    assert (item.state, item.leased_by, item.lease_number, item.lease_slot) == ("leased", ada, 1, 0)
    assert item.leased_until - item.leased_at == timedelta(minutes=7)  # type: ignore[operator]
    assert abs(timezone.now() - item.leased_at) < timedelta(seconds=30)  # type: ignore[operator]


def test_asked_again_it_is_the_same_item_under_the_same_lease(campaign: Campaign, ada: Labeler, of: Round) -> None:
    make_items(of, 3)
    item = take(campaign, ada)

    again = take(campaign, ada)

    assert (again.pk, again.lease_number) == (item.pk, item.lease_number)


def test_two_labelers_get_different_items(campaign: Campaign, ada: Labeler, bea: Labeler, of: Round) -> None:
    make_items(of, 2)

    assert take(campaign, ada) != take(campaign, bea)


def test_one_item_may_be_fetched_ahead_and_no_more(campaign: Campaign, ada: Labeler, of: Round) -> None:
    make_items(of, 4)
    first = take(campaign, ada)

    second = take(campaign, ada, ahead=True)
    third = take(campaign, ada, ahead=True)

    assert second != first
    assert third == second
    assert take(campaign, ada) == first
    assert QueueItem.objects.filter(state="leased").count() == 2


def test_the_item_fetched_ahead_is_next_after_a_submit(campaign: Campaign, ada: Labeler, of: Round) -> None:
    make_items(of, 4)
    first, second = take(campaign, ada), take(campaign, ada, ahead=True)
    submit(first, ada)

    assert take(campaign, ada) == second
    third = take(campaign, ada, ahead=True)
    assert third not in (first, second)


def test_asked_for_one_more_while_a_label_is_on_its_way_the_other_held_item_comes_and_no_third(
    campaign: Campaign, ada: Labeler, of: Round
) -> None:
    make_items(of, 4)
    first, second = take(campaign, ada), take(campaign, ada, ahead=True)
    submit(first, ada)

    assert take(campaign, ada, ahead=True, in_hand=first.pk) == second
    assert take(campaign, ada, ahead=True, in_hand=second.pk) not in (first, second)


def test_the_second_item_of_a_solution_goes_to_somebody_else(
    campaign: Campaign, ada: Labeler, bea: Labeler, of: Round
) -> None:
    solution = make.make_solution(make.make_problem(campaign))
    first, second = make.make_item(solution, of), make.make_item(solution, of)

    assert take(campaign, ada) == first
    assert next_for(ada, ahead=True) is None
    assert take(campaign, bea) == second


def test_a_solution_is_never_offered_twice_to_one_labeler(campaign: Campaign, ada: Labeler, of: Round) -> None:
    solution = make.make_solution(make.make_problem(campaign))
    for _ in range(3):
        make.make_item(solution, of)
    label = work(campaign, ada)

    assert next_for(ada) is None
    labels.revise(label=label, done=a_pass([-1]), reason="Looked again.")
    assert next_for(ada) is None


def test_many_items_that_are_not_for_this_labeler_hide_none_behind_them(
    campaign: Campaign, ada: Labeler, of: Round
) -> None:
    for _ in range(40):
        solution = make.make_solution(make.make_problem(campaign))
        make.make_label(solution, ada)
        make.make_item(solution, of)
    last = make.make_item(round=of)

    assert take(campaign, ada) == last


@pytest.mark.parametrize("other_state", ["planned", "labeled", "withdrawn"])
def test_only_waiting_items_are_leased(other_state: str, ada: Labeler, of: Round) -> None:
    make.make_item(round=of, state=other_state)

    assert next_for(ada) is None


def test_items_of_another_campaign_are_not_leased(ada: Labeler) -> None:
    make.make_item(round=make.make_round(make.make_campaign("other")))

    assert next_for(ada) is None


# --- drafts and renewal


def test_a_draft_renews_the_lease(campaign: Campaign, ada: Labeler, of: Round) -> None:
    make_items(of, 1)
    item = take(campaign, ada)
    QueueItem.objects.filter(pk=item.pk).update(leased_until=Now() + timedelta(minutes=1))

    draft, renewed = drafts.save(item=item, labeler=ada, lease=1, content={"ratings": [1]})

    assert draft.content == {"ratings": [1]}
    assert renewed.leased_until - timezone.now() > timedelta(minutes=29)  # type: ignore[operator]
    assert renewed.lease_number == 1


def test_a_later_draft_takes_the_place_of_the_first(campaign: Campaign, ada: Labeler, of: Round) -> None:
    make_items(of, 1)
    item = take(campaign, ada)
    for ratings in ([1], [1, 0]):
        drafts.save(item=item, labeler=ada, lease=1, content={"ratings": ratings})

    assert Draft.objects.get().content == {"ratings": [1, 0]}


def test_a_draft_under_a_lost_lease_is_refused_and_changes_nothing(campaign: Campaign, ada: Labeler, of: Round) -> None:
    make_items(of, 1)
    item = take(campaign, ada)
    drafts.save(item=item, labeler=ada, lease=1, content={"ratings": [1]})
    run_out(item)

    with pytest.raises(LeaseLost) as refused:
        drafts.save(item=item, labeler=ada, lease=1, content={"ratings": [-1]})

    assert Draft.objects.get().content == {"ratings": [1]}
    assert (refused.value.code, refused.value.status) == ("lease_lost", 409)


# --- rounds that close and problems that are held


def test_nothing_of_a_closed_round_is_leased(campaign: Campaign, ada: Labeler, of: Round) -> None:
    make_items(of, 2)
    rounds.close_round(of=of, by=None)

    assert next_for(ada) is None


def test_what_is_in_hand_when_its_round_closes_may_be_submitted(campaign: Campaign, ada: Labeler, of: Round) -> None:
    make_items(of, 2)
    item = take(campaign, ada)
    rounds.close_round(of=of, by=None)

    drafts.save(item=item, labeler=ada, lease=1, content={"ratings": [1]})
    submit(item, ada)

    assert state(item) == "labeled"


@pytest.mark.parametrize("how", ["released", "expired"])
def test_what_comes_back_after_its_round_closed_is_planned(
    how: str, campaign: Campaign, ada: Labeler, of: Round
) -> None:
    make_items(of, 1)
    item = take(campaign, ada)
    rounds.close_round(of=of, by=None)

    give_up(item, ada, how)

    assert state(item) == "planned"
    rounds.reopen_round(of=of, by=None)
    assert state(item) == "waiting"


def give_up(item: QueueItem, labeler: Labeler, how: str) -> None:
    if how == "released":
        queue.release(item=item, labeler=labeler, lease=item.lease_number)
    else:
        run_out(item)
        queue.take_back_expired()


@pytest.mark.parametrize("how", ["released", "expired"])
def test_the_last_item_in_hand_of_a_held_problem_is_withdrawn_and_closes_its_round(
    how: str, campaign: Campaign, ada: Labeler, bea: Labeler, of: Round
) -> None:
    campaign.bad_problem_quorum = 1
    campaign.save()
    solution = make.make_solution(make.make_problem(campaign))
    in_hand, reported = make.make_item(solution, of), make.make_item(solution, of)
    assert take(campaign, ada) == in_hand
    in_hand.refresh_from_db()
    assert take(campaign, bea) == reported
    reported.refresh_from_db()
    submit(reported, bea, bad_problem())
    assert state(in_hand) == "leased", "work in hand is never taken away"

    give_up(in_hand, ada, how)

    of.refresh_from_db()
    assert state(in_hand) == "withdrawn"
    assert of.state == "closed"


def test_an_item_of_no_round_comes_back_to_the_queue(campaign: Campaign, ada: Labeler, owner: object) -> None:
    item = make.make_item(make.make_solution(make.make_problem(campaign)), purpose="extra")
    taken = take(campaign, ada)
    queue.release(item=taken, labeler=ada, lease=taken.lease_number)
    assert state(item) == "waiting"

    problem = item.solution.problem
    problems.decide(problem=problem, state="excluded", by=owner)  # type: ignore[arg-type]
    assert state(item) == "withdrawn"
    problems.decide(problem=problem, state="active", by=owner)  # type: ignore[arg-type]

    assert state(item) == "waiting"
