"""Many rows changed at once over the API: seen before, done whole, kept, undone."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from labeling.models import BulkChange, Campaign, Event, Label, Problem, QueueItem
from tests import factories as make

CHANGES = "/api/v1/campaigns/campaign/changes/"


@pytest.fixture
def eggs(campaign: Campaign) -> list[Problem]:
    """Three problems of level 5, the last one held; each with a wanted label. One more is of level 1."""
    of = make.make_round(campaign, 0)
    made = [make.make_problem(campaign, level="5", state="held" if n == 2 else "active") for n in range(3)]
    for problem in made:
        make.make_item(make.make_solution(problem), of, state="withdrawn" if problem is made[2] else "waiting")
    make.make_item(make.make_solution(make.make_problem(campaign, level="1")), of)
    return made


def states(problems: list[Problem]) -> list[str]:
    return [Problem.objects.get(pk=one.pk).state for one in problems]


def test_a_change_is_previewed_made_and_undone(campaign: Campaign, lead: APIClient, eggs: list[Problem]) -> None:
    make.make_label(QueueItem.objects.get(solution__problem=eggs[0]).solution, ratings=[1, 1, 1])
    asked: dict[str, Any] = {"kind": "exclude", "filter": {"level": "5"}}
    seen = lead.post(CHANGES, asked | {"preview": True})
    assert (seen.status_code, seen.json()) == (
        200,
        {
            "kind": "exclude",
            "found": 3,
            "count": 3,
            "follows": {"items_withdrawn": 2, "items_in_hand": 0, "labels_out_of_training": 1},
            "examples": [one.pk for one in eggs],
        },
    )
    assert (states(eggs), BulkChange.objects.count()) == (["active", "active", "held"], 0)

    made = lead.post(CHANGES, asked | {"count": 3, "reason": "No eggs."})
    assert made.status_code == 201
    told = made.json()
    assert {name: told[name] for name in ("kind", "count", "filter", "reason", "created_by", "undone_at")} == {
        "kind": "exclude",
        "count": 3,
        "filter": {"level": "5"},
        "reason": "No eggs.",
        "created_by": "owner",
        "undone_at": None,
    }
    assert states(eggs) == ["excluded"] * 3
    assert Problem.objects.get(level="1").state == "active"
    assert [one["id"] for one in lead.get(CHANGES).json()["results"]] == [told["id"]]

    undone = lead.post(f"{CHANGES}{told['id']}/undo/").json()
    assert (undone["undone_by"], states(eggs)) == ("owner", ["active", "active", "held"])
    assert lead.get(f"{CHANGES}{told['id']}/").json() == undone
    assert lead.post(f"{CHANGES}{told['id']}/undo/").status_code == 409
    kept = Event.objects.filter(campaign=campaign, subject=f"change {told['id']}").order_by("pk")
    assert [one.verb for one in kept] == ["problems.excluded", "change.undone"]


def test_only_what_is_named_changes(lead: APIClient, eggs: list[Problem]) -> None:
    theirs = make.make_problem(make.make_campaign("other"))
    asked = {"kind": "exclude", "ids": [eggs[1].pk, theirs.pk]}
    assert lead.post(CHANGES, asked | {"preview": True}).json()["count"] == 1
    assert lead.post(CHANGES, asked | {"count": 1}).json()["filter"] == {}
    assert states([*eggs, theirs]) == ["active", "excluded", "held", "active"]


def test_labels_are_sent_back_by_the_filters_of_their_list(campaign: Campaign, lead: APIClient) -> None:
    of = make.make_round(campaign, 0)
    ada, bob = (make.make_labeler(campaign, make.make_account(name)) for name in ("ada", "bob"))
    first, *_others = [
        make.make_label(item=make.make_item(None, of, state="labeled"), labeler=one) for one in (ada, bob, bob)
    ]
    asked = {"kind": "requeue", "filter": {"round": "0", "labeler": "bob"}}
    seen = lead.post(CHANGES, asked | {"preview": True}).json()
    assert (seen["count"], seen["follows"]) == (2, {"labelers": 1})
    made = lead.post(CHANGES, asked | {"count": 2}).json()
    assert list(Label.objects.current()) == [first]
    lead.post(f"{CHANGES}{made['id']}/undo/")
    assert Label.objects.current().count() == 3


def test_nothing_changes_without_a_look_at_the_same_number(lead: APIClient, eggs: list[Problem]) -> None:
    asked = {"kind": "exclude", "filter": {"level": "5"}}
    refused = lead.post(CHANGES, asked | {"count": 2})
    assert (refused.status_code, refused.json()["fields"]) == (409, {"count": "3"})
    assert lead.post(CHANGES, asked).json()["fields"].keys() == {"count"}
    assert states(eggs) == ["active", "active", "held"]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "kind"),
        ({"kind": "delete", "ids": [1]}, "kind"),
        ({"kind": "exclude"}, "ids"),
        ({"kind": "exclude", "ids": []}, "ids"),
        ({"kind": "exclude", "ids": ["1"]}, "ids"),
        ({"kind": "exclude", "ids": [1], "filter": {"level": "5"}}, "ids"),
        ({"kind": "exclude", "filter": {}}, "filter"),
        ({"kind": "exclude", "filter": {"level": " "}}, "filter"),
        ({"kind": "exclude", "filter": {"level": ""}}, "filter.level"),
        ({"kind": "exclude", "filter": {"level": 5}}, "filter.level"),
        ({"kind": "exclude", "filter": {"campaign__slug": "other"}}, "filter.campaign__slug"),
        ({"kind": "exclude", "filter": {"state": "lost"}}, "filter.state"),
        ({"kind": "requeue", "filter": {"level": "5"}}, "filter.level"),
        ({"kind": "exclude", "ids": [1], "force": True}, "force"),
    ],
)
def test_what_is_wrong_with_a_change_is_named(
    body: dict[str, Any], field: str, lead: APIClient, eggs: list[Problem]
) -> None:
    for more in ({"preview": True}, {"count": 4}):
        refused = lead.post(CHANGES, body | more)
        assert (refused.status_code, set(refused.json()["fields"])) == (400, {field})
    assert states(eggs) == ["active", "active", "held"]


def test_more_changes_cost_no_query_more(campaign: Campaign, lead: APIClient) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as asked:
            lead.get(CHANGES)
        return len(asked)

    make.make_bulk_change(campaign)
    few = queries()
    for _ in range(3):
        make.make_bulk_change(campaign)
    assert queries() == few
