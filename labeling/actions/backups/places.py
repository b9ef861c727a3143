"""The folders of an installation that a backup holds, and what in them is only under way."""

import os
from collections.abc import Iterator
from fnmatch import fnmatch
from pathlib import Path

from django.conf import settings

ROWS = "rows"
RESTORING = "restoring-"
# Files are written beside their final names and renamed: what still has one of these names is nothing yet.
UNDER_WAY = {
    "models": (".*", "*.part"),
    "uploads": ("arriving-*", "*.rejected.part"),
    "exports": ("tmp*",),
}


def folders() -> dict[str, Path]:
    """By their names in a backup."""
    places = {"models": settings.MODELS_DIR, "uploads": settings.MEDIA_ROOT, "exports": settings.EXPORTS_DIR}
    return {name: Path(place) for name, place in places.items()}


def files(of: str) -> Iterator[Path]:
    """Every finished file in the folder of this name, in the order of their names."""
    for place, below, names in os.walk(folders()[of]):
        below[:] = sorted(name for name in below if not is_under_way(of, name))
        yield from (Path(place, name) for name in sorted(names) if not is_under_way(of, name))


def is_under_way(of: str, name: str) -> bool:
    """Whether a file or folder of this name, in the folder of that one, is no more than unfinished work."""
    return any(fnmatch(name, pattern) for pattern in (f"{RESTORING}*", *UNDER_WAY[of]))
