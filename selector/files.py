"""Files that are whole or not there."""

import contextlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO


@contextmanager
def replaced(path: str) -> Iterator[IO[bytes]]:
    """A file written beside its final name, which it gets when all of it is there."""
    if path == os.devnull:
        with open(path, "wb") as nowhere:
            yield nowhere
        return
    target = Path(path)
    beside = target.with_name(f".{target.name}-{os.getpid()}")
    try:
        with beside.open("wb") as opened:
            yield opened
        os.replace(beside, target)
    finally:
        with contextlib.suppress(OSError):
            beside.unlink(missing_ok=True)
