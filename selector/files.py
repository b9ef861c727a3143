"""Files that are whole or not there."""

import contextlib
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO


@contextmanager
def replaced(path: str) -> Iterator[IO[bytes]]:
    """A file written beside its final name, which it gets when all of it is there.

    A device, a pipe or a link keeps its place, and is written into.
    """
    if is_no_file(path):
        with open(path, "wb") as opened:
            yield opened
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


def is_no_file(path: str | os.PathLike[str]) -> bool:
    """Whether something stands there that no file may take the place of, such as /dev/stdout."""
    return os.path.lexists(path) and not stat.S_ISREG(os.lstat(path).st_mode)
