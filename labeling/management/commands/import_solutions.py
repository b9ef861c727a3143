"""Problems, solutions and labels from JSON Lines files."""

import json
import os
import socket
import time
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.core.validators import validate_slug
from django.db import transaction

from labeling.actions import guides
from labeling.actions.import_now import import_now
from labeling.actions.importing import ImportResult, Progress
from labeling.actions.jobs import ClaimLost
from labeling.models import Campaign, Job

SAY_SECONDS = 0.5


class Command(BaseCommand):
    """Thin: parse arguments, call one action, print one line."""

    help = (
        "Import JSON Lines files (plain or gzip). A refused file changes nothing; the last line printed is the result "
        "as JSON."
    )
    requires_system_checks = []  # they load every page and view, which takes longer than importing a small file

    def add_arguments(self, parser: CommandParser) -> None:
        """The arguments."""
        parser.add_argument("files", nargs="+", type=Path, metavar="FILE")
        parser.add_argument("--campaign", required=True, metavar="SLUG")
        parser.add_argument("--create", action="store_true", help="make the campaign where there is none")
        parser.add_argument("--dry-run", action="store_true", help="validate and count, change nothing")
        parser.add_argument(
            "--skip-invalid",
            action="store_true",
            help="take the good rows; write the refused ones beside the file, as FILE.rejected.jsonl",
        )
        parser.add_argument(
            "--labeler", metavar="NAME", help="who made labels whose rows do not say it (default: the file's name)"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Import, showing progress on standard error."""
        self._said_at = 0.0
        for path in options["files"]:
            if path.is_dir():
                raise CommandError(f"{path}: this is a folder; name its files.")
            if not path.is_file():
                raise CommandError(f"{path}: there is no such file.")
        campaign = self._campaign(options["campaign"], create=options["create"], dry_run=options["dry_run"])
        try:
            result = import_now(
                campaign=campaign,
                paths=options["files"],
                claimed_by=f"import_solutions@{socket.gethostname()}:{os.getpid()}",
                dry_run=options["dry_run"],
                skip_invalid=options["skip_invalid"],
                labeler=options["labeler"],
                on_progress=self._say_progress,
                on_wait=self._say_waiting,
            )
        except ClaimLost as error:
            raise CommandError("The import was cancelled, or taken for dead and given to a worker.") from error
        self._say_result(result)

    def _campaign(self, slug: str, *, create: bool, dry_run: bool) -> Campaign:
        campaign = Campaign.objects.filter(slug=slug).first()
        if campaign is None and create and dry_run:
            raise CommandError(
                f"There is no campaign {slug!r} yet, and a dry run makes none. Name one that is there, or import "
                "without --dry-run: a refused file changes nothing."
            )
        if campaign is None and create:
            try:
                validate_slug(slug)
            except ValidationError as error:
                raise CommandError(f"{slug!r} cannot be a campaign's name in addresses: {error.messages[0]}") from error
            with transaction.atomic():
                made = Campaign.objects.create(slug=slug, name=slug)
                guides.begin(campaign=made, by=None)
            return made
        if campaign is None:
            raise CommandError(
                f"There is no campaign {slug!r}. A lead makes one on the campaigns page; --create makes it here."
            )
        return campaign

    def _say_progress(self, progress: Progress) -> None:
        if time.monotonic() - self._said_at >= SAY_SECONDS:
            self._said_at = time.monotonic()
            self.stderr.write(
                f"{progress.share:4.0%}  {progress.lines:,} lines  {progress.counts.solutions:,} new solutions  "
                f"{progress.refused:,} refused  {progress.lines_per_second:,.0f} lines/s"
            )

    def _say_waiting(self, running: Job) -> None:
        if time.monotonic() - self._said_at >= SAY_SECONDS:
            self._said_at = time.monotonic()
            last = f"{running.heartbeat_at:%H:%M:%S} UTC" if running.heartbeat_at else "none"
            self.stderr.write(f"waiting for import {running.pk} of this campaign (last sign of life: {last})")

    def _say_result(self, result: ImportResult) -> None:
        for refusal in result.refused:
            self.stderr.write("{file}, line {line}, {field}: expected {expected}".format(**refusal))
        if result.refused_count > len(result.refused):
            self.stderr.write(f"and {result.refused_count - len(result.refused):,} more")
        self.stdout.write(json.dumps(result.as_dict()))
        if not result.ok:
            raise CommandError("Nothing was imported. Mend the file, or take only its good rows with --skip-invalid.")
