"""Generated rows of the sizes that issue and goals name: JSON Lines, the same for the same seed."""

import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

PROBLEM_CHARACTERS = 300
STEPS = 8
STEP_CHARACTERS = 150
SENTENCE = (
    "let the number of be $x$ then $x^2 + 3x = 10$ so we factor $(x + 5)(x - 2) = 0$ which gives two roots and since "
    "is positive we keep $x = 2$ multiplying by $\\frac{3}{4}$ each side of triangle has length $\\sqrt{7}$ hence sum"
)
TEXT_CHARACTERS = 500_000


class Texts:
    """Pieces of one long random text: cheap to make by the million, and hardly two alike."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)
        words = self._random.choices(SENTENCE.split(), k=TEXT_CHARACTERS // 4)
        self._text = " ".join(words)[:TEXT_CHARACTERS]

    def piece(self, characters: int, mark: str) -> str:
        """So many characters, beginning with a mark that makes them unlike all others."""
        start = self._random.randrange(len(self._text) - characters)
        return (mark + self._text[start : start + characters])[:characters]

    def problem(self, number: int) -> dict[str, Any]:
        text = self.piece(PROBLEM_CHARACTERS, f"Problem {number}. ")
        return {"problem_id": f"problem-{number}", "problem": text, "ground_truth_answer": str(number % 97)}

    def solution(self, number: int, *, is_correct: bool) -> dict[str, Any]:
        """Eight steps and an answer that comes with its verdict, as pools of solved data sets have it."""
        return {
            "solution_id": f"solution-{number}",
            "generator": "bench",
            "steps": [self.piece(STEP_CHARACTERS, f"{number}.{step} ") for step in range(STEPS)],
            "answer": str(number % 97) if is_correct else "none",
            "answer_is_correct": is_correct,
        }


def flat(count: int, seed: int = 0) -> Iterator[dict[str, Any]]:
    """One solution a row, each of a problem of its own."""
    texts = Texts(seed)
    for number in range(count):
        yield texts.problem(number) | texts.solution(number, is_correct=number % 3 == 0)


def pool(count: int) -> Iterator[dict[str, Any]]:
    """Flat rows that rounds may choose all of: none is in the test split."""
    for row in flat(count):
        yield row | {"split": "train"}


def grouped(count: int, each: int, seed: int = 0) -> Iterator[dict[str, Any]]:
    """One problem a row, with so many solutions each."""
    texts = Texts(seed)
    for first in range(0, count, each):
        numbers = range(first, min(first + each, count))
        solutions = [texts.solution(number, is_correct=number % 3 == 0) for number in numbers]
        yield texts.problem(first // each) | {"solutions": solutions}


def write(path: Path, rows: Iterator[dict[str, Any]]) -> Path:
    with path.open("w") as file:
        file.writelines(json.dumps(row) + "\n" for row in rows)
    return path
