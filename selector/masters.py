"""The weights that an optimizer updates: the model's own, or float32 masters of weights that compute in bfloat16.

A step of a low learning rate is smaller than bfloat16 can tell from nothing, so such weights have a master in float32.
"""

import copy

import torch
from torch import Tensor, nn

from selector.model import StepModel
from selector.records import Dtype


class Masters:
    """Trainable weights by name, in float32; the model computes with them, or with rounded copies of them."""

    def __init__(self, model: nn.Module, dtype: Dtype) -> None:
        trained = {name: weight for name, weight in model.named_parameters() if weight.requires_grad}
        self.weights: dict[str, Tensor] = dict(trained)
        self._exact = round_weights(model) if dtype == "bfloat16" else {}
        self._rounded = {name: weight for name, weight in trained.items() if weight.dtype == torch.bfloat16}
        self.weights |= {name: self._exact[weight].requires_grad_() for name, weight in self._rounded.items()}

    def take_gradients(self) -> list[Tensor | None]:
        """Every master's gradient in the order of `weights`, None where a weight had no part in the loss."""
        for name, weight in self._rounded.items():
            self.weights[name].grad = None if weight.grad is None else weight.grad.float()
            weight.grad = None
        return [master.grad for master in self.weights.values()]

    def hand_out(self) -> None:
        """Round the masters into the model's weights."""
        with torch.no_grad():
            for name, weight in self._rounded.items():
                weight.copy_(self.weights[name])

    def restore_exact(self) -> None:
        """Give the model its weights in float32 back, the trained ones as they are now."""
        for weight, exact in self._exact.items():
            weight.data = exact.data


def round_weights(model: nn.Module) -> dict[nn.Parameter, Tensor]:
    """Turn the weights of the language models into bfloat16; what they were, for who wants them back.

    Heads are small, and judge in float32. Buffers stay too: rounded, the frequencies of rotary positions would put the
    later tokens of a long solution at the wrong places.
    """
    exact = {}
    for name, child in model.named_children():
        if name in ("base", "reference"):
            for weight in child.parameters():
                if weight not in exact:  # with adapters both share theirs
                    exact[weight] = weight.data
                    weight.data = weight.data.bfloat16()
    return exact


def rounded(model: StepModel) -> StepModel:
    """The same model computing in bfloat16; the given one, whose base others may use, stays as it is."""
    language_models = [child for child in (model.base, model.reference) if child is not None]
    weights = {id(weight): weight for child in language_models for weight in child.parameters()}
    memo = {name: nn.Parameter(weight.data.bfloat16(), requires_grad=False) for name, weight in weights.items()}
    return copy.deepcopy(model, memo)  # which takes these for copies of the weights made already
