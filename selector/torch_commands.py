"""What `train` does, and what scores for `score` where a language model does: files in, files out."""

import argparse
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from selector import bases, checkpoint, examples, scoring, tiny, training
from selector.errors import InputError
from selector.machine import checked_device, dtype_for, set_threads
from selector.processes import Processes
from selector.progress import Progress
from selector.records import ScoredSolution, TrainingConfig
from selector.rows import ProblemRow, read_rows
from selector.score_rows import PoolSolution

_TINY_RATE, _LARGE_RATE = 5e-4, 2e-5


def run_pretrain(arguments: argparse.Namespace, progress: Progress) -> dict[str, Any]:
    """Make the `tiny` base of a pool where there is none yet: `train` and `score` with the same pool then find it."""
    started = time.monotonic()
    together = Processes(checked_device(arguments.device))
    set_threads(arguments.threads, arguments.base)
    base = base_of_pool(arguments, progress, together)
    return {"base": base.name, "revision": base.revision, "seconds": round(time.monotonic() - started, 3)}


def run_train(arguments: argparse.Namespace, progress: Progress) -> dict[str, Any]:
    started = time.monotonic()
    together = Processes(checked_device(arguments.device))
    set_threads(arguments.threads, arguments.base)
    config = config_of(arguments)
    progress.report("read", 0.0, "reading rows")
    rows = _all_rows(arguments.data)
    found = examples.of_rows(rows, config.kind)
    if not found.solutions:
        raise InputError(f"nothing to train on: {_missing(config.kind)}; left out: {found.left_out or 'nothing'}")
    if found.is_of_one_kind and config.kind != "prm":  # one label of steps may be the first of many
        raise InputError(
            f"nothing to learn from: all {len(found.solutions)} outcomes are the same; expected right answers and "
            "wrong ones outside the test split"
        )
    base = _base(arguments, rows, progress, together)
    cache = bases.cache_folder(arguments.cache)
    manifest = training.train(
        base, found.solutions, config, Path(arguments.out), progress, cache=cache, processes=together
    )
    return {
        "model": arguments.out,
        "kind": config.kind,
        "mode": config.mode,
        "base": manifest["base"],
        "labels": found.labels,
        "left_out": found.left_out,
        "is_of_one_kind": found.is_of_one_kind,
        "too_long": manifest["too_long"],
        "reduction": manifest["reduction"],
        "dtype": config.dtype,
        **manifest["report"],
        "inputs_hash": manifest["inputs_hash"],
        "code": manifest.get("code", ""),
        "total_seconds": round(time.monotonic() - started, 3),
    }


class _Reading:
    """A loaded model as a scorer of solutions; several processes score each its share."""

    def __init__(
        self,
        loaded: checkpoint.Loaded,
        arguments: argparse.Namespace,
        together: Processes,
        base: bases.Base | None = None,
    ) -> None:
        self.kind: str = loaded.kind.name
        self.reduction: str = loaded.reduction
        self._together = together
        dtype = dtype_for(arguments.dtype, together.device, loaded.kind.name)
        cache = bases.cache_folder(arguments.cache)
        shares = arguments.share_prefixes == "yes"
        if arguments.share_prefixes == "auto":  # on a processor it saves tokens, and no time
            shares = not together.device.startswith("cpu")
        self._scorer = scoring.Scorer(
            loaded, max_tokens=arguments.batch_tokens, dtype=dtype, cache=cache, shares_prefixes=shares
        )
        self._likelihood: scoring.Scorer | None = None
        if base is not None:
            # Nothing is kept of it on disk: of a large base that would be gigabytes.
            surprise = checkpoint.untrained(base, "surprise", together.device)
            self._likelihood = scoring.Scorer(
                surprise, max_tokens=arguments.batch_tokens, dtype=dtype, shares_prefixes=shares
            )

    def score(self, solutions: list[PoolSolution]) -> list[ScoredSolution]:
        texts: list[scoring.Text] = [
            (found.problem.problem, found.solution.steps) for found in self._together.own_share(solutions)
        ]
        return self._together.in_turn(self._with_likelihood(texts, self._scorer.score(texts)))

    def _with_likelihood(self, texts: Sequence[scoring.Text], scored: list[ScoredSolution]) -> list[ScoredSolution]:
        """What the base itself finds of the texts beside the scores, where it was asked for."""
        if self._likelihood is None:
            return scored
        found = self._likelihood.score(texts)
        return [replace(one, likelihood=its.score) for one, its in zip(scored, found, strict=True)]


def scorer(arguments: argparse.Namespace, progress: Progress) -> _Reading:
    """What scores a pool: a model folder, or the base alone for kind surprise."""
    together = Processes(checked_device(arguments.device))
    progress.report("read", 0.0, "loading the model")
    if arguments.kind == "surprise":
        set_threads(arguments.threads, arguments.base)
        loaded = checkpoint.untrained(base_of_pool(arguments, progress, together), "surprise", together.device)
        return _Reading(loaded, arguments, together)
    loaded = checkpoint.load(Path(arguments.model), together.device)
    set_threads(arguments.threads, loaded.base[0])
    asks_base = arguments.base and not loaded.knows_likelihood  # models of earlier versions: they do not hold it
    base = base_of_pool(arguments, progress, together) if asks_base else None
    return _Reading(loaded, arguments, together, base)


def base_of_pool(arguments: argparse.Namespace, progress: Progress, together: Processes) -> bases.Base:
    """The base that the arguments name; `tiny` is that of `--pool`, else of the data."""
    is_pretrained_here = arguments.base == "tiny" and not arguments.pool
    return _base(arguments, _all_rows(arguments.data) if is_pretrained_here else [], progress, together)


def _all_rows(paths: list[str]) -> list[ProblemRow]:
    return [row for path in paths for _, row in read_rows(path)]


def _base(arguments: argparse.Namespace, rows: list[ProblemRow], progress: Progress, together: Processes) -> bases.Base:
    if arguments.base != "tiny":
        progress.report("read", 0.5, f"loading the base {arguments.base}")
        return bases.load(arguments.base)
    texts = tiny.texts_of(_all_rows(arguments.pool) if arguments.pool else rows)
    settings = tiny.Pretraining(steps=arguments.pretrain_steps)
    if not together.is_first:
        together.wait()  # until the first has made it
    base = tiny.base(texts, bases.cache_folder(arguments.cache), settings, progress)
    if together.is_first:
        together.wait()
    return base


def config_of(arguments: argparse.Namespace) -> TrainingConfig:
    """How the arguments want it trained. Raises InputError where they contradict one another."""
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
            dtype=dtype_for(arguments.dtype, arguments.device, arguments.kind),
            heads=arguments.heads,
            lora_rank=arguments.lora_rank,
            reduction=arguments.reduction,
        )
    except ValueError as error:
        raise InputError(str(error)) from None


def _missing(kind: str) -> str:
    if kind == "prm":
        return "expected rows with a label (PRM800K rows, or rows with first_error_index) outside the test split"
    return "expected rows with answer_is_correct true or false outside the test split"
