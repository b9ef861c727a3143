"""Files of tensors (safetensors), each whole or not there."""

import contextlib
import errno
import os
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor


def write_tensors(path: Path, tensors: dict[str, Tensor], metadata: dict[str, str]) -> None:
    """Written beside its name and renamed, so that the file is whole or not there. Tied weights are stored once.

    Raises:
        OSError: it could not be written, the disk is full for one; what stood there before still does.
    """
    stored: dict[str, Tensor] = {}
    seen: set[tuple[int, torch.Size]] = set()
    for name, tensor in tensors.items():
        place = (tensor.data_ptr(), tensor.shape)
        if tensor.numel() and place in seen:
            continue
        seen.add(place)
        stored[name] = tensor.detach().cpu().contiguous()
    beside = path.with_name(f".{path.name}-{os.getpid()}")
    try:
        save_file(stored, beside, metadata)
        os.replace(beside, path)
    except SafetensorError as error:
        raise OSError(errno.EIO, f"could not be written ({error})", str(path)) from None
    finally:
        with contextlib.suppress(OSError):
            beside.unlink(missing_ok=True)


def read_tensors(path: Path) -> tuple[dict[str, Tensor], dict[str, str]] | None:
    """The tensors and the metadata of a file; None where it is absent or unreadable."""
    try:
        with safe_open(path, framework="pt") as opened:
            return {name: opened.get_tensor(name) for name in opened.keys()}, opened.metadata() or {}  # noqa: SIM118
    except (SafetensorError, OSError):
        return None


def write_bytes(path: Path, content: bytes) -> None:
    """The same for other files."""
    beside = path.with_name(f".{path.name}-{os.getpid()}")
    try:
        beside.write_bytes(content)
        os.replace(beside, path)
    finally:
        with contextlib.suppress(OSError):
            beside.unlink(missing_ok=True)
