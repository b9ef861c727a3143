"""What of a pool may be chosen: distinct, unlabeled texts, and how many of each problem."""

import random
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from selector.records import Candidate

PROBLEM_CAP_SHARE = 0.2

Text = tuple[str, str]


def text_of(candidate: Candidate) -> Text:
    """Names the text of a solution: two solutions with one name are labeled once. No key: a text of its own."""
    return candidate.problem_id, candidate.text_key or f"only {candidate.solution_id}"


@dataclass(frozen=True, slots=True)
class Pool:
    """The eligible solutions, each list ordered by id.

    `train` and `test` hold one solution for each distinct text that nobody labeled; `train_samples` holds every
    sample of those texts. `caps` is how many of each problem one round may take: 20 % of its distinct texts (labeled
    ones counted), at least one.
    """

    train: list[Candidate]
    test: list[Candidate]
    train_samples: list[Candidate]
    caps: dict[str, int]

    @classmethod
    def of(cls, candidates: Sequence[Candidate]) -> "Pool":
        labeled = {text_of(candidate) for candidate in candidates if candidate.is_labeled}
        eligible = [candidate for candidate in candidates if text_of(candidate) not in labeled]
        eligible.sort(key=_id)
        distinct = _one_of_each_text(eligible)
        texts = Counter(problem for problem, _ in {text_of(candidate) for candidate in candidates})
        return cls(
            train=[candidate for candidate in distinct if candidate.split == "train"],
            test=[candidate for candidate in distinct if candidate.split == "test"],
            train_samples=[candidate for candidate in eligible if candidate.split == "train"],
            caps={problem: max(1, int(PROBLEM_CAP_SHARE * count)) for problem, count in texts.items()},
        )


def shuffled(candidates: Iterable[Candidate], seed: int, purpose: str) -> list[Candidate]:
    """A random order that depends on the seed, the purpose and the ids alone."""
    result = sorted(candidates, key=_id)
    random.Random(f"{seed} {purpose}").shuffle(result)
    return result


def _id(candidate: Candidate) -> str:
    return candidate.solution_id


def _one_of_each_text(by_id: list[Candidate]) -> list[Candidate]:
    """The first of each text, preferring one that has a score (of identical texts one alone may be scored)."""
    chosen: dict[Text, Candidate] = {}
    for candidate in by_id:
        text = text_of(candidate)
        held = chosen.get(text)
        if held is None or (held.score is None and candidate.score is not None):
            chosen[text] = candidate
    return sorted(chosen.values(), key=_id)
