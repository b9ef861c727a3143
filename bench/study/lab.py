"""Runs of one seed: labels chosen, a model trained on them, and everything measured on the test problems."""

import random
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from bench.study import figures
from bench.study.arms import Arm
from bench.study.choosing import chosen
from bench.study.groups import Group, Judged
from bench.study.scale import epochs
from bench.study.store import Row
from bench.study.world import Model, Scores, World
from selector.machine import dtype_for
from selector.records import LabeledSolution, Rating, TrainedKind, TrainingConfig

HEADS = 4  # of the committee of the selector that chooses, and of every one that is measured
RATE, HEAD_RATE = 1.5e-3, 1e-2  # chosen on validation problems of seed 0
DEEP = ("uniform_distinct", "uncertain")  # arms that are looked at with many samples


class Lab:
    """One seed of the study; `folder` keeps what each run made of the test problems, for combinations of runs."""

    def __init__(self, world: World, folder: Path) -> None:
        self.world, self.folder = world, folder
        self.first_selector = cache(self._first_selector)

    def config(self, labels: int, kind: TrainedKind = "prm", **changes: Any) -> TrainingConfig:
        heads = HEADS if kind == "prm" else 1
        dtype = dtype_for("auto", "cpu", kind)
        plain = TrainingConfig(
            kind=kind,
            seed=self.world.seed,
            epochs=epochs(labels, self.world.scale),
            learning_rate=RATE,
            head_learning_rate=HEAD_RATE,
            heads=heads,
            dtype=dtype,
        )
        return replace(plain, **changes)

    def uniform(self, labels: int) -> list[Judged]:
        """The labels that every informed arm begins with: the same order at every size."""
        return chosen(self.world.pool, labels, "uniform_distinct", seed=self.world.seed)

    def _first_selector(self, labels: int) -> Model:
        picks = self.uniform(labels)
        return self.world.trained([one.labeled() for one in picks], self.config(labels))

    def run(self, arm: Arm, labels: int) -> Row:
        """The row of one arm at one number of labels."""
        picks, models = self._chosen(arm, labels)
        settings: dict[str, Any] = {"mode": arm.mode, "seed": self.world.seed + 1_000 * arm.again}
        if arm.mode == "head":
            settings["head_learning_rate"] = 2e-3
        examples = [one.labeled() for one in picks] if not arm.noise else noisy(picks, arm.noise, self.world.seed)
        model = self.world.trained(examples, self.config(len(picks), **settings))
        row = self.measured(model) | {"picks": figures.cost(picks), "overlap_with_uniform": self._overlap(picks)}
        if models:
            row["rounds"] = [self._best_of_64(before) for before in models]
        if arm.name in DEEP and labels == max(self.world.scale.labels):
            row["deep"] = self.deep(model)
        self.keep(f"{arm.name}-{labels}", model)
        return row

    def _chosen(self, arm: Arm, labels: int) -> tuple[list[Judged], list[Model]]:
        """All labels in the order in which they came, and the selectors of the rounds before the last."""
        pool, seed = self.world.pool, self.world.seed
        if not arm.is_informed:
            return chosen(pool, labels, arm.strategy, settings=arm.settings, seed=seed), []
        picks, models = self.uniform(labels // 3), []
        for number in range(arm.rounds):
            if number:
                model = self.world.trained([one.labeled() for one in picks], self.config(len(picks)))
                models.append(model)
            else:
                model = self.first_selector(len(picks))
            size = (labels - len(picks)) // (arm.rounds - number)
            scores = model.scores(pool)
            picks += chosen(pool, size, arm.strategy, scores=scores, labeled=picks, settings=arm.settings, seed=seed)
        return picks, models

    def _overlap(self, picks: Sequence[Judged]) -> float:
        uniform = {one.key for one in self.uniform(len(picks))}
        return sum(one.key in uniform for one in picks) / len(picks)

    def _best_of_64(self, model: Model) -> float:
        return figures.best_of(self.world.test, figures.ranks(model.scores(self.world.test)), self.world.scale.samples)

    def measured(self, model: Model, reduction: str = "") -> Row:
        """Every measure of one model; `validation` is for choices between models, never for a table."""
        world, scale = self.world, self.world.scale
        found, held_out = model.scores(world.test), model.scores(world.validation)
        ranks = figures.ranks(found, reduction)
        row: Row = {
            "best_of": figures.curve(world.test, ranks, scale.samples),
            "strict": figures.best_of(world.test, ranks, scale.samples, is_strict=True),
            "validation": figures.best_of(world.validation, figures.ranks(held_out, reduction), scale.samples),
            "train_seconds": round(model.train_seconds, 1),
            "score_seconds": round(model.score_seconds, 1),
            "minima_at_last": figures.minima_at_last(world.test, found),
        }
        if "mean_log" in next(iter(found.values())).reduced:
            row["reductions"] = {
                name: figures.best_of(world.test, figures.ranks(found, name), scale.samples)
                for name in ("product", "mean_log", "min")
            }
        return row | figures.steps_figures(world.validation, held_out, world.test, found)

    def deep(self, model: Model) -> dict[str, float]:
        """Best-of-N with all samples of the test problems."""
        ranks = figures.ranks(model.scores(self.world.deep_test))
        return figures.curve(self.world.deep_test, ranks, self.world.scale.deep_samples)

    def keep(self, name: str, model: Model) -> None:
        """What the model ranks test and validation solutions by (mean logs), for combinations."""
        self.folder.mkdir(parents=True, exist_ok=True)
        groups = {"test": self.world.test, "validation": self.world.validation}
        arrays = {side: _mean_logs(model.scores(group), group) for side, group in groups.items()}
        beside = self.folder / f".{name}.npz"
        np.savez_compressed(beside, **arrays)  # type: ignore[arg-type]
        beside.rename(self._kept(name))

    def kept(self, name: str) -> Mapping[str, dict[str, float]]:
        """By side, what `keep` kept; KeyError where it kept nothing."""
        if not self._kept(name).exists():
            raise KeyError(name)
        groups = {"test": self.world.test, "validation": self.world.validation}
        with np.load(self._kept(name)) as arrays:
            return {
                side: dict(zip(group.distinct, arrays[side].tolist(), strict=True)) for side, group in groups.items()
            }

    def _kept(self, name: str) -> Path:
        return self.folder / f"{name}.npz"


def _mean_logs(scores: Scores, group: Group) -> Any:
    return np.array([scores[key].mean_log_score for key in group.distinct], np.float32)


def noisy(picks: Sequence[Judged], share: float, seed: int) -> list[LabeledSolution]:
    """Labels of a grader who now and then misses the error, or sees one where none is."""
    draw = random.Random(f"noise {seed}")
    return [_misread(one, draw) if draw.random() < share else one.labeled() for one in picks]


def _misread(one: Judged, draw: random.Random) -> LabeledSolution:
    if one.ratings[-1] == -1:
        ratings: tuple[Rating, ...] = (*one.ratings[:-1], *(1 for _ in one.steps[one.steps_read - 1 :]))
        return LabeledSolution(one.problem, one.steps, ratings)
    place = draw.randrange(len(one.steps))
    return LabeledSolution(one.problem, one.steps[: place + 1], (*one.ratings[:place], -1))
