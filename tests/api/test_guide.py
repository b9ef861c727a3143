"""The guide over the API: read by members, written by leads, noted by each person, kept with each label."""

import uuid
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from labeling.models import MAX_GUIDE, Campaign, Label, Labeler, QueueItem
from tests import factories as make
from tests.api.conftest import ClientOf

GUIDE = "/api/v1/campaigns/campaign/guide/"
MINE = "/api/v1/me/guides/campaign/"
NEXT = "/api/v1/campaigns/campaign/next/"


def new(text: str = "Another.", note: str = "A word.", **more: Any) -> dict[str, Any]:
    return {"text": text, "note": note} | more


def test_members_read_the_guide_and_see_no_names(worker_bee: APIClient, campaign: Campaign, owner: User) -> None:
    make.make_guide(campaign, author=owner)
    make.make_guide(campaign, author=owner)
    answer = worker_bee.get(GUIDE).json()
    assert set(answer) == {"version", "text", "note", "created_at"}
    assert (answer["version"], answer["text"], answer["note"]) == (2, "Text 2.", "Change 2.")
    assert worker_bee.get(f"{GUIDE}?version=1").json()["text"] == "Text 1."


@pytest.mark.parametrize(("asked", "status"), [("3", 404), ("0", 404), ("-1", 400), ("x", 400), ("9" * 30, 400)])
def test_a_version_that_is_not_there(worker_bee: APIClient, campaign: Campaign, asked: str, status: int) -> None:
    make.make_guide(campaign)
    make.make_guide(make.make_campaign(), number=3)
    assert worker_bee.get(f"{GUIDE}?version={asked}").status_code == status


def test_to_strangers_there_is_no_guide(client_of: ClientOf, campaign: Campaign, stranger: User) -> None:
    make.make_guide(campaign)
    client = client_of(stranger)
    assert [client.get(GUIDE).status_code, client.get(MINE).status_code] == [404, 404]
    assert client.put(MINE, {"version": 1}).status_code == 404


def test_a_lead_puts_a_version_in_force(lead: APIClient, campaign: Campaign, owner: User) -> None:
    make.make_guide(campaign)
    answer = lead.post(GUIDE, new(replaces=1))
    assert (answer.status_code, answer.json()["version"]) == (201, 2)
    listed = lead.get(f"{GUIDE}versions/").json()["results"]
    assert [(one["version"], one["author"], one["noted_by"]) for one in listed] == [(1, None, 0), (2, "owner", 0)]
    assert lead.post(GUIDE, new("Late.", replaces=1)).json()["code"] == "conflict"


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (new(note=""), "note"),
        ({"text": "Another."}, "note"),
        ({"note": "A word."}, "text"),
        (new("Text 1."), "text"),
        (new("x" * (MAX_GUIDE + 1)), "text"),
        (new("x" * 10**6), "text"),
        (new("a\0b"), "text"),
        (new(version=7), "version"),
        (new(7), "text"),  # type: ignore[arg-type]
    ],
)
def test_what_is_no_version_is_refused_by_name(lead: APIClient, campaign: Campaign, body: Any, field: str) -> None:
    make.make_guide(campaign)
    answer = lead.post(GUIDE, body)
    assert (answer.status_code, list(answer.json()["fields"])) == (400, [field])
    assert campaign.guide_versions.count() == 1


def test_work_comes_with_the_version_in_force_and_a_label_keeps_the_one_that_was_shown(
    worker_bee: APIClient, lead: APIClient, campaign: Campaign, item: QueueItem
) -> None:
    make.make_guide(campaign)
    offered = worker_bee.post(NEXT).json()
    assert offered["guide"] == 1
    lead.post(GUIDE, new())
    body = {
        "lease": offered["lease"],
        "submission_id": str(uuid.uuid4()),
        "ratings": [1, -1],
        "finish_reason": "found_error",
        "total_time": 1,
    }
    address = f"/api/v1/items/{offered['item']}/label/"
    assert worker_bee.post(address, body | {"guide": 9}).json()["fields"].keys() == {"guide"}
    made = worker_bee.post(address, body | {"guide": 1})
    assert made.status_code == 201
    assert lead.get("/api/v1/campaigns/campaign/labels/").json()["results"][0]["guide"] == 1
    revision = {"ratings": [1, 1, 1], "finish_reason": "solution", "revision_reason": "misread"}
    assert worker_bee.put(f"/api/v1/me/labels/{made.json()['label']}/", revision).status_code == 200
    assert [label.guide.number for label in Label.objects.order_by("pk") if label.guide] == [1, 2]


def test_handing_out_work_asks_the_database_no_more_for_a_guide(
    worker_bee: APIClient, campaign: Campaign, person: Labeler, item: QueueItem
) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as asked:
            assert worker_bee.post(NEXT).status_code == 200
        return len(asked)

    queries()  # the first one leases
    without = queries()
    make.make_guide(campaign)
    assert queries() == without


def test_what_changed_is_new_until_it_is_noted(
    worker_bee: APIClient, campaign: Campaign, person: Labeler, item: QueueItem
) -> None:
    make.make_label(item.solution, person, guide=make.make_guide(campaign))
    make.make_guide(campaign)
    answer = worker_bee.get(MINE).json()
    assert answer["version"] == 2
    assert [(change["version"], change["note"]) for change in answer["changes"]] == [(2, "Change 2.")]
    assert worker_bee.put(MINE, {"version": 3}).status_code == 404
    for _ in range(2):
        assert worker_bee.put(MINE, {"version": 2}).json() == {"version": 2, "changes": []}
    assert worker_bee.get(MINE).json()["changes"] == []


def test_what_one_person_noted_is_still_new_to_another(
    worker_bee: APIClient, client_of: ClientOf, campaign: Campaign, person: Labeler, item: QueueItem, stranger: User
) -> None:
    make.make_membership(campaign, stranger)
    first = make.make_guide(campaign)
    make.make_label(item.solution, make.make_labeler(campaign, stranger), guide=first)
    make.make_guide(campaign)
    worker_bee.put(MINE, {"version": 2})
    assert len(client_of(stranger).get(MINE).json()["changes"]) == 1
