"""The agreement job: labels of solutions that two or more people labeled -> a file -> figures -> one row."""

import tempfile
from pathlib import Path

import orjson
from django.utils import timezone

from labeling.actions import agreements
from labeling.models import Campaign, Job
from workers.child import Stage, run_module, scratch

COMPARE = Stage("compare", 0.0, 1.0)
CHUNK = 2_000


def compare(job: Job) -> None:
    """Compute and keep the figures; run again after a kill it begins anew and leaves one report."""
    at, last = timezone.now(), agreements.last_label(job.campaign)
    with tempfile.TemporaryDirectory(prefix="plumbline-agreement-", dir=scratch()) as folder:
        rows, known = Path(folder, "labels.jsonl"), Path(folder, "known.jsonl")
        labels = _write(rows, job.campaign, last)
        _write_known(known, job.campaign)
        arguments = ["--data", str(rows), "--known", str(known)]
        figures = run_module(job, COMPARE, "labeling.agreement_report", arguments)
    agreements.keep(job=job, figures=figures, labels=labels, last=last, at=at)


def _write(path: Path, campaign: Campaign, last: int) -> int:
    """One line a label; how many."""
    count = 0
    names = ("solution", "labeler", "ratings", "round", "subject", "is_check")
    columns = ("solution", "labeler", "ratings", "round__number", "problem__subject", "is_check")
    found = agreements.compared(campaign, last).order_by("pk").values_list(*columns)
    with path.open("wb") as out:
        for row in found.iterator(chunk_size=CHUNK):
            out.write(orjson.dumps(dict(zip(names, row, strict=True))) + b"\n")
            count += 1
    return count


def _write_known(path: Path, campaign: Campaign) -> None:
    """One line a solution whose first error is known."""
    with path.open("wb") as out:
        for solution, source, right in agreements.known(campaign):
            out.write(orjson.dumps({"solution": solution, "source": source, "first_errors": right}) + b"\n")
