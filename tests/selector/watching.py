"""Which files of a folder are opened, by whatever library: Rust's readers pass by Python's hooks (inotify, Linux)."""

import ctypes
import os
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

IN_ACCESS, IN_OPEN, IN_ISDIR = 0x1, 0x20, 0x40000000
HEAD = struct.Struct("iIII")


@contextmanager
def opened_in(*folders: Path) -> Iterator[list[str]]:
    """The names of what was opened in these folders meanwhile, each as often as it was."""
    libc = ctypes.CDLL(None, use_errno=True)
    watch = libc.inotify_init1(os.O_NONBLOCK | os.O_CLOEXEC)
    found: list[str] = []
    try:
        for folder in folders:
            if libc.inotify_add_watch(watch, os.fsencode(folder), IN_OPEN | IN_ACCESS) < 0:
                raise OSError(ctypes.get_errno(), "cannot be watched", str(folder))
        yield found
        found += _names(watch)
    finally:
        os.close(watch)


def _names(watch: int) -> Iterator[str]:
    """Of files; a folder is opened to be listed, too."""
    while content := _read(watch):
        place = 0
        while place < len(content):
            _, mask, _, length = HEAD.unpack_from(content, place)
            place += HEAD.size
            if not mask & IN_ISDIR:
                yield content[place : place + length].rstrip(b"\0").decode()
            place += length


def _read(watch: int) -> bytes:
    try:
        return os.read(watch, 1 << 16)
    except BlockingIOError:
        return b""
