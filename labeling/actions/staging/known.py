"""What the database holds already of the rows of one batch, and whether a row that comes in again says the same.

Rule of comparison: what a row leaves out, or gives as null, is unknown and contradicts nothing. Of a problem and of all
metadata, what was unknown when it came in stays so; only a reference answer or a fact about a solution that comes later
is refused, since taking it silently would count it as known, and it would not be. Metadata of a row with a label may be
about the label, of which there can be many: it contradicts nothing.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import orjson

from labeling.actions.staging.bulk import Store, as_bytes
from labeling.actions.staging.entries import Sample
from labeling.actions.staging.names import digest
from selector.rows import ProblemRow, RowError

_PROBLEMS = """
    SELECT identity, id, content_hash, split, reference_answer, ground_truth_solution, level, subject, metadata
    FROM labeling_problem WHERE identity {among}"""
_EARLIER_ANSWERS = """
    SELECT p.id, r.answer FROM labeling_reference r JOIN labeling_problem p ON p.id = r.problem_id
    WHERE p.identity {among}"""
_SOLUTIONS = """
    SELECT identity, id, problem_id, content_hash, generator, answer, answer_is_correct, alternatives, metadata
    FROM labeling_solution WHERE identity {among}"""
_TEXTS = """
    SELECT pairs.number, pairs.name,
        (SELECT s.id FROM labeling_solution s
         WHERE s.problem_id = pairs.number AND s.content_hash = pairs.name AND s.duplicate_of_id IS NULL LIMIT 1)
    FROM {pairs}"""
# A subquery for each pair: a planner without statistics would join by reading the whole table. LIMIT: the first of its
# text is the first in the index too; its thousand duplicates need not be looked at.
_LABELS = "SELECT import_key, ratings FROM labeling_label WHERE import_key {among}"
_TREES = "SELECT identity, id FROM labeling_candidatetree WHERE identity {among}"


@dataclass(slots=True)
class KnownProblem:
    """A problem that is there, or that this batch brings."""

    id: int
    split: str
    ground_truth_solution: str | None
    level: str | None
    subject: str | None
    text: str | None = None  # None: known by its hash alone, until a row showed the text
    text_hash: bytes = b""
    answers: set[str | None] = field(default_factory=set)  # every reference it ever had: old files come in again
    metadata: str | bytes = "{}"


@dataclass(slots=True)
class KnownSolution:
    """A solution that is there, or that this batch brings."""

    id: int
    problem_id: int
    text: bytes
    generator: str | None
    answer: str | None
    answer_is_correct: bool | None
    alternatives: bytes | None
    metadata: str | bytes


class Seen:
    """Which names can be in the database at all, so that a first import need not ask for each of its rows.

    One mark for all names that begin alike: some are asked for in vain, none is missed, and memory does not grow with
    the file. In a campaign that was not empty when the import began every name can be there.
    """

    BITS = 22  # of a name; four million marks of a byte each: 200,000 names, and one in twenty is asked for in vain

    def __init__(self, *, campaign_is_empty: bool) -> None:
        self._marks = bytearray((b"\0" if campaign_is_empty else b"\1") * (1 << self.BITS))

    def among(self, names: Iterable[bytes]) -> list[bytes]:
        """Those of the names that can be there."""
        marks, names = self._marks, list(names)
        return [name for name, place in zip(names, self._places(names), strict=True) if marks[place]]

    def add(self, names: Iterable[bytes]) -> None:
        """These are being written."""
        marks = self._marks
        for place in self._places(names):
            marks[place] = 1

    def _places(self, names: Iterable[bytes]) -> list[int]:
        words = memoryview(b"".join(names)).cast("I")[::4]  # four a name, of which the first; all names in one pass
        return [word >> (32 - self.BITS) for word in words]


def problems(store: Store, identities: list[bytes]) -> dict[bytes, KnownProblem]:
    """Those that are there, by identity."""
    rows = store.with_keys(_PROBLEMS, identities)
    if not rows:
        return {}
    earlier: dict[int, set[str | None]] = {}
    for problem_id, answer in store.with_keys(_EARLIER_ANSWERS, identities):
        earlier.setdefault(problem_id, set()).add(answer)
    return {
        as_bytes(identity): KnownProblem(
            pk,
            split,
            solution,
            level,
            subject,
            text_hash=as_bytes(text_hash),
            answers={answer, *earlier.get(pk, ())} - {None},
            metadata=metadata,
        )
        for identity, pk, text_hash, split, answer, solution, level, subject, metadata in rows
    }


def solutions(store: Store, identities: list[bytes]) -> dict[bytes, KnownSolution]:
    """Those that are there, by identity."""
    return {
        as_bytes(row[0]): KnownSolution(
            id=row[1],
            problem_id=row[2],
            text=as_bytes(row[3]),
            generator=row[4],
            answer=row[5],
            answer_is_correct=None if row[6] is None else bool(row[6]),
            alternatives=None if row[7] is None else row[7].encode(),
            metadata=row[8],
        )
        for row in store.with_keys(_SOLUTIONS, identities)
    }


def texts(store: Store, pairs: Iterable[tuple[int, bytes]]) -> dict[tuple[int, bytes], int]:
    """The solution that is labeled and scored for each (problem, text) that is there."""
    found = store.with_pairs(_TEXTS, set(pairs))
    return {(problem, as_bytes(text)): pk for problem, text, pk in found if pk is not None}


def labels(store: Store, keys: list[bytes]) -> dict[bytes, str]:
    """The ratings of the imported labels that are there, by import key."""
    return {as_bytes(key): ratings for key, ratings in store.with_keys(_LABELS, keys)}


def trees(store: Store, identities: list[bytes]) -> set[bytes]:
    """The candidate trees that are there."""
    return {as_bytes(identity) for identity, _ in store.with_keys(_TREES, identities)}


def check_problem(known: KnownProblem, row: ProblemRow, where: str) -> None:
    """Raise RowError naming the first field in which the row contradicts what is known."""
    if known.text is None and digest(row.problem.encode()) == known.text_hash:
        known.text = row.problem
    if row.problem != known.text:
        raise RowError(where + "problem", f"the text that problem {_named(row.problem_id)} came in with before")
    if row.split is not None and row.split != known.split:
        raise RowError("split", f'"{known.split}", the split that this problem has already')
    for name in ("ground_truth_solution", "level", "subject"):
        given, before = getattr(row, name), getattr(known, name)
        if given is not None and before is not None and given != before:
            raise RowError(where + name, f"{_short(before)}, as this problem came in with before")
    # A PRM800K row tells the reference answer as it was when the label was made; it may have changed since.
    is_of_now = row.shape != "prm800k"
    if is_of_now and row.ground_truth_answer is not None and row.ground_truth_answer not in known.answers:
        before = " or ".join(sorted(_short(answer) for answer in known.answers)) or "none"
        raise RowError(
            where + "ground_truth_answer",
            f"{before}, as for this problem before (a lead can change a reference answer, an import cannot)",
        )
    if is_of_now and row.metadata:
        check_metadata(row.metadata, known.metadata, where)


def check_solution(known: KnownSolution, sample: Sample, problem_id: int) -> None:
    """Raise RowError naming the first field in which the row contradicts what is known."""
    row, where = sample.row, sample.where
    called = f"solution {_named(row.solution_id)}"
    if known.problem_id != problem_id:
        raise RowError(where + "solution_id", f"an id of its own: {called} belongs to another problem already")
    if known.text != sample.text:
        raise RowError(where + "steps", f"the steps that {called} came in with before")
    for name in ("generator", "answer", "answer_is_correct"):
        given, before = getattr(row, name), getattr(known, name)
        if given is not None and given != before:
            raise RowError(where + name, f"{_short(before)}, as {called} came in with before")
    if sample.alternatives is not None and sample.alternatives != known.alternatives:
        raise RowError(where + "alternatives", f"the alternatives that {called} came in with before")


def check_metadata(given: dict[str, Any], known: str | bytes, where: str) -> None:
    """Raise RowError naming the first key whose value is not the one that is known."""
    before = orjson.loads(known)
    for name, value in given.items():
        if value is not None and before.get(name) is not None and value != before[name]:
            raise RowError(where + name[:100], f"{_short(before[name])}, as it came in before")


def _named(given_id: str | None) -> str:
    return "without an id" if given_id is None else f'"{given_id[:100]}"'


def _short(value: Any) -> str:
    text = "null" if value is None else orjson.dumps(value).decode()
    return text if len(text) <= 80 else text[:77] + "…"
