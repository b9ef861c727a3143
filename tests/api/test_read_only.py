"""Folders that cannot be written: what needs them is refused in words and changes nothing; labeling goes on."""

import ctypes
import struct
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from pytest_django import Settings
from rest_framework.test import APIClient

from labeling.actions import jobs
from labeling.models import Campaign, Job, JobKind, Label, QueueItem
from tests import factories as make
from tests.api.test_files import EXPORT, a_file, upload
from tests.api.working import NEXT, a_pass, url
from tests.labeling.pages import signed_in
from workers import pipeline

DAC_OVERRIDE = 1 << 1  # Linux: the power to write where permissions say no
CAPABILITIES_3 = 0x20080522
REFUSED = "The server’s disk is nearly full or cannot be written: whoever runs the site has to make room."


@contextmanager
def read_only(folder: Path) -> Iterator[None]:
    """Nobody can write in it: root, whom no permission holds back, goes without that power meanwhile."""
    libc, who = ctypes.CDLL(None), struct.pack("Ii", CAPABILITIES_3, 0)
    held = ctypes.create_string_buffer(6 * 4)
    libc.capget(who, held)
    in_force, *others = struct.unpack("6I", held)
    folder.chmod(0o555)
    libc.capset(who, struct.pack("6I", in_force & ~DAC_OVERRIDE, *others))
    try:
        yield
    finally:
        libc.capset(who, held)
        folder.chmod(0o755)


@pytest.fixture
def folder(settings: Settings, tmp_path: Path) -> Path:
    """Holds all that an installation keeps outside its database."""
    settings.VAR_DIR = tmp_path
    for name, place in (("MEDIA_ROOT", "uploads"), ("EXPORTS_DIR", "exports"), ("MODELS_DIR", "models")):
        setattr(settings, name, tmp_path / place)
    return tmp_path


def bring_in_over_the_api(_owner: User, lead: APIClient) -> Any:
    return upload(lead, file=a_file())


def bring_in_on_the_page(owner: User, _lead: APIClient) -> Any:
    return signed_in(owner).post("/campaigns/campaign/data/", {"file": a_file()})


def take_out_over_the_api(_owner: User, lead: APIClient) -> Any:
    return lead.get(EXPORT, {"format": "parquet"})


def take_out_on_the_page(owner: User, _lead: APIClient) -> Any:
    return signed_in(owner).get("/campaigns/campaign/export/", {"format": "parquet"})


DOORS = {
    bring_in_over_the_api: (503, 202),
    bring_in_on_the_page: (400, 302),
    take_out_over_the_api: (503, 200),
    take_out_on_the_page: (400, 200),
}


@pytest.mark.parametrize(("act", "answers"), DOORS.items(), ids=[act.__name__ for act in DOORS])
def test_files_go_neither_in_nor_out_and_it_is_said_why(
    act: Callable[[User, APIClient], Any],
    answers: tuple[int, int],
    folder: Path,
    owner: User,
    lead: APIClient,
    item: QueueItem,
) -> None:
    make.make_label(item.solution)
    before = Job.objects.count()
    with read_only(folder):
        answer = act(owner, lead)
    assert answer.status_code == answers[0]
    assert REFUSED in answer.content.decode()
    assert Job.objects.count() == before
    assert list(folder.iterdir()) == []
    again = act(owner, lead)  # it can be written now
    assert again.status_code == answers[1]
    again.close()


def test_a_training_fails_in_words_and_leaves_no_version(folder: Path, campaign: Campaign) -> None:
    make.make_label(make.make_solution(make.make_problem(campaign, split="train")))
    job = jobs.claim(jobs.request(campaign=campaign, kind=JobKind.RETRAIN).pk, claimed_by="test")
    assert job is not None
    with read_only(folder):
        pipeline.run(job)
    job.refresh_from_db()
    assert (job.state, job.error) == ("failed", f"{folder / 'models'}: Permission denied")
    assert not campaign.selectors.exists()


def test_monitors_are_told_and_labels_go_on_being_taken(folder: Path, worker_bee: APIClient, item: QueueItem) -> None:
    make.make_worker_sign()
    with read_only(folder):
        told = Client().get("/healthz")
        offered = worker_bee.post(NEXT).json()
        taken = worker_bee.post(url(offered, "label"), a_pass(offered))
    assert (told.status_code, told.json()["disk"]) == (503, "not writable: Permission denied")
    assert taken.status_code == 201
    assert Label.objects.get().ratings == "+-"
