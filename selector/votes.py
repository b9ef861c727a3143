"""How many solutions of a problem give the same answer."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from selector.answer_text import normalized

_spelled = lru_cache(maxsize=100_000)(normalized)  # a pool says the same few answers again and again


@dataclass(frozen=True, slots=True)
class Votes:
    """Votes for each answer of each problem, and how many solutions each problem has (those without an answer too)."""

    of_answer: Counter[tuple[str, str]]
    of_problem: Counter[str]

    @classmethod
    def count(cls, solutions: Iterable[tuple[str, str | None]]) -> "Votes":
        """From (problem, answer) of every sample: identical texts vote each for itself."""
        votes = cls(Counter(), Counter())
        for problem, answer in solutions:
            votes.add(problem, answer, 1)
        return votes

    def add(self, problem: str, answer: str | None, count: int) -> None:
        """So many more samples of the problem give this answer, or none."""
        self.of_problem[problem] += count
        if answer:
            self.of_answer[problem, _spelled(answer)] += count

    def votes(self, problem: str, answer: str | None) -> int:
        """How many samples give this answer; 0 for none."""
        return self.of_answer[problem, _spelled(answer)] if answer and self.of_answer else 0

    def share(self, problem: str, answer: str | None) -> float:
        """The same as a share of the problem's samples."""
        votes = self.votes(problem, answer)
        return votes / self.of_problem[problem] if votes else 0.0
