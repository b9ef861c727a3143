"""What `score` does: a pool in, one row a solution out, whichever kind scores it. `popular` starts without torch."""

import argparse
import importlib
import os
import time
from itertools import islice
from typing import Any, Protocol

import orjson

from selector.errors import InputError
from selector.files import replaced
from selector.popular import Popular
from selector.progress import Progress
from selector.records import ScoredSolution
from selector.score_rows import PoolSolution, pool_solutions

_CHUNK = 2_000  # solutions scored together: enough to sort by length, few enough for any memory


class Scorer(Protocol):
    """What scores solutions: a trained model, a base as it is, or a count of answers."""

    @property
    def kind(self) -> str: ...

    @property
    def reduction(self) -> str:
        """What of a solution ranks it."""
        ...

    def score(self, solutions: list[PoolSolution]) -> list[ScoredSolution]:
        """In their order; without a score where a solution is longer than can be read."""
        ...


def run_score(arguments: argparse.Namespace, progress: Progress) -> dict[str, Any]:
    """One row a solution, in the order of the files; identical texts are scored once."""
    started = time.monotonic()
    scorer = _scorer(arguments, progress)
    total = sum(1 for _ in pool_solutions(arguments.data))
    known: dict[str, tuple[str, ScoredSolution]] = {}
    pool = pool_solutions(arguments.data)
    done = too_long = 0
    with replaced(arguments.out if _is_first() else os.devnull) as out:
        while chunk := list(islice(pool, _CHUNK)):
            _score_new(scorer, chunk, known)
            for found in chunk:
                first, scored = known[found.text_key]
                row = found.as_row(scored, None if first == found.solution_id else first)
                out.write(orjson.dumps(row) + b"\n")
                too_long += scored.score is None
            done += len(chunk)
            progress.report("score", done / total, f"{done} of {total} solutions")
    return {
        "solutions": done,
        "distinct": len(known),
        "too_long": too_long,
        "kind": scorer.kind,
        "reduction": scorer.reduction,
        "seconds": round(time.monotonic() - started, 3),
        "out": arguments.out,
    }


def _scorer(arguments: argparse.Namespace, progress: Progress) -> Scorer:
    if arguments.kind == "popular":
        return Popular(pool_solutions(arguments.data))
    if arguments.kind == "surprise" and not arguments.base:
        raise InputError("kind surprise: expected --base, the language model whose surprise it is")
    # torch takes seconds to load
    scorer: Scorer = importlib.import_module("selector.torch_commands").scorer(arguments, progress)
    return scorer


def _score_new(scorer: Scorer, chunk: list[PoolSolution], known: dict[str, tuple[str, ScoredSolution]]) -> None:
    new: dict[str, PoolSolution] = {}
    for found in chunk:
        if found.text_key not in known:
            new.setdefault(found.text_key, found)
    for (key, found), result in zip(new.items(), scorer.score(list(new.values())), strict=True):
        known[key] = found.solution_id, result


def _is_first() -> bool:
    """Of the processes that `accelerate launch` started the first one writes."""
    return os.environ.get("RANK", "0") == "0"
