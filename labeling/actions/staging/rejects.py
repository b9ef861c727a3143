"""Refused lines, written beside the file that they came from."""

from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self


def beside(source: Path) -> Path:
    """Where the refused lines of this file are written."""
    return source.with_name(source.name + ".rejected.jsonl")


class RejectedLines:
    """Collects refused lines in `<file>.rejected.jsonl`, which is there only if there are any and it is whole."""

    def __init__(self, source: Path, *, wanted: bool) -> None:
        self.path = beside(source)
        self._part = self.path.with_suffix(".part")
        self._wanted = wanted
        self._out: BinaryIO | None = None

    def add(self, line: bytes) -> None:
        """Keep one line, as it came."""
        if not self._wanted or not line:
            return
        if self._out is None:
            self._out = self._part.open("wb")
        self._out.write(line.rstrip(b"\r\n") + b"\n")

    def __enter__(self) -> Self:
        if self._wanted:
            self.path.unlink(missing_ok=True)  # of an earlier import of the same file
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._out is None:
            return
        self._out.close()
        if kind is None:
            self._part.replace(self.path)
        else:
            self._part.unlink()
