"""Numbered steps on the terminal, with the time they take and a sign of life while they last."""

import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path

LIVE = sys.stdout.isatty()
QUIET_SECONDS = 10.0  # between two lines of progress where the output is no terminal


class StepFailed(Exception):
    """A step could not be done. The message names what to do about it."""


class Progress:
    """The line about the step that is running; on a terminal it is rewritten in place."""

    def __init__(self, number: int, count: int, title: str) -> None:
        self.head = f"[{number}/{count}] {title}"
        self.started = self.shown = time.monotonic()
        print(f"{self.head} …", end="" if LIVE else "\n", flush=True)

    def seconds(self) -> int:
        return round(time.monotonic() - self.started)

    def show(self, text: str) -> None:
        """Say how far it is; not more often than a reader can use."""
        now = time.monotonic()
        if now - self.shown < (0.3 if LIVE else QUIET_SECONDS):
            return
        self.shown = now
        line = f"{self.head}: {text} ({self.seconds()} s)"
        print(
            f"\r\033[K{line[:110]}" if LIVE else f"      {text} ({self.seconds()} s)",
            end="" if LIVE else "\n",
            flush=True,
        )

    def done(self, text: str = "done") -> None:
        start = "\r\033[K" if LIVE else ""
        print(f"{start}{self.head}: {text} ({self.seconds()} s)", flush=True)


def run_logged(
    command: Sequence[str | Path],
    log: Path,
    progress: Progress,
    describe: Callable[[], str] = lambda: "working",
    on_line: Callable[[str], None] = lambda _line: None,
    env: dict[str, str] | None = None,
    cwd: Path | None = None,
) -> None:
    """Run a program with its output in a log file, showing what `describe` says; else StepFailed with its end."""
    with log.open("a") as output:
        output.write(f"$ {' '.join(map(str, command))}\n")
        with subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace", env=env, cwd=cwd
        ) as process:

            def read() -> None:
                for line in process.stdout or ():
                    output.write(line)
                    on_line(line)

            reader = threading.Thread(target=read)
            reader.start()
            while reader.is_alive():
                reader.join(timeout=0.3)
                progress.show(describe())
    if process.returncode:
        end = "\n".join(log.read_text(errors="replace").splitlines()[-25:])
        said = f"`{' '.join(map(str, command[:6]))} …` ended with status {process.returncode}"
        raise StepFailed(f"{said}. The end of {log}:\n{end}")
