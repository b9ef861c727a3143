"""What is compared: each arm a way to come by labels and to learn from them. An order says what is run first."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from selector.records import Mode

Group = Literal["core", "factor", "try"]


@dataclass(frozen=True, slots=True)
class Arm:
    """A third of the labels is uniform where a strategy needs a selector (`is_informed`), the rest it chooses.

    `rounds`: in so many rounds of equal size, each by a selector trained on all labels so far. `noise`: share of labels
    that a grader gets wrong. `again`: the last model's weights and order of examples are those of another seed.
    """

    name: str
    title: str
    strategy: str
    group: Group = "core"
    is_informed: bool = True
    settings: Mapping[str, Any] = field(default_factory=dict)
    rounds: int = 1
    mode: Mode = "full"
    noise: float = 0.0
    again: int = 0
    labels: tuple[int, ...] | None = None  # None: the scale's


CORE = (
    Arm("uniform_distinct", "uniform over distinct texts", "uniform_distinct", is_informed=False),
    Arm("uncertain", "undecided by score", "uncertain"),
    Arm("convincing_wrong", "80/20: convincing wrong answers", "convincing_wrong"),
    Arm("uniform", "uniform over samples", "uniform", is_informed=False),
    Arm("committee", "undecided by committee", "uncertain", settings={"undecided_by": "committee"}),
    Arm("oracle", "oracle: the labels least expected", "oracle"),
    Arm("mixture", "mixture", "mixture"),
    Arm("popular_wrong", "popular wrong answers", "popular_wrong", is_informed=False),
)
TRIED = (
    Arm("contradicted", "answer contradicts the selector", "contradicted", "try"),
    Arm("doubt", "entropy of the first error's place", "doubt", "try"),
    Arm("new_steps", "steps not labeled yet", "new_steps", "try"),
    Arm("at_first_error", "committee at the predicted first error", "at_first_error", "try"),
    Arm("suspicious_right", "undecided, and right answers that look wrong", "suspicious_right", "try"),
    Arm("doubt_per_step", "the same entropy per step read", "doubt_per_step", "try"),
)
# No uniform arm in rounds: chance draws alike in three and in one, and nothing is left of the models in between.
FACTORS = (
    Arm("uniform_again", "uniform, the same labels again", "uniform_distinct", "factor", is_informed=False, again=1),
    Arm("uncertain_iterated", "undecided by score, in 3 rounds", "uncertain", "factor", rounds=3),
    Arm(
        "uniform_more",
        "uniform over distinct texts, 3,000",
        "uniform_distinct",
        "factor",
        is_informed=False,
        labels=(3_000,),
    ),
    Arm("noise_5", "uniform, 5 % of labels wrong", "uniform_distinct", "factor", is_informed=False, noise=0.05),
    Arm("convincing_iterated", "80/20 in 3 rounds", "convincing_wrong", "factor", rounds=3),
    Arm("mixture_iterated", "mixture in 3 rounds", "mixture", "factor", rounds=3),
    Arm("noise_2", "uniform, 2 % of labels wrong", "uniform_distinct", "factor", is_informed=False, noise=0.02),
    Arm("head", "uniform, head alone", "uniform_distinct", "factor", is_informed=False, mode="head"),
    Arm("last_block", "uniform, last block", "uniform_distinct", "factor", is_informed=False, mode="last_block"),
    Arm("lora", "uniform, adapters", "uniform_distinct", "factor", is_informed=False, mode="lora"),
    Arm(
        "uncertain_half_cap",
        "undecided, half of a problem allowed",
        "uncertain",
        "factor",
        settings={"problem_cap": 0.5},
    ),
    Arm("uncertain_spread", "undecided, each problem's most", "uncertain", "factor", settings={"scope": "problem"}),
)
ARMS = {arm.name: arm for arm in (*CORE, *TRIED, *FACTORS)}
