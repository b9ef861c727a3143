"""The processes that train one model together: one, or as many as `accelerate launch` started."""

import atexit
import importlib
import os
from collections.abc import Sequence
from typing import Any, TypeVar

import torch
from torch import Tensor

T = TypeVar("T")


class Processes:
    """Who trains along. Each process sees its share of every batch, and all make the same step.

    Gradients are added up after each backward pass instead of wrapping the model: kinds read models in their own ways,
    and a wrapper would hear only of `forward`.
    """

    def __init__(self, device: str = "cpu") -> None:
        self.count = int(os.environ.get("WORLD_SIZE", "1"))
        self.rank = int(os.environ.get("RANK", "0"))
        self.device = device
        self._accelerator: Any = None
        if self.count > 1:
            # accelerate takes seconds to load, and one process does without it
            accelerate = importlib.import_module("accelerate")
            self._accelerator = accelerate.Accelerator(cpu=device == "cpu")
            self.device = str(self._accelerator.device)
            atexit.register(_say_goodbye)

    @property
    def is_first(self) -> bool:
        """Whether this process is the one that writes and speaks."""
        return self.rank == 0

    def own_share(self, batch: Sequence[T]) -> list[T]:
        """Every so-many-th of a batch; empty where there are fewer than processes."""
        return list(batch[self.rank :: self.count])

    def in_turn(self, own: list[T]) -> list[T]:
        """All processes' results, put together as `own_share` took them apart."""
        if self._accelerator is None:
            return own
        shares: list[Any] = [None] * self.count
        torch.distributed.all_gather_object(shares, own)
        return [share[place] for place in range(len(shares[0])) for share in shares if place < len(share)]

    def total(self, number: float) -> float:
        """The sum over all processes."""
        if self._accelerator is None:
            return number
        given = torch.tensor(number, dtype=torch.float64, device=self.device)
        return float(self._accelerator.reduce(given, "sum").item())

    def add_up(self, gradients: Sequence[Tensor | None], weights: Sequence[Tensor]) -> None:
        """Give every weight the sum of its gradients in all processes, in one message; None where none has one."""
        if self._accelerator is None:
            return
        parts = [
            torch.zeros_like(weight) if gradient is None else gradient
            for gradient, weight in zip(gradients, weights, strict=True)
        ]
        has_any = torch.tensor(
            [gradient is not None for gradient in gradients], dtype=torch.float32, device=self.device
        )
        flat = self._accelerator.reduce(torch.cat([has_any, *(part.flatten() for part in parts)]), "sum")
        flags, rest = flat[: len(parts)].tolist(), flat[len(parts) :]
        summed = rest.split([part.numel() for part in parts])
        for weight, flag, values in zip(weights, flags, summed, strict=True):
            weight.grad = values.view_as(weight) if flag else None

    def wait(self) -> None:
        """Until all are here."""
        if self._accelerator is not None:
            self._accelerator.wait_for_everyone()


def _say_goodbye() -> None:
    """Without it the others' last message may meet a closed door."""
    if torch.distributed.is_initialized():
        torch.distributed.destroy_process_group()
