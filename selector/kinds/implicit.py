"""Process rewards without step labels: a log-ratio of two language models, trained on outcomes alone.

Source: "Free Process Rewards without Process Labels" (arXiv:2412.01981). A fair ranker within one problem, a poor
locator of errors; its scale is no probability.
"""

from collections.abc import Sequence

import torch
from torch import Tensor
from torch.nn import functional

from selector.kinds.kind import Kind, Loss, StepLogs
from selector.model import StepModel
from selector.reading import Reading
from selector.records import LabeledSolution


def step_rewards(reading: Reading, beta: float) -> Tensor:
    """(B, S) `beta * sum over the step's tokens of log policy / reference`; 0 on padding."""
    if reading.reference is None:
        raise ValueError("kind implicit needs the base as it was beside the trained one")
    return beta * (reading.log_probabilities[..., 1] - reading.reference)


def outcome_loss(rewards: Tensor, outcomes: Tensor) -> Loss:
    """Cross-entropy of the outcome under sigmoid(sum of the step rewards). (B, S) and (B,) bool."""
    logits = rewards.float().sum(dim=1)
    total = functional.binary_cross_entropy_with_logits(logits, outcomes.to(logits.dtype), reduction="sum")
    return Loss(total, len(outcomes))


def _loss(_model: StepModel, reading: Reading, solutions: Sequence[LabeledSolution], beta: float) -> Loss:
    outcomes = torch.tensor([bool(solution.outcome) for solution in solutions], device=reading.states.device)
    return outcome_loss(step_rewards(reading, beta), outcomes)


def _step_logs(_model: StepModel, reading: Reading, beta: float) -> StepLogs:
    """Rewards through a sigmoid, so that they lie between 0 and 1: the same order, and no probability."""
    return StepLogs(functional.logsigmoid(step_rewards(reading, beta).float()))


KIND = Kind(
    name="implicit",
    learns_from="outcomes",
    modes=("full", "lora"),
    step_logs=_step_logs,
    loss=_loss,
    compares=True,
)
