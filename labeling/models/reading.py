"""Parts of queries that reads of several tables share."""

from typing import Any

from django.db import connection
from django.db.models import QuerySet, Subquery


def only_value(rows: QuerySet[Any], column: str) -> Subquery:
    """In another query: this column of the one row there can be, None where there is none.

    Unordered, for there is nothing to order. Asked for the first by id, a planner that knows nothing yet of a table
    that was just filled walks it by id, once for each row of the query around it.
    """
    return Subquery(rows.order_by().values(column)[:1])


# Each name is one step along the index, where a DISTINCT would read all of it; `min` skips the rows without one.
_GENERATORS = """
    WITH RECURSIVE one(name) AS (
        SELECT min(generator) FROM labeling_solution WHERE generator IS NOT NULL
        UNION ALL
        SELECT (SELECT min(generator) FROM labeling_solution WHERE generator > one.name) FROM one WHERE name IS NOT NULL
    )
    SELECT name FROM one WHERE name IS NOT NULL LIMIT %s
"""


def generators(most: int) -> list[str]:
    """The names of the generators of all solutions here, so many at most."""
    with connection.cursor() as cursor:
        cursor.execute(_GENERATORS, [most])
        return [name for (name,) in cursor.fetchall()]
