"""Many rows changed at once: seen before, done whole, kept, undone."""

import pytest
from django.contrib.auth.models import User
from django.test import Client

from labeling.actions import bulk
from labeling.models import BulkChange, Campaign, Event, Label, Problem, QueueItem, Requeue, Ruling
from tests import factories as make
from tests.labeling.pages import signed_in, text_of


@pytest.fixture
def lead(owner: User) -> Client:
    return signed_in(owner)


@pytest.fixture
def eggs(campaign: Campaign) -> list[Problem]:
    """Three problems about eggs, the last one held; each with a wanted label. One more is about nothing."""
    of = make.make_round(campaign, 0)
    made = [make.make_problem(campaign, text=f"How many eggs? {n}") for n in range(3)]
    for problem in made:
        state = "withdrawn" if problem is made[2] else "waiting"
        make.make_item(make.make_solution(problem), of, state=state)
    Problem.objects.filter(pk=made[2].pk).update(state="held")
    make.make_item(make.make_solution(make.make_problem(campaign, text="Nothing.")), of)
    return made


def states(problems: list[Problem]) -> list[str]:
    return [Problem.objects.get(pk=one.pk).state for one in problems]


def items(problems: list[Problem]) -> list[str]:
    return [QueueItem.objects.get(solution__problem=one).state for one in problems]


def address(campaign: Campaign, path: str) -> str:
    return f"/campaigns/{campaign.slug}/{path}"


def test_what_was_found_is_shown_first_then_excluded_and_comes_back(
    campaign: Campaign, lead: Client, eggs: list[Problem]
) -> None:
    make.make_label(QueueItem.objects.get(solution__problem=eggs[0]).solution, ratings=[1, 1, 1])
    place = address(campaign, "bulk/exclude/?q=eggs")
    page = text_of(lead.get(place))
    for words in (
        "Exclude 3 problems?",
        "2 wanted labels leave the queue",
        "1 label trains no more",
        "How many eggs? 1",
    ):
        assert words in page
    assert states(eggs) == ["active", "active", "held"]  # looking changes nothing
    answer = lead.post(place, {"count": "3", "reason": "No eggs."}, follow=True)
    assert "3 problems excluded" in text_of(answer)
    assert states(eggs) == ["excluded"] * 3
    assert items(eggs) == ["withdrawn"] * 3
    assert Problem.objects.get(text="Nothing.").state == "active"
    change = BulkChange.objects.get()
    assert (change.count, change.sought, change.reason) == (3, {"q": "eggs"}, "No eggs.")
    again = lead.post(address(campaign, f"changes/{change.pk}/undo/"), follow=True)
    assert "It is undone: 3 are as they were." in text_of(again)
    assert states(eggs) == ["active", "active", "held"]
    assert items(eggs) == ["waiting", "waiting", "withdrawn"]
    assert "undone already" in text_of(lead.post(address(campaign, f"changes/{change.pk}/undo/"), follow=True))


def test_only_what_is_ticked_changes(campaign: Campaign, lead: Client, eggs: list[Problem]) -> None:
    place = address(campaign, f"bulk/exclude/?q=eggs&pk={eggs[1].pk}")
    assert "Exclude 1 problem?" in text_of(lead.get(place))
    lead.post(place, {"count": "1"})
    assert states(eggs) == ["active", "excluded", "held"]
    assert "Each one was ticked" in text_of(lead.get(address(campaign, f"changes/{BulkChange.objects.get().pk}/")))


def test_without_a_look_at_the_same_number_nothing_changes(
    campaign: Campaign, lead: Client, eggs: list[Problem]
) -> None:
    place = address(campaign, "bulk/exclude/?q=eggs")
    assert "Meanwhile there are 3" in text_of(lead.post(place, {"count": "2"}, follow=True))
    assert "Meanwhile there are 3" in text_of(lead.post(place, {}, follow=True))
    assert states(eggs) == ["active", "active", "held"]


def test_nothing_asked_for_is_not_everything(campaign: Campaign, lead: Client, eggs: list[Problem]) -> None:
    for query in ("", "?q=", "?pk=x", "?order=-labels"):
        assert "Tick rows first" in text_of(lead.get(address(campaign, f"bulk/exclude/{query}"), follow=True))
    lead.post(address(campaign, "bulk/exclude/"), {"count": "4"})
    assert not BulkChange.objects.exists()


def test_too_many_at_once_are_refused(
    campaign: Campaign, lead: Client, owner: User, eggs: list[Problem], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bulk, "MOST", 2)
    place = address(campaign, "bulk/exclude/?q=eggs")
    assert "more than 2" in text_of(lead.get(place))
    assert "At most 2 at once" in text_of(lead.post(place, {"count": "3"}, follow=True))
    assert states(eggs) == ["active", "active", "held"]


def test_problems_are_taken_back_and_whoever_reported_one_is_told(
    campaign: Campaign, lead: Client, eggs: list[Problem]
) -> None:
    make.make_label(make.make_solution(eggs[2]), ratings=[], finish_reason="bad_problem", reason="No picture.")
    place = address(campaign, "bulk/restore/?q=eggs")
    assert "1 wanted label comes back" in text_of(lead.get(place))
    assert "2 of those found stay as they are" in text_of(lead.get(place))
    lead.post(place, {"count": "1", "reason": "There is one."})
    assert (states(eggs), items(eggs)) == (["active"] * 3, ["waiting"] * 3)
    assert [(one.problem_id, one.outcome, one.reason) for one in Ruling.objects.all()] == [
        (eggs[2].pk, "active", "There is one.")
    ]


def test_undoing_leaves_what_was_decided_since(campaign: Campaign, owner: User, eggs: list[Problem]) -> None:
    rows = Problem.objects.filter(pk__in=[one.pk for one in eggs[:2]])
    change = bulk.change(kind=bulk.BulkKind.EXCLUDE, campaign=campaign, rows=rows, by=owner, sought={})
    Problem.objects.filter(pk=eggs[0].pk).update(state="held")
    assert bulk.undo(change=change, by=owner) == 1
    assert states(eggs[:2]) == ["held", "active"]


def test_found_labels_go_back_to_the_queue_and_count_again(campaign: Campaign, lead: Client) -> None:
    of = make.make_round(campaign, 0)
    ada, bob = make.make_labeler(campaign), make.make_labeler(campaign)
    made = [
        make.make_label(item=make.make_item(None, of, state="labeled"), labeler=one, ratings=[1, 1, 1])
        for one in (ada, bob, bob)
    ]
    gold = make.make_label(
        item=make.make_item(None, of, state="labeled", purpose="gold", reserved_for=bob), labeler=bob
    )
    place = address(campaign, "bulk/requeue/?round=0")
    page = text_of(lead.get(place))
    assert "Send 3 labels back to the queue?" in page
    assert "They are of 2 labelers" in page
    assert "1 of those found stays as it is" in page
    lead.post(place, {"count": "3"})
    assert set(Label.objects.filter(requeue__isnull=True)) == {gold}
    assert QueueItem.objects.filter(state="waiting", reason="requeued").count() == 3
    change = BulkChange.objects.get()
    assert (change.kind, change.count, change.requeue) == ("requeue", 3, Requeue.objects.get())
    lead.post(address(campaign, f"changes/{change.pk}/undo/"))
    assert Label.objects.current().count() == len(made) + 1
    assert not QueueItem.objects.filter(state="waiting").exists()


def test_each_change_and_its_undoing_are_events_that_lead_to_it(
    campaign: Campaign, lead: Client, eggs: list[Problem]
) -> None:
    lead.post(address(campaign, "bulk/exclude/?q=eggs"), {"count": "3"})
    change = BulkChange.objects.get()
    lead.post(address(campaign, f"changes/{change.pk}/undo/"))
    kept = Event.objects.filter(campaign=campaign, subject=f"change {change.pk}").order_by("pk")
    assert [(one.verb, one.after["rows"]) for one in kept] == [("problems.excluded", 3), ("change.undone", 3)]
    assert kept[0].after["problems"] == [one.pk for one in eggs]
    assert f'/changes/{change.pk}/"' in text_of(lead.get(address(campaign, "history/")))


def test_changes_of_other_campaigns_are_not_there(lead: Client, campaign: Campaign, owner: User) -> None:
    problem = make.make_problem()
    theirs = bulk.change(
        kind=bulk.BulkKind.EXCLUDE,
        campaign=problem.campaign,
        rows=Problem.objects.filter(pk=problem.pk),
        by=owner,
        sought={},
    )
    assert lead.get(address(campaign, f"changes/{theirs.pk}/")).status_code == 404
    assert lead.post(address(campaign, f"changes/{theirs.pk}/undo/")).status_code == 404
    assert "nothing to change" in text_of(lead.get(address(campaign, f"bulk/exclude/?pk={problem.pk}")))
