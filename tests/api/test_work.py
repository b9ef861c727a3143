"""A labeler's work over the API."""

import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.utils import timezone
from rest_framework.test import APIClient

from labeling.models import Campaign, Draft, ItemState, Label, Labeler, QueueItem, Skip
from tests import factories as make

NEXT = "/api/v1/campaigns/campaign/next/"


def a_pass(offered: dict[str, Any], **fields: Any) -> dict[str, Any]:
    """A body that labels the offered item: an error in the second step."""
    body = {
        "lease": offered["lease"],
        "submission_id": str(uuid.uuid4()),
        "ratings": [1, -1],
        "finish_reason": "found_error",
        "total_time": 4000,
    }
    return body | fields


def url(offered: dict[str, Any], what: str) -> str:
    return f"/api/v1/items/{offered['item']}/{what}/"


def test_next_gives_the_problem_the_steps_and_the_reference(worker_bee: APIClient, item: QueueItem) -> None:
    answer = worker_bee.post(NEXT)
    assert answer.status_code == 200
    offered = answer.json()
    assert set(offered) == {"item", "lease", "lease_expires_at", "problem", "steps", "answer"}
    assert offered["item"] == item.pk
    assert offered["problem"] == {"problem": item.solution.problem.text, "ground_truth_answer": "4"}
    assert offered["steps"] == item.solution.steps
    assert offered["answer"] == "5"


def test_a_pass_becomes_a_label_once(worker_bee: APIClient, item: QueueItem) -> None:
    offered = worker_bee.post(NEXT).json()
    body = a_pass(offered)
    first = worker_bee.post(url(offered, "label"), body)
    again = worker_bee.post(url(offered, "label"), body)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    label = Label.objects.get()
    assert first.json()["label"] == label.pk
    assert (label.ratings, label.finish_reason, label.total_time_ms) == ("+-", "found_error", 4000)


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


def test_a_released_item_is_for_others(worker_bee: APIClient, item: QueueItem, person: Labeler) -> None:
    offered = worker_bee.post(NEXT).json()
    answer = worker_bee.post(url(offered, "release"), {"lease": offered["lease"]})
    assert answer.status_code == 204
    item.refresh_from_db()
    assert item.state == ItemState.WAITING
    assert Skip.objects.filter(item=item, labeler=person).exists()
