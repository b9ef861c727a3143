"""Parts of queries that reads of several tables share."""

from typing import Any

from django.db.models import QuerySet, Subquery


def only_value(rows: QuerySet[Any], column: str) -> Subquery:
    """In another query: this column of the one row there can be, None where there is none.

    Unordered, for there is nothing to order. Asked for the first by id, a planner that knows nothing yet of a table
    that was just filled walks it by id, once for each row of the query around it.
    """
    return Subquery(rows.order_by().values(column)[:1])
