"""One person's connection to the API, on asyncio streams.

A library's client costs a twentieth of what the server does for a label, this one a thousandth; and here an answer can
be left unread on purpose.
"""

import asyncio
import contextlib
import json
import time
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlsplit

IDLE_SECONDS = 1.0  # the server closes what was quiet for two
ANSWER_SECONDS = 20.0


class NoAnswer(Exception):
    """Nothing came back, or not all of it: whether the request was done is not known."""


@dataclass(frozen=True, slots=True)
class Answer:
    """Status, headers (names in small letters) and body."""

    status: int
    headers: dict[str, str]
    content: bytes
    seconds: float = 0.0  # from asking to the whole answer, a new connection included

    @property
    def value(self) -> Any:
        return json.loads(self.content) if self.content else None


class Wire:
    """Opened when needed, kept open, closed with what went wrong on it."""

    def __init__(self, url: str, token: str) -> None:
        parts = urlsplit(url)
        self.host, self.port = parts.hostname or "", parts.port or 80
        self._token = token
        self._reader: asyncio.StreamReader | None = None
        self._writer: asyncio.StreamWriter | None = None
        self._answered = 0.0

    async def ask(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        reads: bool = True,
        content_type: str = "application/json",
    ) -> Answer:
        """One request and its answer. Raises NoAnswer; with `reads` False always, right after sending."""
        content = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        asked = time.monotonic()
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                reader, writer = await self._opened()
                writer.write(self._head(method, path, len(content), content_type) + content)
                await writer.drain()
                if not reads:
                    raise NoAnswer("left unread on purpose")
                answer = await _read(reader)
        except NoAnswer:
            self.close()
            raise
        except (OSError, EOFError, ValueError, TimeoutError, asyncio.LimitOverrunError) as error:
            self.close()
            raise NoAnswer(f"{type(error).__name__}: {error}") from error
        except asyncio.CancelledError:
            self.close()
            raise
        self._answered = time.monotonic()
        if answer.headers.get("connection", "").lower() == "close":
            self.close()
        return replace(answer, seconds=self._answered - asked)

    async def begin(
        self, method: str, path: str, content: bytes, so_far: int
    ) -> Callable[[], Coroutine[Any, Any, Answer]]:
        """Send a request only so far; what is returned sends the rest and gives the answer."""
        reader, writer = await self._opened()
        writer.write(self._head(method, path, len(content), "application/json") + content[:so_far])
        await writer.drain()

        async def rest() -> Answer:
            writer.write(content[so_far:])
            await writer.drain()
            return await _read(reader)

        return rest

    def close(self) -> None:
        if self._writer is not None:
            with contextlib.suppress(OSError, RuntimeError):
                self._writer.transport.abort()
        self._reader = self._writer = None

    async def _opened(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        if time.monotonic() - self._answered > IDLE_SECONDS:
            self.close()
        if self._reader is None or self._writer is None:
            self._reader, self._writer = await asyncio.open_connection(self.host, self.port)
        return self._reader, self._writer

    def _head(self, method: str, path: str, length: int, content_type: str) -> bytes:
        lines = [
            f"{method} /api/v1/{path} HTTP/1.1",
            f"Host: {self.host}:{self.port}",
            f"Authorization: Token {self._token}",
            f"Content-Type: {content_type}",
            f"Content-Length: {length}",
        ]
        return ("\r\n".join(lines) + "\r\n\r\n").encode()


async def _read(reader: asyncio.StreamReader) -> Answer:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    first, *lines = head.split("\r\n")
    status = int(first.split(" ", 2)[1])
    pairs = (line.partition(":") for line in lines if line)
    headers = {name.strip().lower(): value.strip() for name, _, value in pairs}
    if status == 204:
        return Answer(status, headers, b"")
    if headers.get("transfer-encoding", "").lower() == "chunked":
        return Answer(status, headers, await _chunks(reader))
    length = headers.get("content-length")
    content = await (reader.readexactly(int(length)) if length is not None else reader.read())
    return Answer(status, headers, content)


async def _chunks(reader: asyncio.StreamReader) -> bytes:
    found = b""
    while size := int((await reader.readline()).split(b";")[0], 16):
        found += (await reader.readexactly(size + 2))[:-2]
    await reader.readline()
    return found
