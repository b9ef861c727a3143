"""The grade job: answers without a verdict, and all answers of problems whose reference was changed, are graded."""

import tempfile
from itertools import islice
from pathlib import Path
from typing import Any

import orjson
from django.db import transaction
from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from labeling.actions import jobs
from labeling.models import Campaign, Grade, Job, Reference, Solution, VerdictChoice
from workers.child import Stage, run_selector, scratch

GRADE = Stage("grade", 0.0, 0.95)
KEEP = Stage("keep", 0.95, 1.0)
BATCH = 500


def ungraded(job: Job) -> QuerySet[Any]:
    """Solutions of the job's campaign whose answer has no verdict against the reference in force."""
    was_changed = Reference.objects.filter(problem=OuterRef("problem"), answer__isnull=False)
    against_it = Grade.objects.filter(
        solution=OuterRef("pk"), is_current=True, reference_answer=OuterRef("problem__reference_answer")
    )
    return (
        Solution.objects.of(job.campaign)
        .filter(answer__isnull=False, problem__reference_answer__isnull=False)
        .filter(Q(answer_is_correct__isnull=True) | Exists(was_changed))
        .exclude(Exists(against_it))
        .order_by("pk")
    )


def grade(job: Job) -> dict[str, Any]:
    """Grade what is ungraded; killed and run again it goes on with what is left.

    Returns the job's result: how many of the campaign's graded answers have which verdict now, whoever graded them.
    """
    with tempfile.TemporaryDirectory(prefix="plumbline-grade-", dir=scratch()) as folder:
        pairs, verdicts = Path(folder, "pairs.jsonl"), Path(folder, "verdicts.jsonl")
        references = _write_pairs(pairs, ungraded(job))
        if references:
            said = run_selector(job, GRADE, ["grade", "--data", str(pairs), "--out", str(verdicts)])
            _keep(job, verdicts, references, str(said["grader"]))
    result = _verdicts_now(job.campaign)
    jobs.finish(job, result=result)
    return result


def _verdicts_now(campaign: Campaign) -> dict[str, int]:
    grades = Grade.objects.filter(solution__problem__campaign=campaign, is_current=True)
    counted = dict(grades.values_list("verdict").annotate(count=Count("pk")))
    return {verdict: counted.get(verdict, 0) for verdict in VerdictChoice.values}


def _write_pairs(path: Path, solutions: QuerySet[Any]) -> dict[str, str]:
    """One line an answer; gives the reference answer that each solution's is compared with."""
    references: dict[str, str] = {}
    with path.open("wb") as out:
        for pk, answer, reference in solutions.values_list("pk", "answer", "problem__reference_answer").iterator():
            references[str(pk)] = reference
            out.write(orjson.dumps({"id": str(pk), "answer": answer, "reference": reference}) + b"\n")
    return references


def _keep(job: Job, verdicts: Path, references: dict[str, str], version: str) -> None:
    """Write grades in short transactions; one against a reference that changed meanwhile is no longer wanted."""
    with verdicts.open("rb") as lines:
        rows = map(orjson.loads, lines)
        while batch := list(islice(rows, BATCH)):
            with transaction.atomic():
                jobs.heartbeat(job, stage=KEEP.name, progress=KEEP.start)
                graded = Solution.objects.filter(pk__in=[int(row["id"]) for row in batch])
                now = dict(graded.values_list("pk", "problem__reference_answer"))
                wanted = [row for row in batch if references[row["id"]] == now.get(int(row["id"]))]
                Grade.objects.filter(solution_id__in=[int(row["id"]) for row in wanted], is_current=True).update(
                    is_current=False
                )
                Grade.objects.bulk_create(
                    Grade(
                        solution_id=int(row["id"]),
                        reference_answer=references[row["id"]],
                        verdict=row["verdict"],
                        graders=row.get("graders", {}),
                        grader_version=version,
                    )
                    for row in wanted
                )
