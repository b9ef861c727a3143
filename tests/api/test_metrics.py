"""Figures for Prometheus, read from the rows when they are asked for."""

import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from prometheus_client import REGISTRY
from prometheus_client.parser import text_string_to_metric_families
from rest_framework.test import APIClient

from labeling.metrics import exposition
from labeling.models import Campaign
from tests import factories as make
from tests.labeling.working import a_pass, make_items


def figures() -> dict[tuple[str, ...], float]:
    """Every figure of ours, by its name and the values of its labels."""
    families = text_string_to_metric_families(exposition().decode())
    samples = [sample for family in families for sample in family.samples if sample.name.startswith("plumbline_")]
    return {(sample.name, *sample.labels.values()): sample.value for sample in samples}


@pytest.mark.django_db
def test_queue_leases_jobs_and_workers_are_told(campaign: Campaign) -> None:
    round_ = make.make_round(campaign)
    make_items(round_, 3)
    make_items(round_, 2, state="labeled")
    ago = timezone.now() - timedelta(minutes=10)
    make.make_item(round=round_, state="leased", leased_at=ago)
    make.make_item(round=round_, state="leased")
    make.make_job(campaign, kind="retrain", state="failed")
    make.make_job(campaign, kind="retrain", state="running", heartbeat_at=timezone.now() - timedelta(seconds=40))
    make.make_worker_sign("worker@here", seen_at=timezone.now() - timedelta(seconds=7))

    with CaptureQueriesContext(
        connection,
    ) as queries:
        found = figures()

    assert len(queries) == 5
    assert found["plumbline_queue_items", "campaign", "waiting"] == 3
    assert found["plumbline_queue_items", "campaign", "leased"] == 2
    assert ("plumbline_queue_items", "campaign", "labeled") not in found
    assert found["plumbline_oldest_lease_seconds", "campaign"] == pytest.approx(600, abs=30)
    assert found["plumbline_jobs", "retrain", "failed"] == found["plumbline_jobs", "retrain", "running"] == 1
    assert found["plumbline_job_heartbeat_age_seconds", "retrain"] == pytest.approx(40, abs=30)
    assert found["plumbline_worker_sign_age_seconds", "worker@here"] == pytest.approx(7, abs=30)


@pytest.mark.django_db
def test_how_long_taking_a_label_takes_is_measured(campaign: Campaign, worker_bee: APIClient) -> None:
    make_items(make.make_round(campaign), 1)
    before = REGISTRY.get_sample_value("plumbline_label_submit_seconds_count") or 0.0
    offered = worker_bee.post("/api/v1/campaigns/campaign/next/").json()
    done = a_pass()
    body = {
        "lease": offered["lease"],
        "submission_id": "0b0f0a44-5d3a-4a3e-9a53-7a6a4b5d8e11",
        "ratings": list(done.ratings),
        "finish_reason": done.finish_reason,
        "total_time": done.total_time,
    }
    assert worker_bee.post(f"/api/v1/items/{offered['item']}/label/", body).status_code == 201
    assert figures()["plumbline_label_submit_seconds_count",] == before + 1


SEVERAL = """
import os, django
django.setup()
from labeling.metrics import SUBMIT_SECONDS, Rows, exposition
Rows.collect = lambda self: []
if os.fork() == 0:
    SUBMIT_SECONDS.observe(0.02)
    os._exit(0)
os.wait()
SUBMIT_SECONDS.observe(0.03)
print(exposition().decode())
"""


def test_web_processes_share_what_they_measure(tmp_path: Path) -> None:
    env = os.environ | {"PROMETHEUS_MULTIPROC_DIR": str(tmp_path), "DJANGO_SETTINGS_MODULE": "annotator.settings"}
    command = [sys.executable, "-c", SEVERAL]
    said = subprocess.run(command, env=env, cwd=settings.BASE_DIR, capture_output=True, text=True, check=True).stdout
    assert "plumbline_label_submit_seconds_count 2.0" in said


@pytest.mark.django_db
def test_an_operator_gets_them(campaign: Campaign) -> None:
    make_items(make.make_round(campaign), 1)
    operator = APIClient()
    operator.force_login(
        User.objects.create(username="op", is_superuser=True), "django.contrib.auth.backends.ModelBackend"
    )
    assert 'plumbline_queue_items{campaign="campaign",state="waiting"} 1.0' in operator.get("/metrics").content.decode()
