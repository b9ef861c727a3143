"""Rows -> the files that the selector reads: training labels, evaluation labels, the pool.

Files are written beside their final names and renamed, so that one that exists is whole; a stage that runs again finds
it and trains on the same labels.
"""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import islice, zip_longest
from pathlib import Path
from typing import Any

import orjson

from labeling.actions import candidates, exporting, multiplier
from labeling.models import Campaign, Label, Solution
from selector.trials import Way

CHUNK = 2_000
BATCH = 500  # a database takes only so many values in one statement


def write_once(path: Path, lines: Iterable[bytes]) -> int:
    """Write lines (each ended by a newline) unless the file is there already; gives the number of lines in it."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = path.with_suffix(".part")
        with temporary.open("wb") as out:
            for line in lines:
                out.write(line)
        temporary.rename(path)
    return count_lines(path)


def count_lines(path: Path) -> int:
    with path.open("rb") as file:
        return sum(1 for _ in file)


def file_hash(path: Path) -> str:
    """SHA-256 of a file, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def way_lines(campaign: Campaign, way: Way) -> Iterator[bytes]:
    """Training labels that chance drew, or that a strategy chose."""
    return exporting.prm800k_lines(multiplier.labels(campaign, way))


def training_lines(campaign: Campaign) -> Iterator[bytes]:
    """Every label that may be trained on, as PRM800K rows (they keep neutral apart); never of the test split."""
    return exporting.prm800k_lines(Label.objects.for_training().filter(problem__campaign=campaign))


def outcome_lines(campaign: Campaign, limit: int) -> Iterator[bytes]:
    """Solutions whose answer is known to be right or wrong, as rows without steps' labels.

    At most `limit`, evenly from all problems (each one's first, then each one's second): the outcomes of few problems
    teach a model those problems.
    """
    graded = Solution.objects.of(campaign).for_training().distinct_texts().with_verdict()
    graded = graded.filter(verdict__in=("correct", "wrong"))
    of_problem: dict[int, list[int]] = defaultdict(list)
    for pk, problem in graded.order_by("pk").values_list("pk", "problem_id").iterator(chunk_size=CHUNK):
        of_problem[problem].append(pk)
    in_turn = (pk for turn in zip_longest(*of_problem.values()) for pk in turn if pk is not None)
    chosen = list(islice(in_turn, limit))
    for start in range(0, len(chosen), BATCH):
        found = graded.select_related("problem").in_bulk(chosen[start : start + BATCH])
        yield from (orjson.dumps(_pool_row(found[pk])) + b"\n" for pk in chosen[start : start + BATCH])


def labeled_answer_lines(campaign: Campaign) -> Iterator[bytes]:
    """The solutions that may be trained on and have a label for it, with a known answer, as rows without labels."""
    labeled = Label.objects.for_training().filter(problem__campaign=campaign, solution__isnull=False)
    graded = Solution.objects.of(campaign).for_training().with_verdict().filter(verdict__in=("correct", "wrong"))
    found = graded.filter(pk__in=labeled.order_by().values("solution")).select_related("problem")
    for solution in found.order_by("id").iterator(chunk_size=CHUNK):
        yield orjson.dumps(_pool_row(solution)) + b"\n"


def evaluation_lines(campaign: Campaign) -> Iterator[bytes]:
    """Every label of a test-split solution: what all versions are measured on."""
    return exporting.prm800k_lines(Label.objects.for_evaluation().filter(problem__campaign=campaign))


def pool_lines(campaign: Campaign, *, split: str | None = None) -> Iterator[bytes]:
    """All solutions, duplicates included (they count in votes), one a row, named by the rows' numbers."""
    solutions = Solution.objects.of(campaign).with_verdict().select_related("problem")
    if split:
        solutions = solutions.filter(problem__split=split)
    for solution in solutions.order_by("id").iterator(chunk_size=CHUNK):
        yield orjson.dumps(_pool_row(solution)) + b"\n"


def _pool_row(solution: Any) -> dict[str, Any]:
    """One solution with its verdict as it stands now; uncertain and unknown ones have none."""
    return {
        "problem_id": candidates.name(solution.problem_id),  # as text in the order of the rows, whatever their digits
        "problem": solution.problem.text,
        "ground_truth_answer": solution.problem.reference_answer,
        "split": solution.problem.split,
        "solution_id": str(solution.pk),
        "steps": solution.steps,
        "answer": solution.answer,
        "answer_is_correct": {"correct": True, "wrong": False}.get(solution.verdict),
    }
