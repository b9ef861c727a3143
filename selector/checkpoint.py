"""A trained selector as a folder: weights (safetensors), configuration, tokenizer, and a manifest written last.

Nothing in it can run code. A folder without a manifest is an unfinished training, and no model yet.
"""

import hashlib
from dataclasses import asdict, dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Any, get_args

import orjson
import torch
from safetensors.torch import load_file
from torch import Tensor
from transformers import AutoConfig, AutoModelForCausalLM, AutoTokenizer

from selector import base_folders, bases
from selector.encoding import Encoder
from selector.errors import InputError
from selector.kinds import KINDS, Kind
from selector.model import StepModel
from selector.records import OWN_BASE, REDUCTIONS, KindName, Mode, Reduction, TrainingConfig, TrainingReport
from selector.tensor_files import write_bytes, write_tensors

FORMAT = 1
MANIFEST, WEIGHTS, REFERENCE, RESUME = (
    "manifest.json",
    "model.safetensors",
    "reference.safetensors",
    "resume.safetensors",
)
_EVIDENCE = "evidence."  # the scale of what heads are told; earlier folders have none, and use the usual one
_HASHED_BYTES = 1024**3  # larger files are checked by size alone: hashing them would take minutes


_MOST = {"heads": 1_000, "lora_rank": 10_000}  # each takes memory before any weight is read
_REDUCTIONS_BEFORE = {"last token": "last", "minimum": "min"}  # as earlier manifests call them


@dataclass(frozen=True, slots=True)
class Loaded:
    """A model in memory, ready to score: `reduction` is what ranks solutions."""

    model: StepModel
    kind: Kind
    encoder: Encoder
    reduction: Reduction
    beta: float = 1.0
    base: tuple[str, str] = ("", "")  # name and revision
    manifest: dict[str, Any] = field(default_factory=dict)

    @property
    def knows_likelihood(self) -> bool:
        """Whether it can tell how likely the base before any training finds a text."""
        return self.model.mode == "head" or self.model.reference is not None


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
    write_tensors(folder / WEIGHTS, _own_weights(model, base.name), {})
    files = [WEIGHTS, "config.json", "tokenizer.json"]
    if model.mode in OWN_BASE and model.reference is not None:
        write_tensors(folder / REFERENCE, model.reference.state_dict(), {})
        files.append(REFERENCE)
    manifest = {
        "format": FORMAT,
        "kind": config.kind,
        "mode": config.mode,
        "base": {"name": base.name, "revision": base.revision},
        "reduction": config.ranks_by,
        "config": asdict(config),
        "report": asdict(report),
        **facts,
        "files": {name: _fingerprint(folder / name) for name in files if (folder / name).exists()},
        "code": code_version(),
        "versions": {name: version(name) for name in ("torch", "transformers", "safetensors")},
    }
    write_bytes(folder / MANIFEST, orjson.dumps(manifest, option=orjson.OPT_INDENT_2))
    (folder / RESUME).unlink(missing_ok=True)
    return manifest


def code_version() -> str:
    """The start of a SHA-256 over this package's files: it changes with any of them, committed or not."""
    digest = hashlib.sha256()
    package = Path(__file__).parent
    for file in sorted(package.rglob("*.py")):
        digest.update(file.relative_to(package).as_posix().encode() + b"\0" + file.read_bytes() + b"\0")
    return digest.hexdigest()[:12]


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
    except bases.UNREADABLE as error:
        reason = " ".join(str(error).split())[:200]
        raise InputError(f"model {folder}: damaged ({reason}); train it again") from None


def _load(folder: Path, manifest: dict[str, Any], device: str) -> Loaded:
    bases.quiet()
    _check(folder, manifest)
    kind = KINDS[manifest["kind"]]
    config: dict[str, Any] = manifest["config"]
    mode: Mode = manifest["mode"]
    is_elsewhere = _is_base_elsewhere(manifest["base"]["name"], mode)
    base = bases.load(manifest["base"]["name"]) if is_elsewhere else None
    if base is not None and base.revision != manifest["base"]["revision"]:
        raise ValueError(f"the base {base.name} is another one than in training")
    model = StepModel(
        _empty_base(folder) if base is None else base.model,
        mode,
        classes=kind.classes,
        heads=config.get("heads", 1),
        lora_rank=config.get("lora_rank", 8),
        compares=kind.compares,
        reference=_empty_base(folder) if REFERENCE in manifest["files"] else None,
    )
    _fill(model, load_file(folder / WEIGHTS), is_partial=is_elsewhere)
    if REFERENCE in manifest["files"] and model.reference is not None:
        _fill(model.reference, load_file(folder / REFERENCE))
    tokenizer = AutoTokenizer.from_pretrained(folder, trust_remote_code=False)
    model.to(device).eval()
    return Loaded(
        model,
        kind,
        Encoder(tokenizer, bases.readable_tokens(model.base)),
        _REDUCTIONS_BEFORE.get(manifest["reduction"], manifest["reduction"]),
        config["beta"],
        (manifest["base"]["name"], manifest["base"]["revision"]),
        manifest,
    )


def _check(folder: Path, manifest: dict[str, Any]) -> None:
    """Raises ValueError where the folder is not what its manifest says, or that leads out of it or to all memory."""
    base_folders.check(folder)
    for name, expected in manifest["files"].items():
        path = folder / name
        if not base_folders.is_own_name(name) or not path.exists() or _fingerprint(path) != expected:
            raise ValueError(f"{name} is missing or was changed")
    for key, known in {"mode": get_args(Mode), "reduction": (*get_args(Reduction), *_REDUCTIONS_BEFORE)}.items():
        if manifest[key] not in known:
            raise ValueError(f"{MANIFEST}: expected a {key} of {', '.join(known)}")
    for key, most in _MOST.items():
        if not 1 <= manifest["config"].get(key, 1) <= most:
            raise ValueError(f"{MANIFEST}: expected {key} from 1 to {most:,}")


def untrained(base: bases.Base, kind: KindName, device: str = "cpu") -> Loaded:
    """A base as it is, for a kind that needs no training."""
    model = StepModel(base.model, "head", classes=0).to(device).eval()
    return Loaded(model, KINDS[kind], base.encoder, REDUCTIONS[kind][0], base=(base.name, base.revision))


def _own_weights(model: StepModel, base: str) -> dict[str, Tensor]:
    """What the folder has to hold: all but the reference, or what was trained beside a base that lies elsewhere."""
    own = {name: tensor for name, tensor in model.state_dict().items() if not name.startswith("reference.")}
    if not _is_base_elsewhere(base, model.mode):
        return own
    trained = {name for name, weight in model.named_parameters() if weight.requires_grad}
    return {name: tensor for name, tensor in own.items() if name in trained or name.startswith(_EVIDENCE)}


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


def _fill(module: torch.nn.Module, tensors: dict[str, Tensor], *, is_partial: bool = False) -> None:
    """Load weights of which tied ones were stored once; `is_partial`: the others are there already."""
    if is_partial and not any(name.startswith("head.") for name in tensors):  # earlier folders held the head alone
        tensors = {f"head.{name}": tensor for name, tensor in tensors.items()}
    missing, unexpected = module.load_state_dict(tensors, strict=False)
    own = module.state_dict()
    stored = {own[name].data_ptr() for name in tensors if name in own}
    needed = {name for name, weight in module.named_parameters() if weight.requires_grad} if is_partial else set(own)
    left = [name for name in missing if name in needed and not name.startswith(("reference.", _EVIDENCE))]
    if unexpected or any(own[name].data_ptr() not in stored for name in left):
        raise ValueError(f"{WEIGHTS} does not fit its config.json")


def _is_base_elsewhere(name: str, mode: Mode) -> bool:
    """Whether the base's weights stay where they are: unchanged, and large more often than not."""
    return mode not in OWN_BASE and name != "tiny"


def _fingerprint(path: Path) -> dict[str, int | str]:
    size = path.stat().st_size
    if size > _HASHED_BYTES:
        return {"bytes": size}
    with path.open("rb") as opened:
        return {"bytes": size, "sha256": hashlib.file_digest(opened, "sha256").hexdigest()}
