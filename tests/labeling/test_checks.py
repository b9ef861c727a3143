"""A start is refused where the database would lose what it acknowledged."""

from pathlib import Path

import pytest
from django.core.management import call_command
from django.core.management.base import SystemCheckError
from django.db import connection

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


def test_a_database_that_is_not_asked_about_is_not_opened() -> None:
    assert database_keeps_what_it_takes() == []


def test_the_innermost_mount_holds_a_file(tmp_path: Path) -> None:
    mounts = tmp_path / "mounts"
    mounts.write_text(MOUNTS)

    assert file_system_of(Path("/srv/shared files/plumbline.sqlite3"), mounts) == "nfs4"
    assert file_system_of(Path("/srv/shared files/local/plumbline.sqlite3"), mounts) == "ext4"
    assert file_system_of(Path("/var/plumbline.sqlite3"), mounts) == "ext4"
    assert file_system_of(Path("/var/plumbline.sqlite3"), tmp_path / "nowhere") == ""
