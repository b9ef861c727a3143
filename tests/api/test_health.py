"""/healthz and /metrics."""

import time
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import OperationalError
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from labeling.actions import waiting
from tests import factories as make
from tests.api.conftest import ClientOf


@pytest.mark.django_db
def test_all_is_well_with_a_living_worker() -> None:
    make.make_worker_sign()
    answer = Client().get("/healthz")
    assert (answer.status_code, answer.json()) == (200, {"database": "ok", "broker": "ok", "workers": 1})


@pytest.mark.django_db
def test_without_a_living_worker_it_says_so() -> None:
    make.make_worker_sign(seen_at=timezone.now() - timedelta(seconds=31))
    answer = Client().get("/healthz")
    assert answer.status_code == 503
    assert answer.json()["workers"] == 0
    assert answer.json()["message"] == "no worker gave a sign of life within 30 s"


@pytest.mark.django_db
def test_a_broker_that_is_away_is_named_at_once(settings: Settings) -> None:
    make.make_worker_sign()
    settings.CELERY_BROKER_URL = "redis+socket:///nowhere/redis.sock?virtual_host=0"
    started = time.monotonic()
    answer = Client().get("/healthz")
    assert answer.status_code == 503
    assert answer.json()["broker"].startswith("not reachable")
    assert "broker" in answer.json()["message"]
    assert time.monotonic() - started < 2


@pytest.mark.django_db
def test_a_database_that_is_away_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: Any) -> int:
        raise OperationalError("canary")

    monkeypatch.setattr(waiting, "living_workers", fail)
    answer = Client().get("/healthz")
    assert answer.status_code == 503
    assert answer.json()["database"] == "not reachable: OperationalError"
    assert "canary" not in answer.content.decode()


def test_metrics_are_for_operators(client_of: ClientOf, owner: User) -> None:
    operator = client_of(make.make_account(is_superuser=True))
    assert b"python_info" in operator.get("/metrics").content
    browser = Client()
    browser.force_login(User.objects.get(is_superuser=True), backend="django.contrib.auth.backends.ModelBackend")
    assert browser.get("/metrics").status_code == 200
    assert client_of(owner).get("/metrics").status_code == 404
    assert Client().get("/metrics").status_code == 404
