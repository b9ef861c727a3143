"""Files that are no good, uploaded as leads do it and imported as workers do it: refused by file, line and field."""

import random
import shutil
import time
from collections import Counter
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction
from knox.models import AuthToken

from labeling.actions import jobs
from labeling.models import Campaign, CandidateTree, Job, Label, Labeler, Problem, Reference, Solution
from tests.labeling.imports import everything, flat, import_rows
from tests.labeling.pages import signed_in
from tests.often import examples, seed, tell
from tests.strangers.bad_files import STRANGE_NAMES, BadFile, Maker
from tests.strangers.good_rows import SHAPES
from workers import pipeline

MOST_SECONDS, MOST_BYTES = 10.0, 512 * 1024**2
TABLES = (Problem, Reference, Solution, Label, Labeler, CandidateTree)
SHORT = 40


class Named(BytesIO):
    """A file under any name: Django's own uploads refuse some before they are sent."""

    def __init__(self, name: str, content: bytes) -> None:
        super().__init__(content)
        self.name = name


class Door:
    """One lead's two ways in: the page and the API."""

    def __init__(self, campaign: Campaign, lead: User) -> None:
        self._client = signed_in(lead)
        self._client.raise_request_exception = False
        self._headers = {"Authorization": f"Token {AuthToken.objects.create(lead)[1]}"}
        self._slug = campaign.slug

    def upload(self, bad: BadFile, *, by_page: bool, **options: str) -> Any:
        said = {"file": Named(bad.name, bad.content)} | options
        if by_page:
            return self._client.post(f"/campaigns/{self._slug}/data/", said)
        return self._client.post(f"/api/v1/campaigns/{self._slug}/imports/", said, headers=self._headers)


def _memory(which: str) -> int:
    """Of this process, in bytes."""
    return int(Path("/proc/self/status").read_text().partition(which)[2].split()[0]) * 1024


class Figures:
    """What one file took of memory that was not taken before, and of a processor's time; and the worst of all."""

    def __init__(self) -> None:
        self.seconds, self.bytes = 0.0, 0
        self.seen: Counter[str] = Counter()

    def begin(self) -> None:
        Path("/proc/self/clear_refs").write_text("5")  # forgets the highest memory so far
        self._held = _memory("VmRSS:")  # the test process may have loaded much before
        self._started = time.process_time()

    def end(self) -> str:
        """What was too much."""
        seconds = time.process_time() - self._started
        more = _memory("VmHWM:") - self._held
        self.seconds, self.bytes = max(self.seconds, seconds), max(self.bytes, more)
        slow = f"{seconds:.1f} s" if seconds > MOST_SECONDS else ""
        large = f"{more // 1024**2} MB" if more > MOST_BYTES else ""
        return " ".join(filter(None, (slow, large)))

    def told(self) -> Counter[str]:
        worst = {"slowest file, ms": round(self.seconds * 1000), "most memory, MB": self.bytes // 1024**2}
        return self.seen + Counter(worst)


@pytest.mark.django_db
@pytest.mark.timeout(300)
@pytest.mark.parametrize("shape", SHAPES)
def test_a_bad_file_is_refused_by_file_line_and_field_and_changes_nothing(
    shape: str, campaign: Campaign, owner: User, tmp_path: Path
) -> None:
    import_rows(campaign, tmp_path, flat(first_error_index=0, labeler="ada"))
    before, figures, chance = everything(campaign), Figures(), random.Random(f"{seed()} {shape}")
    door, maker = Door(campaign, owner), Maker(shape, chance)
    wrong = []
    for _ in range(examples(SHORT)):
        bad = maker.file()
        if found := _tried(campaign, door, bad, chance, figures):
            wrong.append(f"{bad.kind}: {found}; {bad.name!r}: {bad.content[:300]!r}")
    tell(figures.told())
    assert not wrong, "\n".join(wrong)
    assert everything(campaign) == before


@pytest.mark.django_db
@pytest.mark.parametrize("by_page", [True, False])
def test_a_name_that_no_disk_takes_is_refused(by_page: bool, campaign: Campaign, owner: User) -> None:
    answer = Door(campaign, owner).upload(BadFile(b"{", "", name="수" * 70), by_page=by_page)
    assert answer.status_code == 400
    assert "a name of at most 200 bytes" in answer.content.decode()
    assert not Job.objects.exists()


@pytest.mark.django_db
def test_a_form_without_anything_is_told_so(campaign: Campaign, owner: User) -> None:
    assert signed_in(owner).post(f"/campaigns/{campaign.slug}/data/").status_code == 400


def _tried(campaign: Campaign, door: Door, bad: BadFile, chance: random.Random, figures: Figures) -> str:
    """What went otherwise than it should; all that was written is taken back."""
    options = {name: "true" for name in ("skip_invalid", "dry_run") if chance.random() < 0.1}
    try:
        with transaction.atomic():
            there = _counts()
            figures.begin()
            answer = door.upload(bad, by_page=chance.random() < 0.5, **options)
            job = Job.objects.order_by("-pk")[0]
            if answer.status_code in (202, 302):
                claimed = jobs.claim(job.pk, claimed_by="test")
                assert claimed is not None
                pipeline.run(claimed)
                job.refresh_from_db()
            too_much = figures.end()
            changed = _counts() != there
            transaction.set_rollback(True)
    except Exception as error:
        return f"{type(error).__name__}: {str(error)[:300]}"
    finally:
        shutil.rmtree(Path(settings.MEDIA_ROOT, f"campaign-{campaign.pk}"), ignore_errors=True)
    return too_much or _judged(answer, job, bad, options, changed, figures.seen)


def _judged(answer: Any, job: Job, bad: BadFile, options: dict[str, str], changed: bool, seen: Counter[str]) -> str:
    if answer.status_code not in (202, 302):
        seen["refused at the door"] += 1
        return "" if answer.status_code in (400, 413) and b"file" in answer.content else f"answer {answer.status_code}"
    refused = (job.result or {}).get("refused") or []
    if job.state == "done" and not refused:
        seen["came in"] += 1
        return "" if bad.may_come_in else "it came in"
    seen["refused"] += 1
    may_skip = "skip_invalid" in options
    if changed and not may_skip:
        return "rows changed"
    if not refused or job.state not in ("failed", "done" if may_skip else "failed"):
        return f"its job is {job.state}: {job.error}"
    unclear = [one for one in refused if not (one["file"] and one["line"] and one["field"] and one["expected"])]
    first = refused[0]
    if unclear or bad.line not in (None, first["line"]) or bad.field not in (None, first["field"]):
        return f"the fault is in line {bad.line}, {bad.field}; named are {unclear or first}"
    if bad.kind != STRANGE_NAMES and first["file"] != bad.name:
        return f"the file is called {first['file']}"
    return ""


def _counts() -> list[int]:
    return [model._default_manager.count() for model in TABLES]
