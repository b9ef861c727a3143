"""What of a pool may be chosen: distinct, unlabeled texts, and how many of each problem."""

import random
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from selector.records import Candidate
from selector.strategies.settings import Settings

Text = tuple[str, str]


def text_of(candidate: Candidate) -> Text:
    """Names the text of a solution: two solutions with one name are labeled once. No key: a text of its own."""
    return candidate.problem_id, candidate.text_key or f"only {candidate.solution_id}"


@dataclass(frozen=True, slots=True)
class Pool:
    """The eligible solutions, each list ordered by id.

    `train` and `test` hold one solution for each distinct text that nobody labeled (every sample, where copies are
    taken); `train_samples` holds every sample of those texts. `caps` is how many of each problem one round may take: a
    share of its distinct texts (labeled ones counted), at least one. `kept_out` counts what never came in, by rail.
    What the selector cannot read stays out everywhere, by chance and for evaluation too: it could neither learn from
    its label nor be measured by it.
    """

    train: list[Candidate]
    test: list[Candidate]
    train_samples: list[Candidate]
    caps: dict[str, int]
    kept_out: dict[str, int]

    @classmethod
    def of(cls, candidates: Sequence[Candidate], settings: Settings) -> "Pool":
        labeled = {text_of(candidate) for candidate in candidates if candidate.is_labeled}
        unlabeled = [candidate for candidate in candidates if text_of(candidate) not in labeled]
        distinct = sorted(unlabeled, key=_id) if settings.takes_copies else _one_of_each_text(unlabeled)
        readable = [candidate for candidate in distinct if not candidate.is_too_long]
        decided = [candidate for candidate in readable if settings.takes_uncertain or candidate.verdict != "uncertain"]
        texts = {text_of(candidate) for candidate in decided}
        samples = [candidate for candidate in unlabeled if text_of(candidate) in texts and candidate.split == "train"]
        counts = Counter(problem for problem, _ in {text_of(candidate) for candidate in candidates})
        return cls(
            train=[candidate for candidate in decided if candidate.split == "train"],
            test=[candidate for candidate in decided if candidate.split == "test"],
            train_samples=sorted(samples, key=_id),
            caps={problem: max(1, int(settings.problem_cap * count + 1e-9)) for problem, count in counts.items()},
            kept_out={
                "labeled": len(candidates) - len(unlabeled),
                "copies": len(unlabeled) - len(distinct),
                "too_long": len(distinct) - len(readable),
                "uncertain_answer": len(readable) - len(decided),
            },
        )


def shuffled(candidates: Iterable[Candidate], seed: int, purpose: str) -> list[Candidate]:
    """A random order that depends on the seed, the purpose and the ids alone."""
    result = sorted(candidates, key=_id)
    random.Random(f"{seed} {purpose}").shuffle(result)
    return result


def _id(candidate: Candidate) -> str:
    return candidate.solution_id


def _one_of_each_text(candidates: Iterable[Candidate]) -> list[Candidate]:
    """The first of each text, preferring one that has a score (of identical texts one alone may be scored)."""
    chosen: dict[Text, Candidate] = {}
    for candidate in sorted(candidates, key=_id):
        text = text_of(candidate)
        held = chosen.get(text)
        if held is None or (held.score is None and candidate.score is not None):
            chosen[text] = candidate
    return sorted(chosen.values(), key=_id)
