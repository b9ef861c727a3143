"""What `multiplier` does: labels drawn by chance and chosen ones in, small trainings, what a chosen one is worth out.

The scores of each training are kept under a hash of all that it was made of: killed and started again it goes on.
"""

import argparse
import hashlib
import shutil
import time
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

from selector import bases, examples, multiplier, training
from selector.errors import InputError
from selector.judged import judged
from selector.machine import checked_device, set_threads
from selector.processes import Processes
from selector.progress import PartOf, Progress
from selector.rows import ProblemRow, read_rows
from selector.score_command import run_score
from selector.score_rows import ScoreRow, read_score_rows
from selector.torch_commands import base_of_pool, config_of
from selector.trials import LEAST_LABELS, WAYS, Trial, Way, trials

STAGE = "trials"
_BASE, _TRAINED = 0.05, 0.8  # shares: of the base in all of it, of training in one trial


def run_multiplier(arguments: argparse.Namespace, progress: Progress) -> dict[str, Any]:
    """Train on parts of both files' labels, one a row, and measure all trainings on the same problems."""
    started = time.monotonic()
    if arguments.seeds < 1:
        raise InputError(f"--seeds: expected at least 1, not {arguments.seeds}")
    set_threads(arguments.threads, arguments.base)
    measured_on = {row.problem for path in arguments.test for _, row in read_rows(path)}
    rows = {way: _to_train_on(getattr(arguments, way), measured_on) for way in WAYS}
    least = min(map(len, rows.values()))
    if least < LEAST_LABELS:
        there = " and ".join(f"{len(rows[way])} {way}" for way in WAYS)
        raise InputError(
            f"expected at least {LEAST_LABELS} labels of either way on problems that are not measured on; "
            f"there are {there} ones"
        )
    planned = trials(least, arguments.seeds)
    lab = _Lab(arguments, progress, rows, len(planned))
    scores = {trial: lab.scores(trial, place) for place, trial in enumerate(planned)}
    labels = {trial: judged(arguments.labels, own)[0] for trial, own in scores.items()}
    return {
        "trainings": len(planned),
        **{way: len(rows[way]) for way in WAYS},
        "trained_on": least,
        "seeds": arguments.seeds,
        "evaluation_labels": len(labels[planned[0]]),
        "problems": len(measured_on),
        "measures": multiplier.figures(scores, labels),
        "seconds": round(time.monotonic() - started, 3),
    }


def _to_train_on(paths: Iterable[str], measured_on: set[str]) -> list[ProblemRow]:
    """The labeled rows of other problems than those."""
    found = [row for path in paths for _, row in read_rows(path) if row.problem not in measured_on]
    return [row for row in found if examples.of_rows([row], "prm").solutions]


class _Lab:
    """One command's trainings, each done once."""

    def __init__(
        self, arguments: argparse.Namespace, progress: Progress, rows: dict[Way, list[ProblemRow]], count: int
    ) -> None:
        self.arguments, self.progress, self.rows, self.count = arguments, progress, rows, count
        together = Processes(checked_device(arguments.device))
        texts = argparse.Namespace(**vars(arguments) | {"data": [*arguments.uniform, *arguments.chosen]})
        self.base = base_of_pool(texts, PartOf(progress, STAGE, 0, _BASE), together)
        self.folder = Path(arguments.out)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.test = hashlib.sha256(b"".join(Path(path).read_bytes() for path in arguments.test)).hexdigest()

    def scores(self, trial: Trial, place: int) -> list[ScoreRow]:
        """What a selector trained for this trial makes of the problems measured on."""
        rows = self.rows[trial.way]
        solutions = examples.of_rows([rows[index] for index in trial.places(len(rows))], "prm").solutions
        config = replace(config_of(self._recipe(trial)), seed=trial.seed)
        inputs = training.inputs_hash(self.base, solutions, config)
        kept = self.folder / f"{trial.name}-{inputs[:16]}-{self.test[:16]}.jsonl"
        if not kept.exists():
            model = self.folder / f"{trial.name}-model"
            cache = bases.cache_folder(self.arguments.cache)
            training.train(self.base, solutions, config, model, self._part(place, 0, _TRAINED), cache=cache)
            asked = {"model": str(model), "data": self.arguments.test, "out": str(kept), "kind": None, "base": None}
            run_score(argparse.Namespace(**vars(self.arguments) | asked), self._part(place, _TRAINED, 1))
            shutil.rmtree(model)
        self._part(place, 0, 1).report(STAGE, 1.0)
        return read_score_rows([str(kept)])

    def _recipe(self, trial: Trial) -> argparse.Namespace:
        usual = examples.tiny_epochs(trial.labels) if self.arguments.base == "tiny" else 2
        return argparse.Namespace(**vars(self.arguments) | {"epochs": self.arguments.epochs or usual})

    def _part(self, place: int, start: float, end: float) -> PartOf:
        each = (1 - _BASE) / self.count
        begin = _BASE + place * each
        words = f"training {place + 1} of {self.count}"
        return PartOf(self.progress, STAGE, begin + start * each, begin + end * each, words)
