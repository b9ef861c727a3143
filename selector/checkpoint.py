"""A trained selector as a folder: weights (safetensors), configuration, tokenizer, and a manifest written last.

Nothing in it can run code. A folder without a manifest is an unfinished training, and no model yet.
"""

import hashlib
import os
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import orjson
import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import load_file, save_file
from torch import Tensor
from transformers import AutoConfig, AutoModelForCausalLM, AutoTokenizer

from selector import bases
from selector.encoding import Encoder
from selector.errors import InputError
from selector.model import StepModel
from selector.records import Kind, Mode, TrainingConfig, TrainingReport

FORMAT = 1
MANIFEST, WEIGHTS, REFERENCE, RESUME = (
    "manifest.json",
    "model.safetensors",
    "reference.safetensors",
    "resume.safetensors",
)
_HASHED_BYTES = 1024**3  # larger files are checked by size alone: hashing them would take minutes


@dataclass(frozen=True, slots=True)
class Loaded:
    """A model folder in memory; `reference` is the untrained base of kind implicit."""

    model: StepModel
    reference: Any | None
    encoder: Encoder
    manifest: dict[str, Any]

    @property
    def kind(self) -> Kind:
        return self.model.kind


def read_manifest(folder: Path) -> dict[str, Any] | None:
    """The manifest of a complete model folder; None where there is none yet.

    Raises:
        InputError: it is there, and damaged or of another format.
    """
    try:
        manifest = orjson.loads((folder / MANIFEST).read_bytes())
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (orjson.JSONDecodeError, OSError) as error:
        raise InputError(f"model {folder}: {MANIFEST} is damaged ({error})") from None
    if not isinstance(manifest, dict) or manifest.get("format") != FORMAT:
        raise InputError(f"model {folder}: expected a {MANIFEST} of format {FORMAT}")
    return manifest


def save(
    folder: Path,
    model: StepModel,
    base: bases.Base,
    config: TrainingConfig,
    report: TrainingReport,
    facts: dict[str, Any],
) -> dict[str, Any]:
    """Write the folder, its manifest last; returns the manifest. `facts` are further keys (hashes, counts)."""
    base.model.config.save_pretrained(folder)
    base.tokenizer.save_pretrained(folder)
    own = model.head if _is_base_elsewhere(base.name, config.mode) else model
    write_tensors(folder / WEIGHTS, own.state_dict(), {})
    files = [WEIGHTS, "config.json", "tokenizer.json"]
    if config.kind == "implicit":
        write_tensors(folder / REFERENCE, base.model.state_dict(), {})
        files.append(REFERENCE)
    manifest = {
        "format": FORMAT,
        "kind": config.kind,
        "mode": config.mode,
        "base": {"name": base.name, "revision": base.revision},
        "reduction": {"prm": "product", "orm": "last token", "implicit": "minimum"}[config.kind],
        "config": asdict(config),
        "report": asdict(report),
        **facts,
        "files": {name: _fingerprint(folder / name) for name in files if (folder / name).exists()},
        "versions": {name: version(name) for name in ("torch", "transformers", "safetensors")},
    }
    write_bytes(folder / MANIFEST, orjson.dumps(manifest, option=orjson.OPT_INDENT_2))
    (folder / RESUME).unlink(missing_ok=True)
    return manifest


def load(folder: Path, device: str = "cpu") -> Loaded:
    """A complete model folder, checked against its manifest.

    Raises:
        InputError: it is incomplete or damaged; the message names the file.
    """
    if not folder.is_dir():
        raise InputError(f"model {folder}: expected a folder made by `train`")
    manifest = read_manifest(folder)
    if manifest is None:
        raise InputError(f"model {folder}: no {MANIFEST}; the training did not finish (start it again to go on)")
    try:
        return _load(folder, manifest, device)
    except (SafetensorError, RuntimeError, KeyError, TypeError, ValueError, OSError) as error:
        reason = " ".join(str(error).split())[:200]
        raise InputError(f"model {folder}: damaged ({reason}); train it again") from None


def _load(folder: Path, manifest: dict[str, Any], device: str) -> Loaded:
    bases.quiet()
    for name, expected in manifest["files"].items():
        if not (folder / name).exists() or _fingerprint(folder / name) != expected:
            raise ValueError(f"{name} is missing or was changed")
    kind: Kind = manifest["kind"]
    mode: Mode = manifest["mode"]
    if _is_base_elsewhere(manifest["base"]["name"], mode):
        base = bases.load(manifest["base"]["name"])
        if base.revision != manifest["base"]["revision"]:
            raise ValueError(f"the base {base.name} is another one than in training")
        model = StepModel(base.model, kind, mode)
        model.head.load_state_dict(load_file(folder / WEIGHTS))
    else:
        model = StepModel(_empty_base(folder), kind, mode)
        _fill(model, load_file(folder / WEIGHTS))
    reference = None
    if kind == "implicit":
        reference = _empty_base(folder)
        _fill(reference, load_file(folder / REFERENCE))
        reference.to(device).eval()
    tokenizer = AutoTokenizer.from_pretrained(folder, trust_remote_code=False)
    model.to(device).eval()
    return Loaded(model, reference, Encoder(tokenizer, bases.readable_tokens(model.base)), manifest)


def write_tensors(path: Path, tensors: dict[str, Tensor], metadata: dict[str, str]) -> None:
    """Written beside its name and renamed, so that the file is whole or not there. Tied weights are stored once."""
    stored: dict[str, Tensor] = {}
    seen: set[tuple[int, torch.Size]] = set()
    for name, tensor in tensors.items():
        place = (tensor.data_ptr(), tensor.shape)
        if tensor.numel() and place in seen:
            continue
        seen.add(place)
        stored[name] = tensor.detach().cpu().contiguous()
    beside = path.with_name(f".{path.name}-{os.getpid()}")
    save_file(stored, beside, metadata)
    os.replace(beside, path)


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
    beside.write_bytes(content)
    os.replace(beside, path)


def clear(folder: Path) -> None:
    """Take an older model out of the folder, its manifest first, so that it never looks complete meanwhile."""
    for name in (MANIFEST, WEIGHTS, REFERENCE):
        (folder / name).unlink(missing_ok=True)
    for leftover in folder.glob(f".{RESUME}-*"):
        leftover.unlink(missing_ok=True)


def prepared(folder: Path) -> Path:
    """The folder, made where it is missing."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except (FileExistsError, NotADirectoryError):
        raise InputError(f"{folder}: expected a folder, there is a file of that name") from None
    return folder


def _empty_base(folder: Path) -> Any:
    config = AutoConfig.from_pretrained(folder, trust_remote_code=False)
    return AutoModelForCausalLM.from_config(config, trust_remote_code=False, dtype=torch.float32)


def _fill(module: torch.nn.Module, tensors: dict[str, Tensor]) -> None:
    """Load weights of which tied ones were stored once."""
    missing, unexpected = module.load_state_dict(tensors, strict=False)
    own = module.state_dict()
    stored = {own[name].data_ptr() for name in tensors if name in own}
    if unexpected or any(own[name].data_ptr() not in stored for name in missing):
        raise ValueError(f"{WEIGHTS} does not fit its config.json")


def _is_base_elsewhere(name: str, mode: Mode) -> bool:
    """Whether the base's weights stay where they are: unchanged, and large more often than not."""
    return mode == "head" and name != "tiny"


def _fingerprint(path: Path) -> dict[str, int | str]:
    size = path.stat().st_size
    if size > _HASHED_BYTES:
        return {"bytes": size}
    with path.open("rb") as opened:
        return {"bytes": size, "sha256": hashlib.file_digest(opened, "sha256").hexdigest()}
