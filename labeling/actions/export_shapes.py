"""The shapes in which labels leave: pure functions from a label's facts to one row."""

from datetime import UTC, datetime
from typing import Any, NamedTuple
from uuid import UUID

from labeling.models import RATINGS, LabelerKind, Origin, Purpose

# Keys of a first-error row that unknown keys of an imported solution must not take, or another shape would be seen.
_FIRST_ERROR_KEYS = frozenset(
    {
        "problem_id", "problem", "ground_truth_answer", "ground_truth_solution", "level", "subject", "split",
        "solution_id", "id", "generator", "steps", "answer", "answer_is_correct", "alternatives",
        "first_error_index", "labeler", "simulated", "solutions", "candidates",
    }
)  # fmt: skip


class LabelFacts(NamedTuple):
    """What is read of one label, in the order of `FIELDS`."""

    id: int
    origin: str
    mode: str
    ratings: str
    flagged: list[int]
    alternatives: list[dict[str, Any]]
    candidate_steps: list[dict[str, Any]] | None
    finish_reason: str
    reason: str
    total_time_ms: int
    step_times_ms: list[int]
    shown: dict[str, Any]
    submitted_at: datetime
    source: str | None
    labeler_uuid: UUID
    labeler_name: str
    labeler_kind: str
    round_number: int | None
    guide_version: int | None
    purpose: str | None
    score: float | None
    problem_id: str | None
    problem: str
    ground_truth_solution: str | None
    level: str | None
    subject: str | None
    split: str
    solution_id: str | None
    generator: str | None
    steps: list[str] | None
    answer: str | None
    answer_is_correct: bool | None
    offered_alternatives: dict[str, list[str]] | None
    metadata: dict[str, Any] | None
    reference: str | None

    @property
    def first_error_index(self) -> int | None:
        """0-based; None where every rated step is good."""
        index = self.ratings.find("-")
        return None if index < 0 else index

    @property
    def labeler(self) -> str:
        """The name that an imported label came with; anybody else only by pseudonym."""
        if self.origin in (Origin.FIRST_ERROR, Origin.PRM800K) and self.labeler_name:
            return self.labeler_name
        return str(self.labeler_uuid)


FIELDS = (
    "id", "origin", "mode", "ratings", "flagged", "alternatives", "steps", "finish_reason", "reason", "total_time_ms",
    "step_times_ms", "shown", "submitted_at", "source", "labeler__uuid", "labeler__name", "labeler__kind",
    "round__number", "guide__number", "item__purpose", "item__score", "problem__external_id", "problem__text",
    "problem__ground_truth_solution", "problem__level", "problem__subject", "problem__split", "solution__external_id",
    "solution__generator", "solution__steps", "solution__answer", "solution__answer_is_correct",
    "solution__alternatives", "solution__metadata", "problem__reference_answer",
)  # fmt: skip


def prm800k(label: LabelFacts) -> dict[str, Any]:
    """A label of a whole solution as a PRM800K row."""
    steps = label.steps or []
    question = {
        "problem": label.problem,
        "ground_truth_solution": label.ground_truth_solution,
        "ground_truth_answer": _reference_shown(label),
        "pre_generated_steps": steps,
        "pre_generated_answer": label.answer,
        "pre_generated_verifier_score": label.score,
    }
    return _prm800k_row(label, label.round_number, question, _rated_steps(label, steps))


def prm800k_candidates(label: LabelFacts) -> dict[str, Any]:
    """A label that grew its solution, as a row of phase 1: no solution was there before, so none is named.

    `generation` is null although a round wanted it: readers of the published data tell the two phases apart by it, and
    generations count the batches of whole solutions.
    """
    question = {"problem": label.problem, "ground_truth_answer": _reference_shown(label)}
    if label.ground_truth_solution is not None:
        question["ground_truth_solution"] = label.ground_truth_solution
    return _prm800k_row(label, None, question, label.candidate_steps or [])


def _reference_shown(label: LabelFacts) -> str | None:
    """The reference answer as it was while labeling."""
    reference: str | None = label.shown.get("reference", label.reference)
    return reference


def _prm800k_row(
    label: LabelFacts, generation: int | None, question: dict[str, Any], steps: list[dict[str, Any]]
) -> dict[str, Any]:
    row: dict[str, Any] = {
        "labeler": str(label.labeler_uuid),
        "timestamp": label.submitted_at.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds"),
        "generation": generation,
        "is_quality_control_question": label.purpose == Purpose.GOLD,
        "is_initial_screening_question": label.purpose == Purpose.SCREENING,
        "question": question,
        "label": {
            "steps": steps,
            "total_time": label.total_time_ms,
            "finish_reason": label.finish_reason,
        },
    }
    if label.labeler_kind == LabelerKind.SIMULATED:
        row["simulated"] = True
    return row


def _rated_steps(label: LabelFacts, steps: list[str]) -> list[dict[str, Any]]:
    """One entry per rated step; at the first error the rated alternatives follow, and nothing is chosen."""
    # Null where flagging was not offered: labels from elsewhere know of no flags.
    flags = set(label.flagged)
    no_flag = None if label.origin == Origin.FIRST_ERROR else False
    rated = []
    for index, (sign, text) in enumerate(zip(label.ratings, steps, strict=False)):
        completion = {"text": text, "rating": RATINGS[sign], "flagged": True if index in flags else no_flag}
        is_error = sign == "-"
        rated.append(
            {
                "completions": [completion, *label.alternatives] if is_error else [completion],
                "human_completion": None,
                "chosen_completion": None if is_error else 0,
            }
        )
    return rated


def stepwise(label: LabelFacts, *, neutral_false: bool) -> dict[str, Any]:
    """Steps up to and including the first error, each true or false."""
    steps = label.steps or []
    lowest_true = 1 if neutral_false else 0
    row: dict[str, Any] = {
        "prompt": label.problem,
        "completions": steps[: len(label.ratings)],
        "labels": [RATINGS[sign] >= lowest_true for sign in label.ratings],
    }
    if label.labeler_kind == LabelerKind.SIMULATED:
        row["simulated"] = True
    return row


def first_error(label: LabelFacts) -> dict[str, Any]:
    """A flat row with the first error. What was unknown at import is left out, where the shape allows it.

    `answer_is_correct` is what came in, not what graders made of it: so a row is the same whenever it is exported.
    """
    row: dict[str, Any] = {
        "problem_id": label.problem_id,
        "problem": label.problem,
        "ground_truth_answer": label.reference,
        "ground_truth_solution": label.ground_truth_solution,
        "level": label.level,
        "subject": label.subject,
        "split": label.split,
        "solution_id": label.solution_id,
        "generator": label.generator,
        "steps": label.steps,
        "answer": label.answer,
        "answer_is_correct": label.answer_is_correct,
        "alternatives": label.offered_alternatives,
        "first_error_index": label.first_error_index,
        "labeler": label.labeler,
    }
    for name in ("problem_id", "ground_truth_solution", "level", "subject", "solution_id", "generator", "alternatives"):
        if row[name] is None:
            del row[name]
    if label.labeler_kind == LabelerKind.SIMULATED:
        row["simulated"] = True
    unknown = {name: value for name, value in (label.metadata or {}).items() if name not in _FIRST_ERROR_KEYS}
    return row | unknown
