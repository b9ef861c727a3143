"""Process rewards without step labels: a log-ratio of two language models, trained on outcomes alone.

Source: "Free Process Rewards without Process Labels" (arXiv:2412.01981). A fair ranker within one problem, a poor
locator of errors; its scale is no probability.
"""

from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

from selector.batches import Batch
from selector.model import step_sums, token_log_probabilities


def reference_log_probabilities(reference: Any, batch: Batch) -> Tensor:
    """(B, T) log-probabilities by the model that stays as it was, without gradients."""
    with torch.no_grad():
        return _log_probabilities(reference, batch)


def step_rewards(policy: Any, batch: Batch, reference: Tensor, beta: float) -> Tensor:
    """(B, S) `beta * sum over the step's tokens of log policy / reference`; 0 on padding."""
    return beta * step_sums(_log_probabilities(policy, batch) - reference, batch)


def outcome_loss(rewards: Tensor, outcomes: Tensor) -> Tensor:
    """Cross-entropy of the outcome under sigmoid(sum of the step rewards). (B, S) and (B,) bool."""
    return functional.binary_cross_entropy_with_logits(rewards.sum(dim=1), outcomes.to(rewards.dtype))


def lowest_reward(rewards: Tensor, step_mask: Tensor) -> Tensor:
    """(B,) the reward of each solution's lowest step, which ranks it."""
    return rewards.masked_fill(~step_mask, float("inf")).amin(dim=1)


def _log_probabilities(model: Any, batch: Batch) -> Tensor:
    states = model.base_model(input_ids=batch.ids).last_hidden_state
    return token_log_probabilities(model, states, batch.ids)
