"""Training examples out of parsed rows: which steps carry which rating, and what is left out and why."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, cast

from selector.records import LabeledSolution, Rating, TrainedKind
from selector.rows import LabelRow, ProblemRow, SolutionRow

TINY_PASSES, MOST_TINY_EPOCHS = 1_000, 10


@dataclass(frozen=True, slots=True)
class Examples:
    """The examples in the order of the rows; `labels` is how many rows gave them, `left_out` how many why not."""

    solutions: tuple[LabeledSolution, ...]
    labels: int
    left_out: dict[str, int] = field(default_factory=dict)

    @property
    def is_of_one_kind(self) -> bool:
        """Whether they hold nothing but right, or nothing but wrong: such examples tell nothing apart."""
        known = {rating >= 0 for one in self.solutions for rating in one.ratings if rating is not None}
        return len(known | {one.outcome for one in self.solutions if one.outcome is not None}) == 1


def tiny_epochs(labels: int) -> int:
    """Passes over the labels for `tiny`: it starts from next to nothing, and the paper's 2 teach it nothing.

    About a thousand solutions seen in all: seconds on a laptop, and no memorizing of a handful of labels.
    """
    return min(MOST_TINY_EPOCHS, max(2, TINY_PASSES // max(labels, 1)))


def of_rows(rows: Iterable[ProblemRow], kind: TrainedKind) -> Examples:
    """Examples for a kind: rated steps for prm, distinct solutions with a known outcome for the others.

    Problems of the test split give none.
    """
    found: list[LabeledSolution] = []
    left_out: Counter[str] = Counter()
    labels = 0
    seen: set[LabeledSolution] = set()
    for row in rows:
        if row.split == "test":
            left_out["test split"] += max(1, len(row.solutions))
            continue
        if kind == "prm":
            given = [_rated(row, solution) for solution in row.solutions]
            given += [list(_of_candidates_pass(row.problem, row.label))] if row.label else []
        else:
            given = [_outcome(row, solution, seen) for solution in row.solutions]
        labels += sum(1 for examples in given if examples)
        left_out["without a label" if kind == "prm" else "without a new known outcome"] += given.count([])
        found += [example for examples in given for example in examples]
    return Examples(tuple(found), labels, {why: count for why, count in left_out.items() if count})


def rated_steps(label: LabelRow, steps: int) -> list[Rating]:
    """The ratings of the main pass over a solution with so many steps: up to and including the first error.

    Of a first-error label the steps before the error count as positive; a flawed problem says nothing of its steps.
    """
    if label.kind == "first_error":
        if label.first_error_index is None:
            return [1] * steps
        return [*([1] * label.first_error_index), -1]  # type: ignore[list-item]
    if label.prm800k is None or label.prm800k.finish_reason == "bad_problem":
        return []
    return cast(list[Rating], label.prm800k.ratings)


def _rated(row: ProblemRow, solution: SolutionRow) -> list[LabeledSolution]:
    if solution.label is None:
        return []
    ratings = rated_steps(solution.label, len(solution.steps))
    if not ratings:
        return []
    rated = tuple(solution.steps[: len(ratings)])
    examples = [LabeledSolution(row.problem, rated, tuple(ratings))]
    if solution.label.raw is not None and ratings[-1] == -1:
        completions = solution.label.raw["label"]["steps"][len(ratings) - 1]["completions"]
        examples += _alternatives(row.problem, rated[:-1], completions[1:])
    return examples


def _outcome(row: ProblemRow, solution: SolutionRow, seen: set[LabeledSolution]) -> list[LabeledSolution]:
    if solution.answer_is_correct is None:
        return []
    unrated = (None,) * len(solution.steps)
    example = LabeledSolution(row.problem, tuple(solution.steps), unrated, solution.answer_is_correct)
    if example in seen:
        return []
    seen.add(example)
    return [example]


def _of_candidates_pass(problem: str, label: LabelRow) -> Iterator[LabeledSolution]:
    """The trajectory that was followed, and each candidate that was not, behind the steps in front of it."""
    if label.raw is None or label.raw["label"]["finish_reason"] == "bad_problem":
        return
    path: list[str] = []
    ratings: list[Rating | None] = []
    for step in label.raw["label"]["steps"]:
        completions = step.get("completions") or []
        chosen, human = step.get("chosen_completion"), step.get("human_completion")
        others = [completion for index, completion in enumerate(completions) if index != chosen]
        yield from _alternatives(problem, tuple(path), others)
        if chosen is None and human is None:
            break
        path.append(completions[chosen]["text"] if chosen is not None else human["text"])
        ratings.append(completions[chosen].get("rating") if chosen is not None else None)
    if any(rating is not None for rating in ratings):
        yield LabeledSolution(problem, tuple(path), tuple(ratings))


def _alternatives(problem: str, before: tuple[str, ...], completions: list[dict[str, Any]]) -> list[LabeledSolution]:
    unknown = (None,) * len(before)
    return [
        LabeledSolution(problem, (*before, completion["text"]), (*unknown, completion["rating"]))
        for completion in completions
        if completion.get("rating") is not None
    ]
