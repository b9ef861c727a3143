"""An outcome reward model: every token learns how its solution ended; at test the last one is the score.

Source: "Let's Verify Step by Step" (arXiv:2305.20050), appendix E.
"""

from collections.abc import Sequence
from enum import IntEnum

import torch
from torch import Tensor
from torch.nn import functional

from selector.heads import mean_and_spread
from selector.kinds.kind import Kind, Loss, StepLogs
from selector.model import StepModel
from selector.reading import Reading, running_of_steps
from selector.records import LabeledSolution


class OutcomeClass(IntEnum):
    """The classes of a token: how the solution it belongs to ended."""

    WRONG = 0
    RIGHT = 1


def outcome_loss(logits: Tensor, outcomes: Tensor, mask: Tensor) -> Loss:
    """Cross-entropy summed over places, each with its solution's outcome, meaned over heads.

    (B, P, K, 2), (B,) bool and (B, P) bool.
    """
    targets = outcomes.long()[:, None, None].expand(logits.shape[:3])
    total = functional.cross_entropy(logits[mask].flatten(0, 1), targets[mask].flatten(), reduction="sum")
    return Loss(total / logits.shape[2], int(mask.sum()))


def _loss(model: StepModel, reading: Reading, solutions: Sequence[LabeledSolution], _beta: float) -> Loss:
    outcomes = torch.tensor([bool(solution.outcome) for solution in solutions], device=reading.states.device)
    tokens = reading.tokens
    if tokens is not None:
        return outcome_loss(model.judge(tokens.states, tokens.running), outcomes, tokens.mask)
    logits = model.judge(reading.states, running_of_steps(reading.log_probabilities))
    return outcome_loss(logits, outcomes, reading.step_mask)


def _step_logs(model: StepModel, reading: Reading, _beta: float) -> StepLogs:
    """A step's score is that of its last token: how the solution is going to end, as far as it goes."""
    logits = model.judge(reading.states, running_of_steps(reading.log_probabilities))
    return StepLogs(*mean_and_spread(logits.float().log_softmax(dim=-1)[..., OutcomeClass.RIGHT]))


KIND = Kind(
    name="orm",
    learns_from="outcomes",
    modes=("full", "last_block", "lora", "head"),
    step_logs=_step_logs,
    loss=_loss,
    classes=len(OutcomeClass),
    reads_tokens=True,
    evidence=running_of_steps,
)
