"""LoRA: small trainable matrices beside the base's own, which stay as they are (arXiv:2106.09685), through peft."""

import copy
import warnings
from typing import Any

from peft import LoraConfig, inject_adapter_in_model

from selector.errors import InputError

MARK = "lora_"  # in the names of the adapters' weights


def adapted(base: Any, rank: int) -> Any:
    """A copy of the base with adapters beside all its linear layers; the base's weights are shared, not copied."""
    shared = {id(weight): weight for weight in (*base.parameters(), *base.buffers())}
    own = copy.deepcopy(base, shared)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # peft sets what GPT-2's kind of layer needs, and says so each time
        try:
            own = inject_adapter_in_model(LoraConfig(r=rank, lora_alpha=2 * rank, target_modules="all-linear"), own)
        except ValueError as error:  # some architectures have no layers that peft knows
            raise InputError(f"mode lora: expected a base that peft can adapt ({error}); take full or head") from None
    own.requires_grad_(False)
    for name, weight in own.named_parameters():
        weight.requires_grad_(MARK in name)
    return own
