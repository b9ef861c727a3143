"""What a round is asked for besides its size: shares, and the guard rails that all strategies keep to."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, get_args

Scope = Literal["campaign", "problem"]
UndecidedBy = Literal["score", "committee"]
PROBLEM_CAP = 0.2


def _default_mixture() -> dict[str, float]:
    """Half where the selector is undecided, a quarter where it is fooled, a quarter by chance for calibration."""
    return {"uncertain": 0.5, "convincing_wrong": 0.25, "uniform_distinct": 0.25}


def weights_of(text: str) -> dict[str, float]:
    """`uncertain=0.5, uniform=0.5` as weights by strategy.

    Raises:
        ValueError: it is written otherwise; the message says how.
    """
    try:
        return {name.strip(): float(weight) for name, weight in (part.split("=") for part in text.split(","))}
    except ValueError:
        raise ValueError(
            f"mixture: expected strategies with weights, such as uncertain=0.5,uniform=0.5, not {text!r}"
        ) from None


@dataclass(frozen=True, slots=True)
class Settings:
    """Settings of one selection; the same ones, seed included, choose the same solutions.

    Raises:
        ValueError: a value is out of range; the message names it and what is allowed.
    """

    seed: int = 0
    wrong_share: float = 0.8  # of the whole round: wrong answers, for strategies that rank them
    evaluation_share: float = 0.1  # of the whole round: uniform, from the test split; 0: none of the test split at all
    scope: Scope = "campaign"  # the best of all, or each problem's best, then each one's second
    problem_cap: float = PROBLEM_CAP  # share of a problem's distinct solutions that one round takes, at least one
    takes_copies: bool = False  # identical texts count as solutions of their own
    takes_uncertain: bool = True  # answers that the graders disagree about may come in, never as wrong ones
    undecided_by: UndecidedBy = "score"  # strategy uncertain: the solution score, or a committee's disagreement
    mixture: Mapping[str, float] = field(default_factory=_default_mixture)  # strategy mixture: strategies and weights

    def __post_init__(self) -> None:
        for name in ("wrong_share", "evaluation_share", "problem_cap"):
            if not 0 <= getattr(self, name) <= 1:
                raise ValueError(f"{name}: expected a share between 0 and 1, not {getattr(self, name)}")
        if self.wrong_share + self.evaluation_share > 1 + 1e-9:
            raise ValueError(
                "wrong_share and evaluation_share: expected at most 1 together, "
                f"not {self.wrong_share} + {self.evaluation_share}"
            )
        if self.scope not in get_args(Scope):
            raise ValueError(f'scope: expected "campaign" or "problem", not {self.scope!r}')
        if self.undecided_by not in get_args(UndecidedBy):
            raise ValueError(f'undecided_by: expected "score" or "committee", not {self.undecided_by!r}')
        if min(self.mixture.values(), default=0) < 0 or sum(self.mixture.values()) <= 0:
            raise ValueError(f"mixture: expected weights of at least 0 and one above, not {dict(self.mixture)}")
