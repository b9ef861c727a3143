"""Put a backup into an empty installation: all of it, or nothing."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.db import connection, transaction
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

from labeling.actions import waiting
from labeling.actions.backups import archive, places
from labeling.actions.backups.archive import Damaged
from labeling.actions.backups.engines import engine
from labeling.actions.backups.making import FORMAT
from labeling.actions.backups.tables import Dump, Table
from labeling.actions.errors import ActionError, Conflict

# Written by migrations, or by workers about themselves: no sign that somebody has worked here.
NO_SIGN_OF_USE = {"django_migrations", "django_content_type", "auth_permission", "labeling_workersign"}


def restore(*, path: Path, key: str, only_check: bool = False) -> dict[str, Any]:
    """Restore this backup and give its manifest; `only_check`: unpack and compare, change nothing. Raises ActionError.

    Everything is unpacked and found whole first. Then the rows come in one transaction, are read again and compared
    with their hashes, and the files take their places last, before it is committed.
    """
    if not only_check:
        _refuse_unless_unused()
    with ExitStack() as stack:
        unpacked = {name: stack.enter_context(_beside(place)) for name, place in places.folders().items()}
        rows = stack.enter_context(_beside(settings.CACHE_DIR))
        manifest = archive.unpack(path, key, folders=unpacked | {places.ROWS: rows}, check=_check)
        if not only_check:
            dumped = _dump_of(manifest)
            _migrate_to(dumped)
            _put(rows, dumped, unpacked)
            if known_migrations() - set(dumped.migrations):  # this Plumbline is newer than the backup
                call_command("migrate", interactive=False, verbosity=0)
    return manifest


def known_migrations() -> set[tuple[str, str]]:
    """Those that this Plumbline has, as app and name."""
    return set(MigrationLoader(None).disk_migrations)


@contextmanager
def _beside(folder: Path) -> Iterator[Path]:
    """A folder inside this one, so that what is in it can be renamed: it may be a disk of its own. Gone afterwards."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=places.RESTORING, dir=folder) as made:
        yield Path(made)


def _check(manifest: dict[str, Any]) -> None:
    """Raise ActionError unless this installation can take what the manifest speaks of."""
    if manifest.get("format") != FORMAT:
        raise ActionError(f"This backup has format {manifest.get('format')!r}; this Plumbline reads {FORMAT}.")
    if manifest["engine"] != connection.vendor:
        raise ActionError(
            f"This backup is of {manifest['engine']}, and the database here is {connection.vendor}: "
            "set DATABASE_URL to one of the same kind."
        )
    known = known_migrations()
    unknown = [f"{app}.{name}" for app, name in _dump_of(manifest).migrations if (app, name) not in known]
    if unknown:
        raise ActionError(
            f"This backup was made by Plumbline {manifest['plumbline']} with migrations that are not known here "
            f"({unknown[0]}): restore it with that version or a newer one."
        )


def _dump_of(manifest: dict[str, Any]) -> Dump:
    said = manifest["database"]
    return Dump(
        tables={name: Table(**table) for name, table in said["tables"].items()},
        counters=said["counters"],
        migrations=[(app, name) for app, name in said["migrations"]],
        folders=said["folders"],
    )


def _refuse_unless_unused() -> None:
    """Raise Conflict, naming what is there, unless nobody has worked in this installation."""
    present = engine().names()
    if "labeling_workersign" in present and waiting.has_living_worker():
        raise Conflict("A worker is running on this database. End the site, then restore.")
    counted = {name: _count(name) for name in present if name not in NO_SIGN_OF_USE}
    used = [f"{name} ({count:,})" for name, count in counted.items() if count]
    if used:
        raise Conflict(f"This database is not empty. Rows are in: {', '.join(used)}.")
    for name, folder in places.folders().items():
        others = [one.name for one in folder.glob("*") if not places.is_under_way(name, one.name)]
        if others:
            raise Conflict(f"{folder} is not empty: {', '.join(sorted(others)[:5])}.")


def _count(table: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {connection.ops.quote_name(table)}")  # noqa: S608  # names of ours
        return int(cursor.fetchone()[0])


def _migrate_to(dumped: Dump) -> None:
    """Give the database the tables that the rows come from, forwards or backwards."""
    wanted = set(dumped.migrations)
    if wanted == set(MigrationRecorder(connection).applied_migrations()):
        return
    executor = MigrationExecutor(connection)
    graph = executor.loader.graph
    wanted &= set(graph.node_map)  # without those that a package has put into one
    ends = [key for key in wanted if not wanted & {child.key for child in graph.node_map[key].children}]
    nothing = [(app, None) for app in executor.loader.migrated_apps - {app for app, _ in wanted}]
    executor.migrate([*ends, *nothing])


def _put(rows: Path, dumped: Dump, unpacked: dict[str, Path]) -> None:
    moved: list[Path] = []
    try:
        with transaction.atomic(durable=True):
            engine().hold()
            _refuse_unless_unused()  # again: now nobody else can begin
            engine().load(rows, dumped)
            _compare(engine().tables(), dumped.tables)
            connection.check_constraints()
            for name, folder in places.folders().items():
                for one in unpacked[name].iterdir():
                    moved.append(one.rename(folder / one.name))  # noqa: PERF401  # known one by one, to be taken back
    except BaseException:
        for one in moved:
            shutil.rmtree(one) if one.is_dir() else one.unlink()
        raise


def _compare(found: dict[str, Table], wanted: dict[str, Table]) -> None:
    other = [name for name in sorted(found.keys() | wanted.keys()) if found.get(name) != wanted.get(name)]
    if other:
        raise Damaged(f"These tables did not come out as they went in: {', '.join(other)}. Nothing was restored.")
