"""Work that is not submitted: who has held an item, leases taken again and taken over, drafts kept in private."""

from importlib import import_module
from itertools import pairwise
from typing import Any

import pytest
from django.apps import apps
from django.contrib.auth.models import User

from labeling.actions import drafts, problems, queue, rounds
from labeling.actions.errors import Conflict, DraftChanged, LeaseLost
from labeling.models import Campaign, Draft, Labeler, QueueItem, Round
from tests import factories as make
from tests.labeling.working import make_items, run_out, submit, take

pytestmark = pytest.mark.django_db


@pytest.fixture
def ada(campaign: Campaign, labeler: User) -> Labeler:
    return make.make_labeler(campaign, labeler)


# --- who has held an item


def test_an_item_knows_whoever_held_it(campaign: Campaign, ada: Labeler, bea: Labeler, of: Round) -> None:
    never_there = make.make_labeler(campaign)
    [item] = make_items(of, 1)
    for labeler in (ada, bea):
        run_out(take(campaign, labeler))
    item.refresh_from_db()

    assert [item.was_held_by(who) for who in (ada, bea, never_there)] == [True, True, False]


def test_a_number_within_a_number_is_somebody_else(campaign: Campaign, of: Round) -> None:
    item = make.make_item(round=of, holders="12 311 ")

    assert [item.was_held_by(Labeler(pk=number)) for number in (12, 311, 1, 2, 11, 31)] == [True, True] + [False] * 4


def test_the_migration_tells_what_is_known_of_earlier_leases(
    campaign: Campaign, ada: Labeler, bea: Labeler, of: Round
) -> None:
    held, labeled, drafted, fresh = (
        make.make_item(round=of, state=state) for state in ("leased", "labeled", "waiting", "waiting")
    )
    make.make_label(item=labeled, labeler=bea)
    for labeler in (ada, bea):
        make.make_draft(drafted, labeler)

    import_module("labeling.migrations.0013_who_has_held_an_item").tell_what_is_known(apps, None)

    known = dict(QueueItem.objects.values_list("pk", "holders"))
    assert known == {
        held.pk: f"{held.leased_by_id} ",
        labeled.pk: f"{bea.pk} ",
        drafted.pk: f"{ada.pk} {bea.pk} ",
        fresh.pk: "",
    }


# --- a lease taken again


def test_what_ran_out_is_taken_again_where_nobody_took_it(campaign: Campaign, ada: Labeler, of: Round) -> None:
    first, second = make_items(of, 2)
    for item in (take(campaign, ada), take(campaign, ada, ahead=True)):
        run_out(item)

    again = queue.lease_again(item=second, labeler=ada)

    assert (again.pk, again.leased_by, again.lease_number) == (second.pk, ada, 2)
    first.refresh_from_db()
    assert first.state == "waiting"


def test_a_living_lease_taken_again_is_the_same(campaign: Campaign, ada: Labeler, of: Round) -> None:
    make_items(of, 1)
    item = take(campaign, ada)

    again = queue.lease_again(item=item, labeler=ada)

    assert (again.lease_number, again.leased_until) == (1, item.leased_until)


@pytest.mark.parametrize("fate", ["held", "labeled", "withdrawn", "planned"])
def test_what_somebody_else_has_or_nobody_may_have_is_not_taken_again(
    campaign: Campaign, ada: Labeler, bea: Labeler, of: Round, owner: User, fate: str
) -> None:
    make_items(of, 1)
    item = take(campaign, ada)
    run_out(item)
    if fate in ("held", "labeled"):
        taken = take(campaign, bea)
    if fate == "labeled":
        submit(taken, bea)
    elif fate == "withdrawn":
        problems.decide(problem=item.solution.problem, state="excluded", by=owner)
    elif fate == "planned":
        rounds.close_round(of=of, by=None)

    with pytest.raises(LeaseLost) as refused:
        queue.lease_again(item=item, labeler=ada)

    assert not refused.value.is_elsewhere
    item.refresh_from_db()
    assert item.leased_by != ada


def test_what_somebody_else_let_run_out_is_taken_again(
    campaign: Campaign, ada: Labeler, bea: Labeler, of: Round
) -> None:
    make_items(of, 1)
    item = take(campaign, ada)
    run_out(item)
    run_out(take(campaign, bea))

    assert queue.lease_again(item=item, labeler=ada).leased_by == ada


def test_nobody_takes_a_third_one_again(campaign: Campaign, ada: Labeler, of: Round) -> None:
    make_items(of, 3)
    item = take(campaign, ada)
    run_out(item)
    make.make_skip(item, ada)
    take(campaign, ada)
    take(campaign, ada, ahead=True)

    with pytest.raises(Conflict, match="two other"):
        queue.lease_again(item=item, labeler=ada)


@pytest.mark.parametrize("why", ["paused", "newcomer"])
def test_who_gets_no_work_takes_none_again_but_what_is_in_hand(
    campaign: Campaign, ada: Labeler, of: Round, why: str
) -> None:
    make_items(of, 2)
    gone, held = take(campaign, ada), take(campaign, ada, ahead=True)
    run_out(gone)
    if why == "paused":
        ada.paused_at, ada.pause_reason = make.A_MOMENT, "Please call."
        ada.save()
    else:
        Campaign.objects.update(screening="on")
    item = QueueItem.objects.select_related("campaign").get(pk=gone.pk)

    with pytest.raises(LeaseLost):
        queue.lease_again(item=item, labeler=ada)

    held = QueueItem.objects.select_related("campaign").get(pk=held.pk)
    assert queue.lease_again(item=held, labeler=ada).lease_number == 1


# --- taken over by another tab or device


def test_whoever_takes_over_ends_the_lease_elsewhere(campaign: Campaign, ada: Labeler, of: Round) -> None:
    make_items(of, 2)
    there = take(campaign, ada)

    here = take(campaign, ada, takes_over=True)

    assert (here.pk, here.lease_number) == (there.pk, 2)
    with pytest.raises(LeaseLost, match="another tab") as refused:
        drafts.save(item=there, labeler=ada, lease=1, content={"ratings": [1]})
    assert refused.value.is_elsewhere
    with pytest.raises(LeaseLost, match="another tab"):
        submit(there, ada, lease=1)
    drafts.save(item=here, labeler=ada, lease=2, content={"ratings": [1]})


def test_taking_over_what_nobody_holds_is_an_ordinary_lease(campaign: Campaign, ada: Labeler, of: Round) -> None:
    make_items(of, 1)

    assert take(campaign, ada, takes_over=True).lease_number == 1


# --- kept in private


def test_work_is_kept_though_its_lease_is_gone(campaign: Campaign, ada: Labeler, bea: Labeler, of: Round) -> None:
    make_items(of, 1)
    item = take(campaign, ada)
    run_out(item)
    take(campaign, bea)

    kept = drafts.keep(item=item, labeler=ada, content={"ratings": [1, 0]}, replaces=None)

    assert Draft.objects.get(item=item, labeler=ada).content == {"ratings": [1, 0]}
    item.refresh_from_db()
    assert item.leased_by == bea
    with pytest.raises(DraftChanged):
        drafts.keep(item=item, labeler=ada, content={"ratings": []}, replaces=None)
    drafts.keep(item=item, labeler=ada, content={"ratings": [-1]}, replaces=kept.saved_at)
    assert Draft.objects.get(item=item, labeler=ada).content == {"ratings": [-1]}


def test_what_is_kept_in_private_comes_back_first_when_it_is_free_again(
    campaign: Campaign, ada: Labeler, bea: Labeler, of: Round
) -> None:
    make_items(of, 2)
    item = take(campaign, ada)
    run_out(item)
    run_out(take(campaign, bea))
    drafts.keep(item=item, labeler=ada, content={"ratings": [1, 0]})

    assert take(campaign, ada) == item


def test_ones_drafts_tell_what_has_become_of_their_items(
    campaign: Campaign, ada: Labeler, bea: Labeler, labeler: User, of: Round
) -> None:
    gone, free, in_hand = make_items(of, 3)
    for item in (gone, free, in_hand):
        make.make_draft(item, ada)
    make.make_draft(gone, bea)
    submit(queue.lease_next(campaign=campaign, labeler=bea), bea)  # type: ignore[arg-type]
    take(campaign, ada)

    mine = drafts.of(labeler)

    assert [(draft.item, draft.state) for draft in mine] == [  # type: ignore[attr-defined]
        (in_hand, "in_hand"),
        (free, "waiting"),
        (gone, "gone"),
    ]
    assert all(earlier.saved_at > later.saved_at for earlier, later in pairwise(mine))


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (
            {"ratings": [], "parked": [], "flagged": [], "total_time": 12, "step_times": [12], "mark": {"by": "x"}},
            False,
        ),
        ({"ratings": [0]}, True),
        ({"ratings": [], "written": "So it is 5."}, True),
    ],
)
def test_a_draft_that_only_kept_a_lease_says_nothing(content: dict[str, Any], says: bool) -> None:
    assert drafts.says_something(content) is says
