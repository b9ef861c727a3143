"""A start is refused where the database would lose what it acknowledged."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command
from django.core.management.base import SystemCheckError
from django.db import connection

from labeling import checks
from labeling.checks import database_keeps_what_it_takes, file_system_of

MOUNTS = """\
/dev/sda1 / ext4 rw 0 0
server:/export /srv/shared\\040files nfs4 rw 0 0
/dev/sdb1 /srv/shared\\040files/local ext4 rw 0 0
"""


@pytest.mark.django_db(transaction=True)
def test_a_start_is_refused_with_the_reason() -> None:
    """Either is this connection's own, and taken back."""
    with connection.cursor() as cursor:
        cursor.execute(
            "PRAGMA synchronous = NORMAL" if connection.vendor == "sqlite" else "SET synchronous_commit = off"
        )
    try:
        with pytest.raises(SystemCheckError) as refused:
            call_command("check", databases=["default"])
    finally:
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA synchronous = FULL" if connection.vendor == "sqlite" else "RESET synchronous_commit")

    assert "a label that was shown as saved may be gone after a power cut" in str(refused.value)
    wanted = "synchronous below FULL" if connection.vendor == "sqlite" else "synchronous_commit off"
    assert wanted in str(refused.value)


@pytest.mark.django_db
def test_a_server_that_does_not_wait_for_its_disk_is_refused() -> None:
    """That of the tests is one."""
    if connection.vendor == "postgresql":
        found = database_keeps_what_it_takes(databases=["default"])
        assert "PostgreSQL runs with fsync off: a power cut may damage the whole database." in [
            one.msg for one in found
        ]
    else:
        assert database_keeps_what_it_takes(databases=["default"]) == []


@pytest.mark.django_db
@pytest.mark.parametrize("kind", ["nfs4", "fuse.sshfs", "9p"])
def test_a_file_on_another_machine_is_refused(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    if connection.vendor == "sqlite":
        monkeypatch.setattr(checks, "file_system_of", lambda _: kind)
        [error] = database_keeps_what_it_takes(databases=["default"])
        assert error.id == "labeling.E003"
        assert f"on a network file system ({kind})" in error.msg


def test_without_a_secret_key_nothing_starts(tmp_path: Path) -> None:
    """Nor with an empty one: sessions would be signed with a key that everybody knows."""
    env = {name: value for name, value in os.environ.items() if name != "SECRET_KEY"}
    for more in ({}, {"SECRET_KEY": ""}):
        command = [sys.executable, "manage.py", "check"]
        env |= {"PLUMBLINE_VAR": str(tmp_path), **more}
        done = subprocess.run(command, env=env, cwd=settings.BASE_DIR, capture_output=True, text=True)
        assert done.returncode != 0
        assert "SECRET_KEY is not set" in done.stderr


def test_a_database_that_is_not_asked_about_is_not_opened() -> None:
    assert database_keeps_what_it_takes() == []


def test_the_innermost_mount_holds_a_file(tmp_path: Path) -> None:
    mounts = tmp_path / "mounts"
    mounts.write_text(MOUNTS)

    assert file_system_of(Path("/srv/shared files/plumbline.sqlite3"), mounts) == "nfs4"
    assert file_system_of(Path("/srv/shared files/local/plumbline.sqlite3"), mounts) == "ext4"
    assert file_system_of(Path("/var/plumbline.sqlite3"), mounts) == "ext4"
    assert file_system_of(Path("/var/plumbline.sqlite3"), tmp_path / "nowhere") == ""
