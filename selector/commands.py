"""What `select`, `evaluate` and `grade` do: files in, files out, one summary. They start at once: no torch."""

import argparse
import os
from collections import Counter
from collections.abc import Iterable
from statistics import fmean
from typing import Any

import orjson

from selector.errors import InputError
from selector.evaluation import evaluate
from selector.files import replaced
from selector.grading import GRADER_VERSION, Grader
from selector.progress import Progress
from selector.records import Selection
from selector.rows import RowError, numbered_lines, read_rows
from selector.score_rows import candidates_of, read_score_rows, solutions_of
from selector.strategies import select
from selector.strategies.settings import weights_of


def run_select(arguments: argparse.Namespace, progress: Progress) -> dict[str, Any]:
    """Write the rows of the picks with `rank` and `reason`, in the order of their ranks."""
    rows = read_score_rows([arguments.scores], arguments.score_key)
    left_out = sum(row.split == "test" for row in rows) if arguments.evaluation_share == 0 else 0
    likelihoods = None
    if arguments.likelihoods:
        likelihoods = {row.solution_id: row.score for row in read_score_rows([arguments.likelihoods])}
    candidates = candidates_of(rows, _labeled(arguments.labels), likelihoods)
    try:
        selection = select(
            candidates, size=arguments.size, strategy=arguments.strategy, **selection_settings(arguments)
        )
    except ValueError as error:
        raise InputError(str(error)) from None
    by_id = {row.solution_id: row.raw for row in rows}
    with replaced(arguments.out) as out:
        for pick in selection.picks:
            row = {**by_id[pick.solution_id], "solution_id": pick.solution_id, "rank": pick.rank, "reason": pick.reason}
            row |= {"utility": pick.utility, "utility_parts": pick.parts}
            out.write(orjson.dumps(row) + b"\n")
    progress.report("select", 1.0, f"{len(selection.picks)} of {len(rows)} solutions")
    return {
        "picks": len(selection.picks),
        "reasons": dict(Counter(pick.reason for pick in selection.picks)),
        "shortfall": selection.shortfall,
        "notes": list(selection.notes),
        "kept_out": selection.kept_out,
        "mean_score": _mean_scores(selection),
        "solutions": len(rows),
        "test_split_left_out": left_out,
        "out": arguments.out,
    }


def selection_settings(arguments: argparse.Namespace) -> dict[str, Any]:
    """What the command line says of a selection, under the names of `Settings`."""
    names = ("wrong_share", "evaluation_share", "scope", "seed", "problem_cap", "undecided_by")
    given = {name: getattr(arguments, name) for name in names}
    given |= {"takes_copies": arguments.take_copies, "takes_uncertain": not arguments.leave_out_uncertain}
    if arguments.mixture is not None:
        given["mixture"] = weights_of(arguments.mixture)
    return given


def _mean_scores(selection: Selection) -> dict[str, float]:
    """Mean score of the picks by reason: where that of convincing wrong answers sinks, they run out."""
    scores: dict[str, list[float]] = {}
    for pick in selection.picks:
        if pick.score is not None:
            scores.setdefault(pick.reason, []).append(pick.score)
    return {reason: fmean(values) for reason, values in scores.items()}


def run_evaluate(arguments: argparse.Namespace, progress: Progress) -> dict[str, Any]:
    progress.report("evaluate", 0.0, "reading scores")
    key = arguments.score_key
    rows = read_score_rows([arguments.scores] if arguments.scores else arguments.data, key)
    against = read_score_rows([arguments.against], key) if arguments.against else None
    if arguments.split:
        rows = [row for row in rows if row.split == arguments.split]
    progress.report("evaluate", 0.3, f"{len(rows)} solutions")
    report = evaluate(rows, arguments.labels, against=against, threshold=arguments.threshold, seed=arguments.seed)
    progress.report("evaluate", 1.0)
    return {"score_key": key, **report}


def run_grade(arguments: argparse.Namespace, progress: Progress) -> dict[str, Any]:
    """One verdict a line, each written out before the next pair is graded."""
    counts: Counter[str] = Counter()
    total = max(1, os.path.getsize(arguments.data))
    done = 0
    with Grader(arguments.limit) as grader, open(arguments.out, "wb", buffering=0) as out:
        for number, line in numbered_lines(arguments.data):
            pair = _pair(line, number, arguments.data)
            grade = grader.grade(pair["answer"], pair["reference"])
            out.write(orjson.dumps({"id": pair["id"], "verdict": grade.verdict, "graders": grade.graders}) + b"\n")
            counts[grade.verdict] += 1
            done += len(line)
            progress.report("grade", done / total, f"{counts.total()} answers")
    progress.report("grade", 1.0, f"{counts.total()} answers")
    return {"graded": counts.total(), "verdicts": dict(counts), "grader": GRADER_VERSION, "out": arguments.out}


def _pair(line: bytes, number: int, file: str) -> dict[str, Any]:
    try:
        row = orjson.loads(line)
    except orjson.JSONDecodeError as error:
        raise RowError("row", f"one JSON object on each line ({error})", line=number, file=file) from None
    if not isinstance(row, dict):
        raise RowError("row", "a JSON object with id, answer and reference", line=number, file=file)
    if not isinstance(row.get("id"), str | int):
        raise RowError("id", "a string or a whole number", line=number, file=file)
    for key in ("answer", "reference"):
        if row.setdefault(key, None) is not None and not isinstance(row[key], str):
            raise RowError(key, "a string or null", line=number, file=file)
    return row


def _labeled(paths: Iterable[str]) -> set[str]:
    """Solution ids and text keys of everything that has a label in the files."""
    met: Counter[str] = Counter()
    found: set[str] = set()
    for path in paths:
        for _, row in read_rows(path):
            for solution in solutions_of(row, met):
                if solution.solution.label is not None:
                    found |= {solution.solution_id, solution.text_key}
    return found
