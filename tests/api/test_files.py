"""Files in and out over the API."""

import gzip
import io
import json
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from django.conf import settings as django_settings
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from pytest_django import Settings
from rest_framework.test import APIClient

from labeling.actions import importing, jobs
from labeling.models import Campaign, Job, Solution
from tests import factories as make

IMPORTS = "/api/v1/campaigns/campaign/imports/"
EXPORT = "/api/v1/campaigns/campaign/export/"
ROW = {
    "problem_id": "p1",
    "problem": "What is $1 + 1$?",
    "ground_truth_answer": "2",
    "solutions": [{"solution_id": "s1", "steps": ["One and one.", "It is 2."], "answer": "2"}],
}


def a_file(content: bytes | None = None, name: str = "rows.jsonl") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, json.dumps(ROW).encode() + b"\n" if content is None else content)


def upload(client: APIClient, **fields: Any) -> Any:
    return client.post(IMPORTS, fields, format="multipart")


def run(job: Job) -> None:
    """What a worker does with it."""
    claimed = jobs.claim(job.pk, claimed_by="test")
    assert claimed is not None
    files = [Path(django_settings.MEDIA_ROOT, name) for name in claimed.params["files"]]
    importing.run(claimed, files, skip_invalid=claimed.params["skip_invalid"], labeler=claimed.params["labeler"])


@pytest.fixture(autouse=True)
def folders(settings: Settings, tmp_path: Path) -> None:
    """Uploads and exports of these tests go with them."""
    settings.MEDIA_ROOT = tmp_path / "uploads"
    settings.EXPORTS_DIR = tmp_path / "exports"


def test_an_upload_becomes_a_job_that_finds_its_file(lead: APIClient, owner: User, campaign: Campaign) -> None:
    answer = upload(lead, file=a_file(), skip_invalid="true", labeler="Ada")
    assert answer.status_code == 202
    job = Job.objects.get(kind="import")
    assert (answer.json()["id"], answer.json()["kind"], answer.json()["state"]) == (job.pk, "import", "requested")
    assert job.requested_by == owner
    assert job.params == {
        "files": [f"campaign-{campaign.pk}/job-{job.pk}/rows.jsonl"],
        "skip_invalid": True,
        "dry_run": False,
        "labeler": "Ada",
    }
    run(job)
    told = lead.get(f"/api/v1/jobs/{job.pk}/").json()
    assert told["state"] == "done"
    assert {key: told["result"][key] for key in ("problems", "solutions", "labels", "duplicates", "refused")} == {
        "problems": 1,
        "solutions": 1,
        "labels": 0,
        "duplicates": 0,
        "refused": [],
    }


def test_a_refused_file_says_file_line_field_and_what_was_expected(lead: APIClient) -> None:
    bad = ROW | {"solutions": [{"steps": []}]}
    upload(lead, file=a_file(json.dumps(ROW).encode() + b"\n" + json.dumps(bad).encode() + b"\n", "two.jsonl"))
    job = Job.objects.get(kind="import")
    run(job)
    told = lead.get(f"/api/v1/jobs/{job.pk}/").json()
    assert told["state"] == "failed"
    (refusal,) = told["result"]["refused"]
    assert (refusal["file"], refusal["line"]) == ("two.jsonl", 2)
    assert refusal["field"]
    assert refusal["expected"]
    assert "two.jsonl" in told["error"]
    assert not Solution.objects.filter(import_job__state="done").exists()


def test_a_large_upload_and_a_gzip_one_keep_their_bytes(lead: APIClient) -> None:
    content = gzip.compress((json.dumps(ROW) + "\n").encode())
    padded = json.dumps(ROW | {"note": "x" * 2_000_000}).encode()  # above what is kept in memory
    for number, sent in enumerate((content, padded)):
        job_id = upload(lead, file=a_file(sent, f"{number}.jsonl")).json()["id"]
        (name,) = Job.objects.get(pk=job_id).params["files"]
        assert Path(django_settings.MEDIA_ROOT, name).read_bytes() == sent


def test_a_file_name_never_leaves_its_folder(lead: APIClient, campaign: Campaign) -> None:
    job_id = upload(lead, file=a_file(name="../../../escape.jsonl")).json()["id"]
    assert Job.objects.get(pk=job_id).params["files"] == [f"campaign-{campaign.pk}/job-{job_id}/escape.jsonl"]


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({}, "file"),
        ({"file": "not a file"}, "file"),
        ({"file": b""}, "file"),
        ({"file": None, "color": "red"}, "color"),
        ({"file": None, "skip_invalid": "perhaps"}, "skip_invalid"),
    ],
)
def test_an_upload_that_is_none_is_refused_by_name(lead: APIClient, fields: dict[str, Any], field: str) -> None:
    if "file" in fields and not isinstance(fields["file"], str):
        fields = fields | {"file": a_file(fields["file"])}
    answer = upload(lead, **fields)
    assert answer.status_code == 400, answer.json()
    assert list(answer.json()["fields"]) == [field]
    assert not Job.objects.exists()


def test_an_upload_above_the_limit_is_refused_and_leaves_nothing(lead: APIClient, settings: Settings) -> None:
    settings.IMPORT_MAX_BYTES = 10
    answer = upload(lead, file=a_file())
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")
    assert not Job.objects.exists()
    assert not list(Path(settings.MEDIA_ROOT).rglob("*.jsonl"))


def test_json_is_no_upload(lead: APIClient) -> None:
    answer = lead.post(IMPORTS, {"file": "x"})
    assert (answer.status_code, answer.json()["code"]) == (415, "unsupported_media_type")


# --- out


@pytest.fixture
def label(campaign: Campaign, labeler: User) -> None:
    """One label in round 0, and one by a simulated labeler."""
    item = make.make_item(round=make.make_round(campaign), state="labeled")
    make.make_label(item=item, labeler=make.make_labeler(campaign, labeler), ratings=[0, -1])
    simulated = make.make_labeler(campaign, make.make_account(), kind="simulated")
    make.make_label(make.make_solution(make.make_problem(campaign)), simulated, origin="simulated")


def lines(answer: Any) -> list[Any]:
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "application/x-ndjson; charset=utf-8"
    content = b"".join(answer.streaming_content)
    assert content == b"" or content.endswith(b"\n")
    return [json.loads(line) for line in content.splitlines()]


@pytest.mark.parametrize("name", ["prm800k", "stepwise", "first-error", "scored"])
def test_every_format_is_streamed_as_lines(lead: APIClient, label: None, name: str) -> None:
    answer = lead.get(f"{EXPORT}?format={name}")
    assert answer.streaming
    assert answer.headers["Content-Disposition"] == f'attachment; filename="campaign-{name}.jsonl"'
    assert len(lines(answer)) == (2 if name == "scored" else 1)


def test_export_options_narrow_and_widen(lead: APIClient, label: None) -> None:
    assert len(lines(lead.get(f"{EXPORT}?format=prm800k&include_simulated=true"))) == 2
    assert lines(lead.get(f"{EXPORT}?format=prm800k&split=test")) == []
    assert len(lines(lead.get(f"{EXPORT}?format=first-error&round=0"))) == 1
    (true,), (false,) = (
        [row["labels"] for row in lines(lead.get(f"{EXPORT}?format=stepwise&neutral_false={flag}"))]
        for flag in ("false", "true")
    )
    assert (true, false) == ([True, False], [False, False])


def test_parquet_comes_as_a_file(lead: APIClient, label: None) -> None:
    answer = lead.get(f"{EXPORT}?format=parquet")
    assert answer.headers["Content-Type"] == "application/vnd.apache.parquet"
    table = pq.read_table(io.BytesIO(b"".join(answer.streaming_content)))
    assert table.num_rows == 1
    assert not list(django_settings.EXPORTS_DIR.iterdir())


def test_an_empty_campaign_exports_nothing(lead: APIClient) -> None:
    assert lines(lead.get(f"{EXPORT}?format=prm800k")) == []


def test_a_large_export_comes_in_pieces(lead: APIClient, campaign: Campaign, labeler: User) -> None:
    person = make.make_labeler(campaign, labeler)
    problem = make.make_problem(campaign)
    for _ in range(4):
        make.make_label(make.make_solution(problem, steps=["x" * 50_000, "y"]), person)
    pieces = list(lead.get(f"{EXPORT}?format=prm800k").streaming_content)
    assert len(pieces) > 1
    assert b"".join(pieces).count(b"\n") == 4


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("", "format"),
        ("format=xml", "format"),
        ("format=prm800k&round=7", "round"),
        ("format=prm800k&round=first", "round"),
        ("format=prm800k&split=validation", "split"),
        ("format=prm800k&colour=red", "colour"),
        ("format=stepwise&neutral_false=perhaps", "neutral_false"),
        ("format=parquet&round=7", "round"),
    ],
)
def test_an_export_that_cannot_be_is_refused_by_name(lead: APIClient, query: str, field: str) -> None:
    answer = lead.get(f"{EXPORT}?{query}")
    assert answer.status_code == 400
    assert list(answer.json()["fields"]) == [field]
