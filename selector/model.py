"""A base with what is trained on it: all its weights, adapters beside them, or a head alone."""

import importlib
from dataclasses import replace
from typing import Any, cast

import torch
from torch import Tensor, nn

from selector.batches import Batch
from selector.errors import InputError
from selector.heads import Evidence, Head
from selector.reading import Reading, read, read_beside
from selector.records import Mode


class StepModel(nn.Module):
    """A causal language model that reads solutions, and the heads that judge what it read.

    `classes` is how many classes a head tells apart, 0 for kinds that need no head. A `reference` is the base as it was
    before any training: a further one where its own weights are trained; with adapters the base without them, which
    shares its weights; none in mode head, where the base stays as it is. What heads are told of log-probabilities comes
    from there: those of the weights in training get worse while these are trained for something else. Modes: `full`
    trains all weights of the base, `last_block` its last layer's, `lora` adapters beside them, `head` none of it.
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
            self.base = importlib.import_module("selector.adapters").adapted(base, lora_rank)
            reference = base
        else:
            self.base = base
            base.requires_grad_(mode == "full")
            if mode == "last_block":
                _last_block(base).requires_grad_(True)
        self.reference = None if reference is None else reference.requires_grad_(False)
        width = base.config.get_text_config().hidden_size
        members = [Head(width, classes) for _ in range(heads)] if classes else []
        self.head = members[0] if members else None
        self.evidence = Evidence() if classes else None
        self.further_heads = nn.ModuleList(members[1:])  # the first keeps its name: a head alone is a committee of one

    @property
    def device(self) -> torch.device:
        return cast(torch.device, next(self.base.parameters()).device)

    @property
    def as_it_was(self) -> Any:
        """The base before any training (of models that earlier versions trained in mode full: as it is now)."""
        return self.base if self.reference is None else self.reference

    @property
    def reads_twice(self) -> bool:
        """Whether log-probabilities come from another base than states do."""
        return self.reference is not None and not self.compares

    def as_frozen(self) -> "StepModel":
        """The base before any training as a model of its own, which tells log-probabilities and judges nothing."""
        return StepModel(self.as_it_was, "head", classes=0).eval()

    def read(self, batch: Batch, *, with_tokens: bool = False, known: Tensor | None = None) -> Reading:
        """One pass over a batch, with gradients where the base is trained; two where the base as it was is asked, too.

        `known` is (B, S, 2) of log-probabilities by the base as it was, where it was asked already.
        """
        trains = torch.is_grad_enabled() and self.mode != "head"
        with torch.set_grad_enabled(trains):
            if self.reads_twice:
                return read_beside(self.base, batch, self.as_it_was, known, with_tokens=with_tokens)
            reading = read(self.base, batch, trains_likelihood=self.compares, with_tokens=with_tokens)
        return replace(reading, reference=self._reference_sums(batch)) if self.compares else reading

    def judge(self, states: Tensor, log_probabilities: Tensor) -> Tensor:
        """(…, W) and (…, 2) to (…, K, classes): logits of each of the K heads."""
        evidence = self.evidence(log_probabilities) if self.evidence is not None else log_probabilities
        heads = [self.head, *self.further_heads]
        return torch.stack([head(states, evidence) for head in heads if head is not None], dim=-2)

    def _reference_sums(self, batch: Batch) -> Tensor:
        with torch.no_grad():
            return read(self.as_it_was, batch).log_probabilities[..., 1]


def _last_block(base: Any) -> nn.Module:
    """The last of the base's layers."""
    count = base.config.get_text_config().num_hidden_layers
    stacks = [module for module in base.modules() if isinstance(module, nn.ModuleList) and len(module) == count]
    if not stacks:
        raise InputError("mode last_block: expected a base with a list of layers; take full, lora or head")
    return stacks[0][-1]
