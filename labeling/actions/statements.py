"""Querysets whose SQL is made once: for the few that run so often that building them was most of their cost."""

import inspect
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, cast

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models import QuerySet
from django.db.models.sql import DeleteQuery, UpdateQuery

FIRST_STAND_IN = 31_001  # fits the smallest integer column; no number of ours in a statement is near it
PLACE = re.compile(r"%%|%s")  # where a parameter goes; a doubled sign is one that is meant
WORD = re.compile(r"[a-z0-9_]*")  # what our constants are made of: states, purposes, origins


class _Prepared:
    """SQL with stand-ins in it, made of what `build` gives for them, once for each connection.

    `build`'s annotations say of which kind its values are, int or str. Each call puts its own in the stand-ins' places,
    so what is built must not depend on the values themselves.
    """

    def __init__(self, build: Callable[..., Any]) -> None:
        self._build = build
        kinds = inspect.signature(build).parameters.values()
        self._stand_ins: dict[int | str, str] = {
            FIRST_STAND_IN + index if kind.annotation is int else f"\0{index}": kind.name
            for index, kind in enumerate(kinds)
        }

    def _made(self, make: Callable[[Any], Any]) -> Any:
        made: dict[_Prepared, Any] = vars(connections[DEFAULT_DB_ALIAS]).setdefault("statements", {})
        if self not in made:
            made[self] = make(self._build(**{name: stand_in for stand_in, name in self._stand_ins.items()}))
        return made[self]

    def _with_constants(self, sql: str, parameters: Sequence[Any]) -> tuple[str, tuple[Any, ...]]:
        """The same with our constants written into the SQL: what is sent is what differs between calls.

        PostgreSQL plans a prepared statement anew at every call where a parameter decides which partial index serves
        it, as states do.
        """
        given, sent = iter(parameters), []

        def place(found: re.Match[str]) -> str:
            if found[0] == "%%":
                return found[0]
            value = next(given)
            constant = None if value in self._stand_ins else _literal(value)
            if constant is None:
                sent.append(value)
            return constant or found[0]

        return PLACE.sub(place, sql), tuple(sent)

    def _bound(self, parameters: tuple[Any, ...], values: Mapping[str, int | str]) -> tuple[Any, ...]:
        """A stand-in may have come back as a kind of int that names its column's size: so do the values."""
        names = self._stand_ins
        return tuple(type(value)(values[names[value]]) if value in names else value for value in parameters)


def _literal(value: Any) -> str | None:
    """A number or a word as SQL writes it; None for what is to be sent."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int):
        return str(int(value))
    return f"'{value}'" if isinstance(value, str) and WORD.fullmatch(value) else None


class Statement(_Prepared):
    """What a queryset reads. Django 5.2's compilers make and read the rows; the tests hold it against its queryset."""

    def __init__(self, build: Callable[..., QuerySet[Any, Any]]) -> None:
        super().__init__(build)

    def rows(self, **values: int | str) -> list[Any]:
        """Run it: objects or tuples, as the queryset would give them."""
        made: _Read = self._made(lambda built: _Read(built, self._with_constants))
        return made.rows(self._bound(made.parameters, values))

    def first(self, **values: int | str) -> Any:
        """The first row, None where there is none. The queryset should ask for one."""
        return next(iter(self.rows(**values)), None)


class Change(_Prepared):
    """An update: `build` gives the queryset and its columns' new values. Or a deletion, where it gives None for these.

    It sends no signals and follows no foreign keys, as `QuerySet.update` does not; so nothing may point to what it
    deletes.
    """

    def __init__(self, build: Callable[..., tuple[QuerySet[Any, Any], dict[str, Any] | None]]) -> None:
        super().__init__(build)

    def run(self, **values: int | str) -> int:
        """How many rows it changed."""
        sql, parameters = self._made(lambda built: self._with_constants(*_change(built)))
        with connections[DEFAULT_DB_ALIAS].cursor() as cursor:
            cursor.execute(sql, self._bound(parameters, values))
            return int(cursor.rowcount)


class _Read:
    """A queryset with the SQL that its compiler made; belongs to one connection, so to one thread."""

    def __init__(self, queryset: Any, with_constants: Callable[..., tuple[str, tuple[Any, ...]]]) -> None:
        self._queryset = queryset
        compiler = queryset.query.get_compiler(using=queryset.db)
        sql, self.parameters = with_constants(*compiler.as_sql())
        self._now: tuple[Any, ...] = ()
        converters = compiler.get_converters([column for column, *_ in compiler.select[: compiler.col_count]])
        compiler.get_converters = lambda _columns: converters
        compiler.as_sql = lambda *_, **__: (sql, self._now)
        queryset.query.get_compiler = lambda *_, **__: compiler

    def rows(self, parameters: tuple[Any, ...]) -> list[Any]:
        self._now = parameters
        return list(self._queryset._iterable_class(self._queryset))


def _change(built: tuple[QuerySet[Any, Any], dict[str, Any] | None]) -> tuple[str, tuple[Any, ...]]:
    queryset, values = built
    if values is None:
        if queryset.model._meta.related_objects:
            raise TypeError(f"something may point to a {queryset.model.__name__}")
        query = queryset.query.chain(DeleteQuery)
    else:
        query = cast(UpdateQuery, queryset.query.chain(UpdateQuery))
        query.add_update_values(values)
    sql, parameters = query.get_compiler(using=queryset.db).as_sql()
    return sql, tuple(parameters)
