"""What an action writes to the disk: where that cannot be, it is said in words, and nothing was changed."""

from collections.abc import Iterator
from contextlib import contextmanager

import structlog
from django.utils.translation import gettext as _

from labeling.actions.errors import ActionError

log = structlog.get_logger(__name__)


class DiskRefused(ActionError):
    """The disk is full, or cannot be written; the same may be asked again when that is over."""

    code = "disk_refused"
    status = 503

    def __init__(self) -> None:
        super().__init__(
            _("The server’s disk is nearly full or cannot be written: whoever runs the site has to make room.")
        )


@contextmanager
def writing() -> Iterator[None]:
    """What is written meanwhile. Raises DiskRefused; the system's own words go to the log."""
    try:
        yield
    except OSError as error:
        log.error("disk_refused", error=str(error))
        raise DiskRefused from error
