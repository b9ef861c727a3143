"""The site's settings for a worker that stops dead at one named place, so that a test can kill it there.

`STOP_AT` is `before|after:module:function[:call]`: the call that is stopped at (the first unless said). The worker then
writes `STOP_MARKER` and waits to be killed.
"""

import functools
import importlib
import os
import signal
from pathlib import Path
from typing import Any

from celery.signals import worker_process_init

from annotator.settings import *  # noqa: F403


@worker_process_init.connect(weak=False)
def install(**_: Any) -> None:
    """Wrap the named function in this worker process."""
    when, module_name, name, *call = os.environ["STOP_AT"].split(":")
    module = importlib.import_module(module_name)
    original = getattr(module, name)
    calls = iter(range(1, 1_000_000))
    wanted = int(call[0]) if call else 1

    @functools.wraps(original)
    def stopping(*args: Any, **kwargs: Any) -> Any:
        is_it = next(calls) == wanted
        if is_it and when == "before":
            stop()
        answer = original(*args, **kwargs)
        if is_it and when == "after":
            stop()
        return answer

    setattr(module, name, stopping)


def stop() -> None:
    """Say so, and never go on."""
    Path(os.environ["STOP_MARKER"]).touch()
    while True:
        signal.pause()
