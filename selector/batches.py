"""Solutions of similar length together, as padded tensors."""

import random
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from selector.encoding import Encoded

_SHUFFLE_WINDOW = 8


@dataclass(frozen=True, slots=True)
class Batch:
    """B solutions of at most T tokens and S steps, padded at the end."""

    ids: Tensor  # (B, T) long
    token_mask: Tensor  # (B, T) bool, False on padding
    step_ends: Tensor  # (B, S) long, 0 on padding
    step_mask: Tensor  # (B, S) bool, False on padding
    prompt_tokens: Tensor  # (B,) long

    @property
    def solution_mask(self) -> Tensor:
        """(B, T) bool: tokens of steps, neither of the problem nor padding."""
        places = torch.arange(self.ids.shape[1], device=self.ids.device)
        return self.token_mask & (places >= self.prompt_tokens[:, None])


def collate(solutions: Sequence[Encoded], device: str = "cpu") -> Batch:
    ids = _padded([solution.ids for solution in solutions], device)
    step_ends = _padded([solution.step_ends for solution in solutions], device)
    return Batch(
        ids=ids,
        token_mask=_mask([len(solution.ids) for solution in solutions], ids),
        step_ends=step_ends,
        step_mask=_mask([len(solution.step_ends) for solution in solutions], step_ends),
        prompt_tokens=torch.tensor([solution.prompt_tokens for solution in solutions], device=device),
    )


def shuffled_batches(lengths: Sequence[int], batch_size: int, seed: int, epoch: int) -> list[list[int]]:
    """Indices of each batch of one epoch: shuffled, then sorted by length within windows of a few batches."""
    draw = random.Random(f"{seed} epoch {epoch}")
    order = list(range(len(lengths)))
    draw.shuffle(order)
    batches = []
    window = batch_size * _SHUFFLE_WINDOW
    for start in range(0, len(order), window):
        near = sorted(order[start : start + window], key=lambda index: (lengths[index], index))
        batches += [near[i : i + batch_size] for i in range(0, len(near), batch_size)]
    draw.shuffle(batches)
    return batches


def batches_of_tokens(lengths: Sequence[int], max_tokens: int) -> list[list[int]]:
    """Indices of batches of at most so many tokens, padding counted (one solution at least), shortest first."""
    batches: list[list[int]] = []
    for index in sorted(range(len(lengths)), key=lambda index: (lengths[index], index)):
        if not batches or (len(batches[-1]) + 1) * lengths[index] > max_tokens:
            batches.append([])
        batches[-1].append(index)
    return batches


def _padded(rows: Sequence[Sequence[int]], device: str) -> Tensor:
    result = torch.zeros(len(rows), max(len(row) for row in rows), dtype=torch.long)
    for place, row in enumerate(rows):
        result[place, : len(row)] = torch.tensor(row)
    return result.to(device)


def _mask(lengths: Sequence[int], like: Tensor) -> Tensor:
    places = torch.arange(like.shape[1], device=like.device)
    return places[None, :] < torch.tensor(lengths, device=like.device)[:, None]
