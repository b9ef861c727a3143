"""Base models: `tiny`, or any Hugging Face causal model by name or folder."""

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path
from pickle import UnpicklingError
from typing import Any

import torch
from safetensors import SafetensorError
from transformers import AutoModelForCausalLM, AutoTokenizer, PreTrainedTokenizerBase
from transformers.utils import logging as hub_logging

from selector import base_folders
from selector.encoding import Encoder
from selector.errors import InputError

_MOST_TOKENS = 32_768
# What damaged or strange files make of the loading; a damaged file is the caller's matter, not a fault of ours.
UNREADABLE = (
    OSError, ValueError, KeyError, ImportError, RuntimeError, AttributeError, TypeError, IndexError, SafetensorError,
    UnpicklingError,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Base:
    """A causal language model with its tokenizer; `revision` is the same only for the same weights."""

    name: str
    model: Any
    tokenizer: PreTrainedTokenizerBase
    revision: str

    @property
    def encoder(self) -> Encoder:
        return Encoder(self.tokenizer, readable_tokens(self.model))


def load(name: str) -> Base:
    """A Hugging Face causal model by name or folder, weights in float32.

    Code that comes with a model is never run, weights are read from safetensors files only, and for a folder nothing is
    read but its own files.
    Raises:
        InputError: there is no such model, it cannot be read that way, or weights are missing.
    """
    quiet()
    try:
        if Path(name).exists():
            base_folders.check(Path(name))
        tokenizer = AutoTokenizer.from_pretrained(name, trust_remote_code=False)
        loaded: Any = AutoModelForCausalLM.from_pretrained(
            name, trust_remote_code=False, use_safetensors=True, dtype=torch.float32, output_loading_info=True
        )
    except UNREADABLE as error:
        reason = " ".join(str(error).split())[:300]
        raise InputError(
            f'base {name!r}: expected "tiny", or the name or folder of a causal language model with safetensors weights'
            f" ({reason})"
        ) from None
    model, found = loaded
    model.eval()
    _check_complete(name, model, tokenizer, sorted(found["missing_keys"]))
    if not _reads_forward(model):
        raise InputError(
            f"base {name!r}: expected a causal language model; {type(model).__name__} looks ahead, so its states at a "
            "step's end would know what follows"
        )
    return Base(name, model, tokenizer, _revision(model))


def _check_complete(name: str, model: Any, tokenizer: PreTrainedTokenizerBase, missing: list[str]) -> None:
    """Refuse what would be filled with random numbers, or would fail in the middle of a training."""
    if missing:
        raise InputError(f"base {name!r}: expected all its weights; {len(missing)} are missing, such as {missing[0]}")
    readable = model.get_input_embeddings().num_embeddings
    if len(tokenizer) > readable:
        raise InputError(
            f"base {name!r}: expected a tokenizer of at most {readable:,} tokens, which the model can read, "
            f"not {len(tokenizer):,}"
        )
    if not all(torch.isfinite(weight).all() for weight in model.parameters()):
        raise InputError(f"base {name!r}: expected weights that are numbers; some are NaN or infinite")


def _reads_forward(model: Any) -> bool:
    """Whether what follows a token leaves what the model makes of it as it was."""
    with torch.inference_mode():
        one, other = (model(input_ids=torch.tensor([[0, follower]])).logits[0, 0] for follower in (0, 1))
    return bool(torch.allclose(one, other, atol=1e-6, rtol=1e-5))


def readable_tokens(model: Any) -> int:
    """How many tokens the model can read."""
    return min(getattr(model.config.get_text_config(), "max_position_embeddings", None) or _MOST_TOKENS, _MOST_TOKENS)


def quiet() -> None:
    """Standard error belongs to our own progress."""
    hub_logging.disable_progress_bar()
    hub_logging.set_verbosity_error()


def cache_folder(given: str | None) -> Path:
    """Where pretrained `tiny` bases are kept: as given, else PLUMBLINE_CACHE, else the user's cache."""
    folder = given or os.environ.get("PLUMBLINE_CACHE")
    if folder:
        return Path(folder)
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "plumbline"


def _revision(model: Any) -> str:
    """A name for the weights: the hub's commit where there is one, else a hash of them."""
    commit = getattr(model.config, "_commit_hash", None)
    if commit:
        return str(commit)
    digest = hashlib.sha256()
    for name, weight in sorted(model.state_dict().items()):
        digest.update(name.encode())
        digest.update(weight.contiguous().view(torch.uint8).numpy().tobytes() if weight.dim() else str(weight).encode())
    return digest.hexdigest()[:40]
