"""The one parser of the five row shapes that bring solutions in (docs/data.md).

A row is recognized by its keys: `question` and `label` (PRM800K), `solutions` (a problem with its solutions),
`candidates` (a tree of candidate steps), `steps` (one solution; with `first_error_index` a labeled one).
Parsing has to keep up with 20,000 rows a second beside the database's work, hence the flat code.
"""

import hashlib
import json
import os
import re
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any, Literal, cast

import orjson

from selector import prm800k
from selector.row_fields import (
    Place,
    described,
    optional_flag,
    optional_level,
    optional_loose_text,
    optional_text,
    refuse_unstorable,
    required_problem,
    required_steps,
    written,
)
from selector.row_files import numbered_lines
from selector.row_types import (
    MAX_CHARACTERS,
    MAX_LINE_BYTES,
    MAX_SOLUTIONS,
    MAX_STEPS,
    MAX_VALUES,
    CandidateNode,
    LabelRow,
    Prm800kFacts,
    ProblemRow,
    RowError,
    SolutionRow,
)

__all__ = [
    "MAX_CHARACTERS", "MAX_LINE_BYTES", "MAX_SOLUTIONS", "MAX_STEPS", "MAX_VALUES", "CandidateNode", "LabelRow",
    "Prm800kFacts", "ProblemRow", "RowError", "SolutionRow", "numbered_lines", "parse_line", "parse_row",
    "read_rows", "text_key",
]  # fmt: skip

_PROBLEM_KEYS = frozenset(
    {"problem_id", "problem", "ground_truth_answer", "ground_truth_solution", "level", "subject", "split"}
)
_SOLUTION_KEYS = frozenset({"solution_id", "id", "generator", "steps", "answer", "answer_is_correct", "alternatives"})
_LABEL_KEYS = frozenset({"first_error_index", "labeler", "simulated"})
_FLAT_KEYS = _PROBLEM_KEYS | _SOLUTION_KEYS
Split = Literal["train", "test"] | None
_SHAPES = 'one of the keys "solutions", "steps", "candidates", or the two keys "question" and "label" (a PRM800K row)'
# What begins a value, and the strings behind it, whose commas count for nothing.
_VALUE = re.compile(rb'[,\[{]\s*+(?:"[^"]*+"(?:\s*+:\s*+"[^"]*+")?+)?+')


def parse_line(line: bytes) -> ProblemRow:
    """One line of a file, without its line end or with it."""
    if len(line) > MAX_VALUES:  # each value takes a byte at least
        _refuse_crowded(line)
    try:
        row = orjson.loads(line)
    except orjson.JSONDecodeError as error:
        fault = error.msg, error.pos, error.colno
    else:
        # orjson refuses lone surrogates and NaN itself; only an escaped NUL can get through it.
        if b"\\u0000" in line:
            refuse_unstorable(row)
        return _parse(row, line)
    raise _not_json(line, *fault)  # here the error is gone, and with it its copy of the line


def parse_row(obj: object) -> ProblemRow:
    """A row that is already an object, as from a request's body; text and numbers are checked more deeply."""
    refuse_unstorable(obj)
    return _parse(obj, None)


def read_rows(path: str | os.PathLike[str]) -> Iterator[tuple[int, ProblemRow]]:
    """The rows of a plain or gzip file with their line numbers; a `RowError` names file and line, and ends the reading.

    Whoever wants to go on behind a bad row uses `numbered_lines` and `parse_line`.
    """
    for number, line in numbered_lines(path):
        try:
            yield number, parse_line(line)
        except RowError as error:
            error.line, error.file = number, os.fspath(path)
            raise


def text_key(problem: str, steps: Sequence[str]) -> str:
    """The same for identical texts: a problem and its steps as they came."""
    return hashlib.blake2b(orjson.dumps([problem, steps]), digest_size=16).hexdigest()


def _refuse_crowded(line: bytes) -> None:
    """Refuse a line of more values than memory should be given to: parsed, it is up to forty times its size.

    The bytes that begin values are counted first, which is quick; only where they are many, text is told from JSON.
    """
    if sum(map(line.count, (b",", b"[", b"{"))) <= MAX_VALUES:
        return
    bare = line.replace(b"\\\\", b"").replace(b'\\"', b"")
    if next(islice(_VALUE.finditer(bare), MAX_VALUES, None), None) is not None:
        raise RowError("row", f"at most {MAX_VALUES:,} values in one row")


def _not_json(line: bytes, message: str, position: int, column: int) -> RowError:
    said = f"{message}, character {column}"
    if "UTF-8" in said:
        return RowError(_field_at_fault(line), f"text in UTF-8 ({said})")
    if "surrogate" in said:
        return RowError(_field_at_fault(line), f"text without lone surrogates ({said})")
    around = line.decode(errors="replace")[position : position + 9].lstrip("-")  # it counts characters, not bytes
    if around.startswith(("NaN", "Infinity")) or "infinity" in said:
        return RowError(_field_at_fault(line), f"finite numbers only; JSON knows no NaN and no Infinity ({said})")
    if "control character" in said:
        return RowError(_field_at_fault(line), f"text without raw control characters such as NUL ({said})")
    if "depth" in said:
        return RowError("row", "JSON nested less than 1,000 levels deep")
    return RowError("row", f"one JSON object on each line ({said})")


def _field_at_fault(line: bytes) -> str:
    """Which field holds what orjson refused: Python's own parser takes more, so that it can be looked for."""
    try:
        row = json.loads(line.decode(errors="surrogateescape"), strict=False, parse_int=float)
        refuse_unstorable(row)
    except RowError as found:
        return found.field or "row"
    except (ValueError, RecursionError):  # broken in another way too
        pass
    return "row"


def _parse(row: Any, line: bytes | None) -> ProblemRow:
    if type(row) is not dict:
        raise RowError("row", f"a JSON object, not {described(row)}")
    if "steps" in row:
        for other in ("solutions", "candidates"):
            if row.get(other) is not None:
                raise RowError(other, f'either "steps" or "{other}" in one row, not both')
        return _flat(row)
    if "solutions" in row:
        return _nested(row)
    if "candidates" in row:
        return _tree(row)
    if "question" in row and "label" in row:
        text = _as_text(row) if line is None else line.removeprefix(b"\xef\xbb\xbf").strip()
        return prm800k.parse(row, text.decode(), _split(row))
    raise RowError("row", _SHAPES)


def _as_text(row: dict[str, Any]) -> bytes:
    try:
        return orjson.dumps(row)
    except TypeError as error:  # a number above 64 bits, which no file holds: there it was read as a float
        raise RowError("row", f"values that JSON can hold ({error})") from error


def _split(row: dict[str, Any]) -> Split:
    split = row.get("split")
    if split is None or split == "train" or split == "test":
        return cast("Split", split)  # in quotes: building the type for every row cost as much as parsing it
    raise RowError("split", '"train", "test" or null')


def _problem(row: dict[str, Any]) -> ProblemRow:
    # Most rows lack most keys: `in` is a fraction of a call.
    return ProblemRow(
        required_problem(row),
        optional_text(row, "problem_id") if "problem_id" in row else None,
        optional_loose_text(row, "ground_truth_answer") if "ground_truth_answer" in row else None,
        optional_loose_text(row, "ground_truth_solution") if "ground_truth_solution" in row else None,
        optional_level(row) if "level" in row else None,
        optional_loose_text(row, "subject") if "subject" in row else None,
        _split(row) if "split" in row else None,
    )


def _flat(row: dict[str, Any]) -> ProblemRow:
    """One solution per row; unknown keys belong to the solution."""
    problem = _problem(row)
    solution = _solution(row, "", _FLAT_KEYS, None)
    problem.solutions = [solution]
    problem.shape = "steps"
    return problem


def _nested(row: dict[str, Any]) -> ProblemRow:
    """A problem with its solutions; a `generator` on the problem is that of every solution without its own."""
    problem = _problem(row)
    solutions = row["solutions"]
    if type(solutions) is not list:
        raise RowError("solutions", f"a list of solutions, not {described(solutions)}")
    if len(solutions) > MAX_SOLUTIONS:
        raise RowError("solutions", f"at most {MAX_SOLUTIONS:,} solutions in one row, not {len(solutions):,}")
    generator = optional_text(row, "generator")
    for index, solution in enumerate(solutions):
        if type(solution) is not dict:
            raise RowError(f"solutions[{index}]", f"an object, not {described(solution)}")
        problem.solutions.append(_solution(solution, f"solutions[{index}].", _SOLUTION_KEYS, generator))
    known = _PROBLEM_KEYS | {"solutions", "generator"}
    problem.metadata = {key: value for key, value in row.items() if key not in known}
    return problem


def _solution(row: dict[str, Any], where: str, known: frozenset[str], generator: str | None) -> SolutionRow:
    solution_id = optional_text(row, "solution_id", where)
    alias = optional_text(row, "id", where) if "id" in row else None
    steps = required_steps(row.get("steps"), where + "steps")
    solution = SolutionRow(
        steps,
        solution_id or alias,
        optional_text(row, "generator", where) or generator,
        optional_loose_text(row, "answer", where),
        optional_flag(row, "answer_is_correct", where),
    )
    if row.get("alternatives") is not None:
        solution.alternatives = _alternatives(row["alternatives"], len(steps), where + "alternatives")
    if "first_error_index" in row:
        solution.label = _first_error(row, len(steps), where)
        known = known | _LABEL_KEYS
    if not known.issuperset(row):
        solution.metadata = {key: value for key, value in row.items() if key not in known}
    if alias is not None and solution_id is not None and alias != solution_id:
        solution.metadata["id"] = alias  # two names for one solution: the longer key names it, the other is kept
    return solution


def _first_error(row: dict[str, Any], steps: int, where: str) -> LabelRow:
    index = row["first_error_index"]
    if index is not None and (type(index) is not int or not 0 <= index < steps):
        given = index if type(index) is int else described(index)
        raise RowError(
            where + "first_error_index", f"null, or the index of one of the {steps} steps (0 is the first), not {given}"
        )
    simulated = optional_flag(row, "simulated", where) if "simulated" in row else None
    return LabelRow("first_error", optional_text(row, "labeler", where), index, is_simulated=bool(simulated))


def _alternatives(value: object, steps: int, where: str) -> dict[int, list[str]]:
    if type(value) is not dict:
        raise RowError(where, f"an object from step indices to lists of strings, not {described(value)}")
    found: dict[int, list[str]] = {}
    characters = 0
    for key, texts in value.items():
        if not (key.isascii() and key.isdigit() and len(key) <= 3 and int(key) < steps and str(int(key)) == key):
            raise RowError(where, f'keys that are the index of one of the {steps} steps (0 is the first), not "{key}"')
        if type(texts) is not list:
            raise RowError(f"{where}.{key}", f"a list of strings, not {described(texts)}")
        for index, text in enumerate(texts):
            if type(text) is not str:
                raise RowError(f"{where}.{key}[{index}]", f"a string, not {described(text)}")
            characters += len(text)
        found[int(key)] = texts
    if characters > MAX_CHARACTERS:
        raise RowError(where, f"at most {MAX_CHARACTERS:,} characters in all alternatives together, not {characters:,}")
    return found


def _tree(row: dict[str, Any]) -> ProblemRow:
    """A candidate tree; each path through it keeps to the limits of a solution. Walked without recursion."""
    problem = _problem(row)
    roots: list[CandidateNode] = []
    top: Place = (None, "candidates")
    waiting: list[tuple[object, Place, list[CandidateNode], int, int]] = [(row["candidates"], top, roots, 1, 0)]
    while waiting:
        given, place, into, depth, characters = waiting.pop()
        if type(given) is not list:
            raise RowError(written(place), f"a list of candidates, not {described(given)}")
        if given and depth > MAX_STEPS:
            raise RowError(written(place), f"at most {MAX_STEPS} steps behind one another")
        for index, item in enumerate(given):
            node, following = _candidate(item, (place, index))
            into.append(node)
            length = characters + len(node.text)
            if length > MAX_CHARACTERS:
                raise RowError(written((place, index)), f"at most {MAX_CHARACTERS:,} characters along one path")
            if following is not None:
                waiting.append((following, ((place, index), "next"), node.next, depth + 1, length))
    if not roots:
        raise RowError("candidates", "at least one candidate")
    problem.candidates = roots
    problem.shape = "candidates"
    known = _PROBLEM_KEYS | {"candidates"}
    problem.metadata = {key: value for key, value in row.items() if key not in known}
    return problem


def _candidate(item: object, place: Place) -> tuple[CandidateNode, object]:
    if type(item) is not dict:
        raise RowError(written(place), f'an object with "text", not {described(item)}')
    text = item.get("text")
    if type(text) is not str or not text.strip():
        raise RowError(written((place, "text")), "a string that is not blank")
    metadata = {key: value for key, value in item.items() if key not in ("text", "next")}
    return CandidateNode(text, [], metadata), item.get("next")
