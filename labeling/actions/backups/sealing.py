"""Encryption of backups with age (https://age-encryption.org), which other programs open too.

Its chunks are numbered and the last one is marked: neither a change nor a cut goes unseen. With the public half of a
key a site makes backups that nobody on it can read.
"""

import os
import tarfile
import zlib
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import IO, Any

import pyrage
from pyrage import x25519

from labeling.actions.errors import ActionError

MAGIC = b"age-encryption.org/"
PRIVATE = "AGE-SECRET-KEY-"


def new_key() -> tuple[str, str]:
    """A private key and its public half."""
    made = x25519.Identity.generate()
    return str(made), str(made.to_public())


def is_sealed(file: IO[bytes]) -> bool:
    """Whether the file is encrypted; it is left at its beginning."""
    begins = file.read(len(MAGIC))
    file.seek(0)
    return begins == MAGIC


@contextmanager
def sealed(out: IO[bytes], key: str) -> Iterator[IO[bytes]]:
    """What is written into the file given comes out encrypted; either half of a key will do. Raises ActionError."""
    recipient = _recipient(key)
    reading, writing = os.pipe()
    with ThreadPoolExecutor(1) as pool:
        source = os.fdopen(reading, "rb")
        done = pool.submit(_pump, pyrage.encrypt_io, source, out, [recipient], source)
        try:
            with os.fdopen(writing, "wb") as into:
                yield into
        except BrokenPipeError as error:
            raise OSError(str(done.exception())) from error  # a full disk, say
        done.result()


@contextmanager
def opened(source: IO[bytes], key: str) -> Iterator[IO[bytes]]:
    """The encrypted file, to be read in the clear. Raises ActionError, and EOFError where not all of it can be read."""
    identity = _identity(key)
    reading, writing = os.pipe()
    with ThreadPoolExecutor(1) as pool:
        into = os.fdopen(writing, "wb")
        done = pool.submit(_pump, pyrage.decrypt_io, source, into, [identity], into)
        try:
            with os.fdopen(reading, "rb") as clear:
                yield clear
        except (EOFError, tarfile.ReadError, zlib.error) as error:
            raise EOFError(str(done.exception() or error)) from error  # another key, a cut, a changed byte
        if why := done.exception():
            raise EOFError(str(why))


def _pump(act: Callable[..., None], source: IO[bytes], into: IO[bytes], keys: list[Any], ends: IO[bytes]) -> None:
    """Run one direction, and close the pipe's end however it goes: the other side must not wait for ever."""
    with ends:
        act(source, into, keys)


def _identity(key: str) -> Any:
    if not key.startswith(PRIVATE):
        raise ActionError(f"This backup is encrypted: set BACKUP_KEY to the private key, {PRIVATE}…, to read it.")
    try:
        return x25519.Identity.from_str(key)
    except pyrage.IdentityError as error:
        raise ActionError(f"BACKUP_KEY is no age key: {error}") from error


def _recipient(key: str) -> Any:
    if key.startswith(PRIVATE):
        return _identity(key).to_public()
    try:
        return x25519.Recipient.from_str(key)
    except pyrage.RecipientError as error:
        raise ActionError(f"BACKUP_KEY is no age key (age1… or {PRIVATE}…): {error}") from error
