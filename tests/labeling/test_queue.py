"""Leasing the next solution, renewing, giving back, and what happens to leases that run out."""

from datetime import timedelta

import pytest
from django.db.models import DateTimeField, Value
from django.db.models.functions import Now
from django.utils import timezone

from labeling.actions import drafts, labels, problems, queue, rounds
from labeling.actions.errors import LeaseLost
from labeling.models import Campaign, Draft, Labeler, QueueItem, Round, Skip
from labeling.models import queue as rows
from tests import factories as make
from tests.labeling.working import a_pass, bad_problem, make_items, run_out, submit, take, work

pytestmark = pytest.mark.django_db


@pytest.fixture
def ada(campaign: Campaign) -> Labeler:
    return make.make_labeler(campaign)


@pytest.fixture
def bea(campaign: Campaign) -> Labeler:
    return make.make_labeler(campaign)


@pytest.fixture
def of(campaign: Campaign) -> Round:
    return make.make_round(campaign)


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


# --- leases that run out


@pytest.mark.parametrize(("seconds", "is_held"), [(-1, True), (0, False), (1, False)])
def test_a_lease_is_over_at_the_moment_it_ends_and_not_before(
    seconds: int, is_held: bool, campaign: Campaign, ada: Labeler, of: Round, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_items(of, 1)
    item = take(campaign, ada)
    QueueItem.objects.filter(pk=item.pk).update(leased_until=make.A_MOMENT)
    now = Value(make.A_MOMENT + timedelta(seconds=seconds), output_field=DateTimeField())
    for module in (queue, rows):
        monkeypatch.setattr(module, "Now", lambda: now)

    held = queue.held(item=item, labeler=ada, lease=item.lease_number)

    assert (held.exists(), QueueItem.objects.expired().exists()) == (is_held, not is_held)


def test_an_expired_item_goes_to_the_next_labeler_without_a_sweep(
    campaign: Campaign, ada: Labeler, bea: Labeler, of: Round
) -> None:
    make_items(of, 1)
    item = take(campaign, ada)
    run_out(item)

    taken = take(campaign, bea)

    assert (taken.pk, taken.lease_number, taken.leased_by) == (item.pk, 2, bea)


def test_whoever_let_a_lease_run_out_gets_work_again_at_once(campaign: Campaign, ada: Labeler, of: Round) -> None:
    make_items(of, 3)
    for item in (take(campaign, ada), take(campaign, ada, ahead=True)):
        run_out(item)

    taken = take(campaign, ada)

    assert taken.leased_by == ada
    assert QueueItem.objects.expired().count() == 0
    assert take(campaign, ada, ahead=True) != taken


def test_own_unfinished_work_comes_back_first(campaign: Campaign, ada: Labeler, of: Round) -> None:
    items = make_items(of, 3)
    work(campaign, ada)
    begun = take(campaign, ada)
    drafts.save(item=begun, labeler=ada, lease=begun.lease_number, content={"ratings": [1]})
    run_out(begun)
    items.append(make.make_item(round=of, place=0))

    assert take(campaign, ada) == begun
    assert Draft.objects.get(item=begun, labeler=ada).content == {"ratings": [1]}


def test_the_latest_unfinished_work_comes_back_before_the_older(campaign: Campaign, ada: Labeler, of: Round) -> None:
    make_items(of, 2)
    older, newer = take(campaign, ada), take(campaign, ada, ahead=True)
    for item in (older, newer):
        drafts.save(item=item, labeler=ada, lease=1, content={"ratings": [1]})
        run_out(item)

    assert take(campaign, ada) == newer


def test_unfinished_work_that_somebody_else_has_now_stays_theirs(
    campaign: Campaign, ada: Labeler, bea: Labeler, of: Round
) -> None:
    make_items(of, 1)
    item = take(campaign, ada)
    drafts.save(item=item, labeler=ada, lease=1, content={"ratings": [1]})
    run_out(item)
    take(campaign, bea)

    assert next_for(ada) is None


def test_the_sweep_takes_back_only_what_ran_out(campaign: Campaign, ada: Labeler, bea: Labeler, of: Round) -> None:
    make_items(of, 2)
    expired, living = take(campaign, ada), take(campaign, bea)
    run_out(expired)

    assert queue.take_back_expired() == 1
    assert (state(expired), state(living)) == ("waiting", "leased")
    assert queue.take_back_expired() == 0


def test_the_databases_clock_judges_leases(
    campaign: Campaign, ada: Labeler, of: Round, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_items(of, 1)
    item = take(campaign, ada)
    in_a_year = timezone.now() + timedelta(days=365)
    monkeypatch.setattr(timezone, "now", lambda: in_a_year)

    assert queue.take_back_expired() == 0
    assert take(campaign, ada) == item
    submit(item, ada)


# --- giving back


def test_a_given_back_item_goes_to_the_end_for_this_labeler(campaign: Campaign, ada: Labeler, of: Round) -> None:
    items = make_items(of, 3)
    given_back = take(campaign, ada)

    queue.release(item=given_back, labeler=ada, lease=given_back.lease_number)

    assert [work(campaign, ada).item for _ in items] == [*items[1:], items[0]]


def test_a_given_back_item_with_a_draft_goes_to_the_end_too(campaign: Campaign, ada: Labeler, of: Round) -> None:
    items = make_items(of, 2)
    given_back = take(campaign, ada)
    drafts.save(item=given_back, labeler=ada, lease=1, content={"ratings": [1]})

    queue.release(item=given_back, labeler=ada, lease=1)

    assert take(campaign, ada) == items[1]


def test_of_several_given_back_items_the_first_comes_again_first(campaign: Campaign, ada: Labeler, of: Round) -> None:
    items = make_items(of, 3)
    for index in (1, 0, 2):
        make.make_skip(items[index], ada)

    assert [work(campaign, ada).item for _ in items] == [items[1], items[0], items[2]]


def test_a_given_back_item_is_still_first_for_others(campaign: Campaign, ada: Labeler, bea: Labeler, of: Round) -> None:
    items = make_items(of, 2)
    item = take(campaign, ada)

    queue.release(item=item, labeler=ada, lease=item.lease_number)

    assert take(campaign, bea) == items[0]


def test_given_back_items_come_even_when_something_ran_out_meanwhile(
    campaign: Campaign, ada: Labeler, bea: Labeler, of: Round
) -> None:
    """What ran out is of a solution that ada labeled: it must not hide her own given-back item."""
    seen = make.make_item(round=of)
    make.make_label(seen.solution, ada)
    run_out(take(campaign, bea))
    given_back = make.make_item(round=of)
    make.make_skip(given_back, ada)

    assert take(campaign, ada) == given_back


@pytest.mark.parametrize("wrong", ["lease", "labeler", "expired"])
def test_giving_back_needs_the_living_lease(
    wrong: str, campaign: Campaign, ada: Labeler, bea: Labeler, of: Round
) -> None:
    make_items(of, 1)
    item = take(campaign, ada)
    if wrong == "expired":
        run_out(item)

    with pytest.raises(LeaseLost):
        queue.release(item=item, labeler=bea if wrong == "labeler" else ada, lease=2 if wrong == "lease" else 1)

    assert state(item) == "leased"
    assert not Skip.objects.exists()


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
