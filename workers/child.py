"""A command as a child process, the selector's above all: progress and heartbeats while it runs, killed with its claim.

A process of its own keeps torch and numpy out of the worker, gives memory back, and survives no fork.
"""

import contextlib
import json
import os
import queue
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from django.conf import settings

from labeling.actions import jobs
from labeling.models import Job

TAIL = 20  # lines of its last words, kept for the error
FIRST_SHARE = 0.6
PROGRAM = ("--progress", "json", "--exit-with-parent")  # how a program wants its commands
ENDED = '{"ended"'  # how a session of the selector tells that a command is over
INPUT_REFUSED = 2  # exit status: what is wrong with the input stands in the last line; before it libraries may chatter


class CommandFailed(Exception):
    """The command ended with an error; its last words are the message."""


@dataclass(frozen=True, slots=True)
class Stage:
    """One part of a job: its name, and which part of the job's progress bar it fills."""

    name: str
    start: float
    end: float
    first: str = ""  # a part of the command that comes before the rest, if it comes at all, and fills FIRST_SHARE

    def progress(self, done: float, part: str = "") -> float:
        """Progress of the whole job when this share of the stage (or of this part of it) is done; never backwards."""
        share = min(max(done, 0.0), 1.0)
        if self.first:
            share = share * FIRST_SHARE if part == self.first else FIRST_SHARE + share * (1 - FIRST_SHARE)
        return self.start + (self.end - self.start) * share


def scratch() -> Path:
    """Where files for a child lie for as long as it runs."""
    path: Path = settings.CACHE_DIR
    path.mkdir(parents=True, exist_ok=True)
    return path


def run_selector(job: Job, stage: Stage, arguments: Sequence[str]) -> dict[str, Any]:
    """Run one command of the selector under this job's claim and return its result (see `run_module`)."""
    return run_module(job, stage, "selector", arguments)


def run_module(job: Job, stage: Stage, module: str, arguments: Sequence[str]) -> dict[str, Any]:
    """Run `python -m MODULE …` under this job's claim and return its result, the last line that it prints.

    Raises ClaimLost (the child is killed) and CommandFailed with what the command said.
    """
    jobs.heartbeat(job, stage=stage.name, progress=stage.start)
    with _started([module, *arguments, *PROGRAM]) as child:
        return _result(_follow(job, stage, child), f"{module} {arguments[0]}")


class Selector:
    """Several commands of the selector for one job, in a process that loads torch once: a context manager."""

    def __init__(self, job: Job) -> None:
        self._job = job
        self._child: subprocess.Popen[str] | None = None
        self._end = contextlib.ExitStack()

    def __enter__(self) -> "Selector":
        return self

    def __exit__(self, *_error: object) -> None:
        self._end.close()

    def run(self, stage: Stage, arguments: Sequence[str]) -> dict[str, Any]:
        """The command's result. Raises ClaimLost and CommandFailed, after which there is a new process for the next."""
        jobs.heartbeat(self._job, stage=stage.name, progress=stage.start)
        if self._child is None:
            self._child = self._end.enter_context(_started(["selector.session"]))
        asked = json.dumps([*arguments, *PROGRAM])
        with contextlib.suppress(BrokenPipeError):  # it is gone: what it said tells why
            print(asked, file=self._child.stdin, flush=True)
        said = _follow(self._job, stage, self._child)
        if self._child.poll() is not None:
            self._child = None
        return _result(said, f"selector {arguments[0]}")


@contextlib.contextmanager
def _started(command: Sequence[str]) -> Iterator[subprocess.Popen[str]]:
    """A Python module as a child, killed with all it started when this ends."""
    child = subprocess.Popen(
        [sys.executable, "-m", *command],
        stdin=subprocess.PIPE,  # its end of file is how the child learns that this process is gone
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=settings.BASE_DIR,
        start_new_session=True,
        env={**os.environ, "TOKENIZERS_PARALLELISM": "false"},
    )
    try:
        yield child
    finally:
        _end(child)


@dataclass
class _Said:
    """What a command said: its lines on either stream, and its exit status."""

    output: list[str] = field(default_factory=list)
    error: list[str] = field(default_factory=list)
    status: int = 0


def _result(said: _Said, command: str) -> dict[str, Any]:
    if said.status == INPUT_REFUSED and said.error:
        raise CommandFailed(said.error[-1])
    if said.status != 0:
        raise CommandFailed("\n".join(said.error) or f"`{command}` ended with exit status {said.status}")
    return dict(json.loads(said.output[-1]))


def _follow(job: Job, stage: Stage, child: subprocess.Popen[str]) -> _Said:
    """Turn the child's progress lines into heartbeats until its command, or the child, has ended."""
    lines: queue.Queue[str | None] = queue.Queue()
    said = _Said()
    ends: list[int | None] = []
    readers = [
        threading.Thread(target=_read, args=(child.stderr, lines.put, lambda _status: lines.put(None)), daemon=True),
        threading.Thread(target=_read, args=(child.stdout, said.output.append, ends.append), daemon=True),
    ]
    for reader in readers:
        reader.start()
    while True:
        try:
            line = lines.get(timeout=settings.JOB_HEARTBEAT_SECONDS)
        except queue.Empty:
            jobs.heartbeat(job)
            continue
        if line is None:
            break
        progress = _progress(line)
        if progress is not None:
            message = str(progress.get("message", ""))
            done = stage.progress(float(progress.get("progress", 0.0)), str(progress.get("stage", "")))
            jobs.heartbeat(job, progress=done, message=message)
        elif line.strip():
            said.error = [*said.error, line.strip()][-TAIL:]
    for reader in readers:
        reader.join()
    said.status = ends[0] if ends[0] is not None else child.wait()
    return said


def _read(stream: IO[str], take: Callable[[str], object], end: Callable[[int | None], object]) -> None:
    """Take a stream's lines until a command's end is told, with its exit status, or the stream ends (None)."""
    for line in stream:
        if line.startswith(ENDED):
            end(int(json.loads(line)["ended"]))
            return
        take(line)
    end(None)


def _progress(line: str) -> dict[str, Any] | None:
    try:
        said = json.loads(line)
    except ValueError:
        return None
    return said if isinstance(said, dict) and "progress" in said else None


def _end(child: subprocess.Popen[str]) -> None:
    """Kill the child and all it started, unless it ended by itself."""
    if child.poll() is None:
        os.killpg(child.pid, signal.SIGKILL)
        child.wait()
    for stream in (child.stdin, child.stdout, child.stderr):
        if stream:
            with contextlib.suppress(BrokenPipeError):  # what it was not alive to be asked
                stream.close()
