"""Memory as PSS: what a process holds alone, and its share of what it holds with others; sums count nothing twice."""

import contextlib
import threading
from collections.abc import Iterable
from types import TracebackType

import psutil

MB = 1_000_000
SAMPLE_SECONDS = 0.02
CONSTANT = 1.1  # peak for many rows to peak for a few


def pss(processes: Iterable[psutil.Process]) -> int:
    """Bytes, summed over those that are still there."""
    total = 0
    for process in processes:
        with contextlib.suppress(psutil.NoSuchProcess, psutil.ZombieProcess, ProcessLookupError):
            total += process.memory_full_info().pss
    return total


def tree(pid: int) -> list[psutil.Process]:
    """A process and everything under it."""
    top = psutil.Process(pid)
    return [top, *top.children(recursive=True)]


def processor_seconds(processes: Iterable[psutil.Process]) -> float:
    """Of processes and those that they have waited for, so far."""
    total = 0.0
    for process in processes:
        with contextlib.suppress(psutil.NoSuchProcess):
            total += sum(process.cpu_times()[:4])
    return total


class PeakMemory:
    """The largest PSS of some processes while the block runs, sampled by a thread beside it."""

    def __init__(self, processes: Iterable[psutil.Process]) -> None:
        self.processes = list(processes)
        self.bytes = 0
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._sample, daemon=True)

    @property
    def megabytes(self) -> float:
        return self.bytes / MB

    def _sample(self) -> None:
        while not self._ended.is_set():
            self.bytes = max(self.bytes, pss(self.processes))
            self._ended.wait(SAMPLE_SECONDS)

    def __enter__(self) -> "PeakMemory":
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ended.set()
        self._thread.join()
