"""An installation as a backup has it."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from labeling.actions.backups import restoring
from labeling.actions.errors import ActionError


class Command(BaseCommand):
    """Thin: parse arguments, call one action, print one line."""

    help = "Restore a backup into an empty installation (all of it, or nothing), then bring it up to this version."
    requires_system_checks = []  # they load every page and view

    def add_arguments(self, parser: CommandParser) -> None:
        """The arguments."""
        parser.add_argument("file", type=Path)
        parser.add_argument("--check", action="store_true", help="only see whether the file is whole; change nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        """Do it, or say why not."""
        path, only_check = options["file"], options["check"]
        try:
            manifest = restoring.restore(path=path, key=settings.BACKUP_KEY, only_check=only_check)
        except ActionError as error:
            raise CommandError(error.message) from error
        except OSError as error:
            raise CommandError(f"Nothing was restored: {error}") from error
        rows = sum(table["rows"] for table in manifest["database"]["tables"].values())
        done = "is whole" if only_check else "is restored"
        self.stdout.write(f"{path} of {manifest['made_at']} {done}: {rows:,} rows (Plumbline {manifest['plumbline']})")
        if manifest["missing"]:
            self.stderr.write(f"Not in it when it was made: models/{', models/'.join(manifest['missing'])}")
