"""PRM800K rows: one labeled solution each, in the shape of the published data set."""

from typing import Any, Literal

from selector.row_fields import (
    described,
    optional_flag,
    optional_loose_text,
    optional_text,
    required_problem,
    required_steps,
)
from selector.row_types import LabelRow, Prm800kFacts, ProblemRow, RowError, SolutionRow

FINISH_REASONS = ("found_error", "solution", "bad_problem", "give_up")
_TOP = {
    "labeler", "timestamp", "generation", "is_quality_control_question", "is_initial_screening_question", "question",
    "label", "problem_id", "solution_id", "id", "split", "simulated",
}  # fmt: skip
_QUESTION = {
    "problem", "ground_truth_solution", "ground_truth_answer", "pre_generated_steps", "pre_generated_answer",
    "pre_generated_verifier_score",
}  # fmt: skip


def parse(row: dict[str, Any], text: str, split: Literal["train", "test"] | None) -> ProblemRow:
    """A PRM800K row as a problem with its label; `text` is the row's JSON as it came in.

    A row in solution mode carries its label on its one solution, a row in candidates mode on the problem.
    """
    question, label = row["question"], row["label"]
    if type(question) is not dict:
        raise RowError("question", f"an object, not {described(question)}")
    if type(label) is not dict:
        raise RowError("label", f"an object, not {described(label)}")
    solution = _solution(row, question)
    facts = _facts(row, label, solution.steps if solution else None)
    made = LabelRow(
        "prm800k",
        optional_text(row, "labeler"),
        _first_error(facts),
        row,
        text,
        facts,
        is_simulated=bool(optional_flag(row, "simulated")),
    )
    if solution is not None and facts.mode == "solution":
        solution.label = made
    return ProblemRow(
        problem=required_problem(question, "question."),
        problem_id=optional_text(row, "problem_id"),
        ground_truth_answer=optional_loose_text(question, "ground_truth_answer", "question."),
        ground_truth_solution=optional_loose_text(question, "ground_truth_solution", "question."),
        split=split,
        metadata={key: value for key, value in question.items() if key not in _QUESTION},
        solutions=[solution] if solution else [],
        label=made if facts.mode == "candidates" else None,
        shape="prm800k",
    )


def _solution(row: dict[str, Any], question: dict[str, Any]) -> SolutionRow | None:
    if question.get("pre_generated_steps") is None:
        return None
    metadata = {key: value for key, value in row.items() if key not in _TOP}
    score = question.get("pre_generated_verifier_score")
    if score is not None:
        if type(score) not in (int, float):
            raise RowError("question.pre_generated_verifier_score", f"a number or null, not {described(score)}")
        metadata["pre_generated_verifier_score"] = score
    return SolutionRow(
        steps=required_steps(question["pre_generated_steps"], "question.pre_generated_steps"),
        solution_id=optional_text(row, "solution_id") or optional_text(row, "id"),
        answer=optional_loose_text(question, "pre_generated_answer", "question."),
        metadata=metadata,
    )


def _facts(row: dict[str, Any], label: dict[str, Any], generated: list[str] | None) -> Prm800kFacts:
    steps = label.get("steps")
    if type(steps) is not list:
        raise RowError("label.steps", f"a list of rated steps, not {described(steps)}")
    completions = [_completions(step, f"label.steps[{index}]") for index, step in enumerate(steps)]
    finish_reason = label.get("finish_reason")
    if finish_reason not in FINISH_REASONS:
        raise RowError("label.finish_reason", f"one of {', '.join(FINISH_REASONS)}")
    total_time = _number(label, "total_time", "label.")
    if total_time is None:
        raise RowError("label.total_time", "milliseconds, a whole number")
    timestamp = row.get("timestamp")
    if type(timestamp) is not str:
        raise RowError("timestamp", f"a string such as 2022-07-30T23:23:32.118856, not {described(timestamp)}")
    return Prm800kFacts(
        mode="solution" if generated and _is_solution_pass(completions, generated, finish_reason) else "candidates",
        ratings=_main_ratings(completions),
        finish_reason=finish_reason,
        total_time=total_time,
        timestamp=timestamp,
        generation=_number(row, "generation"),
        is_quality_control_question=_flag(row, "is_quality_control_question"),
        is_initial_screening_question=_flag(row, "is_initial_screening_question"),
    )


def _completions(step: object, where: str) -> list[dict[str, Any]]:
    """The candidate texts of one step, each checked; empty where there are none."""
    if type(step) is not dict:
        raise RowError(where, f"an object, not {described(step)}")
    completions = step.get("completions")
    if completions is None:
        completions = []
    if type(completions) is not list:
        raise RowError(f"{where}.completions", f"a list or null, not {described(completions)}")
    for index, completion in enumerate(completions):
        _check_completion(completion, f"{where}.completions[{index}]")
    human = step.get("human_completion")
    if human is not None and (type(human) is not dict or type(human.get("text")) is not str):
        raise RowError(f"{where}.human_completion", 'null or an object with a string "text"')
    chosen = step.get("chosen_completion")
    if chosen is not None and (type(chosen) is not int or not 0 <= chosen < len(completions)):
        raise RowError(f"{where}.chosen_completion", f"null or the index of one of {len(completions)} completions")
    return completions


def _check_completion(completion: object, where: str) -> None:
    if type(completion) is not dict:
        raise RowError(where, f"an object, not {described(completion)}")
    if type(completion.get("text")) is not str:
        raise RowError(f"{where}.text", f"a string, not {described(completion.get('text'))}")
    rating = completion.get("rating")
    if rating is not None and (type(rating) is not int or rating not in (-1, 0, 1)):
        raise RowError(f"{where}.rating", f"-1, 0, 1 or null, not {described(rating)}")


def _main_ratings(completions: list[list[dict[str, Any]]]) -> list[int]:
    ratings: list[int] = []
    for step in completions:
        rating = step[0]["rating"] if step and step[0].get("rating") is not None else None
        if rating is None:
            break
        ratings.append(rating)
        if rating == -1:
            break
    return ratings


def _is_solution_pass(completions: list[list[dict[str, Any]]], generated: list[str], finish_reason: str) -> bool:
    """Whether the pass went along the generated steps, stopped at the first -1, and ended for the reason it gives."""
    ratings = _main_ratings(completions)
    found_error = bool(ratings) and ratings[-1] == -1
    if (finish_reason == "found_error") != found_error or len(completions) > len(generated):
        return False
    if finish_reason == "solution" and len(ratings) != len(generated):
        return False
    if any(step and step[0].get("rating") is not None for step in completions[len(ratings) :]):
        return False
    return all(not step or step[0]["text"] == text for step, text in zip(completions, generated, strict=False))


def _first_error(facts: Prm800kFacts) -> int | None:
    return len(facts.ratings) - 1 if facts.ratings and facts.ratings[-1] == -1 else None


def _number(row: dict[str, Any], key: str, where: str = "") -> int | None:
    value = row.get(key)
    if value is None or type(value) is int:
        return value
    raise RowError(where + key, f"a whole number or null, not {described(value)}")


def _flag(row: dict[str, Any], key: str) -> bool:
    value = row.get(key)
    if type(value) is not bool:
        raise RowError(key, f"true or false, not {described(value)}")
    return value
