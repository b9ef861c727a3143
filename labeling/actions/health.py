"""Whether what an installation needs is well: in a word for monitors, in a sentence for leads."""

import shutil
import tempfile

import redis
from django.conf import settings
from django.utils.translation import gettext as _
from redis.backoff import NoBackoff
from redis.retry import Retry

from labeling.actions.disk import DiskRefused

OK = "ok"
BROKER_SECONDS = 1.0
MEGABYTE = 1024 * 1024


def broker() -> str:
    """`ok`, or why the broker does not answer."""
    url = settings.CELERY_BROKER_URL.replace("redis+socket://", "unix://").replace("virtual_host=", "db=")
    try:
        with redis.Redis.from_url(
            url,
            socket_timeout=BROKER_SECONDS,
            socket_connect_timeout=BROKER_SECONDS,
            retry=Retry(NoBackoff(), 0),
        ) as asked:
            asked.ping()
    except (redis.RedisError, OSError, ValueError) as error:
        return f"not reachable: {type(error).__name__}"
    return OK


def disk() -> str:
    """`ok`, or why nothing can be kept in var/: tried, since only that tells of quotas and of disks gone read-only."""
    try:
        with tempfile.TemporaryFile(dir=settings.VAR_DIR) as file:
            file.write(b"x")
            file.flush()
        free = shutil.disk_usage(settings.VAR_DIR).free // MEGABYTE
    except OSError as error:
        return f"not writable: {error.strerror or type(error).__name__}"
    return OK if free >= settings.DISK_LOW_MB else f"nearly full: {free} MB free"


def troubles() -> list[str]:
    """What is wrong now, in sentences; usually nothing. That no worker is alive is said where work waits for one."""
    found = []
    if broker() != OK:
        found.append(
            _("The message broker (Redis) does not answer: nothing new begins in the background until it does.")
        )
    if disk() != OK:
        found.append(DiskRefused().message)
    return found
