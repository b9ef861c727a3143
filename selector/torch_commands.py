"""What `train` and `score` do: files in, files out, one summary."""

import argparse
import time
from itertools import islice
from pathlib import Path
from typing import Any

import orjson
import torch

from selector import bases, checkpoint, examples, scoring, tiny, training
from selector.commands import replaced
from selector.errors import InputError
from selector.progress import Progress
from selector.records import ScoredSolution, TrainingConfig
from selector.rows import ProblemRow, read_rows
from selector.score_rows import PoolSolution, pool_solutions

_CHUNK = 2_000  # solutions scored together: enough to sort by length, few enough for any memory
_TINY_RATE, _LARGE_RATE = 5e-4, 2e-5


def run_train(arguments: argparse.Namespace, progress: Progress) -> dict[str, Any]:
    started = time.monotonic()
    _prepare(arguments)
    _set_threads(arguments.threads, arguments.base)
    config = _config(arguments)
    progress.report("read", 0.0, "reading rows")
    rows = _all_rows(arguments.data)
    found = examples.of_rows(rows, config.kind)
    if not found.solutions:
        raise InputError(f"nothing to train on: {_missing(config.kind)}; left out: {found.left_out or 'nothing'}")
    base = _base(arguments, rows, progress)
    manifest = training.train(base, found.solutions, config, Path(arguments.out), progress)
    return {
        "model": arguments.out,
        "kind": config.kind,
        "mode": config.mode,
        "base": manifest["base"],
        "labels": found.labels,
        "left_out": found.left_out,
        "too_long": manifest["too_long"],
        **manifest["report"],
        "inputs_hash": manifest["inputs_hash"],
        "total_seconds": round(time.monotonic() - started, 3),
    }


def run_score(arguments: argparse.Namespace, progress: Progress) -> dict[str, Any]:
    """One row a solution, in the order of the files; identical texts are scored once."""
    started = time.monotonic()
    _prepare(arguments)
    progress.report("read", 0.0, "loading the model")
    loaded = checkpoint.load(Path(arguments.model), arguments.device)
    _set_threads(arguments.threads, loaded.manifest["base"]["name"])
    total = sum(1 for _ in pool_solutions(arguments.data))
    known: dict[str, tuple[str, ScoredSolution]] = {}
    pool = pool_solutions(arguments.data)
    done = too_long = 0
    with replaced(arguments.out) as out:
        while chunk := list(islice(pool, _CHUNK)):
            _score_new(loaded, chunk, known, arguments)
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
        "kind": loaded.kind,
        "reduction": loaded.manifest["reduction"],
        "seconds": round(time.monotonic() - started, 3),
        "out": arguments.out,
    }


def _score_new(
    loaded: checkpoint.Loaded,
    chunk: list[PoolSolution],
    known: dict[str, tuple[str, ScoredSolution]],
    arguments: argparse.Namespace,
) -> None:
    new: dict[str, PoolSolution] = {}
    for found in chunk:
        if found.text_key not in known:
            new.setdefault(found.text_key, found)
    texts = [(found.problem.problem, found.solution.steps) for found in new.values()]
    scored = scoring.score(loaded, texts, max_tokens=arguments.batch_tokens, dtype=arguments.dtype)
    for (key, found), result in zip(new.items(), scored, strict=True):
        known[key] = found.solution_id, result


def _all_rows(paths: list[str]) -> list[ProblemRow]:
    return [row for path in paths for _, row in read_rows(path)]


def _base(arguments: argparse.Namespace, rows: list[ProblemRow], progress: Progress) -> bases.Base:
    if arguments.base != "tiny":
        progress.report("read", 0.5, f"loading the base {arguments.base}")
        return bases.load(arguments.base)
    texts = tiny.texts_of(_all_rows(arguments.pool) if arguments.pool else rows)
    settings = tiny.Pretraining(steps=arguments.pretrain_steps)
    return tiny.base(texts, bases.cache_folder(arguments.cache), settings, progress)


def _config(arguments: argparse.Namespace) -> TrainingConfig:
    rate = arguments.learning_rate or (_TINY_RATE if arguments.base == "tiny" else _LARGE_RATE)
    try:
        return TrainingConfig(
            kind=arguments.kind,
            mode=arguments.mode,
            seed=arguments.seed,
            epochs=arguments.epochs,
            batch_size=arguments.batch_size,
            learning_rate=rate,
            head_learning_rate=arguments.head_learning_rate,
            beta=arguments.beta,
            checkpoint_seconds=arguments.checkpoint_seconds,
            device=arguments.device,
            dtype=arguments.dtype,
        )
    except ValueError as error:
        raise InputError(str(error)) from None


def _missing(kind: str) -> str:
    if kind == "prm":
        return "expected rows with a label (PRM800K rows, or rows with first_error_index) outside the test split"
    return "expected rows with answer_is_correct true or false outside the test split"


def _set_threads(given: int, base: str) -> None:
    """So small a model as `tiny` gains little from a second thread, and loses much where the core is not free."""
    if given or base == "tiny":
        torch.set_num_threads(given or 1)


def _prepare(arguments: argparse.Namespace) -> None:
    try:
        torch.zeros(1, device=arguments.device)
    except (RuntimeError, AssertionError) as error:
        reason = str(error).splitlines()[0]
        raise InputError(f"device {arguments.device!r}: expected one that is there, such as cpu ({reason})") from None
