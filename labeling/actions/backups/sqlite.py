"""SQLite: a copy of the file by its own backup interface, which waits for nobody and holds nobody up."""

import hashlib
import sqlite3
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path
from typing import Any

from django.db import connection

from labeling.actions.backups.tables import FOLDERS, MIGRATIONS, Dump, Table

FILE = "database.sqlite3"
NAMES = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite~_%' ESCAPE '~' ORDER BY name"
COUNTERS = "SELECT name, seq FROM sqlite_sequence ORDER BY name"


def dump(folder: Path) -> Dump:
    """Copy the database into a file of this folder, as at one moment."""
    live = str(connection.settings_dict["NAME"])
    with closing(sqlite3.connect(live)) as source, closing(sqlite3.connect(folder / FILE)) as copy:
        source.backup(copy)
        copy.execute("PRAGMA journal_mode = DELETE")  # one file, with no log beside it
        found = {table: _table(copy, table) for table in _first(copy.execute(NAMES))}
        migrations = [(app, name) for app, name in copy.execute(MIGRATIONS)]
        return Dump(found, dict(copy.execute(COUNTERS)), migrations, _first(copy.execute(FOLDERS)))


def tables() -> dict[str, Table]:
    """Every table as it is now."""
    return {table: _table(_live(), table) for table in names()}


def names() -> list[str]:
    """The names of all tables."""
    return _first(_live().execute(NAMES))


def hold() -> None:
    """Nothing to do: a transaction here keeps other writers out from its beginning (see the settings)."""


def load(folder: Path, dumped: Dump) -> None:
    """Put these rows in the place of all that there are."""
    live = _live()
    with closing(sqlite3.connect(folder / FILE)) as source:
        for name, table in dumped.tables.items():
            places = ", ".join("?" for _ in table.columns)
            live.execute(f"DELETE FROM {_quoted([name])}")  # noqa: S608  # names of ours
            into = f"INSERT INTO {_quoted([name])} ({_quoted(table.columns)}) VALUES ({places})"  # noqa: S608
            live.executemany(into, source.execute(_select(source, name, table.columns)))
    live.execute("DELETE FROM sqlite_sequence")
    live.executemany("INSERT INTO sqlite_sequence (name, seq) VALUES (?, ?)", dumped.counters.items())


def _live() -> sqlite3.Connection:
    """Below Django, whose cursor would turn values into Python's and back."""
    connection.ensure_connection()
    live: sqlite3.Connection = connection.connection
    return live


def _table(database: sqlite3.Connection, name: str) -> Table:
    columns = sorted(row[1] for row in database.execute(f"PRAGMA table_info({_quoted([name])})"))
    digest, rows = hashlib.sha256(), 0
    for row in database.execute(_select(database, name, columns)):
        digest.update(repr(row).encode())
        rows += 1
    return Table(columns, rows, digest.hexdigest())


def _select(database: sqlite3.Connection, name: str, columns: Iterable[str]) -> str:
    """Values as they are stored: the sign before a column keeps Django's connection from converting it."""
    keys = [row[1] for row in database.execute(f"PRAGMA table_info({_quoted([name])})") if row[5]]
    values = ", ".join(f"+{connection.ops.quote_name(column)}" for column in columns)
    return f"SELECT {values} FROM {_quoted([name])} ORDER BY {_quoted(keys)}"  # noqa: S608


def _quoted(names: Iterable[str]) -> str:
    return ", ".join(connection.ops.quote_name(name) for name in names)


def _first(rows: Iterable[Any]) -> list[str]:
    return [row[0] for row in rows]
