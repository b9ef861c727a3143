"""Many rows at once, in the way each database takes them fastest: COPY on PostgreSQL, executemany on SQLite.

Rows are tuples of plain values in the order of the columns; UUIDs travel as 16 bytes and JSON as encoded bytes, so that
nothing is built only to be taken apart again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any, Protocol
from uuid import UUID

import orjson
from django.db import connection, models, transaction
from psycopg.types.string import BytesBinaryDumper

from labeling.models.fields import JSONText

Row = tuple[Any, ...]
_KINDS: tuple[tuple[type[models.Field[Any, Any]], str], ...] = (
    (JSONText, "json"),
    (models.TextField, "text"),
    (models.CharField, "text"),
    (models.UUIDField, "uuid"),
    (models.BooleanField, "bool"),
    (models.DateTimeField, "timestamptz"),
    (models.PositiveSmallIntegerField, "int2"),
    (models.ForeignKey, "int8"),
    (models.BigAutoField, "int8"),
    (models.PositiveBigIntegerField, "int8"),
)


def _kind(field: models.Field[Any, Any]) -> str:
    for field_class, kind in _KINDS:
        if isinstance(field, field_class):
            return kind
    raise TypeError(f"no bulk writing of {type(field).__name__} yet: {field}")


class Table:
    """One table and the columns that are written, in their order."""

    def __init__(self, model: type[models.Model], *fields: str) -> None:
        self.name = model._meta.db_table
        self.columns: list[str] = []
        self.kinds: list[str] = []
        for name in fields:
            field = model._meta.get_field(name)
            if not isinstance(field, models.Field) or field.column is None:
                raise TypeError(f"{name} of {model.__name__} has no column")
            self.columns.append(field.column)
            self.kinds.append(_kind(field))


class Store(Protocol):
    """What an import asks of a database beyond the ORM."""

    def take_ids(self, table: Table, count: int) -> Iterator[int]:
        """Ids that nobody else gets, ascending; those not used are lost."""

    def write(self, table: Table, rows: Sequence[Row]) -> None:
        """Insert the rows."""

    def with_keys(self, select: str, keys: Sequence[bytes]) -> list[Row]:
        """Rows of `SELECT … WHERE column {among}`: those whose UUID is among the keys."""

    def with_pairs(self, select: str, pairs: Iterable[tuple[int, bytes]]) -> list[Row]:
        """Rows of `SELECT … FROM {pairs}`, a table with the columns `number` and `name`."""


def store() -> Store:
    """The one for the database in use."""
    return PostgreSQLStore() if connection.vendor == "postgresql" else SQLiteStore()


def as_bytes(value: UUID | str) -> bytes:
    """A UUID column's value, as either database gives it back."""
    return value.bytes if isinstance(value, UUID) else bytes.fromhex(value)


class PostgreSQLStore:
    """Binary COPY; the server neither parses numbers nor unescapes text."""

    # The bytes of a UUID and of a text are what the server expects of these columns.
    _WIRE = {"uuid": "bytea", "json": "bytea"}

    def take_ids(self, table: Table, count: int) -> Iterator[int]:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_get_serial_sequence(%s, 'id')", [table.name])  # not in the next query: it would
            sequence = cursor.fetchone()[0]  # look the name up for every id
            cursor.execute("SELECT nextval(%s::regclass) FROM generate_series(1, %s)", [sequence, count])
            return iter([number for (number,) in cursor.fetchall()])

    def write(self, table: Table, rows: Sequence[Row]) -> None:
        if not rows:
            return
        statement = f"COPY {table.name} ({', '.join(table.columns)}) FROM STDIN (FORMAT BINARY)"
        with connection.cursor() as cursor:
            cursor.adapters.register_dumper(bytes, BytesBinaryDumper)  # the one in C; that of bytea is in Python
            with cursor.copy(statement) as copy:
                copy.set_types([self._WIRE.get(kind, kind) for kind in table.kinds])
                write_row = copy.write_row
                for row in rows:
                    write_row(row)

    def with_keys(self, select: str, keys: Sequence[bytes]) -> list[Row]:
        if not keys:
            return []
        array = "{" + ",".join([key.hex() for key in keys]) + "}"
        with connection.cursor() as cursor:
            cursor.execute(select.format(among="= ANY (%s::uuid[])"), [array])
            return cursor.fetchall()

    def with_pairs(self, select: str, pairs: Iterable[tuple[int, bytes]]) -> list[Row]:
        pairs = list(pairs)
        numbers, names = [number for number, _ in pairs], "{" + ",".join([name.hex() for _, name in pairs]) + "}"
        with connection.cursor() as cursor:
            cursor.execute(
                select.format(pairs="unnest(%s::bigint[], %s::uuid[]) AS pairs(number, name)"), [numbers, names]
            )
            return cursor.fetchall()


def _sqlite_time(value: datetime) -> str:
    return str(value.astimezone(UTC).replace(tzinfo=None))


class SQLiteStore:
    """executemany inside a short transaction; ids are taken from the table that AUTOINCREMENT keeps."""

    _WIRE: dict[str, Callable[[Any], Any]] = {"uuid": bytes.hex, "json": bytes.decode, "timestamptz": _sqlite_time}

    def take_ids(self, table: Table, count: int) -> Iterator[int]:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("UPDATE sqlite_sequence SET seq = seq + %s WHERE name = %s", [count, table.name])
            if not cursor.rowcount:  # the table never had a row
                cursor.execute("INSERT INTO sqlite_sequence (name, seq) VALUES (%s, %s)", [table.name, count])
            cursor.execute("SELECT seq FROM sqlite_sequence WHERE name = %s", [table.name])
            last: int = cursor.fetchone()[0]
        return iter(range(last - count + 1, last + 1))

    def write(self, table: Table, rows: Sequence[Row]) -> None:
        if not rows:
            return
        marks = ", ".join(["%s"] * len(table.columns))
        columns = list(zip(*rows, strict=True))
        for index, kind in enumerate(table.kinds):
            if convert := self._WIRE.get(kind):
                columns[index] = tuple(None if value is None else convert(value) for value in columns[index])
        with connection.cursor() as cursor:
            statement = f"INSERT INTO {table.name} ({', '.join(table.columns)}) VALUES ({marks})"  # noqa: S608
            cursor.executemany(statement, list(zip(*columns, strict=True)))

    def with_keys(self, select: str, keys: Sequence[bytes]) -> list[Row]:
        if not keys:
            return []
        # One parameter however many keys: statements may hold only so many.
        array = orjson.dumps([key.hex() for key in keys]).decode()
        with connection.cursor() as cursor:
            cursor.execute(select.format(among="IN (SELECT value FROM json_each(%s))"), [array])
            return cursor.fetchall()

    def with_pairs(self, select: str, pairs: Iterable[tuple[int, bytes]]) -> list[Row]:
        array = orjson.dumps([[number, name.hex()] for number, name in pairs]).decode()
        values = "SELECT json_extract(value, '$[0]') AS number, json_extract(value, '$[1]') AS name FROM json_each(%s)"
        with connection.cursor() as cursor:
            cursor.execute(select.format(pairs=f"({values}) AS pairs"), [array])
            return cursor.fetchall()
