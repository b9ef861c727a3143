"""The base model with a head that judges steps (prm) or tokens (orm), and the losses that train it."""

from contextlib import AbstractContextManager
from enum import IntEnum
from typing import Any, Literal, cast

import torch
from torch import Tensor, nn
from torch.nn import functional

from selector.batches import Batch
from selector.records import Kind, Mode

IGNORED = -100
HEAD_WIDTH = 128
_LOGITS_CHUNK = 2048


class StepClass(IntEnum):
    """The classes of a step; `rating + 1`."""

    NEGATIVE = 0
    NEUTRAL = 1
    POSITIVE = 2


class OutcomeClass(IntEnum):
    """The classes of a token for kind orm: how the solution it belongs to ended."""

    WRONG = 0
    RIGHT = 1


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
        """(…, width) and (…, 2) to (…, classes) logits."""
        scaled = log_probabilities * log_probabilities.new_tensor([0.1, 0.01])  # lowest about -10, sum about -100
        inputs = torch.cat([self.norm(states.float()), scaled], dim=-1)
        return cast(Tensor, self.out(functional.gelu(self.hidden(inputs))))


class StepModel(nn.Module):
    """A causal language model and its head; with mode `head` the language model stays as it is."""

    def __init__(self, base: Any, kind: Kind, mode: Mode) -> None:
        super().__init__()
        self.base = base
        self.kind = kind
        self.mode = mode
        self.head = Head(base.config.get_text_config().hidden_size, len(StepClass if kind == "prm" else OutcomeClass))
        base.requires_grad_(mode == "full")

    def features(self, batch: Batch) -> tuple[Tensor, Tensor]:
        """States and log-probabilities at the places the head looks at: (B, S, …) for prm, (B, T, …) for orm.

        No attention mask: padding is at the end, where a causal model cannot see it from any real token.
        """
        with torch.set_grad_enabled(torch.is_grad_enabled() and self.mode == "full"):
            states = self.base.base_model(input_ids=batch.ids).last_hidden_state
        with torch.no_grad():  # they are evidence for the head, not a way to train the language model
            tokens = token_log_probabilities(self.base, states.detach(), batch.ids)
        if self.kind == "orm":
            return states, _running(tokens, batch)
        at_ends = states.gather(1, batch.step_ends[:, :, None].expand(-1, -1, states.shape[-1]))
        return at_ends, _of_steps(tokens, batch)

    def forward(self, batch: Batch) -> Tensor:
        """(B, S, 3) step logits for prm, (B, T, 2) token logits for orm."""
        return cast(Tensor, self.head(*self.features(batch)))


def arithmetic(device: str, dtype: Literal["float32", "bfloat16"]) -> AbstractContextManager[Any]:
    """bfloat16 arithmetic where it is asked for; weights and losses stay float32."""
    return torch.autocast(torch.device(device).type, torch.bfloat16, enabled=dtype == "bfloat16")


def token_log_probabilities(base: Any, states: Tensor, ids: Tensor) -> Tensor:
    """(B, T) log-probability of each token given those before it; 0 for the first.

    In chunks, since with a large vocabulary the logits of a whole batch would not fit. Bases that rescale or cap their
    logits are read without that, which shifts these values alike for all solutions.
    """
    output = base.get_output_embeddings()
    flat, wanted = states[:, :-1].flatten(0, 1), ids[:, 1:].flatten()
    parts = []
    for chunk, targets in zip(flat.split(_LOGITS_CHUNK), wanted.split(_LOGITS_CHUNK), strict=True):
        parts.append(-functional.cross_entropy(output(chunk).float(), targets, reduction="none"))
    following = torch.cat(parts).view(ids.shape[0], -1) if parts else states.new_zeros(ids.shape[0], 0)
    return functional.pad(following, (1, 0))


def step_sums(token_values: Tensor, batch: Batch) -> Tensor:
    """(B, S) sum of token values over each step, 0 on padding."""
    total = functional.pad(token_values.cumsum(1), (1, 0))
    ends = total.gather(1, batch.step_ends + 1)
    starts = torch.cat([total.gather(1, batch.prompt_tokens[:, None]), ends[:, :-1]], dim=1)
    return (ends - starts) * batch.step_mask


def _of_steps(tokens: Tensor, batch: Batch) -> Tensor:
    """(B, S, 2) the lowest log-probability of a token in each step, and their sum."""
    places = torch.arange(tokens.shape[1], device=tokens.device)
    starts = torch.cat([batch.prompt_tokens[:, None], batch.step_ends[:, :-1] + 1], dim=1)
    inside = (places >= starts[:, :, None]) & (places <= batch.step_ends[:, :, None])  # (B, S, T)
    lowest = tokens[:, None, :].masked_fill(~inside, 0.0).amin(dim=-1)
    return torch.stack([lowest * batch.step_mask, step_sums(tokens, batch)], dim=-1)


def _running(tokens: Tensor, batch: Batch) -> Tensor:
    """(B, T, 2) the lowest log-probability of the solution's tokens so far, and their sum so far."""
    own = tokens * batch.solution_mask
    return torch.stack([own.cummin(dim=1).values, own.cumsum(dim=1)], dim=-1)


def step_targets(ratings: list[tuple[int | None, ...]], steps: int) -> Tensor:
    """(B, S) classes of rated steps; IGNORED where a step has no rating, behind the first error, and on padding."""
    targets = torch.full((len(ratings), steps), IGNORED)
    for place, given in enumerate(ratings):
        for step, rating in enumerate(given):
            if rating is not None:
                targets[place, step] = rating + 1
            if rating == -1:
                break
    return targets


def prm_loss(step_logits: Tensor, targets: Tensor) -> Tensor:
    """Mean cross-entropy over the rated steps of a batch. Shapes (B, S, 3) and (B, S)."""
    return functional.cross_entropy(step_logits.flatten(0, 1), targets.flatten(), ignore_index=IGNORED)


def orm_loss(token_logits: Tensor, outcomes: Tensor, batch: Batch) -> Tensor:
    """Mean cross-entropy over the solutions' tokens, each with its solution's outcome. (B, T, 2) and (B,) bool."""
    targets = outcomes.long()[:, None].expand(batch.ids.shape).masked_fill(~batch.solution_mask, IGNORED)
    return functional.cross_entropy(token_logits.flatten(0, 1), targets.flatten(), ignore_index=IGNORED)


def step_log_scores(step_logits: Tensor) -> Tensor:
    """(B, S) log-probability that each step is correct; a neutral step counts as correct."""
    return step_logits.float().log_softmax(dim=-1)[..., StepClass.NEUTRAL :].logsumexp(dim=-1)


def solution_log_score(step_logits: Tensor, step_mask: Tensor) -> Tensor:
    """Log-probability that every step of each solution is correct; a neutral step counts as correct.

    Source: "Let's Verify Step by Step" (arXiv:2305.20050), section 2.6 and appendix F.
    Args:
        step_logits: (B, S, 3) float; classes negative, neutral, positive.
        step_mask: (B, S) bool; False on padding.
    Returns:
        (B,) float32, natural log, at most 0.
    Raises:
        ValueError: a solution has no step.
    """
    if not bool(step_mask.any(dim=1).all()):
        raise ValueError("a solution has no step")
    return step_log_scores(step_logits).masked_fill(~step_mask, 0.0).sum(dim=1)
