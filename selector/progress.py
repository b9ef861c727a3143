"""Signs of life on standard error: lines for people, or JSON lines for programs."""

import json
import sys
import threading
import time
from types import TracebackType
from typing import TextIO

_BEAT_SECONDS = 1.5


class Progress:
    """Says what is being done and how far it is, at least every two seconds as JSON, now and then for people.

    A context manager: inside it a thread repeats the last word while nothing new is said.
    """

    def __init__(self, *, is_json: bool = False, is_silent: bool = False, stream: TextIO | None = None) -> None:
        self.is_json = is_json
        self.is_silent = is_silent
        self.stream = stream or sys.stderr
        self._state: tuple[str, float, str] | None = None
        self._said_at = 0.0
        self._said_stage = ""
        self._lock = threading.Lock()
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._beat, daemon=True)

    def __enter__(self) -> "Progress":
        if self.is_json:
            self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ended.set()
        if self._thread.is_alive():
            self._thread.join()

    def report(self, stage: str, progress: float, message: str = "") -> None:
        """`progress` is the share of this stage that is done, between 0 and 1."""
        with self._lock:
            self._state = (stage, min(1.0, max(0.0, progress)), message)
            pause = 0.2 if self.is_json else 3.0
            if stage != self._said_stage or progress >= 1 or time.monotonic() - self._said_at >= pause:
                self._say()

    def _beat(self) -> None:
        while not self._ended.wait(_BEAT_SECONDS / 3):
            with self._lock:
                if self._state is not None and time.monotonic() - self._said_at >= _BEAT_SECONDS:
                    self._say()

    def _say(self) -> None:
        if self._state is None or self.is_silent:
            return
        stage, progress, message = self._state
        self._said_at, self._said_stage = time.monotonic(), stage
        if self.is_json:
            line = json.dumps({"stage": stage, "progress": round(progress, 4), "message": message})
        else:
            line = f"{stage} {progress:4.0%}  {message}".rstrip()
        print(line, file=self.stream, flush=True)


class PartOf(Progress):
    """Some part of a longer stage: whatever it is at is told as progress of the whole, in the whole's own words."""

    def __init__(self, whole: Progress, stage: str, start: float, end: float, message: str = "") -> None:
        super().__init__(is_silent=True)
        self.whole, self.stage, self.start, self.end, self.message = whole, stage, start, end, message

    def report(self, stage: str, progress: float, message: str = "") -> None:
        """`start` where nothing of the part is done, `end` where all is."""
        self.whole.report(self.stage, self.start + (self.end - self.start) * progress, self.message or message)
