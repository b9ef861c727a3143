"""Refusals: always JSON with a code and a sentence, whatever went wrong."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import OperationalError
from rest_framework.test import APIClient

from labeling.actions import queue, rounds
from labeling.models import Campaign, QueueItem

NEXT = "/api/v1/campaigns/campaign/next/"


def a_refusal(answer: Any, status: int, code: str) -> dict[str, Any]:
    assert answer.status_code == status
    assert answer.headers["Content-Type"] == "application/json"
    told = answer.json()
    assert set(told) <= {"code", "message", "fields"}
    assert told["code"] == code
    assert len(told["message"].split()) >= 3, "a sentence"
    return dict(told)


def test_an_address_that_does_not_exist(lead: APIClient) -> None:
    a_refusal(lead.get("/api/v1/nothing/here/"), 404, "not_found")


def test_a_method_that_an_address_has_not(lead: APIClient) -> None:
    answer = lead.get(NEXT)
    a_refusal(answer, 405, "method_not_allowed")
    assert "POST" in answer.headers["Allow"]


def test_a_body_of_another_kind(lead: APIClient) -> None:
    answer = lead.generic("POST", "/api/v1/campaigns/", b"slug=x", content_type="application/x-www-form-urlencoded")
    a_refusal(answer, 415, "unsupported_media_type")


def test_a_body_that_is_no_object(lead: APIClient) -> None:
    told = a_refusal(lead.post("/api/v1/campaigns/", [1, 2]), 400, "invalid")
    assert list(told["fields"]) == ["body"]


def test_a_body_that_is_too_large(lead: APIClient, settings: Any) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 100
    a_refusal(lead.post("/api/v1/campaigns/", {"slug": "x" * 200}), 413, "too_large")


def test_whatever_a_client_accepts_it_gets_json(lead: APIClient) -> None:
    answer = lead.get("/api/v1/me/", headers={"Accept": "text/html"})
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "application/json"


def test_a_database_that_is_away(worker_bee: APIClient, item: QueueItem, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(**_: Any) -> None:
        raise OperationalError("database is locked")

    monkeypatch.setattr(queue, "lease_next", fail)
    answer = worker_bee.post(NEXT)
    told = a_refusal(answer, 503, "database_unavailable")
    assert "locked" not in told["message"]
    assert int(answer.headers["Retry-After"]) > 0


def test_a_fault_of_ours(lead: APIClient, campaign: Campaign, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise RuntimeError("secret detail")

    monkeypatch.setattr(rounds, "plan", fail)
    told = a_refusal(lead.post("/api/v1/campaigns/campaign/rounds/", {"size": 3}), 500, "server_error")
    assert "secret" not in told["message"]
    assert "log" in told["message"]


@pytest.mark.django_db
def test_pages_outside_the_api_keep_their_own_not_found(owner: User) -> None:
    answer = APIClient().get("/nothing-here/")
    assert answer.status_code == 404
    assert answer.headers["Content-Type"].startswith("text/html")
