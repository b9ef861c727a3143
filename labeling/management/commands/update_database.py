"""Bring the database up to date, as `migrate` does, and say how far that is."""

from typing import Any

from django.core.management.commands import migrate
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.migration import Migration


class Command(migrate.Command):
    """What every start runs: nothing to say where there is nothing to do, else a line for each step as it begins."""

    help = "Apply all migrations, each shown with its number before it begins."
    begun = total = 0

    def handle(self, *args: Any, **options: Any) -> None:
        """Django's command with its own talk turned off."""
        super().handle(*args, **{**options, "interactive": False, "verbosity": 0})

    def migration_progress_callback(self, action: str, migration: Migration | None = None, fake: bool = False) -> None:
        """One line before each migration; on a terminal it takes the place of the one before."""
        if action != "apply_start":
            return
        self.total = self.total or _left()
        self.begun += 1
        live = self.stderr.isatty()
        is_last = self.begun == self.total
        start, end = ("\r\033[K", "\n" if is_last else "") if live else ("", "\n")
        self.stderr.write(f"{start}          migration {self.begun} of {self.total}: {migration}", ending=end)
        self.stderr.flush()


def _left() -> int:
    executor = MigrationExecutor(connection)
    return len(executor.migration_plan(executor.loader.graph.leaf_nodes()))
