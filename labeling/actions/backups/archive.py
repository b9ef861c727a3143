"""A backup as one file: a gzipped tar of plain files, the last of which holds the hashes of all before it."""

import gzip
import hashlib
import os
import tarfile
import tempfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path, PurePosixPath
from typing import IO, Any

import orjson

from labeling.actions.backups import sealing
from labeling.actions.errors import ActionError

FIRST, LAST = "manifest.json", "sums.json"
CHUNK = 1024 * 1024


class Damaged(ActionError):
    """The file is no whole backup as it was written."""


class Writer:
    """Adds files to a backup that is being written."""

    def __init__(self, tar: tarfile.TarFile) -> None:
        self._tar = tar
        self._sums: dict[str, str] = {}

    def add(self, name: str, path: Path) -> None:
        """Add one file, as long as it is now."""
        with path.open("rb") as file:
            self._add(name, os.fstat(file.fileno()).st_size, _Hashed(file))

    def add_json(self, name: str, content: Any) -> None:
        """Add a file with this in it."""
        with tempfile.TemporaryFile() as file:
            size = file.write(orjson.dumps(content, option=orjson.OPT_INDENT_2))
            file.seek(0)
            self._add(name, size, _Hashed(file))

    def end(self) -> None:
        """Add the hashes: what has them is whole."""
        self.add_json(LAST, dict(self._sums))

    def _add(self, name: str, size: int, file: "_Hashed") -> None:
        member = tarfile.TarInfo(name)
        member.size = size
        self._tar.addfile(member, file)  # type: ignore[arg-type]  # it only reads
        self._sums[name] = file.digest.hexdigest()


class _Hashed:
    """A file whose bytes are hashed as they are read."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self.digest = hashlib.sha256()

    def read(self, size: int) -> bytes:
        chunk = self._file.read(size)
        self.digest.update(chunk)
        return chunk


@contextmanager
def writing(path: Path, key: str) -> Iterator[Writer]:
    """Write a backup; its name is there only once it is whole and on the disk. Encrypted where there is a key."""
    number, beside = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")  # for its owner alone
    try:
        with os.fdopen(number, "wb") as out:
            with (
                sealing.sealed(out, key) if key else nullcontext(out) as sealed,
                gzip.GzipFile(filename="", fileobj=sealed, mode="wb", compresslevel=1) as packed,
                tarfile.open(fileobj=packed, mode="w|") as tar,
            ):
                writer = Writer(tar)
                yield writer
                writer.end()
            out.flush()
            os.fsync(out.fileno())
        os.rename(beside, path)
    except BaseException:
        os.unlink(beside)
        raise


def unpack(
    path: Path, key: str, *, folders: dict[str, Path], check: Callable[[dict[str, Any]], None]
) -> dict[str, Any]:
    """Unpack into these folders, by the first part of each name, and give the manifest.

    `check` sees the manifest before anything else is read. Raises Damaged where anything is not as it was written.
    """
    unpacking = _Unpacking(folders, check)
    try:
        with _reading(path, key) as tar:
            for member in tar:
                unpacking.take(member.name, tar.extractfile(member) if member.isreg() else None)
    except (tarfile.TarError, EOFError, zlib.error, gzip.BadGzipFile, ValueError) as error:
        raise Damaged(f"{path} is damaged, cut off, or no backup: {error}") from error
    unpacking.check_whole(path)
    return unpacking.manifest


@contextmanager
def _reading(path: Path, key: str) -> Iterator[tarfile.TarFile]:
    with (
        path.open("rb") as source,
        sealing.opened(source, key) if sealing.is_sealed(source) else nullcontext(source) as opened,
        gzip.GzipFile(fileobj=opened) as packed,
    ):
        with tarfile.open(fileobj=packed, mode="r|") as tar:
            yield tar
        while packed.read(CHUNK):  # to its very end: there stands whether all of it was there
            pass


class _Unpacking:
    """What has come out so far.

    Our own writing of plain files, rather than tarfile's filter: that came to Python with 3.11.4, and every byte is
    hashed on its way.
    """

    def __init__(self, folders: dict[str, Path], check: Callable[[dict[str, Any]], None]) -> None:
        self.manifest: dict[str, Any] = {}
        self._folders = folders
        self._check = check
        self._sums: dict[str, str] = {}
        self._told: dict[str, str] | None = None

    def take(self, name: str, content: IO[bytes] | None) -> None:
        """One member, in the order of the file; no content: it is no plain file."""
        if content is None or name in self._sums or self._told is not None or (not self._sums) != (name == FIRST):
            raise Damaged(f"{name!r} does not belong where it stands in this backup.")
        if name == LAST:
            self._told = dict(orjson.loads(content.read()))
        elif name == FIRST:
            text = content.read()
            self._sums[name] = hashlib.sha256(text).hexdigest()
            self.manifest = dict(orjson.loads(text))
            self._check(self.manifest)
        else:
            self._sums[name] = _keep(content, self._place(name))

    def _place(self, name: str) -> Path:
        top, *rest = PurePosixPath(name).parts
        if top not in self._folders or not rest or ".." in rest:
            raise Damaged(f"{name!r} in this backup would lie outside its folder.")
        return self._folders[top].joinpath(*rest)

    def check_whole(self, path: Path) -> None:
        """Raise Damaged unless everything was there, as it was written."""
        if self._told is None:
            raise Damaged(f"{path} is cut off: the hashes at its end are missing.")
        other = sorted(set(self._told.items()) ^ set(self._sums.items()))
        if other:
            raise Damaged(f"{path} is damaged: {other[0][0]} is not what was written.")


def _keep(content: IO[bytes], place: Path) -> str:
    place.parent.mkdir(parents=True, exist_ok=True)
    hashed = _Hashed(content)
    with place.open("xb") as out:
        while chunk := hashed.read(CHUNK):
            out.write(chunk)
    return hashed.digest.hexdigest()
