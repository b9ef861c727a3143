"""Lines of JSON Lines files, plain or gzip, without ever holding more than one of them."""

import io
import os
import zlib
from collections.abc import Iterator
from typing import Any, BinaryIO, cast

from selector.row_types import MAX_BLANK_BYTES, MAX_EMPTY_MEMBERS, MAX_LINE_BYTES, MIN_MEMBER_BYTES, RowError

_GZIP_MAGIC = b"\x1f\x8b"
_BOM = b"\xef\xbb\xbf"
_GZIP_WINDOW = 16 + zlib.MAX_WBITS  # the largest, with gzip's header and checksum
_BUFFER_BYTES = 1024 * 1024
_PACKED_BYTES = 16 * 1024  # behind each member the rest of them is copied: not many


def numbered_lines(source: str | os.PathLike[str] | BinaryIO) -> Iterator[tuple[int, bytes]]:
    """Line numbers (1 is the first) and lines; blank lines are skipped, a BOM is dropped.

    Gzip is recognized by its content. Raises `RowError` naming the line for a cut-off or damaged gzip file, for a line
    that is too long, for a sea of blank lines and for one of members with next to nothing in them (a small gzip file
    can hold any of these); `OSError` where there is no such file.
    """
    if isinstance(source, (str, os.PathLike)):
        with open(source, "rb", buffering=_BUFFER_BYTES) as opened:
            yield from _named(opened, os.fspath(source))
    else:
        yield from _named(source, None)


def _named(stream: BinaryIO, file: str | None) -> Iterator[tuple[int, bytes]]:
    number, spare = 0, MAX_BLANK_BYTES
    try:
        for number, line in _lines(_plain(stream)):
            if line and not line.isspace():  # `strip` would copy it
                spare += len(line)
                yield number, line
                continue
            spare -= len(line)
            if spare < 0:
                limit = MAX_BLANK_BYTES // 1024 // 1024
                raise RowError("file", f"at most {limit} MiB more of blank lines than of rows", line=number)
    except EOFError:
        raise RowError("file", "a complete gzip file, this one is cut off", line=number + 1, file=file) from None
    except zlib.error as error:
        raise RowError("file", f"an undamaged gzip file ({error})", line=number + 1, file=file) from None
    except RowError as error:
        error.line, error.file = error.line or number + 1, file
        raise


def _plain(stream: BinaryIO) -> BinaryIO:
    buffered = stream if isinstance(stream, io.BufferedReader) else io.BufferedReader(cast(io.RawIOBase, stream))
    if buffered.peek(2)[:2] != _GZIP_MAGIC:
        return buffered
    return io.BufferedReader(_Members(buffered), _BUFFER_BYTES)


class _Members(io.RawIOBase):
    """The content of a gzip file, one member after the other.

    What is unpacked is handed on at once, so that of a cut-off file every whole line in front of the cut is read. Not
    Python's `gzip`: there millions of empty members are passed over without a word, and a header is read byte by byte.
    """

    def __init__(self, packed: io.BufferedReader) -> None:
        self._packed = packed
        self._waiting = b""
        self._spare = MAX_EMPTY_MEMBERS
        self._begin()

    def _begin(self) -> None:
        self._member = zlib.decompressobj(_GZIP_WINDOW)
        self._size = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        while not self._member.eof or self._has_another():
            packed = self._waiting or self._packed.read(_PACKED_BYTES)
            content = self._member.decompress(packed, len(buffer))
            self._waiting = self._member.unused_data or self._member.unconsumed_tail
            if content:
                self._size += len(content)
                buffer[: len(content)] = content
                return len(content)
            if not packed and not self._member.eof:
                raise EOFError
        return 0

    def _has_another(self) -> bool:
        """Whether a member follows the one that ended; zeros between them are padding."""
        self._spare -= self._size < MIN_MEMBER_BYTES
        if self._spare < 0:
            limit, least = MAX_EMPTY_MEMBERS, MIN_MEMBER_BYTES
            raise RowError("file", f"at most {limit:,} gzip members of less than {least} bytes")
        while not (waiting := self._waiting.lstrip(b"\0")):
            self._waiting = self._packed.read(_PACKED_BYTES)
            if not self._waiting:
                return False
        self._waiting = waiting
        self._begin()
        return True


def _lines(stream: BinaryIO) -> Iterator[tuple[int, bytes]]:
    number = 0
    while line := stream.readline(MAX_LINE_BYTES + 1):
        if len(line) > MAX_LINE_BYTES:
            raise RowError("row", f"lines of at most {MAX_LINE_BYTES // 1024 // 1024} MiB")
        number += 1
        yield number, line.removeprefix(_BOM) if number == 1 else line
