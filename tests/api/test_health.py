"""/healthz and /metrics."""

import re
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import OperationalError
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from labeling.actions import waiting
from labeling.models import Campaign
from tests import factories as make
from tests.api.conftest import ClientOf


@pytest.mark.django_db
def test_all_is_well_with_a_living_worker() -> None:
    make.make_worker_sign()
    answer = Client().get("/healthz")
    assert (answer.status_code, answer.json()) == (200, {"database": "ok", "broker": "ok", "disk": "ok", "workers": 1})


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


@pytest.mark.django_db
def test_a_disk_without_room_is_named(settings: Settings) -> None:
    make.make_worker_sign()
    settings.DISK_LOW_MB = 10**9
    answer = Client().get("/healthz")
    assert answer.status_code == 503
    assert re.fullmatch(r"disk: nearly full: \d+ MB free", answer.json()["message"])


@pytest.mark.django_db
def test_a_disk_that_cannot_be_written_is_named(settings: Settings, tmp_path: Path) -> None:
    make.make_worker_sign()
    settings.VAR_DIR = tmp_path / "gone"
    answer = Client().get("/healthz")
    assert answer.status_code == 503
    assert answer.json()["disk"] == "not writable: No such file or directory"


@pytest.mark.django_db
def test_leads_are_told_in_words(campaign: Campaign, owner: User, settings: Settings) -> None:
    page = Client()
    page.force_login(owner, backend="django.contrib.auth.backends.ModelBackend")
    places = [f"/campaigns/{campaign.slug}/", f"/campaigns/{campaign.slug}/jobs/"]
    for place in places:
        assert "does not answer" not in page.get(place).content.decode()
    settings.CELERY_BROKER_URL = "redis+socket:///nowhere/redis.sock?virtual_host=0"
    settings.DISK_LOW_MB = 10**9
    for place in places:
        said = page.get(place).content.decode()
        assert "The message broker (Redis) does not answer" in said
        assert "disk is nearly full or cannot be written" in said


def test_metrics_are_for_operators(client_of: ClientOf, owner: User) -> None:
    operator = client_of(make.make_account(is_superuser=True))
    assert b"python_info" in operator.get("/metrics").content
    browser = Client()
    browser.force_login(User.objects.get(is_superuser=True), backend="django.contrib.auth.backends.ModelBackend")
    assert browser.get("/metrics").status_code == 200
    assert client_of(owner).get("/metrics").status_code == 404
    assert Client().get("/metrics").status_code == 404
