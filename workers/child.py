"""A command as a child process, the selector's above all: progress and heartbeats while it runs, killed with its claim.

A process of its own keeps torch and numpy out of the worker, gives memory back, and survives no fork.
"""

import json
import os
import queue
import signal
import subprocess
import sys
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, cast

from django.conf import settings

from labeling.actions import jobs
from labeling.models import Job

TAIL = 20  # lines of its last words, kept for the error
FIRST_SHARE = 0.6
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
    """Run `python -m selector …` under this job's claim and return its result (see `run_module`)."""
    return run_module(job, stage, "selector", arguments)


def run_module(job: Job, stage: Stage, module: str, arguments: Sequence[str]) -> dict[str, Any]:
    """Run `python -m MODULE …` under this job's claim and return its result, the last line that it prints.

    Raises ClaimLost (the child is killed) and CommandFailed with what the command said.
    """
    jobs.heartbeat(job, stage=stage.name, progress=stage.start)
    command = [sys.executable, "-m", module, *arguments, "--progress", "json", "--exit-with-parent"]
    child = subprocess.Popen(
        command,
        stdin=subprocess.PIPE,  # its end of file is how the child learns that this process is gone
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=settings.BASE_DIR,
        start_new_session=True,
        env={**os.environ, "TOKENIZERS_PARALLELISM": "false"},
    )
    try:
        said = _follow(job, stage, child)
    finally:
        _end(child)
    if child.returncode == INPUT_REFUSED and said.error:
        raise CommandFailed(said.error.splitlines()[-1])
    if child.returncode != 0:
        raise CommandFailed(said.error or f"`{module} {arguments[0]}` ended with exit status {child.returncode}")
    return dict(json.loads(said.output.strip().splitlines()[-1]))


@dataclass
class _Said:
    output: str
    error: str


def _follow(job: Job, stage: Stage, child: subprocess.Popen[str]) -> _Said:
    """Turn the child's progress lines into heartbeats until it closes its mouth."""
    lines: queue.Queue[str | None] = queue.Queue()
    output: list[str] = []
    readers = [
        threading.Thread(target=_read_lines, args=(cast(IO[str], child.stderr), lines), daemon=True),
        threading.Thread(
            target=lambda out: output.append(out.read()), args=(cast(IO[str], child.stdout),), daemon=True
        ),
    ]
    for reader in readers:
        reader.start()
    other: list[str] = []
    while True:
        try:
            line = lines.get(timeout=settings.JOB_HEARTBEAT_SECONDS)
        except queue.Empty:
            jobs.heartbeat(job)
            continue
        if line is None:
            break
        progress = _progress(line)
        if progress is None:
            other = [*other, line.strip()][-TAIL:]
        else:
            message = str(progress.get("message", ""))
            done = stage.progress(float(progress.get("progress", 0.0)), str(progress.get("stage", "")))
            jobs.heartbeat(job, progress=done, message=message)
    for reader in readers:
        reader.join()
    child.wait()
    return _Said(output="".join(output), error="\n".join(line for line in other if line))


def _read_lines(stream: IO[str], lines: "queue.Queue[str | None]") -> None:
    for line in stream:
        lines.put(line)
    lines.put(None)


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
            stream.close()
