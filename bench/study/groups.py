"""Problems with samples of the policy, judged by the oracle: a pool, problems to measure on, fresh ones."""

from collections.abc import Iterator
from dataclasses import dataclass

from bench.study.domain import policy
from bench.study.domain.problems import Problem, problems
from bench.study.domain.verifier import ratings
from selector.records import LabeledSolution, Rating
from selector.rows import text_key
from selector.votes import Votes


@dataclass(frozen=True, slots=True)
class Judged:
    """One distinct solution with what the oracle says of it."""

    key: str
    problem_id: str
    problem: str
    steps: tuple[str, ...]
    answer: str
    is_right: bool  # its answer
    ratings: tuple[Rating, ...]

    @property
    def is_strictly_right(self) -> bool:
        """Right answer and right steps."""
        return self.is_right and self.ratings[-1] != -1

    @property
    def steps_read(self) -> int:
        """By a labeler: up to and including the first error."""
        return len(self.ratings)

    def labeled(self) -> LabeledSolution:
        return LabeledSolution(self.problem, self.steps[: len(self.ratings)], self.ratings)

    def with_outcome(self) -> LabeledSolution:
        return LabeledSolution(self.problem, self.steps, (None,) * len(self.steps), self.is_right)


@dataclass(frozen=True, slots=True)
class Group:
    """Samples of several problems: `samples` names, for each sample in order, its distinct solution."""

    distinct: dict[str, Judged]
    samples: list[tuple[str, str]]  # of a sample: its own id, the key of its text
    votes: Votes

    @classmethod
    def made(cls, seed: str, problem_count: int, sample_count: int) -> "Group":
        distinct: dict[str, Judged] = {}
        samples: list[tuple[str, str]] = []
        votes = Votes.count([])
        for problem in problems(seed, problem_count):
            for place, judged in enumerate(_attempts(problem, sample_count, seed)):
                distinct.setdefault(judged.key, judged)
                samples.append((f"{problem.problem_id}/{place}", judged.key))
                votes.add(judged.problem_id, judged.answer, 1)
        return cls(distinct, samples, votes)


def text(problem: str, steps: tuple[str, ...]) -> str:
    """As the encoder writes it."""
    return "\n".join([problem + "\n", *steps, ""])


def base_texts(seed: int, count: int) -> list[str]:
    """What a base is pretrained on: the policy's own attempts, right and wrong, one a problem."""
    return [
        text(problem.text, policy.samples(problem, 1, "base")[0].steps) for problem in problems(f"base{seed}", count)
    ]


def _attempts(problem: Problem, count: int, seed: str) -> Iterator[Judged]:
    known: dict[tuple[str, ...], Judged] = {}
    for solution in policy.samples(problem, count, seed):
        if solution.steps not in known:
            known[solution.steps] = Judged(
                key=text_key(problem.text, solution.steps),
                problem_id=problem.problem_id,
                problem=problem.text,
                steps=solution.steps,
                answer=str(solution.answer),
                is_right=solution.answer == problem.answer,
                ratings=ratings(problem.text, solution.steps),
            )
        yield known[solution.steps]
