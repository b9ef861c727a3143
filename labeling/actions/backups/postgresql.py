"""PostgreSQL: one snapshot, read and written by COPY, in the server's own text form of each value."""

import hashlib
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import IO, Any

from django.db import connection, transaction

from labeling.actions.backups.tables import FOLDERS, MIGRATIONS, Dump, Table

CHUNK = 1024 * 1024
WORDS = {"character varying", "text"}  # sorted by their bytes: what comes first in a language differs between servers
COLUMNS = """
SELECT table_name, column_name, data_type FROM information_schema.columns JOIN information_schema.tables
USING (table_schema, table_name) WHERE table_schema = current_schema() AND table_type = 'BASE TABLE'
ORDER BY table_name, column_name COLLATE "C"
"""
COUNTERS = "SELECT sequencename, last_value FROM pg_sequences WHERE schemaname = current_schema() AND last_value > 0"


def dump(folder: Path) -> Dump:
    """Write each table into a file of this folder, all as at one moment; nobody who writes is held up."""
    with transaction.atomic(durable=True), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        columns = _columns(cursor)
        found = {}
        for table in columns:
            with (folder / table).open("wb") as out:
                found[table] = _read(cursor, table, columns[table], out)
        return Dump(found, dict(_rows(cursor, COUNTERS)), _rows(cursor, MIGRATIONS), _first(_rows(cursor, FOLDERS)))


def tables() -> dict[str, Table]:
    """Every table as it is now."""
    with connection.cursor() as cursor:
        columns = _columns(cursor)
        return {table: _read(cursor, table, columns[table], None) for table in columns}


def names() -> list[str]:
    """The names of all tables."""
    with connection.cursor() as cursor:
        return list(_columns(cursor))


def hold() -> None:
    """Keep everybody else out until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute(f"LOCK TABLE {_quoted(names())} IN ACCESS EXCLUSIVE MODE")


def load(folder: Path, dumped: Dump) -> None:
    """Put these rows in the place of all that there are."""
    with connection.cursor() as cursor:
        for name in dumped.tables:  # next to nothing lies in them; TRUNCATE would be refused by the triggers of events
            cursor.execute(f"DELETE FROM {_quoted([name])}")  # noqa: S608  # names of ours
        for name, table in dumped.tables.items():
            into = f"COPY {_quoted([name])} ({_quoted(table.columns)}) FROM STDIN"
            with (folder / name).open("rb") as file, cursor.copy(into) as copy:
                while chunk := file.read(CHUNK):
                    copy.write(chunk)
        for counter, last in dumped.counters.items():
            cursor.execute("SELECT setval(%s::regclass, %s)", [counter, last])


def _columns(cursor: Any) -> dict[str, dict[str, str]]:
    """Each table's columns with their types."""
    found: dict[str, dict[str, str]] = defaultdict(dict)
    for table, column, kind in _rows(cursor, COLUMNS):
        found[table][column] = kind
    return found


def _read(cursor: Any, table: str, columns: dict[str, str], out: IO[bytes] | None) -> Table:
    keys = connection.introspection.get_primary_key_columns(cursor, table) or list(columns)
    order = ", ".join(_quoted([key]) + (' COLLATE "C"' if columns[key] in WORDS else "") for key in keys)
    select = f"SELECT {_quoted(columns)} FROM {_quoted([table])} ORDER BY {order}"  # noqa: S608  # names of ours
    digest, rows = hashlib.sha256(), 0
    with cursor.copy(f"COPY ({select}) TO STDOUT") as copy:
        for chunk in copy:
            digest.update(chunk)
            rows += bytes(chunk).count(b"\n")  # one ends each row; those inside values are written otherwise
            if out is not None:
                out.write(chunk)
    return Table(list(columns), rows, digest.hexdigest())


def _rows(cursor: Any, query: str) -> list[Any]:
    cursor.execute(query)
    return list(cursor.fetchall())


def _first(rows: list[Any]) -> list[str]:
    return [row[0] for row in rows]


def _quoted(names: Iterable[str]) -> str:
    return ", ".join(connection.ops.quote_name(name) for name in names)
