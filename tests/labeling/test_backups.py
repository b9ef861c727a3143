"""A backup holds one moment of a site that goes on, and comes back whole or not at all."""

import gzip
import hashlib
import io
import json
import tarfile
from collections.abc import Callable
from pathlib import Path
from threading import Event as Flag
from threading import Thread
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from pytest_django import Settings

from labeling.actions import events, exporting
from labeling.actions.backups import archive, sealing
from labeling.actions.backups.engines import engine
from labeling.models import Campaign, Label, Labeler, QueueItem
from tests import factories as make
from tests.labeling.working import make_items, work

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def installation(settings: Settings, tmp_path: Path) -> Path:
    """Folders of this test's own."""
    return new_installation(settings, tmp_path / "here")


def new_installation(settings: Settings, place: Path) -> Path:
    settings.VAR_DIR = place
    settings.MODELS_DIR, settings.MEDIA_ROOT = place / "models", place / "uploads"
    settings.EXPORTS_DIR, settings.CACHE_DIR = place / "exports", place / "cache"
    return place


@pytest.fixture
def filled(campaign: Campaign, installation: Path) -> Campaign:
    """Rows with what is easily lost on the way (bytes, nulls, line ends, other scripts), and files of each kind."""
    problem = make.make_problem(campaign, text="Zeile\nmit \\N und \ttab, 한국어, 𝔽", metadata={"b": 1, "a": None})
    version = make.make_selector(campaign, folder="campaign-1/job-1")
    round_ = make.make_round(campaign)
    make.make_round_pool(round_, candidates=bytes(range(256)))
    for number in range(6):
        solution = make.make_solution(problem)
        make.make_score(version, solution, 1 / (number + 3))
        make.make_label(solution, ratings=[1, 0, -1])
    events.record(campaign=campaign, actor=None, verb="round.open", subject="round 0", after="open")
    for name in (
        "models/campaign-1/job-1/model/manifest.json",
        "uploads/campaign-1/job-2/tmp.jsonl",
        "exports/a.jsonl",
    ):
        file = installation / name
        file.parent.mkdir(parents=True)
        file.write_bytes(name.encode() * 1000)
    return campaign


def empty(settings: Settings, tmp_path: Path) -> Path:
    """As on a fresh machine, where numbers begin anew."""
    call_command("flush", interactive=False, verbosity=0)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("ALTER SEQUENCE labeling_job_id_seq RESTART")
        else:
            cursor.execute("DELETE FROM sqlite_sequence WHERE name = 'labeling_job'")
    return new_installation(settings, tmp_path / "there")


def export_of(slug: str) -> bytes:
    return b"".join(exporting.rows(Campaign.objects.get(slug=slug), "prm800k"))


def files_in(place: Path) -> dict[str, bytes]:
    """What lies in an installation, scratch folders left out."""
    files = (path for path in place.rglob("*") if path.is_file())
    return {str(path.relative_to(place)): path.read_bytes() for path in files}


@pytest.mark.parametrize("half", [None, 1], ids=["in the clear", "encrypted by the public half of a key"])
def test_a_restored_copy_is_the_same(half: int | None, filled: Campaign, settings: Settings, tmp_path: Path) -> None:
    key = sealing.new_key()
    settings.BACKUP_KEY = "" if half is None else key[half]
    gone = make.make_job(filled)
    last = gone.pk
    gone.delete()
    tables, export, files = engine().tables(), export_of("campaign"), files_in(settings.VAR_DIR)
    call_command("backup", tmp_path / "backup", stdout=io.StringIO())
    assert (b"manifest.json" in gzip_free(tmp_path / "backup")) == (half is None)

    there = empty(settings, tmp_path)
    settings.BACKUP_KEY = key[0]
    call_command("restore", tmp_path / "backup", stdout=io.StringIO())

    assert engine().tables() == tables
    assert export_of("campaign") == export
    assert files_in(there) == files
    assert make.make_job(Campaign.objects.get()).pk > last  # no number is given out twice


def gzip_free(path: Path) -> bytes:
    """The file's bytes, unpacked where they are packed."""
    content = path.read_bytes()
    return gzip.decompress(content) if content.startswith(b"\x1f\x8b") else content


def test_a_backup_is_of_one_moment_while_people_label(campaign: Campaign, settings: Settings, tmp_path: Path) -> None:
    labeler, stop, acknowledged = make.make_labeler(campaign), Flag(), list[int]()
    make_items(make.make_round(campaign), 60)
    thread = Thread(target=label_on, args=(campaign, labeler, stop, acknowledged))
    thread.start()
    while len(acknowledged) < 3:
        stop.wait(0.01)

    before = list(acknowledged)
    call_command("backup", tmp_path / "backup", stdout=io.StringIO())
    during = list(acknowledged)
    stop.set()
    thread.join()
    export = export_of("campaign").splitlines()
    empty(settings, tmp_path)
    call_command("restore", tmp_path / "backup", stdout=io.StringIO())

    kept = set(Label.objects.values_list("pk", flat=True))
    assert set(before) <= kept <= set(acknowledged)
    assert len(during) >= len(before)
    assert QueueItem.objects.filter(state="labeled").count() == len(kept)
    assert export_of("campaign").splitlines() == export[: len(kept)]


def label_on(campaign: Campaign, labeler: Labeler, stop: Flag, acknowledged: list[int]) -> None:
    try:
        while not stop.is_set() and len(acknowledged) < 60:
            acknowledged.append(work(campaign, labeler).pk)
    finally:
        connection.close()


# --- refusals: each leaves an empty installation empty


@pytest.fixture(scope="module")
def made_once() -> dict[str, bytes]:
    """The backup of the filled installation: making it takes longer than refusing it."""
    return {}


@pytest.fixture
def backup(made_once: dict[str, bytes], request: pytest.FixtureRequest, settings: Settings, tmp_path: Path) -> Path:
    """A backup of the filled installation; what is here now is empty."""
    path = tmp_path / "backup"
    if not made_once:
        request.getfixturevalue("filled")
        call_command("backup", path, stdout=io.StringIO())
        made_once["backup"] = path.read_bytes()
        empty(settings, tmp_path)
    path.write_bytes(made_once["backup"])
    return path


def refused(path: Path) -> str:
    """Why it is not restored; and nothing is there."""
    with pytest.raises(CommandError) as error:
        call_command("restore", path)
    assert not Campaign.objects.exists()
    return str(error.value)


def rewritten(path: Path, change: Callable[[dict[str, bytes]], Any]) -> Path:
    """The backup with other members; its hashes fit them."""
    with tarfile.open(path) as tar:
        members = {one.name: tar.extractfile(one).read() for one in tar}  # type: ignore[union-attr]
    del members["sums.json"]
    change(members)
    members["sums.json"] = json.dumps(
        {name: hashlib.sha256(content).hexdigest() for name, content in members.items()}
    ).encode()
    other = path.with_name("other")
    with tarfile.open(other, "w:gz") as tar:
        for name, content in members.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))
    return other


def in_manifest(**changes: Any) -> Callable[[dict[str, bytes]], Any]:
    def change(members: dict[str, bytes]) -> None:
        members["manifest.json"] = json.dumps(json.loads(members["manifest.json"]) | changes).encode()

    return change


def with_later_migrations(members: dict[str, bytes]) -> None:
    manifest = json.loads(members["manifest.json"])
    manifest["database"]["migrations"].append(["labeling", "9999_of_tomorrow"])
    members["manifest.json"] = json.dumps(manifest).encode()


def with_other_rows(members: dict[str, bytes]) -> None:
    manifest = json.loads(members["manifest.json"])
    manifest["database"]["tables"]["labeling_label"]["sha256"] = "0" * 64
    members["manifest.json"] = json.dumps(manifest).encode()


def test_what_does_not_fit_is_refused(backup: Path) -> None:
    assert "has format 2; this Plumbline reads 1" in refused(rewritten(backup, in_manifest(format=2)))
    assert "is of oracle" in refused(rewritten(backup, in_manifest(engine="oracle")))
    assert "not known here (labeling.9999_of_tomorrow)" in refused(rewritten(backup, with_later_migrations))
    assert "did not come out as they went in: labeling_label." in refused(rewritten(backup, with_other_rows))


@pytest.mark.parametrize("name", ["models/../../outside", "/etc/outside", "outside/inside"])
def test_no_file_comes_out_elsewhere(name: str, tmp_path: Path) -> None:
    other = tmp_path / "other"
    with tarfile.open(other, "w:gz") as tar:
        for member, content in (("manifest.json", b"{}"), (name, b"x")):
            one = tarfile.TarInfo(member)
            one.size = len(content)
            tar.addfile(one, io.BytesIO(content))
    with pytest.raises(archive.Damaged, match="would lie outside its folder"):
        archive.unpack(other, "", folders={"models": tmp_path / "models"}, check=lambda _: None)
    assert not list(tmp_path.rglob("*side"))


def test_a_link_in_a_backup_is_refused(backup: Path) -> None:
    other = backup.with_name("other")
    with tarfile.open(backup) as tar, tarfile.open(other, "w:gz") as out:
        first = tar.next()
        assert first is not None
        out.addfile(first, tar.extractfile(first))
        link = tarfile.TarInfo("models/link")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc"
        out.addfile(link)
    assert "'models/link' does not belong" in refused(other)


def test_a_damaged_file_is_refused(backup: Path) -> None:
    whole = backup.read_bytes()
    for content in (b"", b"PK" + whole, whole[:-9], whole[: len(whole) // 2]):
        backup.write_bytes(content)
        assert "damaged, cut off, or no backup" in refused(backup)


def test_a_changed_byte_is_found(backup: Path) -> None:
    content = bytearray(gzip.decompress(backup.read_bytes()))
    content[content.index(b"models/campaign-1/job-1/model/manifest.jsonmodels/") + 7] ^= 1
    backup.write_bytes(gzip.compress(bytes(content)))
    assert "models/campaign-1/job-1/model/manifest.json is not what was written" in refused(backup)


def test_an_encrypted_file_needs_its_key_and_all_its_bytes(
    filled: Campaign, settings: Settings, tmp_path: Path
) -> None:
    (private, public), path = sealing.new_key(), tmp_path / "backup"
    settings.BACKUP_KEY = public
    call_command("backup", path, stdout=io.StringIO())
    empty(settings, tmp_path)
    assert "set BACKUP_KEY to the private key" in refused(path)
    settings.BACKUP_KEY = sealing.new_key()[0]
    assert "No matching keys" in refused(path)
    settings.BACKUP_KEY = "AGE-SECRET-KEY-1"
    assert "BACKUP_KEY is no age key" in refused(path)
    settings.BACKUP_KEY = private
    whole = path.read_bytes()
    for content in (whole[:-20], whole[:-100] + bytes([whole[-100] ^ 1]) + whole[-99:]):
        path.write_bytes(content)
        assert "decryption error" in refused(path)


def test_a_database_in_use_is_named_and_kept(backup: Path) -> None:
    make.make_account("ada")
    assert "not empty. Rows are in: auth_user (1)" in refused(backup)
    call_command("flush", interactive=False, verbosity=0)
    make.make_worker_sign()
    assert "A worker is running" in refused(backup)


def test_a_folder_in_use_is_named_and_kept(backup: Path, settings: Settings) -> None:
    (settings.MODELS_DIR / "campaign-7").mkdir(parents=True)
    assert "models is not empty: campaign-7" in refused(backup)
    assert (settings.MODELS_DIR / "campaign-7").is_dir()


def test_a_failure_at_the_last_moment_leaves_no_files(
    backup: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The third folder cannot be filled; the two before it are."""
    rename = Path.rename

    def fails(path: Path, to: Path) -> Path:
        if "exports" in to.parts:
            raise OSError(28, "No space left on device")
        return rename(path, to)

    monkeypatch.setattr(Path, "rename", fails)
    assert "No space left" in refused(backup)
    assert files_in(settings.VAR_DIR) == {}


def test_a_file_is_looked_at_without_a_change(backup: Path) -> None:
    said = io.StringIO()
    make.make_account("ada")
    call_command("restore", backup, "--check", stdout=said)
    assert "is whole" in said.getvalue()
    assert not Campaign.objects.exists()


def test_no_file_is_overwritten_and_what_is_under_way_stays_out(filled: Campaign, settings: Settings) -> None:
    for name in ("models/campaign-1/job-1/pool.part", "uploads/campaign-1/arriving-1/a.jsonl", "exports/tmpabc/b"):
        file = settings.VAR_DIR / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(b"half")
    make.make_selector(filled, number=2, state="held_back", scored_at=make.A_MOMENT, folder="campaign-1/gone")
    path, warned = settings.VAR_DIR / "backup", io.StringIO()
    call_command("backup", path, stdout=io.StringIO(), stderr=warned)
    with tarfile.open(path) as tar:
        names = [name for name in tar.getnames() if not name.startswith("rows/")]
    assert names == [
        "manifest.json",
        "models/campaign-1/job-1/model/manifest.json",
        "uploads/campaign-1/job-2/tmp.jsonl",
        "exports/a.jsonl",
        "sums.json",
    ]
    assert "models/campaign-1/gone" in warned.getvalue()
    assert path.stat().st_mode & 0o077 == 0
    with pytest.raises(CommandError, match="is there already"):
        call_command("backup", path)


def test_a_disk_that_is_full_is_told_and_leaves_nothing(
    filled: Campaign, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.BACKUP_KEY = sealing.new_key()[1]
    monkeypatch.setattr(sealing.pyrage, "encrypt_io", full_disk)
    folder = tmp_path / "out"
    folder.mkdir()
    with pytest.raises(CommandError, match="No backup was made: "):
        call_command("backup", folder / "backup")
    assert list(folder.iterdir()) == []


def full_disk(*_: Any) -> None:
    raise OSError(28, "No space left on device")
