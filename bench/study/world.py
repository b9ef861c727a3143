"""All that one seed has for itself: its base, its pool, the problems it is measured on."""

import shutil
import tempfile
import time
from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path

from bench.study.base import base
from bench.study.groups import Group
from bench.study.scale import Scale
from selector import checkpoint
from selector.bases import Base
from selector.machine import dtype_for
from selector.progress import Progress
from selector.records import LabeledSolution, ScoredSolution, TrainingConfig
from selector.scoring import Scorer
from selector.training import train

SILENT = Progress(is_silent=True)
Scores = Mapping[str, ScoredSolution]  # by key of a distinct solution


class World:
    """One seed of a scale. Everything in it follows from both, and bases are kept in `folder`."""

    def __init__(self, scale: Scale, seed: int, folder: Path) -> None:
        self.scale, self.seed, self.folder = scale, seed, folder

    @cached_property
    def base(self) -> Base:
        return base(self.scale.pretraining(self.seed), self.folder / "bases")

    @cached_property
    def pool(self) -> Group:
        return Group.made(f"pool{self.seed}", self.scale.pool_problems, self.scale.pool_samples)

    @cached_property
    def validation(self) -> Group:
        return Group.made(f"validation{self.seed}", self.scale.validation_problems, self.scale.samples)

    @cached_property
    def test(self) -> Group:
        return Group.made(f"test{self.seed}", self.scale.test_problems, self.scale.samples)

    @cached_property
    def deep_test(self) -> Group:
        """The first of the test problems, with the same samples and further ones."""
        return Group.made(f"test{self.seed}", self.scale.deep_problems, self.scale.deep_samples)

    @cached_property
    def surprise(self) -> "Model":
        """The base as it is."""
        return self._model(checkpoint.untrained(self.base, "surprise"))

    def trained(self, examples: Sequence[LabeledSolution], config: TrainingConfig) -> "Model":
        """A model trained by the product's own loop."""
        started = time.process_time()
        (self.folder / "models").mkdir(parents=True, exist_ok=True)
        out = Path(tempfile.mkdtemp(dir=self.folder / "models"))
        try:
            train(self.base, examples, config, out, SILENT, cache=self.folder / "features")
            loaded = checkpoint.load(out)
        finally:
            shutil.rmtree(out)
        return self._model(loaded, time.process_time() - started)

    def _model(self, loaded: checkpoint.Loaded, train_seconds: float = 0.0) -> "Model":
        dtype = dtype_for("auto", "cpu", loaded.kind.name)
        return Model(Scorer(loaded, dtype=dtype, max_tokens=4_096, cache=self.folder / "features"), train_seconds)


class Model:
    """Something that scores; what it scored once it keeps, and how much of the processor's time all of it took."""

    def __init__(self, scorer: Scorer, train_seconds: float = 0.0) -> None:
        self._scorer = scorer
        self._known: dict[str, ScoredSolution] = {}
        self.train_seconds, self.score_seconds = train_seconds, 0.0

    def scores(self, group: Group) -> Scores:
        """Of every distinct solution of the group."""
        missing = [one for key, one in group.distinct.items() if key not in self._known]
        started = time.process_time()
        found = self._scorer.score([(one.problem, one.steps) for one in missing])
        self.score_seconds += time.process_time() - started
        self._known |= {one.key: scored for one, scored in zip(missing, found, strict=True)}
        return {key: self._known[key] for key in group.distinct}
