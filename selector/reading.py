"""What a language model makes of solutions: its states at the steps' ends, and how likely it finds each step."""

from dataclasses import dataclass
from typing import Any, cast

import torch
from torch import Tensor
from torch.nn import functional

from selector.batches import Batch

_LOGITS_BYTES = 4 * 1024**2  # of one chunk on a processor: what stays in its cache goes through five times as fast
_LEAST_CHUNK, _DEVICE_CHUNK = 64, 2048


@dataclass(frozen=True, slots=True)
class Tokens:
    """Of every token: the state, the lowest and the summed log-probability of the solution's tokens up to it."""

    states: Tensor  # (B, T, W)
    running: Tensor  # (B, T, 2)
    mask: Tensor  # (B, T) bool: tokens of steps


@dataclass(frozen=True, slots=True)
class Reading:
    """Of B solutions of at most S steps; padding is where `step_mask` is False."""

    states: Tensor  # (B, S, W) at each step's last token
    log_probabilities: Tensor  # (B, S, 2) the lowest one of the step's tokens, and their sum
    step_mask: Tensor  # (B, S) bool
    reference: Tensor | None = None  # (B, S) the sums by another model, where a kind compares two
    tokens: Tokens | None = None


def read(base: Any, batch: Batch, *, trains_likelihood: bool = False, with_tokens: bool = False) -> Reading:
    """One pass of the base over a batch.

    Log-probabilities carry no gradient unless `trains_likelihood`: for a head they are evidence, not a way to train the
    language model. No attention mask: padding is at the end, where a causal model cannot see it from any real token.
    """
    states = _states(base, batch)
    with torch.set_grad_enabled(torch.is_grad_enabled() and trains_likelihood):
        values = token_log_probabilities(base, states if trains_likelihood else states.detach(), batch.ids)
    return _reading(states, batch, of_steps(values, batch), values if with_tokens else None)


def read_beside(base: Any, batch: Batch, before: Any, known: Tensor | None, *, with_tokens: bool = False) -> Reading:
    """The same with log-probabilities by another model, `before`: asked only where it is not `known` what it says.

    `known` is (B, S, 2) of the steps. None of them carries a gradient.
    """
    states, values = _states(base, batch), None
    if known is None or with_tokens:
        with torch.no_grad():
            values = token_log_probabilities(before, _states(before, batch), batch.ids)
            known = of_steps(values, batch)
    return _reading(states, batch, known, values if with_tokens else None)


def of_steps(token_values: Tensor, batch: Batch) -> Tensor:
    """(B, T) log-probabilities of tokens to (B, S, 2): the lowest of each step, and their sum."""
    return torch.stack([step_lowest(token_values, batch), step_sums(token_values, batch)], dim=-1)


def _states(base: Any, batch: Batch) -> Tensor:
    return cast(Tensor, base.base_model(input_ids=batch.ids).last_hidden_state)


def _reading(states: Tensor, batch: Batch, log_probabilities: Tensor, values: Tensor | None) -> Reading:
    """`values` of tokens where these are wanted, too."""
    return Reading(
        states=states.gather(1, batch.step_ends[:, :, None].expand(-1, -1, states.shape[-1])),
        log_probabilities=log_probabilities,
        step_mask=batch.step_mask,
        tokens=None if values is None else Tokens(states, _running_of_tokens(values, batch), batch.solution_mask),
    )


def token_log_probabilities(base: Any, states: Tensor, ids: Tensor) -> Tensor:
    """(B, T) log-probability of each token given those before it; 0 for the first.

    In chunks, since with a large vocabulary the logits of a whole batch would not fit. Bases that rescale or cap their
    logits are read without that, which shifts these values alike for all solutions.
    """
    output = base.get_output_embeddings()
    flat, wanted = states[:, :-1].flatten(0, 1), ids[:, 1:].flatten()
    chunk = _DEVICE_CHUNK
    if states.device.type == "cpu":
        chunk = max(_LEAST_CHUNK, _LOGITS_BYTES // (4 * output.weight.shape[0]))
    parts = []
    for some, targets in zip(flat.split(chunk), wanted.split(chunk), strict=True):
        parts.append(-functional.cross_entropy(output(some).float(), targets, reduction="none"))
    following = torch.cat(parts).view(ids.shape[0], -1) if parts else states.new_zeros(ids.shape[0], 0)
    return functional.pad(following, (1, 0))


def step_sums(token_values: Tensor, batch: Batch) -> Tensor:
    """(B, S) sum of token values over each step, 0 on padding."""
    total = functional.pad(token_values.cumsum(1), (1, 0))
    ends = total.gather(1, batch.step_ends + 1)
    starts = torch.cat([total.gather(1, batch.prompt_tokens[:, None]), ends[:, :-1]], dim=1)
    return (ends - starts) * batch.step_mask


def step_lowest(token_values: Tensor, batch: Batch) -> Tensor:
    """(B, S) the lowest of each step's token values (at most 0), 0 on padding."""
    places = torch.arange(token_values.shape[1], device=token_values.device)
    starts = torch.cat([batch.prompt_tokens[:, None], batch.step_ends[:, :-1] + 1], dim=1)
    inside = (places >= starts[:, :, None]) & (places <= batch.step_ends[:, :, None])  # (B, S, T)
    return token_values[:, None, :].masked_fill(~inside, 0.0).amin(dim=-1) * batch.step_mask


def running_of_steps(log_probabilities: Tensor) -> Tensor:
    """(B, S, 2) of steps to those of all steps so far: what `Tokens.running` says at the steps' ends."""
    lowest, sums = log_probabilities.unbind(dim=-1)
    return torch.stack([lowest.cummin(dim=1).values, sums.cumsum(dim=1)], dim=-1)


def _running_of_tokens(tokens: Tensor, batch: Batch) -> Tensor:
    own = tokens * batch.solution_mask
    return torch.stack([own.cummin(dim=1).values, own.cumsum(dim=1)], dim=-1)
