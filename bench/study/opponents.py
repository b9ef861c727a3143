"""What the arms are held against: no model, the base alone, outcome models, and sums of two models."""

from dataclasses import dataclass
from statistics import geometric_mean

import numpy as np

from bench.study import figures
from bench.study.domain.foreseen import probabilities
from bench.study.domain.problems import problems
from bench.study.groups import Group
from bench.study.lab import Lab
from bench.study.scale import Scale
from bench.study.store import Row
from bench.study.world import World
from selector.records import ScoredSolution

WEIGHTS = (0.0, 0.1, 0.2, 0.35, 0.5, 0.7, 1.0)  # tried on the validation problems


@dataclass(frozen=True, slots=True)
class Outcomes:
    """One setting of an outcome model, `problems` at scale full. None: those that the uniform arm had labeled."""

    name: str
    problems: int | None
    samples: int
    epochs: int
    learning_rate: float

    def fresh(self, scale: Scale) -> int | None:
        """Problems at that scale."""
        return None if self.problems is None else round(self.problems * scale.fresh_problems / 9_000)


SWEEP = (
    Outcomes("orm_free-a", 9_000, 1, 2, 1.5e-3),
    Outcomes("orm_same-a", None, 1, 20, 1.5e-3),
    Outcomes("orm_free-b", 9_000, 1, 4, 1e-3),
    Outcomes("orm_same-b", None, 1, 6, 1.5e-3),
    Outcomes("orm_free-c", 3_000, 3, 2, 5e-4),
    Outcomes("orm_same-c", None, 1, 6, 5e-4),
)


def label_free(lab: Lab) -> Row:
    """Majority, vote share and pass@N, and the base's own likelihood."""
    world = lab.world
    row = lab.measured(world.surprise) | {"foreseen": foreseen(world)}
    lab.keep("surprise", world.surprise)
    ways = figures.without_model(world.test, world.scale.samples, world.seed)
    deep = figures.without_model(world.deep_test, world.scale.deep_samples, world.seed)
    right = [key for _, key in world.test.samples if world.test.distinct[key].is_right]
    wrong_steps = float(np.mean([not world.test.distinct[key].is_strictly_right for key in right])) if right else 0.0
    return row | {"ways": ways, "deep_ways": deep, "right_with_wrong_step": wrong_steps}


def foreseen(world: World) -> dict[str, float]:
    """What surprise would be if the base knew the policy: it needs none, so it tells of the domain alone."""
    known = {one.problem_id: one for one in problems(f"test{world.seed}", world.scale.test_problems)}
    scored = {}
    for key, one in world.test.distinct.items():
        found = probabilities(known[one.problem_id], one.steps)
        scored[key] = ScoredSolution(geometric_mean(found), found)
    table = figures.step_table(world.test, scored)
    auc = float(table.auc(np.ones((1, table.problems)))[0])
    return {"step_auc": auc, "best_of": figures.best_of(world.test, figures.ranks(scored), world.scale.samples)}


def outcome_model(lab: Lab, setting: Outcomes) -> Row:
    """An ORM at one setting of the sweep."""
    scale = lab.world.scale
    count = setting.fresh(scale)
    if count is None:
        examples = [one.with_outcome() for one in lab.uniform(max(scale.labels))]
    else:
        fresh = Group.made(f"fresh{lab.world.seed}", count, setting.samples)
        examples = [one.with_outcome() for one in fresh.distinct.values()]
    config = lab.config(len(examples), "orm", epochs=setting.epochs, learning_rate=setting.learning_rate)
    model = lab.world.trained(examples, config)
    lab.keep(setting.name, model)
    deep = {"deep": lab.deep(model)} if setting is SWEEP[0] else {}
    return lab.measured(model) | deep | {"examples": len(examples)}


def together(lab: Lab, one: str, other: str) -> Row:
    """Two kept runs added up; the weight of the second is chosen on the validation problems.

    Both are brought to one scale there: mean 0 and spread 1.
    """
    first, second = lab.kept(one), lab.kept(other)
    samples = lab.world.scale.samples
    groups = {"validation": lab.world.validation, "test": lab.world.test}
    best, weight = max(
        (figures.best_of(groups["validation"], _added(first, second, "validation", weight), samples), -weight)
        for weight in WEIGHTS
    )
    ranks = _added(first, second, "test", -weight)
    return {
        "best_of": figures.curve(groups["test"], ranks, samples),
        "strict": figures.best_of(groups["test"], ranks, samples, is_strict=True),
        "validation": best,
        "weight": -weight,
    }


def _added(first: dict, second: dict, side: str, weight: float) -> dict[str, float]:
    held_out = [list(kept["validation"].values()) for kept in (first, second)]
    (mean, spread), (other_mean, other_spread) = ((np.mean(values), np.std(values)) for values in held_out)
    return {
        key: (1 - weight) * (value - mean) / spread + weight * (second[side][key] - other_mean) / other_spread
        for key, value in first[side].items()
    }
