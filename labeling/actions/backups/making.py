"""Make a backup while the site runs."""

import tempfile
import tomllib
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection
from django.utils import timezone

from labeling.actions.backups import archive, places
from labeling.actions.backups.engines import engine
from labeling.actions.backups.tables import Dump
from labeling.actions.errors import Conflict

FORMAT = 1


@dataclass(frozen=True, slots=True)
class Made:
    """What a backup holds; `missing` are folders of selector versions that rows name and that are not there."""

    path: Path
    rows: int
    files: int
    missing: list[str]


def make(*, path: Path, key: str) -> Made:
    """Write a backup to this file, encrypted where there is a key. Raises ActionError, OSError.

    Rows are those of one moment. Files are copied after it: what those rows name was complete then, is never changed,
    and only goes when its campaign is deleted.
    """
    if path.exists():
        raise Conflict(f"{path} is there already.")
    settings.CACHE_DIR.mkdir(parents=True, exist_ok=True)
    with (
        archive.writing(path, key) as out,
        tempfile.TemporaryDirectory(prefix="plumbline-backup-", dir=settings.CACHE_DIR) as rows,
    ):
        dumped = engine().dump(Path(rows))
        missing = [folder for folder in dumped.folders if not (settings.MODELS_DIR / folder).is_dir()]
        out.add_json(archive.FIRST, _manifest(dumped, missing))
        for file in sorted(Path(rows).iterdir()):
            out.add(f"{places.ROWS}/{file.name}", file)
        count = sum(_add_all(out, name) for name in places.folders())
    return Made(path, sum(table.rows for table in dumped.tables.values()), count, missing)


def _add_all(out: archive.Writer, name: str) -> int:
    count, folder = 0, places.folders()[name]
    for file in places.files(name):
        with suppress(FileNotFoundError):  # a campaign, or what a training left unfinished, went this moment
            out.add(f"{name}/{file.relative_to(folder).as_posix()}", file)
            count += 1
    return count


def _manifest(dumped: Dump, missing: list[str]) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "plumbline": tomllib.loads((settings.BASE_DIR / "pyproject.toml").read_text())["project"]["version"],
        "engine": connection.vendor,
        "made_at": timezone.now().isoformat(),
        "database": asdict(dumped),
        "missing": missing,
    }
