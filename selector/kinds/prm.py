"""A process reward model: one prediction a step, read at the step's last token.

Source: "Let's Verify Step by Step" (arXiv:2305.20050), section 2.6 and appendix F.
"""

from collections.abc import Sequence
from enum import IntEnum

import torch
from torch import Tensor
from torch.nn import functional

from selector.heads import mean_and_spread
from selector.kinds.kind import Kind, Loss, StepLogs
from selector.model import StepModel
from selector.reading import Reading
from selector.records import LabeledSolution

IGNORED = -100


class StepClass(IntEnum):
    """The classes of a step; `rating + 1`."""

    NEGATIVE = 0
    NEUTRAL = 1
    POSITIVE = 2


def step_targets(ratings: Sequence[tuple[int | None, ...]], steps: int) -> Tensor:
    """(B, S) classes of rated steps; IGNORED where a step has no rating, behind the first error, and on padding."""
    targets = torch.full((len(ratings), steps), IGNORED)
    for place, given in enumerate(ratings):
        for step, rating in enumerate(given):
            if rating is not None:
                targets[place, step] = rating + 1
            if rating == -1:
                break
    return targets


def step_loss(logits: Tensor, targets: Tensor) -> Loss:
    """Cross-entropy summed over rated steps, meaned over heads. (B, S, K, 3) and (B, S)."""
    for_each_head = targets[:, :, None].expand(logits.shape[:3])
    total = functional.cross_entropy(
        logits.flatten(0, 2), for_each_head.flatten(), ignore_index=IGNORED, reduction="sum"
    )
    return Loss(total / logits.shape[2], int((targets != IGNORED).sum()))


def step_log_scores(logits: Tensor) -> Tensor:
    """(…, 3) to (…): log-probability that a step is correct; a neutral step counts as correct."""
    return logits.float().log_softmax(dim=-1)[..., StepClass.NEUTRAL :].logsumexp(dim=-1)


def _loss(model: StepModel, reading: Reading, solutions: Sequence[LabeledSolution], _beta: float) -> Loss:
    targets = step_targets([solution.ratings for solution in solutions], reading.step_mask.shape[1])
    return step_loss(model.judge(reading.states, reading.log_probabilities), targets.to(reading.states.device))


def _step_logs(model: StepModel, reading: Reading, _beta: float) -> StepLogs:
    return StepLogs(*mean_and_spread(step_log_scores(model.judge(reading.states, reading.log_probabilities))))


KIND = Kind(
    name="prm",
    learns_from="steps",
    modes=("full", "last_block", "lora", "head"),
    step_logs=_step_logs,
    loss=_loss,
    classes=len(StepClass),
)
