"""Several things done at the same moment, each in a thread with a database connection of its own."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from threading import Barrier
from typing import Any, TypeVar

from django.db import connection, transaction

T = TypeVar("T")
WAIT_SECONDS = 0.5


def all_at_once(acts: Sequence[Callable[[], T]]) -> list[T]:
    """Do them all, started at one moment; their results in order. The first error of any is raised."""
    start = Barrier(len(acts))

    def do(act: Callable[[], T]) -> T:
        try:
            start.wait(timeout=30)
            return act()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(acts)) as pool:
        return [done.result(timeout=100) for done in [pool.submit(do, act) for act in acts]]


def while_uncommitted(first: Callable[[], Any], second: Callable[[], T]) -> T:
    """Do the first in a transaction and begin the second before that is committed; returns the second's result.

    The second gets half a second, in which it either waits for the first or does all it would do too early.
    """

    def do() -> T:
        try:
            return second()
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            first()
            begun = pool.submit(do)
            with suppress(TimeoutError):
                begun.exception(WAIT_SECONDS)
        return begun.result(timeout=30)
