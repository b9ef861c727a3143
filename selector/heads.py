"""Heads that judge a place in a text, alone or as a committee."""

from typing import cast

import torch
from torch import Tensor, nn
from torch.nn import functional

HEAD_WIDTH = 128


class Head(nn.Module):
    """Two layers on the state at a place and the base's log-probabilities of the text up to it.

    One linear layer on the state alone learns next to nothing on small bases; how likely the base found the step's
    tokens (the least likely one, and their sum) is what makes it work.
    """

    def __init__(self, width: int, classes: int) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(width)
        self.hidden = nn.Linear(width + 2, HEAD_WIDTH)
        self.out = nn.Linear(HEAD_WIDTH, classes)

    def forward(self, states: Tensor, log_probabilities: Tensor) -> Tensor:
        """(…, W) and (…, 2) to (…, classes) logits."""
        scaled = log_probabilities * log_probabilities.new_tensor([0.1, 0.01])  # lowest about -10, sum about -100
        inputs = torch.cat([self.norm(states.float()), scaled.float()], dim=-1)
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
