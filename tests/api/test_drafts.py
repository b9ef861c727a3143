"""Drafts and giving back over the API."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from labeling.models import Campaign, Draft, ItemState, Labeler, QueueItem, Skip
from tests import factories as make
from tests.api.working import NEXT, url


def test_a_draft_is_saved_and_comes_back_with_the_item(worker_bee: APIClient, item: QueueItem) -> None:
    offered = worker_bee.post(NEXT).json()
    content = {"ratings": [1, 0], "parked": [1], "flagged": [0], "total_time": 1200, "panel": {"open": True}}
    answer = worker_bee.put(url(offered, "draft"), {"lease": offered["lease"]} | content)
    assert answer.status_code == 200
    assert set(answer.json()) == {"saved_at", "lease_expires_at"}
    assert answer.json()["lease_expires_at"] >= offered["lease_expires_at"]
    again = worker_bee.post(NEXT).json()
    assert again["draft"] == content
    assert again["item"] == offered["item"]


def save(client: APIClient, offered: dict[str, Any], ratings: list[int], **fields: Any) -> Any:
    return client.put(url(offered, "draft"), {"lease": offered["lease"], "ratings": ratings} | fields)


def test_a_draft_that_builds_on_the_stored_one_takes_its_place(worker_bee: APIClient, item: QueueItem) -> None:
    offered = worker_bee.post(NEXT).json()
    first = save(worker_bee, offered, [1], replaces=None)
    assert first.status_code == 200
    again = worker_bee.post(NEXT).json()
    assert again["draft"] == {"ratings": [1]}
    assert again["draft_saved_at"] == first.json()["saved_at"]
    second = save(worker_bee, offered, [1, 0], replaces=again["draft_saved_at"])
    assert second.status_code == 200
    assert save(worker_bee, offered, [1, 1], replaces=second.json()["saved_at"]).status_code == 200
    assert Draft.objects.get().content == {"ratings": [1, 1]}


@pytest.mark.parametrize("content", ['{"a\\u0000": 1}', '{"a": ["\\u0000"]}'])
def test_a_nul_in_a_further_key_is_named(worker_bee: APIClient, item: QueueItem, content: str) -> None:
    offered = worker_bee.post(NEXT).json()
    body = f'{{"lease": {offered["lease"]}, "ratings": [1], "panel": {content}}}'
    answer = worker_bee.put(url(offered, "draft"), body.encode(), content_type="application/json")
    assert answer.status_code == 400
    assert "panel" in str(answer.json())
    assert not Draft.objects.exists()


def test_a_lease_that_was_never_given_is_told_apart(worker_bee: APIClient, item: QueueItem) -> None:
    offered = worker_bee.post(NEXT).json()
    answer = save(worker_bee, offered | {"lease": 999}, [1])
    assert (answer.status_code, answer.json()["opened_elsewhere"]) == (409, False)
    assert "Lease 999" in answer.json()["message"]


@pytest.mark.parametrize("builds_on", ["nothing", "a microsecond before"])
def test_a_draft_that_builds_on_another_one_changes_nothing(
    worker_bee: APIClient, item: QueueItem, builds_on: str
) -> None:
    offered = worker_bee.post(NEXT).json()
    saved_at = save(worker_bee, offered, [1, 0]).json()["saved_at"]
    QueueItem.objects.update(leased_until=timezone.now() + timedelta(seconds=30))
    before = QueueItem.objects.get().leased_until
    earlier = (datetime.fromisoformat(saved_at) - timedelta(microseconds=1)).isoformat()
    answer = save(worker_bee, offered, [-1], replaces=None if builds_on == "nothing" else earlier)
    assert answer.status_code == 409
    said = answer.json()
    assert said["code"] == "draft_changed"
    assert "another tab" in said["message"]
    assert (said["draft"], said["draft_saved_at"]) == ({"ratings": [1, 0]}, saved_at)
    assert Draft.objects.get().content == {"ratings": [1, 0]}
    assert QueueItem.objects.get().leased_until == before


def test_a_draft_that_says_not_what_it_replaces_takes_the_place_of_any(worker_bee: APIClient, item: QueueItem) -> None:
    offered = worker_bee.post(NEXT).json()
    save(worker_bee, offered, [1, 0])
    assert save(worker_bee, offered, [-1]).status_code == 200
    assert Draft.objects.get().content == {"ratings": [-1]}


def test_a_draft_renews_the_lease(worker_bee: APIClient, item: QueueItem) -> None:
    offered = worker_bee.post(NEXT).json()
    soon = timezone.now() + timedelta(seconds=30)
    QueueItem.objects.update(leased_until=soon)
    worker_bee.put(url(offered, "draft"), {"lease": offered["lease"], "ratings": []})
    item.refresh_from_db()
    assert item.leased_until is not None
    assert item.leased_until > soon + timedelta(minutes=20)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"lease": 1}, "ratings"),
        ({"ratings": [1]}, "lease"),
        ({"lease": 1, "ratings": [2]}, "ratings"),
        ({"lease": 1, "ratings": [True]}, "ratings"),
        ({"lease": 1, "ratings": [1], "replaces": "yesterday"}, "replaces"),
        ({"lease": 1, "ratings": [1, 1, 1, 1]}, "ratings"),
        ({"lease": 1, "ratings": [1, -1], "parked": [1, 1]}, "ratings"),
        ({"lease": 1, "ratings": [1], "parked": ["1"]}, "parked"),
        ({"lease": True, "ratings": [1]}, "lease"),
        ({"lease": 1, "ratings": [1], "note": "x" * 300_000}, "body"),
        ([1], "body"),
    ],
)
def test_a_draft_that_is_none_is_refused_by_field(
    worker_bee: APIClient, item: QueueItem, body: Any, field: str
) -> None:
    offered = worker_bee.post(NEXT).json()
    answer = worker_bee.put(url(offered, "draft"), body)
    assert answer.status_code == 400
    assert list(answer.json()["fields"]) == [field]
    assert not Draft.objects.exists()


def test_a_released_item_is_for_others(worker_bee: APIClient, item: QueueItem, person: Labeler) -> None:
    offered = worker_bee.post(NEXT).json()
    answer = worker_bee.post(url(offered, "release"), {"lease": offered["lease"]})
    assert answer.status_code == 204
    item.refresh_from_db()
    assert item.state == ItemState.WAITING
    assert Skip.objects.filter(item=item, labeler=person).exists()


def test_who_gave_a_solution_back_is_told_so_and_not_that_time_ran_out(worker_bee: APIClient, item: QueueItem) -> None:
    offered = worker_bee.post(NEXT).json()
    worker_bee.post(url(offered, "release"), {"lease": offered["lease"]})
    answer = save(worker_bee, offered, [1])
    assert answer.status_code == 409
    assert answer.json()["message"].startswith("You have given this solution back.")


def test_a_released_item_comes_again_after_the_others(worker_bee: APIClient, campaign: Campaign) -> None:
    round_ = make.make_round(campaign)
    first, second = make.make_item(round=round_), make.make_item(round=round_)
    offered = worker_bee.post(NEXT).json()
    assert offered["item"] == first.pk
    worker_bee.post(url(offered, "release"), {"lease": offered["lease"]})
    assert worker_bee.post(NEXT).json()["item"] == second.pk
