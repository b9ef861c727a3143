"""The programs of an installation as parts that are kept running, and the certainty that none outlives the runner."""

import contextlib
import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

MARK = "PLUMBLINE_RUN"  # in the environment of everything that one runner has started, grandchildren included
STEADY_SECONDS = 60.0  # a part that ran this long was all right: its next restart is not delayed
LONGEST_DELAY = 30.0
LOG_LIMIT = 20 * 1024 * 1024


@dataclass
class Part:
    """One program: stopped -> running -> (ended by itself -> waiting to be restarted -> running) -> stopped."""

    name: str
    command: list[str]
    env: dict[str, str]
    log: Path
    cwd: Path
    process: subprocess.Popen[bytes] | None = None
    started_at: float = 0.0
    restart_at: float | None = None
    failures: int = field(default=0)

    def start(self) -> None:
        """Start it in a session of its own, so that the terminal's Ctrl-C reaches the runner alone."""
        if self.log.exists() and self.log.stat().st_size > LOG_LIMIT:
            self.log.replace(self.log.with_suffix(".log.1"))
        with self.log.open("ab") as output:
            self.process = subprocess.Popen(
                self.command,
                env=self.env,
                cwd=self.cwd,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
        self.started_at, self.restart_at = time.monotonic(), None

    def is_running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def tend(self, say: Callable[[str], None]) -> None:
        """Notice its end, say so, and start it again after a delay that grows while it keeps ending."""
        if self.restart_at is not None:
            if time.monotonic() >= self.restart_at:
                self.start()
            return
        if self.process is None or self.process.poll() is None:
            return
        signal_group(self.process.pid, signal.SIGKILL)  # what it leaves behind must not work beside its successor
        self.failures = 1 if time.monotonic() - self.started_at > STEADY_SECONDS else self.failures + 1
        delay = min(2.0 ** (self.failures - 1), LONGEST_DELAY)
        self.restart_at = time.monotonic() + delay
        ended = how_it_ended(self.process.returncode)
        say(f"{self.name} {ended}; starting it again in {delay:.0f} s. Its log: {self.log}")

    def ask_to_end(self) -> None:
        """SIGTERM: a web server or a worker finishes what it can and ends."""
        self.restart_at = None
        if self.is_running() and self.process is not None:
            self.process.terminate()

    def await_end(self, seconds: float) -> None:
        """Wait for its end; whatever is left of it after that time is killed."""
        if self.process is None:
            return
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(timeout=max(seconds, 0.05))
        signal_group(self.process.pid, signal.SIGKILL)
        self.process.wait()
        self.process = None


def how_it_ended(status: int) -> str:
    """An exit status as words."""
    return f"was ended by {signal.Signals(-status).name}" if status < 0 else f"ended with status {status}"


def signal_group(group: int, number: signal.Signals) -> None:
    """Send a signal to a process group; nothing where it is gone."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(group, number)


def marked_processes(mark: str) -> list[int]:
    """Every process of ours that carries this mark, whatever session it has moved to (Linux; elsewhere none)."""
    wanted = f"{MARK}={mark}".encode()
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if wanted in (folder / "environ").read_bytes().split(b"\0"):
                found.append(int(folder.name))
    return found


def kill_marked(mark: str) -> None:
    """Kill everything that carries this mark, until nothing does: what is being killed may still start something."""
    while pids := marked_processes(mark):
        for pid in pids:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(pid, signal.SIGKILL)
        time.sleep(0.02)


def start_guard(mark: str) -> int:
    """Fork a guard that kills everything marked once this process is gone, even by kill -9. Returns the guard's pid.

    The guard reads from a pipe whose other end only this process holds: its end of file is this process's end.
    """
    reading, writing = os.pipe()
    guard = os.fork()
    if guard:
        os.close(reading)
        return guard
    os.close(writing)
    os.setsid()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    nothing = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(nothing, stream)
    os.read(reading, 1)
    kill_marked(mark)
    os._exit(0)


def answers(host: str, port: int, path: str) -> tuple[int, str]:
    """Status and body of a GET; status 0 where nobody answers. By hand: an HTTP library would double our memory."""
    try:
        with socket.create_connection((host, port), timeout=10) as connection:
            connection.sendall(f"GET {path} HTTP/1.0\r\nHost: localhost\r\n\r\n".encode())
            received = b""
            while chunk := connection.recv(65536):
                received += chunk
    except OSError:
        return 0, ""
    head, _, body = received.partition(b"\r\n\r\n")
    words = head.split(maxsplit=2)
    status = int(words[1]) if len(words) > 1 and words[1].isdigit() else 0
    return status, body.decode(errors="replace")
