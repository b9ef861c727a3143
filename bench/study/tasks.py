"""All runs of a study in the order in which they are worth having: what everything stands beside first."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial

from bench.study import opponents
from bench.study.arms import CORE, FACTORS, TRIED, Arm
from bench.study.lab import Lab
from bench.study.scale import Scale
from bench.study.store import Row


@dataclass(frozen=True, slots=True)
class Task:
    """One run: its row's key names scale, seed, what is run, and at how many labels (0: it has none)."""

    scale: str
    seed: int
    name: str
    labels: int
    run: Callable[[Lab], Row]

    @property
    def key(self) -> str:
        return f"{self.scale}/{self.seed}/{self.name}/{self.labels}"


COMBINED = {
    "with_outcomes": ("uniform_distinct", "orm_free-a"),
    "with_surprise": ("uniform_distinct", "surprise"),
    "ensemble": ("uniform_distinct", "uncertain"),
}


def tasks(scale: Scale, seeds: Sequence[int]) -> Iterator[Task]:
    """Tier by tier, in each all seeds."""
    for tier in range(tiers(scale)):
        for seed in seeds:
            yield from tasks_of(scale, seed, tier)


def tiers(scale: Scale) -> int:
    return len(_tiers(scale, 0))


def tasks_of(scale: Scale, seed: int, tier: int) -> list[Task]:
    """A seed's part of one tier."""
    before = {task.key for some in _tiers(scale, seed)[:tier] for task in some}
    return [task for task in _tiers(scale, seed)[tier] if task.key not in before]


def _tiers(scale: Scale, seed: int) -> list[list[Task]]:
    """Few arms on all seeds tell more than all arms on few."""
    *fewer, most = ((labels,) for labels in scale.labels)
    again, in_rounds = (tuple(filter(is_it, FACTORS)) for is_it in (lambda arm: arm.again, lambda arm: arm.rounds > 1))
    return [
        [_label_free(scale, seed), *_arms(scale, seed, CORE[:4], most)],
        [*_sweep(scale, seed, 2), *_combined(scale, seed), *_arms(scale, seed, again, most)],
        _arms(scale, seed, CORE[4:], most),
        *(_arms(scale, seed, arms, labels) for arms in (CORE[:4], CORE[4:]) for labels in reversed(fewer)),
        [*_arms(scale, seed, in_rounds, most), *_arms(scale, seed, TRIED, fewer[-1])],
        [*_arms(scale, seed, FACTORS, most), *_sweep(scale, seed, None)],
        _arms(scale, seed, TRIED, most),
    ]


def _label_free(scale: Scale, seed: int) -> Task:
    return Task(scale.key, seed, "label_free", 0, opponents.label_free)


def _arms(scale: Scale, seed: int, arms: tuple[Arm, ...], labels: tuple[int, ...]) -> list[Task]:
    return [
        Task(scale.key, seed, arm.name, count, lambda lab, arm=arm, count=count: lab.run(arm, count))
        for arm in arms
        for count in (arm.labels or labels)
    ]


def _sweep(scale: Scale, seed: int, count: int | None) -> list[Task]:
    most = max(scale.labels)
    return [
        Task(scale.key, seed, setting.name, most, partial(opponents.outcome_model, setting=setting))
        for setting in opponents.SWEEP[:count]
    ]


def _combined(scale: Scale, seed: int) -> list[Task]:
    most = max(scale.labels)
    names = {name: f"{name}-{most}" for name in ("uniform_distinct", "uncertain")}
    return [
        Task(
            scale.key,
            seed,
            name,
            most,
            partial(opponents.together, one=names.get(one, one), other=names.get(other, other)),
        )
        for name, (one, other) in COMBINED.items()
    ]
