"""What the tests of imports share: rows, files, and an import from beginning to end."""

import gzip
from pathlib import Path
from typing import Any

import orjson

from labeling.actions import importing, jobs
from labeling.actions.importing import ImportResult
from labeling.models import Campaign, Job

DATA = Path(__file__).parent.parent / "data"


def flat(**fields: Any) -> dict[str, Any]:
    """A row of one solution."""
    return {
        "problem_id": "p1",
        "problem": "What is $1 + 1$?",
        "ground_truth_answer": "2",
        "solution_id": "s1",
        "generator": "model",
        "steps": ["One and one are added.", "The answer is 3."],
        "answer": "3",
        "answer_is_correct": False,
    } | fields


def write_rows(path: Path, *rows: Any) -> Path:
    """JSON lines; a row given as bytes is written as it is. Gzip where the name says so."""
    content = b"".join((row if isinstance(row, bytes) else orjson.dumps(row)) + b"\n" for row in rows)
    path.write_bytes(gzip.compress(content) if path.suffix == ".gz" else content)
    return path


def claimed_job(campaign: Campaign) -> Job:
    """An import job as its worker holds it."""
    job = jobs.claim(Job.objects.create(campaign=campaign, kind="import").pk, claimed_by="test")
    assert job is not None
    return job


def import_files(campaign: Campaign, *paths: Path, **options: Any) -> ImportResult:
    """One import of these files, to its end."""
    return importing.run(claimed_job(campaign), paths, **options)


def import_rows(campaign: Campaign, folder: Path, *rows: Any, **options: Any) -> ImportResult:
    """One import of these rows, to its end."""
    return import_files(campaign, write_rows(folder / "rows.jsonl", *rows), **options)


def counts(result: ImportResult) -> tuple[int, int, int, int]:
    """New problems, solutions and labels, and duplicates."""
    return result.problems, result.solutions, result.labels, result.duplicates


def refusal(result: ImportResult) -> tuple[int, str, str]:
    """The one refusal: line, field, what was expected."""
    assert not result.ok
    [one] = result.refused
    return one["line"], one["field"], one["expected"]


def everything(campaign: Campaign) -> list[Any]:
    """All rows of a campaign that an import makes, ids of rows and jobs left out."""
    problems = campaign.problems.order_by("id").values_list(
        "identity",
        "external_id",
        "text",
        "reference_answer",
        "ground_truth_solution",
        "level",
        "subject",
        "split",
        "metadata",
    )  # fmt: skip
    found: list[Any] = list(problems)
    for problem in campaign.problems.order_by("id"):
        found += problem.solutions.order_by("id").values_list(
            "identity", "external_id", "content_hash", "duplicate_of__identity", "generator", "steps", "step_count",
            "answer", "answer_is_correct", "alternatives", "metadata", "import_job__state",
        )  # fmt: skip
        found += problem.candidate_trees.order_by("id").values_list("identity", "candidates", "metadata")
        found += problem.labels.order_by("id").values_list(
            "solution__identity", "labeler__name", "origin", "mode", "ratings", "alternatives", "steps",
            "finish_reason", "total_time_ms", "source",
        )  # fmt: skip
    return found
