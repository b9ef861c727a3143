"""Files in and out, and the jobs that do the work, as pages."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import orjson
import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from labeling.actions import jobs
from labeling.models import Campaign, Job, Solution, WorkerSign
from tests import factories as make
from tests.labeling.pages import signed_in, text_of
from workers import pipeline

ROW = {
    "problem": "What is 2 + 2?",
    "ground_truth_answer": "4",
    "steps": ["It is 5."],
    "answer": "5",
    "answer_is_correct": False,
}


@pytest.fixture(autouse=True)
def uploads(tmp_path: Path, settings: Any) -> None:
    """A folder of the test's own: numbers of jobs come again when a test's rows are gone."""
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def lead(owner: User) -> Client:
    return signed_in(owner)


def upload(client: Client, campaign: Campaign, *rows: object, **fields: str) -> str:
    """Send these rows as a file; the address of the job that imports them."""
    content = b"\n".join(orjson.dumps(row) for row in rows)
    body = {"file": SimpleUploadedFile("rows.jsonl", content), **fields}
    return client.post(f"/campaigns/{campaign.slug}/data/", body)["Location"]


def work() -> Job:
    """Do the newest job as a worker does."""
    claimed = jobs.claim(Job.objects.latest("pk").pk, claimed_by="test")
    assert claimed is not None
    pipeline.run(claimed)
    claimed.refresh_from_db()
    return claimed


def test_an_upload_becomes_a_job_whose_page_tells_what_came(campaign: Campaign, lead: Client) -> None:
    address = upload(lead, campaign, ROW)
    assert "The import waits for a worker" in text_of(lead.get(address))
    assert Path(Job.objects.get().params["files"][0]).name == "rows.jsonl"
    work()
    page = text_of(lead.get(address))
    assert "The import is done" in page
    assert "No row was refused." in page
    assert Solution.objects.of(campaign).count() == 1


@pytest.mark.parametrize(("dry_run", "what"), [({}, "imported"), ({"dry_run": "on"}, "checked")])
def test_that_a_file_waits_is_said_only_while_it_waits(
    campaign: Campaign, lead: Client, dry_run: dict[str, str], what: str
) -> None:
    WorkerSign.objects.create(name="one", seen_at=timezone.now())
    address = upload(lead, campaign, {"problem": "What?"}, **dry_run)
    waits = f"The file is here; it is {what} as soon as a worker is free."
    page = lead.get(address)
    assert text_of(page).count(waits) == 1
    assert waits in text_of(lead.get(address, headers={"HX-Request": "true"}))  # in the piece that asks again
    assert not list(page.context["messages"])
    assert work().state == "failed"
    assert waits not in text_of(lead.get(address))


def test_refused_rows_are_a_table(campaign: Campaign, lead: Client) -> None:
    address = upload(lead, campaign, ROW, ROW | {"steps": 7})
    work()
    page = text_of(lead.get(address))
    assert "The import failed" in page
    for cell in ("<td>rows.jsonl</td>", '<td class="figure">2</td>', "<code>steps</code>"):
        assert cell in page
    assert not Solution.objects.exists()


def test_what_can_only_be_refused_again_is_not_offered_again(campaign: Campaign, lead: Client) -> None:
    address = upload(lead, campaign, ROW, ROW | {"steps": 7})
    work()
    assert "Try again" not in text_of(lead.get(address))
    other = make.make_job(campaign, "grade", "failed")
    assert "Try again" in text_of(lead.get(f"/campaigns/{campaign.slug}/jobs/{other.pk}/"))


def test_yes_or_no_is_not_written_as_a_count(campaign: Campaign, lead: Client) -> None:
    job = make.make_job(campaign, "retrain", "done", result={"published": True, "labels": 3})
    assert lead.get(f"/campaigns/{campaign.slug}/jobs/{job.pk}/").context["counts"] == {"labels": 3}


def test_good_rows_come_in_alone_when_asked(campaign: Campaign, lead: Client) -> None:
    upload(lead, campaign, ROW, ROW | {"steps": 7}, skip_invalid="on")
    assert work().state == "done"
    assert Solution.objects.of(campaign).count() == 1


def test_rows_that_were_left_out_are_a_file_to_mend(campaign: Campaign, lead: Client) -> None:
    address = upload(lead, campaign, ROW, ROW | {"steps": 7}, skip_invalid="on")
    work()
    assert f'href="{address}refused/download/"' in text_of(lead.get(address))
    answer = lead.get(f"{address}refused/download/")
    assert [orjson.loads(line) for line in answer.getvalue().splitlines()] == [ROW | {"steps": 7}]
    assert answer["Content-Disposition"] == 'attachment; filename="rows.jsonl.rejected.jsonl"'


def test_rows_beside_a_file_that_was_not_uploaded_stay_there(
    campaign: Campaign, lead: Client, tmp_path: Path, stranger: User
) -> None:
    (tmp_path / "rows.jsonl.rejected.jsonl").write_text("{}\n")
    job = make.make_job(campaign, "import", "done", params={"files": [str(tmp_path / "rows.jsonl")]})
    address = f"/campaigns/{campaign.slug}/jobs/{job.pk}/"
    assert lead.get(f"{address}refused/download/").status_code == 404
    assert "refused/download" not in text_of(lead.get(address))
    assert signed_in(stranger).get(f"{address}refused/download/").status_code == 404


def test_a_file_that_is_only_checked_changes_nothing_and_says_so(campaign: Campaign, lead: Client) -> None:
    address = upload(lead, campaign, ROW, dry_run="on")
    assert work().result["solutions"] == 1
    assert "only checked, nothing was changed" in text_of(lead.get(address))
    assert not Solution.objects.exists()


def test_an_upload_without_a_file_is_told(campaign: Campaign, lead: Client) -> None:
    answer = lead.post(f"/campaigns/{campaign.slug}/data/", {"labeler": "x"})
    assert answer.status_code == 400
    assert "This field is required." in text_of(answer)
    assert not Job.objects.exists()


def test_an_upload_that_is_too_large_is_told(campaign: Campaign, lead: Client, settings: Any) -> None:
    settings.IMPORT_MAX_BYTES = 10
    body = {"file": SimpleUploadedFile("rows.jsonl", b"x" * 11)}
    assert "Expected: at most 0 MB" in text_of(lead.post(f"/campaigns/{campaign.slug}/data/", body))
    assert not Job.objects.exists()


def export(client: Client, campaign: Campaign, query: str) -> list[dict[str, object]]:
    answer = client.get(f"/campaigns/{campaign.slug}/export/?{query}")
    assert answer["Content-Type"] == "application/x-ndjson; charset=utf-8"
    return [orjson.loads(line) for line in b"".join(answer.streaming_content).splitlines()]


def test_labels_go_out_as_a_download(campaign: Campaign, lead: Client) -> None:
    of = make.make_round(campaign)
    make.make_label(item=make.make_item(make.make_solution(make.make_problem(campaign)), of, state="labeled"))
    make.make_label(make.make_solution(make.make_problem(campaign, split="test")))
    assert len(export(lead, campaign, "format=first-error")) == 2
    assert len(export(lead, campaign, "format=first-error&round=0")) == 1
    assert len(export(lead, campaign, "format=first-error&split=test&round=")) == 1
    assert export(lead, campaign, "format=stepwise&neutral_false=on")
    answer = lead.get(f"/campaigns/{campaign.slug}/export/?format=prm800k")
    assert answer["Content-Disposition"] == 'attachment; filename="campaign-prm800k.jsonl"'


@pytest.mark.parametrize("query", ["format=xml", "format=prm800k&round=9", "format=prm800k&split=odd", ""])
def test_an_export_that_cannot_be_is_told(query: str, campaign: Campaign, lead: Client) -> None:
    answer = lead.get(f"/campaigns/{campaign.slug}/export/?{query}")
    assert answer.status_code == 400
    assert "Not exported" in text_of(answer)
    assert "This field is required" not in text_of(answer)
    assert "Select a valid choice" not in text_of(answer)


@pytest.mark.parametrize("format", ["prm800k", "stepwise", "first-error", "parquet", "scored"])
def test_an_export_that_would_be_empty_is_told_and_is_no_file(format: str, campaign: Campaign, lead: Client) -> None:
    make.make_round(campaign)
    make.make_selector(campaign, 1)
    if format != "scored":
        make.make_label(make.make_solution(make.make_problem(campaign)))
    answer = lead.get(f"/campaigns/{campaign.slug}/export/?format={format}&round=0")
    assert answer.status_code == 400
    assert "fits what you asked for" in text_of(answer)


def test_a_running_job_shows_its_progress_and_its_last_sign_of_life(campaign: Campaign, lead: Client) -> None:
    seen = timezone.now() - timedelta(minutes=10)
    fields = {"stage": "train", "progress": 0.34, "message": "pass 1 of 2", "heartbeat_at": seen}
    job = make.make_job(campaign, "retrain", "running", **fields)
    address = f"/campaigns/{campaign.slug}/jobs/{job.pk}/"
    assert "No worker is alive" in text_of(lead.get(address))
    WorkerSign.objects.create(name="one", seen_at=timezone.now())
    piece = text_of(lead.get(address, HTTP_HX_REQUEST="true"))
    assert "<html" not in piece
    for words in (
        "The training is 34\N{NO-BREAK SPACE}% done",
        "Training: pass 1 of 2.",
        "10\N{NO-BREAK SPACE}min ago",
        "every 1s",
    ):
        assert words in piece


def test_the_jobs_piece_asks_for_the_whole_page_when_all_is_done(campaign: Campaign, lead: Client) -> None:
    job = make.make_job(campaign, "grade", "requested")
    address = f"/campaigns/{campaign.slug}/jobs/"
    assert "HX-Refresh" not in lead.get(address, HTTP_HX_REQUEST="true")
    jobs.cancel(job)
    assert lead.get(address, HTTP_HX_REQUEST="true")["HX-Refresh"] == "true"


def test_a_job_is_cancelled_after_a_question_and_asked_for_again(campaign: Campaign, lead: Client) -> None:
    job = make.make_job(campaign, "grade", "requested")
    address = f"/campaigns/{campaign.slug}/jobs/{job.pk}/"
    assert "Cancel this job: grading?" in text_of(lead.get(address + "cancel/"))
    lead.post(address + "cancel/")
    job.refresh_from_db()
    assert job.state == "cancelled"
    assert "already ended" in text_of(lead.post(address + "cancel/", follow=True))
    lead.post(address + "retry/")
    job.refresh_from_db()
    assert job.state == "requested"


def test_a_training_is_asked_for(campaign: Campaign, lead: Client) -> None:
    assert "The training waits for a worker" in text_of(lead.post(f"/campaigns/{campaign.slug}/retrain/", follow=True))
    assert Job.objects.get().kind == "retrain"


def test_jobs_of_other_campaigns_are_not_there(campaign: Campaign, lead: Client) -> None:
    theirs = make.make_job(make.make_campaign())
    assert lead.get(f"/campaigns/{campaign.slug}/jobs/{theirs.pk}/").status_code == 404
