"""Heads that judge a place in a text, alone or as a committee, and the scale of the evidence that they are given."""

import math
from typing import cast

import torch
from torch import Tensor, nn
from torch.nn import functional

HEAD_WIDTH = 128
EVIDENCE = 2  # the lowest log-probability of a step's tokens, and their sum
USUAL_SPREAD = (10.0, 100.0)
_LEAST_SPREAD = 1e-3
_FARTHEST = 8.0  # spreads: what lies beyond is as strange as that, and leads nowhere in the head's first layer


class Evidence(nn.Module):
    """The base's log-probabilities on the scale of their own mean and spread in training."""

    mean: Tensor
    spread: Tensor

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("mean", torch.zeros(EVIDENCE))
        self.register_buffer("spread", torch.tensor(USUAL_SPREAD))  # as models before had it

    def measure(self, log_probabilities: Tensor) -> None:
        """Take the scale from (M, 2) of the steps to be trained on; where all are alike it stays the usual one."""
        exact = log_probabilities.double()
        spread = exact.std(dim=0, correction=0)
        usual = torch.tensor(USUAL_SPREAD, dtype=spread.dtype, device=spread.device)
        self.mean.copy_(exact.mean(dim=0))
        self.spread.copy_(torch.where(spread > _LEAST_SPREAD, spread, usual))

    def forward(self, log_probabilities: Tensor) -> Tensor:
        """(…, 2) to (…, 2)."""
        return ((log_probabilities.float() - self.mean) / self.spread).clamp(-_FARTHEST, _FARTHEST)


class Head(nn.Module):
    """Two layers on the state at a place and the evidence: how likely the base found the text up to it.

    One linear layer on the state alone learns next to nothing on small bases; the evidence is what makes it work. Its
    first weights are those of a layer of its own: drawn for as many inputs as the state has they would be too small to
    be noticed within some hundred updates.
    """

    def __init__(self, width: int, classes: int) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(width)
        self.hidden = nn.Linear(width + EVIDENCE, HEAD_WIDTH)
        self.out = nn.Linear(HEAD_WIDTH, classes)
        with torch.no_grad():
            self.hidden.weight[:, width:] *= math.sqrt((width + EVIDENCE) / EVIDENCE)

    def forward(self, states: Tensor, evidence: Tensor) -> Tensor:
        """(…, W) and (…, 2) to (…, classes) logits."""
        inputs = torch.cat([self.norm(states.float()), evidence.float()], dim=-1)
        return cast(Tensor, self.out(functional.gelu(self.hidden(inputs))))


def mean_and_spread(log_scores: Tensor) -> tuple[Tensor, Tensor | None]:
    """(…, K) logs of a committee's probabilities to the log of their mean, and their standard deviation.

    One head alone has no spread. Source: ActPRM (arXiv:2504.10559), section 3.
    """
    heads = log_scores.shape[-1]
    if heads == 1:
        return log_scores[..., 0], None
    mean = log_scores.logsumexp(dim=-1) - torch.tensor(float(heads)).log()
    return mean, log_scores.exp().std(dim=-1, correction=0)
