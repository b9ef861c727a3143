"""Files of scored solutions: what `score` writes, and what `select` and `evaluate` read."""

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from selector.answer_text import final_answer
from selector.committee import disagreement
from selector.errors import InputError
from selector.records import Candidate, ScoredSolution
from selector.rows import ProblemRow, RowError, SolutionRow, numbered_lines, parse_row, read_rows, text_key
from selector.votes import Votes


@dataclass(frozen=True, slots=True)
class PoolSolution:
    """One solution of a pool with its identity: the given ids, else hashes of its text."""

    problem_id: str
    solution_id: str
    text_key: str
    problem: ProblemRow
    solution: SolutionRow

    @property
    def answer(self) -> str | None:
        """The answer as given, else as the steps state it."""
        return self.solution.answer or final_answer(self.solution.steps)

    def as_row(self, scored: ScoredSolution, duplicate_of: str | None) -> dict[str, Any]:
        """What `score` writes of it."""
        return {
            "problem_id": self.problem_id,
            "solution_id": self.solution_id,
            "score": scored.score,
            "step_scores": scored.step_scores,
            "answer": self.answer,
            "answer_is_correct": self.solution.answer_is_correct,
            "split": self.problem.split,
            "duplicate_of": duplicate_of,
            "mean_log_score": scored.mean_log_score,
            "text_key": self.text_key,
            **{f"{name}_score": scored.reduced[name] for name in ("product", "min") if name in scored.reduced},
            **({"step_spreads": scored.step_spreads} if scored.step_spreads else {}),
            **({"likelihood": scored.likelihood} if scored.likelihood is not None else {}),
        }


@dataclass(frozen=True, slots=True)
class ScoreRow:
    """One scored solution as `select` and `evaluate` need it; `score` is the value under the key that ranks."""

    problem_id: str
    solution_id: str
    score: float | None
    step_scores: tuple[float, ...]
    answer: str | None
    answer_is_correct: bool | None
    split: str | None
    duplicate_of: str | None
    text_key: str | None
    raw: dict[str, Any]
    step_spreads: tuple[float, ...] = ()
    likelihood: float | None = None


def pool_solutions(paths: Iterable[str]) -> Iterator[PoolSolution]:
    """Every solution of the files in order; hashed ids that would meet again are told apart by a number."""
    met: Counter[str] = Counter()
    for path in paths:
        for _, row in read_rows(path):
            yield from solutions_of(row, met)


def solutions_of(row: ProblemRow, met: Counter[str]) -> Iterator[PoolSolution]:
    problem_id = row.problem_id or _hashed(row.problem)
    for solution in row.solutions:
        key = text_key(row.problem, solution.steps)
        solution_id = solution.solution_id
        if solution_id is None:
            solution_id = _hashed(f"{key} {solution.generator}")
            met[solution_id] += 1
            if met[solution_id] > 1:
                solution_id = f"{solution_id}-{met[solution_id]}"
        yield PoolSolution(problem_id, solution_id, key, row, solution)


def read_score_rows(paths: Iterable[str], score_key: str = "score") -> list[ScoreRow]:
    """Rows that `score` wrote, rows of the export format `scored`, or pool rows that carry scores of their own.

    Raises:
        RowError: a row is none of these; it names file, line and field.
        InputError: no row has the key that is to rank.
    """
    rows: list[ScoreRow] = []
    met: Counter[str] = Counter()
    has_key = False
    for path in paths:
        for number, line in numbered_lines(path):
            try:
                row = _object(line)
                has_key = has_key or _carries(row, score_key)
                rows += _score_rows(row, score_key, len(rows), met)
            except RowError as error:
                error.line, error.file = number, path
                raise
    if rows and not has_key:
        raise InputError(f"no row has the key {score_key!r}; expected the key whose value ranks the solutions")
    return rows


def candidates_of(
    rows: Sequence[ScoreRow], labeled: set[str], likelihoods: Mapping[str, float | None] | None = None
) -> list[Candidate]:
    """Candidates for a strategy; `labeled` holds solution ids and text keys of what has a label.

    Every row has a vote. `likelihoods` are scores of a model of kind surprise by solution id, else the rows' own.
    """
    verdicts = {True: "correct", False: "wrong", None: "unknown"}
    votes = Votes.count((row.problem_id, row.answer) for row in rows)
    return [
        Candidate(
            solution_id=row.solution_id,
            problem_id=row.problem_id,
            verdict=verdicts[row.answer_is_correct],  # type: ignore[arg-type]
            score=row.score,
            answer=row.answer,
            split="test" if row.split == "test" else "train",
            text_key=row.duplicate_of or row.solution_id,
            is_labeled=row.solution_id in labeled or row.text_key in labeled,
            votes=votes.votes(row.problem_id, row.answer),
            samples=votes.of_problem[row.problem_id],
            likelihood=row.likelihood if likelihoods is None else likelihoods.get(row.solution_id),
            **_committees_word(row),
        )
        for row in rows
    ]


def _committees_word(row: ScoreRow) -> dict[str, Any]:
    said = disagreement(row.step_scores, row.step_spreads)
    return {} if said is None else {"spread": said[0], "doubt": said[1]}


def _object(line: bytes) -> dict[str, Any]:
    try:
        row = orjson.loads(line)
    except orjson.JSONDecodeError as error:
        raise RowError("row", f"one JSON object on each line ({error})") from None
    if not isinstance(row, dict):
        raise RowError("row", "a JSON object")
    return row


def _carries(row: dict[str, Any], key: str) -> bool:
    solutions = row.get("solutions")
    inner = solutions if isinstance(solutions, list) else []
    return key in row or any(isinstance(solution, dict) and key in solution for solution in inner)


def _score_rows(row: dict[str, Any], key: str, place: int, met: Counter[str]) -> list[ScoreRow]:
    if "solutions" in row or "steps" in row:
        found = solutions_of(parse_row(row), met)
        return [_of_pool(solution, solution.solution.metadata.get(key), key) for solution in found]
    problem_id = row.get("problem_id") or row.get("problem")
    if not isinstance(problem_id, str):
        raise RowError("problem_id", "a string (or the problem's text under problem)")
    is_correct = row["answer_is_correct"] if "answer_is_correct" in row else row.get("is_correct")
    if is_correct is not None and not isinstance(is_correct, bool):
        raise RowError("answer_is_correct", "true, false or null")
    solution_id = row.get("solution_id")
    return [
        ScoreRow(
            problem_id=problem_id,
            solution_id=solution_id if isinstance(solution_id, str) else f"row {place}",
            score=_number(row.get(key), key),
            step_scores=_numbers(row, "step_scores"),
            answer=_text(row, "answer"),
            answer_is_correct=is_correct,
            split=_text(row, "split"),
            duplicate_of=_text(row, "duplicate_of"),
            text_key=_text(row, "text_key"),
            raw=row,
            step_spreads=_numbers(row, "step_spreads"),
            likelihood=_number(row.get("likelihood"), "likelihood"),
        )
    ]


def _of_pool(found: PoolSolution, score: object, key: str) -> ScoreRow:
    row = found.as_row(ScoredSolution(_number(score, key), ()), None)
    return ScoreRow(**{name: value for name, value in row.items() if name != "mean_log_score"}, raw=row)


def _numbers(row: dict[str, Any], key: str) -> tuple[float, ...]:
    values = row.get(key) or []
    if not isinstance(values, list) or not all(isinstance(value, (int, float)) for value in values):
        raise RowError(key, "a list of numbers")
    return tuple(values)


def _number(value: object, key: str) -> float | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise RowError(key, "a number or null")
    return float(value)


def _text(row: dict[str, Any], key: str) -> str | None:
    value = row.get(key)
    if value is None or isinstance(value, str):
        return value
    raise RowError(key, "a string or null")


def _hashed(text: str) -> str:
    return "sha256:" + hashlib.sha256(text.encode()).hexdigest()[:24]
