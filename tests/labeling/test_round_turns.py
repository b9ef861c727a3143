"""Rounds: opened, closed, reopened, and going on by themselves."""

from typing import Any

import pytest
from django.contrib.auth.models import User

from labeling.actions import problems, rounds
from labeling.actions.errors import Conflict
from labeling.models import Campaign, Event, Job, Labeler, Problem, Round, Solution
from tests import factories as make
from tests.labeling.planning import make_pool, plan, states
from tests.labeling.working import make_items, submit, take, work

pytestmark = pytest.mark.django_db


@pytest.fixture
def pool(campaign: Campaign) -> list[Solution]:
    return make_pool(campaign)


# --- opening, closing, reopening


def test_a_round_opens_and_its_items_can_be_claimed(
    campaign: Campaign, owner: User, ada: Labeler, pool: list[Solution]
) -> None:
    made = plan(campaign, size=3)

    rounds.open_round(of=made, by=owner)

    assert (made.state, made.closed_at) == ("open", None)
    assert made.opened_at is not None
    assert set(states(made)) == {"waiting"}
    assert take(campaign, ada).round == made
    assert Event.objects.get(verb="round.open").actor == owner


def test_items_of_a_problem_held_since_planning_are_not_offered(campaign: Campaign, pool: list[Solution]) -> None:
    made = plan(campaign, size=3)
    held = made.items.select_related("solution").order_by("place")[0]
    Problem.objects.filter(pk=held.solution.problem_id).update(state="held")

    rounds.open_round(of=made, by=None)

    assert states(made) == ["withdrawn", "waiting", "waiting"]


def test_a_lead_closes_a_round_and_what_nobody_began_goes_back(
    campaign: Campaign, owner: User, ada: Labeler, pool: list[Solution]
) -> None:
    made = plan(campaign, size=3)
    rounds.open_round(of=made, by=owner)
    work(campaign, ada)
    take(campaign, ada)

    rounds.close_round(of=made, by=owner)

    assert made.state == "closed"
    assert states(made) == ["labeled", "leased", "planned"]


def test_what_a_closed_round_left_over_can_be_chosen_again(campaign: Campaign, pool: list[Solution]) -> None:
    made = plan(campaign, size=24)
    rounds.open_round(of=made, by=None)
    rounds.close_round(of=made, by=None)

    assert plan(campaign, size=24).items.count() == 24


def test_a_reopened_round_offers_its_items_again(campaign: Campaign, ada: Labeler, pool: list[Solution]) -> None:
    made = plan(campaign, size=2)
    rounds.open_round(of=made, by=None)
    opened_at = made.opened_at
    rounds.close_round(of=made, by=None)

    rounds.reopen_round(of=made, by=None)

    assert (made.state, made.closed_at, made.opened_at) == ("open", None, opened_at)
    assert states(made) == ["waiting", "waiting"]
    work(campaign, ada)
    work(campaign, ada)
    made.refresh_from_db()
    assert made.state == "closed"


def test_a_complete_round_is_not_reopened(campaign: Campaign, ada: Labeler) -> None:
    of = make.make_round(campaign)
    make_items(of, 1)
    work(campaign, ada)
    of.refresh_from_db()

    with pytest.raises(Conflict, match="complete"):
        rounds.reopen_round(of=of, by=None)


@pytest.mark.parametrize(
    ("state", "turn"),
    [
        ("open", rounds.open_round),
        ("closed", rounds.open_round),
        ("planned", rounds.close_round),
        ("closed", rounds.close_round),
        ("planned", rounds.reopen_round),
        ("open", rounds.reopen_round),
    ],
)
def test_a_turn_that_the_state_does_not_allow_is_a_conflict(state: str, turn: Any, campaign: Campaign) -> None:
    of = make.make_round(campaign, state=state)
    make_items(of, 1, state="planned")

    with pytest.raises(Conflict, match="Round 0 cannot be"):
        turn(of=of, by=None)

    of.refresh_from_db()
    assert (of.state, states(of)) == (state, ["planned"])


def test_the_last_wanted_label_closes_the_round(campaign: Campaign, ada: Labeler) -> None:
    of = make.make_round(campaign)
    make_items(of, 2)
    make_items(of, 1, state="withdrawn")

    work(campaign, ada)
    of.refresh_from_db()
    assert of.state == "open"
    work(campaign, ada)

    of.refresh_from_db()
    assert of.state == "closed"
    assert Event.objects.filter(verb="round.closed", actor=None).count() == 1
    assert not Job.objects.filter(kind__in=["retrain", "plan"]).exists(), "auto_advance is off"


def test_an_item_in_hand_keeps_the_round_open(campaign: Campaign, ada: Labeler) -> None:
    of = make.make_round(campaign)
    make_items(of, 2)
    take(campaign, make.make_labeler(campaign))

    work(campaign, ada)

    of.refresh_from_db()
    assert of.state == "open"


# --- going on by themselves


@pytest.fixture
def going_on(campaign: Campaign) -> Campaign:
    campaign.auto_advance = True
    campaign.save()
    return campaign


def asked(kind: str) -> int:
    return Job.objects.filter(kind=kind).count()


@pytest.mark.parametrize(
    ("count", "train_after", "labels_needed"), [(10, 0.8, 8), (10, 0.81, 9), (4, 0.5, 2), (3, 0.5, 2), (20, 0.55, 11)]
)
def test_training_is_asked_for_once_when_enough_labels_are_in(
    count: int, train_after: float, labels_needed: int, going_on: Campaign, ada: Labeler
) -> None:
    Campaign.objects.filter(pk=going_on.pk).update(train_after=train_after)
    of = make.make_round(going_on)
    make_items(of, count)
    make_items(of, 1, state="withdrawn")

    for done in range(1, count):
        work(going_on, ada)
        assert asked("retrain") == (done >= labels_needed), f"after {done} labels"
        Job.objects.filter(kind="retrain").update(state="done", finished_at=make.A_MOMENT)

    assert Job.objects.get(kind="retrain").params == {"round": 0}
    assert asked("plan") == 0


def test_a_withdrawn_item_lowers_what_is_enough(going_on: Campaign, ada: Labeler, owner: User) -> None:
    of = make.make_round(going_on)
    items = make_items(of, 10)
    for _ in range(6):
        work(going_on, ada)
    assert asked("retrain") == 0

    for item in items[-2:]:
        problems.decide(problem=item.solution.problem, state="excluded", by=owner)
    work(going_on, ada)

    assert asked("retrain") == 1, "7 of 8 are in"


def test_labels_that_came_while_auto_advance_was_off_count(campaign: Campaign, ada: Labeler) -> None:
    make_items(make.make_round(campaign), 5)
    for _ in range(3):
        work(campaign, ada)
    Campaign.objects.filter(pk=campaign.pk).update(auto_advance=True)

    work(campaign, ada)

    assert asked("retrain") == 1


def test_a_label_of_a_closed_round_counts_when_it_is_reopened(going_on: Campaign, ada: Labeler) -> None:
    of = make.make_round(going_on)
    make_items(of, 5)
    for _ in range(2):
        work(going_on, ada)
    Campaign.objects.filter(pk=going_on.pk).update(auto_advance=False)
    in_hand = take(going_on, ada)
    rounds.close_round(of=Round.objects.get(pk=of.pk), by=None)
    submit(in_hand, ada)
    Campaign.objects.filter(pk=going_on.pk).update(auto_advance=True)
    rounds.reopen_round(of=Round.objects.get(pk=of.pk), by=None)
    assert asked("retrain") == 0

    work(going_on, ada)

    assert asked("retrain") == 1


def test_a_round_that_closes_asks_for_training_and_the_next_round(going_on: Campaign, ada: Labeler) -> None:
    make_items(make.make_round(going_on), 1)

    work(going_on, ada)

    assert (asked("retrain"), asked("plan")) == (1, 1)


def test_a_round_that_trained_already_asks_for_the_next_round_alone(going_on: Campaign, ada: Labeler) -> None:
    make_items(make.make_round(going_on), 5)
    for _ in range(4):
        work(going_on, ada)
    Job.objects.filter(kind="retrain").update(state="done", finished_at=make.A_MOMENT)

    work(going_on, ada)

    assert (asked("retrain"), asked("plan")) == (1, 1)


def test_closing_by_a_lead_goes_on_too(going_on: Campaign, owner: User) -> None:
    of = make.make_round(going_on)
    make_items(of, 2)

    rounds.close_round(of=of, by=owner)

    assert (asked("retrain"), asked("plan")) == (1, 1)


# --- the next round


def closed_round(campaign: Campaign) -> Round:
    return make.make_round(campaign, state="closed")


def test_advancing_plans_and_opens_the_next_round_once(campaign: Campaign, pool: list[Solution]) -> None:
    closed_round(campaign)
    Campaign.objects.filter(pk=campaign.pk).update(round_size=4)
    campaign.refresh_from_db()

    made, why = rounds.advance(campaign)
    again, why_not = rounds.advance(campaign)

    assert made is not None
    assert (made.number, made.state, made.items.filter(state="waiting").count()) == (1, "open", 4)
    assert "is open" in why
    assert again is None
    assert "not closed yet" in why_not
    assert Round.objects.count() == 2


def test_advancing_opens_the_round_that_a_lead_planned_meanwhile(campaign: Campaign, pool: list[Solution]) -> None:
    first = make.make_round(campaign)
    planned = plan(campaign, size=3)

    _, why_not = rounds.advance(campaign)
    rounds.close_round(of=first, by=None)
    made, why = rounds.advance(campaign)

    assert "not closed yet" in why_not
    assert made == planned
    assert made.state == "open"
    assert "Round 1 is open" in why
    assert Round.objects.count() == 2


def test_a_first_round_that_is_planned_is_the_leads_to_open(campaign: Campaign, pool: list[Solution]) -> None:
    plan(campaign, size=3)

    made, why = rounds.advance(campaign)

    assert made is None
    assert "lead's" in why


@pytest.mark.parametrize("state", ["requested", "running"])
def test_the_next_round_waits_for_the_training(state: str, campaign: Campaign, pool: list[Solution]) -> None:
    closed_round(campaign)
    make.make_job(campaign, kind="retrain", state=state)

    made, why = rounds.advance(campaign)

    assert made is None
    assert "still being trained" in why


def test_the_first_round_is_a_leads(campaign: Campaign, pool: list[Solution]) -> None:
    made, why = rounds.advance(campaign)

    assert made is None
    assert "lead's" in why


def test_nothing_left_to_label_ends_the_advance_quietly(campaign: Campaign) -> None:
    closed_round(campaign)

    made, why = rounds.advance(campaign)

    assert made is None
    assert "nothing left" in why


def test_the_next_round_is_asked_for_only_where_the_campaign_goes_on(campaign: Campaign) -> None:
    rounds.request_next(campaign)
    assert asked("plan") == 0

    Campaign.objects.filter(pk=campaign.pk).update(auto_advance=True)
    rounds.request_next(campaign)
    rounds.request_next(campaign)

    assert asked("plan") == 1
