"""From the scores of steps to one of the solution."""

import torch
from torch import Tensor

from selector.records import Reduction


def reduced(logs: Tensor, mask: Tensor) -> dict[Reduction, Tensor]:
    """Natural logs of step scores, (B, S), to the log of the solution's score by each reduction, (B,) float64.

    `product`: every step is right, if steps were independent. `mean_log`: the product's root, which does not sink with
    the number of steps. `min`: the worst step. `last`: the last step. Source of the first and third: "Let's Verify Step
    by Step" (arXiv:2305.20050), appendix F.
    Raises:
        ValueError: a solution has no step.
    """
    if not bool(mask.any(dim=1).all()):
        raise ValueError("a solution has no step")
    exact, lengths = logs.double(), mask.sum(dim=1)
    total = exact.masked_fill(~mask, 0.0).sum(dim=1)
    return {
        "product": total,
        "mean_log": total / lengths,
        "min": exact.masked_fill(~mask, torch.inf).amin(dim=1),
        "last": exact.gather(1, (lengths - 1)[:, None])[:, 0],
    }
