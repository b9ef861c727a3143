"""A base with what is trained on it: all its weights, adapters beside them, or a head alone."""

import importlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, cast

import torch
from torch import Tensor, nn

from selector.batches import Batch
from selector.heads import Head
from selector.reading import Reading, read
from selector.records import Mode


class StepModel(nn.Module):
    """A causal language model that reads solutions, and the heads that judge what it read.

    `classes` is how many classes a head tells apart, 0 for kinds that need no head. A `reference` is a further base
    that stays as it is; with adapters the base without them serves as one. Modes: `full` trains all weights of the
    base, `lora` adapters beside them, `head` none of it.
    """

    def __init__(
        self,
        base: Any,
        mode: Mode,
        *,
        classes: int,
        heads: int = 1,
        lora_rank: int = 8,
        reference: Any | None = None,
        compares: bool = False,
    ) -> None:
        super().__init__()
        self.mode = mode
        self.compares = compares
        if mode == "lora":
            # peft takes seconds to load, and the other modes do without it
            self._adapters = importlib.import_module("selector.adapters")
            self.base = self._adapters.adapted(base, lora_rank)
        else:
            self.base = base
            base.requires_grad_(mode == "full")
        self.reference = None if reference is None else reference.requires_grad_(False)
        width = base.config.get_text_config().hidden_size
        members = [Head(width, classes) for _ in range(heads)] if classes else []
        self.head = members[0] if members else None
        self.further_heads = nn.ModuleList(members[1:])  # the first keeps its name: a head alone is a committee of one

    @property
    def device(self) -> torch.device:
        return cast(torch.device, next(self.base.parameters()).device)

    def read(self, batch: Batch, *, with_tokens: bool = False) -> Reading:
        """One pass over a batch, with gradients where the base is trained; for kinds that compare, two passes."""
        trains = torch.is_grad_enabled() and self.mode != "head"
        reference = self._reference_sums(batch) if self.compares else None  # first: it switches adapters off and on
        with torch.set_grad_enabled(trains):
            reading = read(self.base, batch, trains_likelihood=self.compares, with_tokens=with_tokens)
        return replace(reading, reference=reference)

    def judge(self, states: Tensor, log_probabilities: Tensor) -> Tensor:
        """(…, W) and (…, 2) to (…, K, classes): logits of each of the K heads."""
        heads = [self.head, *self.further_heads]
        return torch.stack([head(states, log_probabilities) for head in heads if head is not None], dim=-2)

    @contextmanager
    def as_it_was(self) -> Iterator[Any]:
        """The base before any training, for as long as this lasts."""
        if self.mode == "lora":
            with self._adapters.without_adapters(self.base):
                yield self.base
        else:
            yield self.reference or self.base

    def _reference_sums(self, batch: Batch) -> Tensor:
        with self.as_it_was() as base, torch.no_grad():
            return read(base, batch).log_probabilities[..., 1]
