"""A good row of each shape that an import reads, and the places in it."""

from collections.abc import Callable, Iterator
from typing import Any

Path = tuple[str | int, ...]


def _problem(name: str) -> dict[str, Any]:
    return {
        "problem_id": f"problem-{name}",
        "problem": f"What is $1 + 1$ in {name}?",
        "ground_truth_answer": "2",
        "ground_truth_solution": "Count.",
        "level": "5",
        "subject": "Algebra",
        "split": "train",
        "more": {"from": "a book", "page": 17, "marks": [1.5, {"deep": "text"}]},
    }


def _solution(name: str) -> dict[str, Any]:
    return {
        "solution_id": f"solution-{name}",
        "generator": "model",
        "steps": [f"One and one are added ({name}).", "", "The answer is 3."],
        "answer": "3",
        "answer_is_correct": False,
        "alternatives": {"2": ["The answer is 2.", "It is 2."]},
    }


def flat(name: str) -> dict[str, Any]:
    """One solution."""
    return _problem(name) | _solution(name)


def first_error(name: str) -> dict[str, Any]:
    """One solution with somebody's label."""
    return flat(name) | {"first_error_index": 2, "labeler": "ada", "simulated": False}


def nested(name: str) -> dict[str, Any]:
    """A problem with its solutions."""
    return _problem(name) | {"generator": "model", "solutions": [_solution(f"{name}-{one}") for one in "ab"]}


def tree(name: str) -> dict[str, Any]:
    """A tree of candidate steps."""
    following = [{"text": f"Then {name}.", "next": [{"text": "So 2."}, {"text": "So 3."}]}, {"text": "It is 2."}]
    return _problem(name) | {"candidates": [{"text": "We add.", "next": following}, {"text": "We count."}]}


def prm800k(name: str) -> dict[str, Any]:
    """One label of the public data set."""
    rated = [("We add.", 1), ("It is 3.", -1)]
    steps = [
        {
            "completions": [{"text": text, "rating": rating, "flagged": False}],
            "human_completion": None,
            "chosen_completion": 0,
        }
        for text, rating in rated
    ]
    question = {
        "problem": f"What is $1 + 1$ in {name}?",
        "ground_truth_solution": "Count.",
        "ground_truth_answer": "2",
        "pre_generated_steps": [text for text, _ in rated],
        "pre_generated_answer": "3",
        "pre_generated_verifier_score": 0.25,
    }
    return {
        "labeler": "ada",
        "timestamp": "2022-07-30T23:23:32.118856",
        "generation": 6,
        "is_quality_control_question": False,
        "is_initial_screening_question": False,
        "question": question,
        "label": {"steps": steps, "total_time": 4_000, "finish_reason": "found_error"},
        "more": {"deep": [1.5, "text"]},
    }


SHAPES: dict[str, Callable[[str], dict[str, Any]]] = {
    "steps": flat,
    "first error": first_error,
    "solutions": nested,
    "candidates": tree,
    "prm800k": prm800k,
}


def places(value: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """Every value below the row itself, and where it is."""
    if path:
        yield path, value
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, one in inner:
        yield from places(one, (*path, key))


def put(row: Any, path: Path, value: Any) -> None:
    """Another value in this place."""
    *above, last = path
    for key in above:
        row = row[key]
    row[last] = value


def written(path: Path) -> str:
    """The place as a refusal names it."""
    return "".join(f"[{key}]" if isinstance(key, int) else f".{key}" for key in path).removeprefix(".")
