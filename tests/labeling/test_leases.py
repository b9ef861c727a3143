"""Leases that run out, and what is given back: to whom it goes next."""

from datetime import timedelta

import pytest
from django.db.models import DateTimeField, Value
from django.utils import timezone

from labeling.actions import drafts, queue
from labeling.actions.errors import LeaseLost
from labeling.models import Campaign, Draft, Labeler, QueueItem, Round, Skip
from labeling.models import queue as rows
from tests import factories as make
from tests.labeling.working import make_items, run_out, submit, take, work

pytestmark = pytest.mark.django_db


def state(item: QueueItem) -> str:
    return QueueItem.objects.values_list("state", flat=True).get(pk=item.pk)


def next_for(labeler: Labeler, *, ahead: bool = False) -> QueueItem | None:
    return queue.lease_next(campaign=labeler.campaign, labeler=labeler, ahead=ahead)


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
