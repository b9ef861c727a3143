"""A worker's signs of life: a row that it touches while its main loop turns."""

from typing import Any

import structlog
from celery import bootsteps
from django.db import DatabaseError, connection
from django.db.models.functions import Now

from labeling.models import WorkerSign

log = structlog.get_logger(__name__)

SIGN_SECONDS = 10


def sign(name: str) -> None:
    """Say that this worker is alive, by the database's clock."""
    try:
        WorkerSign.objects.update_or_create(name=name, defaults={"seen_at": Now()})
    except DatabaseError as error:  # the database is away: the row's age will say so
        log.warning("sign_of_life_not_written", worker=name, error=str(error))
    finally:
        connection.close()  # the worker forks: no connection may be open then


class SignsOfLife(bootsteps.StartStopStep):
    """Celery's own timer does it, so that a stuck worker stops signing."""

    requires = {"celery.worker.components:Timer"}

    def __init__(self, parent: Any, **options: Any) -> None:
        super().__init__(parent, **options)
        self.entry: Any = None

    def start(self, parent: Any) -> None:
        sign(parent.hostname)
        self.entry = parent.timer.call_repeatedly(SIGN_SECONDS, sign, (parent.hostname,))

    def stop(self, parent: Any) -> None:
        if self.entry is not None:
            self.entry.cancel()
            self.entry = None
        WorkerSign.objects.filter(name=parent.hostname).delete()
