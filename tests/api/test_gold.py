"""Gold: what is acceptable, when it comes, that nobody can tell it, and what follows below the bar."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.db.models import F
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from labeling.actions import gold, gold_accuracy, labels, problems, queue, requeue, rounds
from labeling.actions.errors import ActionError, Conflict
from labeling.actions.round_plans import RoundPlan
from labeling.models import Campaign, Event, Gold, Label, Labeler, QueueItem, Round
from tests import factories as make
from tests.labeling.pages import signed_in, text_of
from tests.labeling.working import a_pass, make_items, run_out, submit, take, work

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("accepted", "ratings", "is_right"),
    [
        ("661", "++-", True), ("661", "+0-", True), ("661", "+-", False), ("661", "+++", False), ("661", "++", False),
        ("666", "+0+", True), ("666", "++-", False), ("666", "++", False), ("666", "", False),
        ("671", "+-", True), ("671", "+0-", True), ("671", "++++", False), ("467", "+0-", True), ("467", "+0+", True),
        ("467", "00+", False),
    ],
)  # fmt: skip
def test_a_pass_is_right_where_each_rating_and_its_end_are_acceptable(
    accepted: str, ratings: str, is_right: bool
) -> None:
    assert Gold(accepted=accepted).accepts(ratings) is is_right


def make_gold(campaign: Campaign, owner: User, count: int = 1, **fields: Any) -> list[Gold]:
    """Gold of fresh solutions whose error is in the second step."""
    solutions = [make.make_solution(make.make_problem(campaign)) for _ in range(count)]
    return [gold.make(solution=one, by=owner, sets=["0+", "-"], **fields) for one in solutions]


@pytest.mark.parametrize(
    ("sets", "rule"),
    [
        (["+", ""], "one or more"),
        (["x"], "one or more"),
        (["-", "+"], "nothing behind"),
        (["+"], "every step"),
        (["+"] * 4, "one or more"),
    ],
)
def test_contradicting_sets_are_refused_by_the_action(owner: User, sets: list[str], rule: str) -> None:
    with pytest.raises(ActionError) as refused:
        gold.make(solution=make.make_solution(), by=owner, sets=sets)
    assert rule in refused.value.fields["steps"]


def test_gold_of_imports_leaves_out_what_cannot_be_trusted(campaign: Campaign, owner: User) -> None:
    def imported(ratings: list[int], **fields: Any) -> Label:
        solution = make.make_solution(make.make_problem(campaign, **fields))
        who = make.make_labeler(campaign, kind="external")
        return make.make_label(solution, who, ratings, origin="first_error")

    good, without = imported([1, -1]), imported([1, 1, 1])
    imported([-1], split="test")
    imported([1, -1], text="How many $2^a + 4^b + 8^c = 328$?")
    disputed = imported([1, -1])
    make.make_label(disputed.solution, make.make_labeler(campaign), [1, 1, -1])

    made = gold.make_from_imports(campaign=campaign, by=owner, count=10)

    assert {one.solution_id: (one.accepted, one.source) for one in made} == {
        good.solution_id: ("61", "imported"),
        without.solution_id: ("666", "imported"),
    }
    with pytest.raises(Conflict):
        gold.make_from_imports(campaign=campaign, by=owner, count=10)


def test_gold_is_never_chosen_as_work_nor_trained_on(campaign: Campaign, owner: User) -> None:
    (one,) = make_gold(campaign, owner)
    plain = make.make_solution(make.make_problem(campaign))
    made = rounds.plan(campaign=campaign, wanted=RoundPlan.of(campaign, strategy="uniform", size=5), by=owner)
    assert {item.solution_id for item in made.items.all()} == {plain.pk}

    ada = make.make_labeler(campaign)
    item = make.make_item(one.solution, made, "labeled", purpose="gold", reserved_for=ada)
    make.make_label(item=item, labeler=ada)
    assert not Label.objects.for_training().exists()


@pytest.fixture
def of(campaign: Campaign) -> Round:
    Campaign.objects.filter(pk=campaign.pk).update(gold_per_round=2)
    campaign.refresh_from_db()
    return make.make_round(campaign)


@pytest.fixture
def ada(campaign: Campaign) -> Labeler:
    return make.make_labeler(campaign)


def due(labeler: Labeler) -> Labeler:
    """Let gold be next."""
    Labeler.objects.filter(pk=labeler.pk).update(until_gold=0)
    labeler.refresh_from_db()
    return labeler


def test_gold_takes_the_row_of_the_work_that_would_have_come(
    campaign: Campaign, owner: User, of: Round, ada: Labeler
) -> None:
    first, *others = make_items(of, 3)
    (one,) = make_gold(campaign, owner)
    bob = make.make_labeler(campaign)

    item = take(campaign, due(ada))

    assert (item.pk, item.solution_id) == (first.pk, one.solution_id)  # its number tells nothing
    item.refresh_from_db()
    assert (item.purpose, item.place, item.lease_number) == ("gold", first.place, 1)
    assert [work(campaign, bob).solution_id for _ in range(2)] == [one.solution_id for one in others]
    assert take(campaign, bob).solution_id == first.solution_id  # the work itself comes at the end
    run_out(item)
    queue.take_back_expired()
    assert queue.lease_next(campaign=campaign, labeler=make.make_labeler(campaign)) is None  # nobody else gets it
    assert take(campaign, ada).pk == item.pk  # it comes back to the one it is for


def test_the_numbers_of_what_comes_to_who_works_alone_do_not_tell_gold(
    campaign: Campaign, owner: User, of: Round, ada: Labeler
) -> None:
    make_items(of, 6)
    make_gold(campaign, owner)
    given = [work(campaign, due(ada) if index == 2 else ada) for index in range(7)]
    purposes = [label.item.purpose for label in given]  # type: ignore[union-attr]
    assert purposes == ["round"] * 2 + ["gold"] + ["round"] * 4
    numbers = [label.item_id for label in given]
    assert numbers == sorted(numbers)  # type: ignore[type-var]


def test_a_late_revision_of_gold_does_not_mend_its_figure(
    campaign: Campaign, owner: User, of: Round, ada: Labeler
) -> None:
    make_items(of, 1)
    make_gold(campaign, owner)
    wrong = work(campaign, due(ada), a_pass([1, 1, 1]))
    revision = labels.revise(label=wrong, done=a_pass([1, -1]), reason="Looked again.")
    assert [one.is_right for one in gold_accuracy.results(campaign)] == [True]  # a slip, set right at once

    Label.objects.filter(pk=wrong.pk).update(submitted_at=F("submitted_at") - timedelta(minutes=11))

    (one,) = gold_accuracy.results(campaign)
    assert (one.label, one.is_right) == (wrong.pk, False)
    assert revision.is_current


def test_gold_comes_so_often_and_never_twice(campaign: Campaign, owner: User, of: Round, ada: Labeler) -> None:
    make_items(of, 8)
    golds = {one.solution_id for one in make_gold(campaign, owner, 4)}
    given = [work(campaign, due(ada)).solution_id for _ in range(6)]
    assert sum(one in golds for one in given) == 2  # gold_per_round
    assert len(set(given)) == len(given)

    later = make.make_round(campaign, 1)
    make_items(later, 8)
    QueueItem.objects.filter(round=of, state="waiting").update(state="planned")
    given += [work(campaign, due(ada)).solution_id for _ in range(4)]
    assert sum(one in golds for one in given) == 4
    assert len(set(given)) == len(given)


def test_labels_count_down_to_gold_that_is_drawn_when_a_round_opens(
    campaign: Campaign, owner: User, ada: Labeler
) -> None:
    assert ada.until_gold is None
    make_gold(campaign, owner)
    of = make.make_round(campaign, state="planned")
    make_items(of, 3, state="planned")
    Labeler.objects.filter(pk=ada.pk).update(until_gold=32_000)
    rounds.open_round(of=of, by=owner)
    ada.refresh_from_db()
    assert ada.until_gold is not None
    assert 1 <= ada.until_gold < 100
    before = ada.until_gold
    work(campaign, ada)
    ada.refresh_from_db()
    assert ada.until_gold == before - 1


def test_a_round_does_not_wait_for_gold(campaign: Campaign, owner: User, of: Round, ada: Labeler) -> None:
    make_items(of, 1)
    make_gold(campaign, owner)
    item = take(campaign, due(ada))  # gold, in hand
    work(campaign, make.make_labeler(campaign))  # the only wanted label
    of.refresh_from_db()
    assert of.state == "closed"
    counts = Round.objects.with_counts().get(pk=of.pk)
    assert (counts.item_count, counts.labeled_count) == (1, 1)
    submit(item, ada)  # what is in hand may still be submitted


def test_a_claim_without_gold_due_costs_no_query_more(campaign: Campaign, owner: User, of: Round, ada: Labeler) -> None:
    make_items(of, 4)

    def queries(until_gold: int | None) -> int:
        Labeler.objects.filter(pk=ada.pk).update(until_gold=until_gold)
        ada.refresh_from_db()
        QueueItem.objects.filter(state="leased").update(
            state="waiting", leased_by=None, lease_slot=None, leased_at=None, leased_until=None
        )
        with CaptureQueriesContext(connection) as asked:
            take(campaign, ada)
        return len(asked)

    assert queries(None) == queries(None) == queries(3)


def spoil(campaign: Campaign, owner: User, ada: Labeler, of: Round, count: int = 5) -> list[Label]:
    """One good gold label and one of work, then work and gold that was not looked at, until they are paused."""
    golds = make_gold(campaign, owner, count + 1)
    made = []
    for index, one in enumerate(golds):
        item = make.make_item(one.solution, of, purpose="gold", reserved_for=ada, place=index * 2)
        make.make_item(round=of, place=index * 2 + 1)
        Labeler.objects.filter(pk=ada.pk).update(until_gold=None)
        ada.refresh_from_db()
        assert take(campaign, ada).pk == item.pk
        item.refresh_from_db()
        submit(item, ada, a_pass([1, -1] if index == 0 else [1, 1, 1]))
        ada.refresh_from_db()
        if ada.paused_at is not None:
            break
        made.append(work(campaign, ada, a_pass([1, 1, 1])))
    return made


def test_below_the_bar_a_labeler_is_paused_told_why_and_their_work_offered_once(
    campaign: Campaign,
    owner: User,
    of: Round,
    ada: Labeler,
    lead: APIClient,
) -> None:
    made = spoil(campaign, owner, ada, of)
    assert ada.paused_at is not None
    assert "1 were judged as they should be" in ada.pause_reason
    assert queue.lease_next(campaign=campaign, labeler=ada) is None
    paused = Event.objects.get(verb="labeler.paused")
    assert (paused.actor, paused.after["reason"]) == (None, ada.pause_reason)
    page = signed_in(owner).get(f"/campaigns/{campaign.slug}/decisions/")
    assert "Paused labelers" in text_of(page)

    since = requeue.offered_since(ada)
    offered = list(requeue.labels_since(ada, since))
    assert offered == made  # all after the good one; gold is none of them
    address = f"/api/v1/campaigns/{campaign.slug}/quality/{ada.pk}/"
    assert lead.get(address).json()["requeue_labels"] == len(made)
    sent = lead.post(f"{address}requeue/").json()
    assert sent["labels"] == len(made)
    assert not Label.objects.current().filter(pk__in=[one.pk for one in made]).exists()
    again = QueueItem.objects.filter(reason="requeued")
    assert {item.solution_id for item in again} == {one.solution_id for one in made}
    assert lead.post(f"{address}requeue/").status_code == 409

    anew = work_on(again.order_by("place")[0], campaign)
    assert lead.post(f"/api/v1/campaigns/{campaign.slug}/requeues/{sent['id']}/undo/").status_code == 200
    assert Label.objects.current().filter(pk__in=[anew.pk, *(one.pk for one in made)]).count() == len(made) + 1
    assert set(again.exclude(pk=anew.item_id).values_list("state", flat=True)) == {"withdrawn"}

    assert lead.post(f"{address}resume/").json()["paused_at"] is None
    assert Event.objects.get(verb="labeler.resumed").before == {"reason": ada.pause_reason}
    ada.refresh_from_db()
    gold_accuracy.after_gold(Label.objects.filter(labeler=ada, item__purpose="gold").last())  # type: ignore[arg-type]
    ada.refresh_from_db()
    assert ada.paused_at is None  # gold of before counts no more


def test_the_labelers_of_a_campaign_are_told_in_pages(campaign: Campaign, lead: APIClient) -> None:
    people = [make.make_labeler(campaign) for _ in range(3)]
    found = lead.get(f"/api/v1/campaigns/{campaign.slug}/quality/?page_size=2&page=2").json()
    assert (found["count"], found["next"]) == (3, None)
    assert [(one["labeler"], one["count"]) for one in found["results"]] == [(people[2].pk, 0)]


def test_what_is_sent_back_is_wanted_once_and_not_there_yet(
    campaign: Campaign, owner: User, of: Round, ada: Labeler
) -> None:
    items = make_items(of, 3)
    work(campaign, ada)
    done = work(campaign, ada)
    sent_back = requeue.requeue(labeler=ada, since=ada.created_at, by=owner)

    def counted() -> tuple[int, int]:
        counts = Round.objects.with_counts().get(pk=of.pk)
        return counts.item_count, counts.labeled_count

    assert counted() == (3, 0)
    assert "0 <small>of 3</small>" in text_of(signed_in(owner).get(f"/campaigns/{campaign.slug}/"))
    work_on(QueueItem.objects.get(pk=sent_back.items[0]), campaign)
    assert counted() == (3, 1)
    of.refresh_from_db()
    assert (of.counted_items, of.counted_labels) == (3, 1), "what training waits for"

    for state in ("excluded", "active"):
        problems.decide(problem=done.problem, state=state, reason="Looked at.", by=owner)
    assert counted() == (3, 1), "the item that was labeled and sent back does not come back"

    requeue.undo(requeue=sent_back, by=owner)
    assert counted() == (4, 3), "what was labeled anew stays too"
    assert set(QueueItem.objects.filter(pk__in=[one.pk for one in items[:2]]).values_list("state", flat=True)) == {
        "labeled"
    }


def work_on(item: QueueItem, campaign: Campaign) -> Label:
    """Somebody labels this very item."""
    bob = make.make_labeler(campaign)
    QueueItem.objects.filter(pk=item.pk).update(place=-1)
    return work(campaign, bob)


def test_gold_of_before_a_resumption_is_told_alike_everywhere(
    campaign: Campaign, owner: User, of: Round, ada: Labeler, lead: APIClient
) -> None:
    spoil(campaign, owner, ada, of)
    gold_accuracy.resume(labeler=ada, by=owner)
    client, here = signed_in(owner), f"/campaigns/{campaign.slug}/"

    for path in ("", "gold/"):
        page = text_of(client.get(here + path))
        assert "none since they were let go on" in page, path
        assert "0 of 0" not in page, path
    assert "has labeled no gold since they were let go on" in text_of(client.get(f"{here}labelers/{ada.pk}/"))
    one = lead.get(f"/api/v1{here}quality/{ada.pk}/").json()
    (listed,) = [found for found in lead.get(f"/api/v1{here}quality/").json()["results"] if found["labeler"] == ada.pk]
    assert (one["right"], one["count"]) == (listed["right"], listed["count"]) == (0, 0)


def test_a_paused_labeler_reads_why_and_nothing_else(
    campaign: Campaign,
    labeler: User,
    worker_bee: APIClient,
) -> None:
    make_items(make.make_round(campaign), 1)
    person = make.make_labeler(campaign, labeler)
    gold_accuracy.pause(labeler=person, reason="Please call me.", by=None)
    answer = worker_bee.post(f"/api/v1/campaigns/{campaign.slug}/next/")
    assert answer.status_code == 204
    assert answer.headers["X-Reason"] == "You are paused. Please call me."


def test_pages_and_api_of_gold(campaign: Campaign, owner: User, of: Round, ada: Labeler, lead: APIClient) -> None:
    solution = make.make_solution(make.make_problem(campaign))
    client = signed_in(owner)
    here = f"/campaigns/{campaign.slug}/"
    sets = {"step-0": ["0", "+"], "step-1": ["-", "0"], "step-2": ["-"], "use": "stream", "explanation": "It is 4."}
    client.post(f"{here}solutions/{solution.pk}/gold/", sets)
    listed = lead.get(f"/api/v1{here}gold/").json()["results"]
    assert [(one["first_errors"], one["steps"]) for one in listed] == [([1, 2], [[0, 1], [-1, 0], [-1]])]
    assert "First error: step 2" in text_of(client.get(f"{here}solutions/{solution.pk}/"))
    client.post(f"{here}solutions/{solution.pk}/gold/", {"step-1": ["-"], "use": "stream"})
    assert Gold.objects.get().accepted == "631"  # refused: the first step has no rating

    spoil(campaign, owner, ada, of)
    assert "1 labeler is paused" in text_of(client.get(f"{here}gold/"))
    shown = text_of(client.get(f"{here}labelers/{ada.pk}/"))
    assert "not as it should be" in shown
    assert "labels since their gold was last good" in shown
    stranger = signed_in(make.make_account())
    for path in ("gold/", f"labelers/{ada.pk}/"):
        assert stranger.get(here + path).status_code == 404
    assert lead.delete(f"/api/v1{here}gold/{solution.pk}/").status_code == 204
    assert Gold.objects.get(solution=solution).use == "retired"


def test_work_of_who_had_no_gold_can_be_sent_back_and_is_not_called_checked(
    campaign: Campaign, owner: User, of: Round, ada: Labeler
) -> None:
    make_items(of, 1)
    page = f"/campaigns/{campaign.slug}/labelers/{ada.pk}/"
    assert "Sent back to the queue" not in text_of(signed_in(owner).get(page)), "there is nothing yet"
    work(campaign, ada)
    said = text_of(signed_in(owner).get(page))
    assert "1 label that no gold has checked" in said
    assert "Send 1 label back" in said
