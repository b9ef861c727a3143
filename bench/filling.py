"""Large tables out of small ones, by SQL in PostgreSQL: real rows, made by our own commands, copied many times."""

from typing import Any

APART = 100_000_000  # between the ids of one copy and the next
COPIED = (  # table, its key, and the chosen items' column that the key must be in; in the order of foreign keys
    ("problem", "id", "problem_id"),
    ("reference", "problem_id", "problem_id"),
    ("solution", "id", "solution_id"),
    ("queueitem", "id", "item_id"),
    ("label", "item_id", "item_id"),
)


def multiply(connection: Any, times: int, *, state: str) -> None:
    """Copy every item in this state so many times, each copy with a problem, solution and label of its own."""
    apart = f"copy::bigint * {APART}"
    connection.execute(
        f"""
        CREATE TEMPORARY TABLE chosen ON COMMIT PRESERVE ROWS AS
        SELECT item.id AS item_id, item.solution_id, solution.problem_id
        FROM labeling_queueitem item JOIN labeling_solution solution ON solution.id = item.solution_id
        WHERE item.state = '{state}'
        """
    )
    moved = {name: f"{name} + {apart}" for name in ("id", "problem_id", "solution_id", "item_id", "place")}
    own = dict.fromkeys(("identity", "content_hash", "submission_id"), "gen_random_uuid()")
    own |= {"external_id": "external_id || '/' || copy"}
    for table, key, chosen in COPIED:
        _copy(connection, table, times, moved | own, f"{key} IN (SELECT {chosen} FROM chosen)")
    connection.execute("UPDATE labeling_round SET counted_items = NULL")  # count again


def label_all(connection: Any, *, limit: int | None = None) -> int:
    """Labels like the one that is there (the template) for the first waiting items; their number."""
    columns = _columns(connection, "label")
    own = {
        "problem_id": "solution.problem_id",
        "solution_id": "solution.id",
        "item_id": "item.id",
        "submission_id": "gen_random_uuid()",
        "ratings": "substr('++++++++', 1, mod(item.id, 8)::int) || '-'",
    }
    values = ", ".join(own.get(name, f'template."{name}"') for name in columns)
    with connection.transaction():
        made = connection.execute(
            f"""
            INSERT INTO labeling_label ({", ".join(columns)})
            SELECT {values}
            FROM (SELECT id, solution_id FROM labeling_queueitem WHERE state = 'waiting' ORDER BY place LIMIT %s) item
            JOIN labeling_solution solution ON solution.id = item.solution_id
            CROSS JOIN (SELECT * FROM labeling_label ORDER BY id LIMIT 1) template
            """,
            [limit],
        ).rowcount
        connection.execute(
            "UPDATE labeling_queueitem SET state = 'labeled'"
            " WHERE state = 'waiting' AND id IN (SELECT item_id FROM labeling_label)"
        )
        connection.execute("UPDATE labeling_round SET counted_items = NULL")
    return int(made)


def _columns(connection: Any, table: str) -> list[str]:
    """All columns of one of our tables but its id, which the database gives."""
    found = connection.execute(
        "SELECT column_name FROM information_schema.columns"
        " WHERE table_name = %s AND column_name <> 'id' ORDER BY ordinal_position",
        [f"labeling_{table}"],
    )
    return [name for (name,) in found]


def _copy(connection: Any, table: str, times: int, own: dict[str, str], condition: str) -> None:
    """Copies of a table's rows, with their own values (SQL over the row and the number of the copy) where needed."""
    columns = ["id", *_columns(connection, table)]
    values = ", ".join(own.get(name, f'"{name}"') for name in columns)
    connection.execute(
        f"""
        INSERT INTO labeling_{table} ({", ".join(columns)})
        SELECT {values} FROM labeling_{table} CROSS JOIN generate_series(1, {times}) AS copy
        WHERE {condition} ORDER BY copy, id
        """
    )
