"""What the machine can do."""

from typing import Literal

import torch

from selector.errors import InputError
from selector.records import Dtype, KindName


def checked_device(name: str) -> str:
    """Raises InputError where there is no such device."""
    try:
        torch.zeros(1, device=name)
    except (RuntimeError, AssertionError) as error:
        reason = str(error).splitlines()[0]
        raise InputError(f"device {name!r}: expected one that is there, such as cpu ({reason})") from None
    return name


def dtype_for(wanted: Literal["auto", "float32", "bfloat16"], device: str, kind: KindName) -> Dtype:
    """`auto` is bfloat16 where the machine multiplies it in hardware.

    But for kind implicit: it takes the difference of two log-probabilities that are close to one another, of which
    rounding would leave noise.
    """
    if wanted != "auto":
        return wanted
    return "bfloat16" if kind != "implicit" and has_bfloat16(device) else "float32"


def has_bfloat16(device: str) -> bool:
    """Whether bfloat16 is multiplied in hardware there."""
    if torch.device(device).type == "cuda":
        return torch.cuda.is_bf16_supported(including_emulation=False)
    able = torch.cpu.get_capabilities()
    return bool(able.get("avx512_bf16") or able.get("amx_bf16"))


def set_threads(given: int, base: str) -> None:
    """So small a model as `tiny` gains little from a second thread, and loses much where the core is not free."""
    if given or base == "tiny":
        torch.set_num_threads(given or 1)
