"""What a kind of selector is: what it learns from, and how it turns what a base read into scores of steps."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

from torch import Tensor

from selector.model import StepModel
from selector.reading import Reading
from selector.records import KindName, LabeledSolution, Mode


class Loss(NamedTuple):
    """A sum over what was judged, and how many that were: processes that train together add up both."""

    total: Tensor
    judged: int


class StepLogs(NamedTuple):
    """Natural logs of step scores, (B, S); `spreads`, the same shape, is how far a committee disagrees."""

    logs: Tensor
    spreads: Tensor | None = None


def _as_it_is(log_probabilities: Tensor) -> Tensor:
    return log_probabilities


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of selector that reads solutions with a base model.

    `learns_from` None: it is as it is, and needs no training. `classes` is how many its heads tell apart, 0: it has no
    head. `compares`: it needs the base as it was, too. `reads_tokens`: in training every token counts, not only the
    steps' ends (where the base stays as it is, the ends alone are kept, and count). `evidence` makes of the steps'
    log-probabilities, (B, S, 2), what its heads are told.
    """

    name: KindName
    learns_from: Literal["steps", "outcomes"] | None
    modes: tuple[Mode, ...]
    step_logs: Callable[[StepModel, Reading, float], StepLogs]
    loss: Callable[[StepModel, Reading, Sequence[LabeledSolution], float], Loss] | None = None
    classes: int = 0
    compares: bool = False
    reads_tokens: bool = False
    evidence: Callable[[Tensor], Tensor] = _as_it_is
