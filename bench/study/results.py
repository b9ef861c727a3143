"""Rows of one scale, read by what was run, at how many labels, on which seed."""

from collections.abc import Callable, Collection, Iterable, Sequence
from functools import reduce
from typing import Any

from bench.study.opponents import SWEEP
from bench.study.preconditions import Verdict, check
from bench.study.scale import Scale
from bench.study.statistics import Curve, Mean, paired
from bench.study.store import Row

Values = dict[int, float]  # by seed
COSTS = ("solutions", "steps_read", "seconds")
UNIFORM = "uniform_distinct"


class Results:
    """All figures that the page shows; what was not run is empty, never an error."""

    def __init__(self, scale: Scale, rows: Iterable[Row], seeds: Collection[int] | None = None) -> None:
        """`seeds`: of these alone."""
        self.scale = scale
        self.rows: dict[tuple[str, int], dict[int, Row]] = {}
        for row in rows:
            parts = row["key"].split("/")
            if parts[0] == scale.key and len(parts) == 4 and (seeds is None or int(parts[1]) in seeds):
                self.rows.setdefault((parts[2], int(parts[3])), {})[int(parts[1])] = row

    @property
    def most(self) -> int:
        return max(self.scale.labels)

    @property
    def n(self) -> str:
        return str(self.scale.samples)

    @property
    def verdicts(self) -> dict[int, Verdict]:
        """On the preconditions, by seed; none of a scale that is too small for any."""
        models = self.of(UNIFORM) if self.scale.is_checked else {}
        return {
            seed: check(row, models[seed], self.scale.samples)
            for seed, row in sorted(self.of("label_free", 0).items())
            if seed in models
        }

    @property
    def far_off(self) -> set[int]:
        """Seeds on which no labels are chosen."""
        return {seed for seed, verdict in self.verdicts.items() if verdict.is_far_off}

    def without_missed(self) -> "Results":
        """Of the seeds alone that miss no precondition."""
        missed = {seed for seed, verdict in self.verdicts.items() if verdict.missed}
        rows = [row for some in self.rows.values() for row in some.values()]
        return Results(self.scale, rows, {int(row["key"].split("/")[1]) for row in rows} - missed)

    def of(self, name: str, labels: int | None = None) -> dict[int, Row]:
        return self.rows.get((name, self.most if labels is None else labels), {})

    def values(self, name: str, labels: int | None = None, *path: str) -> Values:
        """One figure of every seed; `path` leads to it within the row (default: best-of-N at the most samples)."""
        return _values(self.of(name, labels), path or ("best_of", self.n))

    def label_free(self, way: str, n: str | None = None) -> Values:
        """`surprise`, or one of the ways without a model."""
        path = ("best_of", n or self.n) if way == "surprise" else ("ways", way, n or self.n)
        return _values(self.of("label_free", 0), path)

    def tuned(self, prefix: str) -> dict[int, Row]:
        """Of the sweep's settings of that prefix, each seed's best on its validation problems."""
        found: dict[int, Row] = {}
        for name in (setting.name for setting in SWEEP if setting.name.startswith(prefix)):
            for seed, row in self.of(name).items():
                if seed not in found or row["validation"] > found[seed]["validation"]:
                    found[seed] = row | {"setting": name}
        return found

    def curves(self, name: str, counts: Sequence[int], cost: str, *path: str) -> dict[int, Curve]:
        """By seed: what so many labels cost, and the figure that was reached with them."""
        costs = [self.values(name, labels, "picks", cost) for labels in counts]
        found = [self.values(name, labels, *path) for labels in counts]
        seeds = reduce(set.intersection, (set(values) for values in (*costs, *found)))
        return {
            seed: [(at[seed], reached[seed]) for at, reached in zip(costs, found, strict=True)]
            for seed in sorted(seeds)
        }

    def counts(self, name: str, over: str) -> list[int]:
        """Numbers of labels at which every seed that has both arms at the most has both."""
        both = {labels: self.of(name, labels).keys() & self.of(over, labels).keys() for labels in self.scale.labels}
        return [labels for labels, seeds in both.items() if seeds and seeds >= both[self.most]]

    def gain(self, name: str, labels: int, over: str = UNIFORM, *path: str) -> Mean | None:
        return paired(self.values(name, labels, *path), self.values(over, labels, *path))


def figures_of(rows: dict[int, Row], *path: str) -> Values:
    return _values(rows, path)


def difference(one: Values, other: Values, how: Callable[[float, float], float] = lambda a, b: a - b) -> Values:
    return {seed: how(one[seed], other[seed]) for seed in one.keys() & other.keys()}


def _values(rows: dict[int, Row], path: tuple[str, ...]) -> Values:
    found = {}
    for seed, row in rows.items():
        value: Any = row
        for part in path:
            value = value.get(part) if isinstance(value, dict) else None
        if value is not None:
            found[seed] = float(value)
    return found
