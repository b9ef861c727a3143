"""SQL of querysets that is made once: for the few reads that run so often that building them was most of their cost."""

import inspect
from collections.abc import Callable
from typing import Any

from django.db import connection
from django.db.models import QuerySet

FIRST_STAND_IN = -9_000_000_000_000_001  # no row has such a number


class Statement:
    """The columns that a queryset of `values_list` reads, for whole numbers that change from call to call.

    `build` gets stand-ins for the numbers; Django makes the SQL once for each kind of database, and each call puts its
    numbers in their places. Values come as the database gives them.
    """

    def __init__(self, build: Callable[..., QuerySet[Any, Any]]) -> None:
        self._build = build
        self._stand_ins = {
            FIRST_STAND_IN - index: name for index, name in enumerate(inspect.signature(build).parameters)
        }
        self._made: dict[str, tuple[str, tuple[Any, ...]]] = {}

    def rows(self, **numbers: int) -> list[Any]:
        """Run it; the rows as tuples."""
        sql, parameters = self._made.get(connection.vendor) or self._make()
        with connection.cursor() as cursor:
            cursor.execute(sql, [numbers[self._stand_ins[p]] if p in self._stand_ins else p for p in parameters])
            return list(cursor.fetchall())

    def _make(self) -> tuple[str, tuple[Any, ...]]:
        queryset = self._build(**{name: stand_in for stand_in, name in self._stand_ins.items()})
        sql, parameters = queryset.query.sql_with_params()
        self._made[connection.vendor] = sql, parameters
        return sql, parameters
