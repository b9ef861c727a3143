"""Querysets whose SQL is made once: for the few reads that run so often that building them was most of their cost."""

import inspect
from collections.abc import Callable
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models import QuerySet

FIRST_STAND_IN = -9_000_000_000_000_001  # no row has such a number


class Statement:
    """What a queryset reads, for whole numbers and texts that change from call to call.

    `build` gets stand-ins for them (its annotations say of which kind: int or str), once for each connection; Django
    makes the SQL, and each call puts its values in the stand-ins' places. So the queryset must not depend on the values
    themselves. Django 5.2's compilers make and read the rows; the tests hold a statement against its queryset.
    """

    def __init__(self, build: Callable[..., QuerySet[Any, Any]]) -> None:
        self._build = build
        kinds = inspect.signature(build).parameters.values()
        self._stand_ins: dict[int | str, str] = {
            FIRST_STAND_IN - index if kind.annotation is int else f"\0{index}": kind.name
            for index, kind in enumerate(kinds)
        }

    def rows(self, **values: int | str) -> list[Any]:
        """Run it: objects or tuples, as the queryset would give them."""
        made: dict[Statement, _Made] = vars(connections[DEFAULT_DB_ALIAS]).setdefault("statements", {})
        if self not in made:
            made[self] = _Made(self._build(**{name: stand_in for stand_in, name in self._stand_ins.items()}))
        return made[self].rows(lambda value: values[self._stand_ins[value]] if value in self._stand_ins else value)

    def first(self, **values: int | str) -> Any:
        """The first row, None where there is none. The queryset should ask for one."""
        return next(iter(self.rows(**values)), None)


class _Made:
    """A queryset with the SQL that its compiler made; belongs to one connection, so to one thread."""

    def __init__(self, queryset: Any) -> None:
        self._queryset = queryset
        compiler = queryset.query.get_compiler(using=queryset.db)
        sql, parameters = compiler.as_sql()
        self._parameters = parameters
        self._bound: tuple[Any, ...] = ()
        compiler.as_sql = lambda *_, **__: (sql, self._bound)
        queryset.query.get_compiler = lambda *_, **__: compiler

    def rows(self, value_of: Callable[[Any], Any]) -> list[Any]:
        self._bound = tuple(map(value_of, self._parameters))
        return list(self._queryset._iterable_class(self._queryset))
