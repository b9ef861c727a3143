"""The whole installation in one file."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from labeling.actions.backups import making, sealing
from labeling.actions.errors import ActionError


class Command(BaseCommand):
    """Thin: parse arguments, call one action, print one line."""

    help = "Write rows, models, uploads and exports into one file while the site runs; encrypted with BACKUP_KEY."
    requires_system_checks = []  # they load every page and view

    def add_arguments(self, parser: CommandParser) -> None:
        """The arguments."""
        parser.add_argument("file", nargs="?", type=Path, help="default: var/backups/, named after the time")
        parser.add_argument("--new-key", action="store_true", help="print a fresh key in both halves; back up nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        """Make it, or say why not."""
        if options["new_key"]:
            private, public = sealing.new_key()
            self.stdout.write(f"# to restore with; keep it elsewhere: {private}\nBACKUP_KEY={public}")
            return
        try:
            made = making.make(path=options["file"] or _place(), key=settings.BACKUP_KEY)
        except ActionError as error:
            raise CommandError(error.message) from error
        except OSError as error:
            raise CommandError(f"No backup was made: {error}") from error
        how = "encrypted" if settings.BACKUP_KEY else "not encrypted"
        self.stdout.write(f"{made.path}: {made.rows:,} rows, {made.files:,} files, {how}")
        if made.missing:
            self.stderr.write(f"Not in it, since they are not there: models/{', models/'.join(made.missing)}")


def _place() -> Path:
    folder: Path = settings.VAR_DIR / "backups"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    ending = ".tar.gz.age" if settings.BACKUP_KEY else ".tar.gz"
    return folder / f"plumbline-{timezone.now():%Y%m%dT%H%M%SZ}{ending}"
