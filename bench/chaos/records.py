"""What a labeler was told, one JSON line each, on the disk before the labeler goes on."""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any


class Log:
    """One labeler's own record. It is the other side of every comparison, so it must outlive what is being killed."""

    def __init__(self, path: Path) -> None:
        self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)

    def write(self, kind: str, **said: Any) -> None:
        """Keep it; on the disk when this returns."""
        os.write(self._file, json.dumps({"kind": kind, **said}).encode() + b"\n")
        os.fdatasync(self._file)

    def close(self) -> None:
        os.close(self._file)


def read(folder: Path, slug: str) -> Iterator[dict[str, Any]]:
    """All records of a campaign's labelers, each with its labeler's name; those of one labeler in their order."""
    for path in sorted(folder.glob(f"{slug}.*.jsonl")):
        for line in path.read_bytes().splitlines():
            yield json.loads(line) | {"labeler": path.stem}
