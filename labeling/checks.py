"""What an installation's database must promise before a label is taken: `migrate`, and so every start, asks it.

A label that was acknowledged is on the disk. Settings that give speed for that are refused, with the reason.
"""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from django.core.checks import CheckMessage, Error
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper

MOUNTS = Path("/proc/self/mounts")
FULL = 2  # PRAGMA synchronous: FULL; EXTRA is 3
# Their locks and syncs are promises of another machine, which SQLite's documentation says not to build on.
NETWORK = frozenset({"nfs", "nfs4", "cifs", "smb3", "smbfs", "ncpfs", "9p", "afs", "ceph", "glusterfs", "lustre"})
SETTINGS = {
    "fsync": "a power cut may damage the whole database",
    "full_page_writes": "a power cut may damage the whole database",
    "synchronous_commit": "a label that was shown as saved may be gone after a power cut",
}


def database_keeps_what_it_takes(*, databases: Sequence[str] | None = None, **_: Any) -> list[CheckMessage]:
    """Errors for each database asked about whose settings break the promise."""
    asked = [connections[alias] for alias in databases or ()]
    return [message for connection in asked for message in CHECKS[connection.vendor](connection)]


def _postgresql(connection: BaseDatabaseWrapper) -> Iterable[CheckMessage]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT name, setting FROM pg_settings WHERE name = ANY(%s)", [list(SETTINGS)])
        found = dict(cursor.fetchall())
    for name, consequence in SETTINGS.items():
        if found[name] == "off":
            hint = f"Set {name} = on in postgresql.conf, and in what ALTER ROLE or ALTER DATABASE says."
            yield Error(f"PostgreSQL runs with {name} off: {consequence}.", hint=hint, id="labeling.E001")


def _sqlite(connection: BaseDatabaseWrapper) -> Iterable[CheckMessage]:
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA synchronous")
        level = cursor.fetchone()[0]
        cursor.execute("PRAGMA database_list")
        path = cursor.fetchall()[0][2]
    if level < FULL:
        message = f"SQLite runs with synchronous below FULL: {SETTINGS['synchronous_commit']}."
        yield Error(message, hint="Leave OPTIONS of the database as annotator.settings has them.", id="labeling.E002")
    kind = file_system_of(Path(path)) if path else ""  # a database in memory has no file
    if kind.removeprefix("fuse.") in NETWORK | {"sshfs"}:
        message = f"SQLite's file {path} lies on a network file system ({kind}), where its locks cannot be relied on."
        yield Error(message, hint="Put PLUMBLINE_VAR on a disk of this machine, or use PostgreSQL.", id="labeling.E003")


def file_system_of(path: Path, mounts: Path = MOUNTS) -> str:
    """The kind of file system that holds this path, empty where the system does not say."""
    try:
        lines = mounts.read_text().splitlines()
    except OSError:  # not Linux
        return ""
    found = [(Path(where.encode().decode("unicode_escape")), kind) for _, where, kind, *_ in map(str.split, lines)]
    holding = [(len(where.parts), kind) for where, kind in found if path.resolve().is_relative_to(where)]
    return max(holding, key=lambda one: one[0], default=(0, ""))[1]


CHECKS = {"postgresql": _postgresql, "sqlite": _sqlite}
