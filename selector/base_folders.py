"""What the folder of a model may hold, so that nothing else is read for it and nothing in it runs.

Libraries go where its files point: along links, to weights that an index names, to the base that an adapter names, to a
repository of kernels, which are code.
"""

from pathlib import Path
from typing import Any

import orjson

_INDEX, _CONFIG, _ADAPTER = "model.safetensors.index.json", "config.json", "adapter_config.json"
_TEMPLATES = "additional_chat_templates"  # the one folder below that is read as it is


def check(folder: Path) -> None:
    """Raises ValueError naming what leads out of the folder, or runs."""
    if not folder.is_dir():
        raise ValueError("expected a folder, not a file")
    for path in (*folder.iterdir(), *folder.glob(f"{_TEMPLATES}/*")):
        if path.is_symlink() and not _is_own(path, folder):
            raise ValueError(f"{path.name} is a link that leads out of the folder")
    if (folder / _ADAPTER).exists():
        raise ValueError(f"{_ADAPTER}: expected a whole model, not an adapter of another one")
    for shard in _values(_json(folder / _INDEX).get("weight_map")):
        if not is_own_name(shard) or not str(shard).endswith(".safetensors"):
            raise ValueError(f"{_INDEX}: expected names of safetensors files in this folder, not {shard!r:.100}")
    for key, value in _json(folder / _CONFIG).items():
        if key.endswith(("attn_implementation", "experts_implementation")) and "/" in str(value):
            raise ValueError(f"{_CONFIG}, {key}: expected an implementation that comes with the library")


def is_own_name(name: object) -> bool:
    """Whether it names a file that lies directly in a folder, wherever that is."""
    return isinstance(name, str) and name not in ("", ".", "..") and not {"/", "\\", "\0"}.intersection(name)


def _is_own(path: Path, folder: Path) -> bool:
    """Within the folder, or among the blobs that a cache of the hub keeps beside its snapshots."""
    own = folder.resolve()
    blobs = own.parent.parent / "blobs"
    target = path.resolve()
    return target.is_relative_to(own) or (own.parent.name == "snapshots" and target.is_relative_to(blobs))


def _json(path: Path) -> dict[str, Any]:
    """An object; empty where there is no such file. What is no JSON is told by who reads it next."""
    try:
        content = orjson.loads(path.read_bytes()) if path.is_file() else {}
    except orjson.JSONDecodeError:
        return {}
    return content if isinstance(content, dict) else {}


def _values(of: object) -> list[Any]:
    return list(of.values()) if isinstance(of, dict) else []
