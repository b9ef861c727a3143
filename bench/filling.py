"""Large tables out of small ones, by SQL in PostgreSQL: real rows, made by our own commands, copied many times."""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from itertools import combinations
from typing import Any

from labeling.agreement import Rated, measure, measure_by_position, pairs_of

APART = 100_000_000  # between the ids of one copy and the next
COPIED = (  # table, its key, and the chosen items' column that the key must be in; in the order of foreign keys
    ("problem", "id", "problem_id"),
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


@dataclass(frozen=True, slots=True)
class Size:
    """Of a made-up campaign; `solutions` is for each problem, `labels` have six rated steps each."""

    problems: int
    solutions: int
    labels: int
    labelers: int
    rounds: int


def campaign(connection: Any, size: Size) -> None:
    """A large campaign after the rows that are there: closed rounds and one open, two labels of each solution in them.

    Every fiftieth label is one of gold, every thousandth has a step of which its labeler was unsure.
    """
    with connection.transaction():
        for table, rows, own in _statements(size):
            _like(connection, table, rows, own)
        connection.execute("UPDATE labeling_round SET counted_items = NULL")
        connection.execute(
            "INSERT INTO labeling_gold (solution_id, accepted, use, source, explanation, created_at)"
            " SELECT DISTINCT solution_id, '666661', 'stream', 'hand', '', now()"
            " FROM labeling_queueitem WHERE purpose = 'gold'"
        )
        connection.execute("UPDATE labeling_job SET kind = 'retrain' WHERE id = 1000001")
        counted = "SELECT count(*) FROM labeling_solution"  # the import that all rows are said to have come with
        connection.execute(
            f"UPDATE labeling_job SET result = '{{\"solutions\": ' || ({counted}) || '}}' WHERE kind = 'import'"
        )
    connection.execute("ANALYZE")


FIRST = 1_000_000  # above the numbers of the rows that were there


def _statements(size: Size) -> list[tuple[str, str, dict[str, str]]]:
    """Table, rows to make, and what differs from the row that is there."""
    first, uuid = FIRST, "gen_random_uuid()"
    identity = {"identity": uuid, "content_hash": uuid}
    pool, last, half = size.problems * size.solutions, size.rounds - 1, size.labels // 2
    # Each solution has two labels, of different people; a fifth of the second ones stand against the first.
    is_second = f"row.n / {half} % 2"
    solution = f"{first} + (row.n % {half} * {max(1, pool // half)}) % {pool}"
    finds_error = f"(row.n % {half} % 2 = 0) <> ({is_second} = 1 AND row.n % 5 = 0)"
    of_round = f"{first} + row.n % {size.rounds}"
    of_labeler = f"{first} + (row.n / 2 + {is_second}) % {size.labelers}"
    weeks = f"interval '7 days' * ({size.rounds} - row.n)"

    def count(number: int) -> str:
        return f"SELECT n FROM generate_series(0, {number - 1}) AS n"

    return [
        ("job", "SELECT 1 AS n", {"id": f"{first} + 1", "kind": "'grade'"}),
        ("problem", count(size.problems), {"id": f"{first} + row.n", "external_id": "'p' || row.n",
         "split": "CASE WHEN row.n % 10 = 0 THEN 'test' ELSE 'train' END", **identity}),
        ("solution", count(pool), {"id": f"{first} + row.n",
         "problem_id": f"{first} + row.n / {size.solutions}", "external_id": "'s' || row.n",
         "answer_is_correct": "row.n % 3 = 0", **identity}),
        ("labeler", count(size.labelers), {"id": f"{first} + row.n", "uuid": uuid, "account_id": "NULL",
         "kind": "'simulated'", "name": "'labeler ' || row.n"}),
        ("round", count(size.rounds), {"id": f"{first} + row.n", "number": "row.n + 1",
         "state": f"CASE WHEN row.n = {last} THEN 'open' ELSE 'closed' END", "opened_at": f"now() - {weeks}",
         "closed_at": f"CASE WHEN row.n < {last} THEN now() - {weeks} + interval '6 days' END"}),
        ("queueitem", count(size.labels), {"id": f"{first} + row.n", "solution_id": solution, "round_id": of_round,
         "state": "'labeled'", "place": f"{first} + row.n", "reason": "'convincing_wrong'", "score": "0.9",
         "purpose": "CASE WHEN row.n % 50 = 0 THEN 'gold' ELSE 'round' END",
         "reserved_for_id": f"CASE WHEN row.n % 50 = 0 THEN {of_labeler} END"}),
        ("label", count(size.labels), {"solution_id": solution,
         "problem_id": f"{first} + ({solution} - {first}) / {size.solutions}", "item_id": f"{first} + row.n",
         "round_id": of_round, "labeler_id": of_labeler, "submission_id": uuid,
         "ratings": f"CASE WHEN {finds_error} THEN '+++0+-' ELSE '++++0+' END",
         "finish_reason": f"CASE WHEN {finds_error} THEN 'found_error' ELSE 'solution' END",
         "flagged": "CASE WHEN row.n % 1000 = 7 THEN '[1]' ELSE '[]' END",
         "submitted_at": f"now() - interval '1 minute' * (({last} - row.n % {size.rounds}) * 10080 + row.n % 6000)",
         "origin": "'simulated'",
         "step_times_ms": "'[5000, 6000, 7000, 8000, 9000, 9500]'", "total_time_ms": "44500 + row.n % 9000"}),
    ]  # fmt: skip


def scores(connection: Any, size: Size) -> None:
    """A selector in use, made by the job that `campaign` left, and its score of every solution."""
    connection.execute(
        """
        INSERT INTO labeling_selectorversion (campaign_id, job_id, number, kind, state, base_model, seed, folder,
            training_labels, evaluation_labels, snapshot_hash, manifest, metrics, why, created_at, published_at,
            scored_at)
        SELECT campaign_id, id, 1, 'prm', 'published', 'tiny', 0, 'none', 1000, 100, '', '{}', '{}', '', now(), now(),
            now()
        FROM labeling_job WHERE kind = 'retrain'
        """
    )
    connection.execute(
        f"""
        INSERT INTO labeling_solutionscore (version_id, solution_id, score, step_scores)
        SELECT version.id, {FIRST} + n, (n % 1000) / 1000.0, '[0.9, 0.9, 0.8, 0.9, 0.7, 0.9]'
        FROM labeling_selectorversion version, generate_series(0, {size.problems * size.solutions - 1}) AS n
        """
    )
    connection.execute("ANALYZE")


def figures(connection: Any, size: Size) -> None:
    """What jobs leave: how far people agree, by labeler, pair and round; what an evaluation found of the selector."""
    labels = [Rated(n, who, (1, 1, -1 if (n + who * n) % 4 else 1)) for n in range(40) for who in range(2)]
    pairs = pairs_of(labels)
    found, at_step = asdict(measure(pairs)), asdict(measure_by_position(pairs)[0])
    people = range(FIRST, FIRST + size.labelers)
    groups: dict[str, Iterable[Any]] = {
        "labelers": people, "pairs": combinations(people, 2), "rounds": range(size.rounds), "subjects": ["Algebra"]
    }  # fmt: skip
    kept = {name: [[key, found] for key in keys] for name, keys in groups.items()}
    steps = [[index, at_step["same_rating"] | at_step] for index in range(6)]
    connection.execute(
        """
        INSERT INTO labeling_agreementreport
        (campaign_id, job_id, figures, labels, last_label, computed_at, verdicts)
        SELECT campaign_id, id, %s, %s, %s, now(), '[]' FROM labeling_job WHERE kind = 'retrain'
        """,
        [json.dumps(kept | {"all": found, "steps": steps, "consensus": None}), size.labels, FIRST + size.labels],
    )
    top = {"score": 0.6, "majority": 0.5, "pass": 0.8, "problems": 1_000, "interval": [0.55, 0.65]}
    measured = {"best_of_n": {str(2**power): top for power in range(7)}, "first_error_f1": 0.5, "step_auc": 0.8}
    connection.execute("UPDATE labeling_selectorversion SET metrics = %s", [json.dumps(measured)])


def _like(connection: Any, table: str, rows: str, own: dict[str, str]) -> None:
    """Rows like the first one of a table, with their own values (SQL over `row`) where needed."""
    columns = [*(["id"] if "id" in own else []), *_columns(connection, table)]
    values = ", ".join(own.get(name, f'template."{name}"') for name in columns)
    connection.execute(
        f"""
        INSERT INTO labeling_{table} ({", ".join(columns)})
        SELECT {values} FROM ({rows}) row CROSS JOIN (SELECT * FROM labeling_{table} ORDER BY id LIMIT 1) template
        """
    )


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
