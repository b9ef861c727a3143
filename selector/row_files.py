"""Lines of JSON Lines files, plain or gzip, without ever holding more than one of them."""

import gzip
import io
import os
import zlib
from collections.abc import Iterator
from typing import Any, BinaryIO, cast

from selector.row_types import MAX_BLANK_BYTES, MAX_LINE_BYTES, RowError

_GZIP_MAGIC = b"\x1f\x8b"
_BOM = b"\xef\xbb\xbf"
_BUFFER_BYTES = 1024 * 1024


def numbered_lines(source: str | os.PathLike[str] | BinaryIO) -> Iterator[tuple[int, bytes]]:
    """Line numbers (1 is the first) and lines; blank lines are skipped, a BOM is dropped.

    Gzip is recognized by its content. Raises `RowError` naming the line for a cut-off or damaged gzip file, for a line
    that is too long and for a sea of blank lines (a small gzip file can hold either); `OSError` where there is no such
    file.
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
    except (zlib.error, gzip.BadGzipFile) as error:
        raise RowError("file", f"an undamaged gzip file ({error})", line=number + 1, file=file) from None
    except RowError as error:
        error.line, error.file = error.line or number + 1, file
        raise


def _plain(stream: BinaryIO) -> BinaryIO:
    buffered = stream if isinstance(stream, io.BufferedReader) else io.BufferedReader(cast(io.RawIOBase, stream))
    if buffered.peek(2)[:2] != _GZIP_MAGIC:
        return buffered
    # GzipFile.readline is Python code; a buffer around it reads lines in C.
    return io.BufferedReader(cast(io.RawIOBase, _PromptGzipFile(fileobj=buffered)), _BUFFER_BYTES)


class _PromptGzipFile(gzip.GzipFile):
    """Hands on what is unpacked at once, so that of a cut-off file every whole line in front of the cut is read."""

    def readinto(self, buffer: Any) -> int:
        data = self.read1(len(buffer))
        buffer[: len(data)] = data
        return len(data)


def _lines(stream: BinaryIO) -> Iterator[tuple[int, bytes]]:
    number = 0
    while line := stream.readline(MAX_LINE_BYTES + 1):
        if len(line) > MAX_LINE_BYTES:
            raise RowError("row", f"lines of at most {MAX_LINE_BYTES // 1024 // 1024} MiB")
        number += 1
        yield number, line.removeprefix(_BOM) if number == 1 else line
