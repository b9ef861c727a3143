"""Keeps the periodic tasks alive: what sends them is a process of its own below the worker, and may be killed alone.

Celery does not replace it, and without the sweep a lost message would be lost for good, with no sign of it anywhere.
"""

from typing import Any

import structlog
from celery import bootsteps
from celery.beat import EmbeddedService

log = structlog.get_logger(__name__)

LOOK_SECONDS = 5


class KeepsBeat(bootsteps.StartStopStep):
    """In a worker with `--beat`: starts another one where it has died."""

    requires = {"celery.worker.components:Timer", "celery.worker.components:Beat"}

    def __init__(self, parent: Any, **options: Any) -> None:
        super().__init__(parent, **options)
        self.entry: Any = None
        self.successor: Any = None

    def start(self, parent: Any) -> None:
        if parent.beat is not None:
            self.entry = parent.timer.call_repeatedly(LOOK_SECONDS, self.look, (parent,))

    def look(self, parent: Any) -> None:
        """Start another beat unless the last one lives."""
        if parent.beat.is_alive():
            return
        log.error("beat_died", exit_status=parent.beat.exitcode)
        self.successor = parent.beat = EmbeddedService(
            parent.app, schedule_filename=parent.schedule_filename, scheduler_cls=parent.scheduler
        )
        self.successor.start()

    def stop(self, parent: Any) -> None:
        if self.entry is not None:
            self.entry.cancel()
            self.entry = None
        if self.successor is not None:  # Celery ends only the one that it has started
            self.successor.stop()
            self.successor = None
