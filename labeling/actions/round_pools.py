"""What a round was chosen from: packed when it is planned, and made candidates again.

A million candidates take a few megabytes: numbers as distances from the one before, one letter for the verdict of each.
"""

import hashlib
import zlib
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate, islice
from typing import Any

import orjson

from labeling.actions import candidates
from labeling.models import CandidateTree, Mode, Round, RoundPool, Solution
from selector import strategies
from selector.records import Candidate

LETTERS = {"correct": "c", "wrong": "w", "uncertain": "u", "unknown": "n"}  # large: it had a label already
VERDICTS = {letter: verdict for verdict, letter in LETTERS.items()}
READABLE = b',"is_too_long":false}'
PORTION = 2_000


def keep(of: Round, pool: Iterable[Candidate]) -> RoundPool:
    """The candidates that this round's selection saw."""
    ordered = sorted(pool, key=lambda one: one.solution_id)
    content = zlib.compress(orjson.dumps(_packed(ordered)), level=1)
    return RoundPool.objects.create(round=of, size=len(ordered), candidates=content, digest=digest_of(ordered))


def digest_of(ordered: Iterable[Candidate]) -> str:
    """Of everything that a strategy sees of them; that one is not too long is left unsaid, as in older records."""
    sha = hashlib.sha256()
    for one in ordered:
        said = orjson.dumps(one)
        sha.update(said.removesuffix(READABLE) + b"}" if said.endswith(READABLE) else said)
    return sha.hexdigest()


def _packed(ordered: Sequence[Candidate]) -> dict[str, Any]:
    numbers = [int(one.solution_id) for one in ordered]
    letters = (LETTERS[one.verdict].upper() if one.is_labeled else LETTERS[one.verdict] for one in ordered)
    counted = any(one.samples for one in ordered)
    return {
        "steps": [number - before for before, number in zip([0, *numbers], numbers, strict=False)],
        "letters": "".join(letters),
        "votes": [(one.votes, one.samples) for one in ordered] if counted else [],
        "too_long": [int(one.solution_id) for one in ordered if one.is_too_long],
    }


def read(pool: RoundPool) -> list[Candidate]:
    """The candidates again, ordered by number; those whose rows are gone are missing."""
    packed = orjson.loads(zlib.decompress(bytes(pool.candidates)))
    numbers = list(accumulate(packed["steps"]))
    votes = packed["votes"] or [(0, 0)] * len(numbers)
    kept = zip(numbers, packed["letters"], votes, strict=True)
    too_long = set(packed.get("too_long", ()))  # older records kept nothing out for it
    of = pool.round
    needs = strategies.STRATEGIES[of.strategy].needs if of.strategy in strategies.STRATEGIES else frozenset()
    marks = candidates.Marks(of.selector, needs)
    return [
        Candidate(
            solution_id=candidates.name(number),
            problem_id=candidates.name(problem),
            verdict=VERDICTS[letter.lower()],  # type: ignore[arg-type]
            answer=answer,
            split=split,
            text_key=candidates.name(number),
            is_labeled=letter.isupper(),
            votes=own,
            samples=samples,
            is_too_long=number in too_long,
            **marks.of(number),
        )
        for (number, letter, (own, samples)), (problem, answer, split) in _with_rows(of, kept)
    ]


def _with_rows(of: Round, kept: Iterable[tuple[int, str, Any]]) -> Iterator[tuple[Any, tuple[int, str | None, Any]]]:
    """Each with what its row says, asked in portions."""
    is_tree = of.mode == Mode.CANDIDATES
    rows: Any = CandidateTree.objects if is_tree else Solution.objects
    names = ("problem_id", "problem__split") if is_tree else ("problem_id", "problem__split", "answer")
    for portion in _portions(kept):
        found = rows.filter(pk__in=[number for number, *_ in portion]).values_list("pk", *names)
        known = {pk: (problem, answer[0] if answer else None, split) for pk, problem, split, *answer in found}
        yield from ((one, known[one[0]]) for one in portion if one[0] in known)


def _portions(kept: Iterable[tuple[int, str, Any]]) -> Iterator[list[tuple[int, str, Any]]]:
    waiting = iter(kept)
    while portion := list(islice(waiting, PORTION)):
        yield portion
