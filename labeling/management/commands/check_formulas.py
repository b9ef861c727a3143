"""Whether the formulas of one's rows can be set, before they are imported."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from labeling import formula_check
from labeling.formula_check import FORMULAS, OTHERS, Checked

SHOWN = 200  # characters of a text that was left as it came


class Command(BaseCommand):
    """Thin: parse arguments, check file by file, print the counts and the failures."""

    help = (
        "Set the formulas of JSON Lines files (plain or gzip) as a labeler's page does, and say how many of each kind "
        "there are and which fail. Reads no database and imports nothing."
    )
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        """The arguments."""
        parser.add_argument(
            "paths", nargs="+", type=Path, metavar="PATH", help="files with rows, or folders of .jsonl(.gz)"
        )
        parser.add_argument("--failures", type=int, default=50, metavar="N", help="how many to print (default: 50)")
        parser.add_argument("--left", action="store_true", help="print texts too whose LaTeX could not be made out")

    def handle(self, *args: Any, **options: Any) -> None:
        """Check and print; the last line is the share without an error mark."""
        for path in options["paths"]:
            if not path.exists():
                raise CommandError(f"{path}: there is no such file or folder.")
        files = formula_check.files_in(options["paths"])
        if not files:
            raise CommandError("No file with rows: their names end in .jsonl or .jsonl.gz.")
        whole = Checked()
        self._say_row("file", "texts", *FORMULAS, *OTHERS, "marked", "left")
        for path in files:
            try:
                found = formula_check.check(path)
            except (formula_check.NodeMissing, formula_check.RowError, OSError) as error:
                raise CommandError(str(error)) from error
            self._say_counts(path.name, found)
            whole += found
        if len(files) > 1:
            self._say_counts("all", whole)
        self._say_failures(whole, limit=options["failures"], with_left=options["left"])
        self._say_share(whole)

    def _say_row(self, name: str, *cells: str) -> None:
        self.stdout.write(f"{name:36}" + "".join(f"{cell:>12}" for cell in cells))

    def _say_counts(self, name: str, found: Checked) -> None:
        counts = [
            found.texts,
            *(found.counts[kind] for kind in (*FORMULAS, *OTHERS)),
            len(found.marked),
            len(found.left),
        ]
        self._say_row(name, *(f"{count:,}" for count in counts))

    def _say_failures(self, found: Checked, *, limit: int, with_left: bool) -> None:
        for line in found.refused[:limit]:
            self.stdout.write(f"\nNo row: {line}")
        for place, formula, reason in found.marked[:limit]:
            self.stdout.write(f"\n{place}:\n  {formula}\n  {reason}")
        if len(found.marked) > limit:
            self.stdout.write(f"\nand {len(found.marked) - limit:,} more (--failures {len(found.marked)} prints all)")
        for place, text in found.left if with_left else ():
            self.stdout.write(f"\nleft as text: {place}:\n  {text[:SHOWN]}")

    def _say_share(self, found: Checked) -> None:
        if found.refused:
            self.stdout.write(f"\n{len(found.refused):,} lines are no rows and were not read.")
        self.stdout.write(
            f"\n{found.formulas + len(found.left):,} formulas: {len(found.marked):,} with an error mark, "
            f"{len(found.left):,} places with LaTeX left as text, {found.share_without_mark:.3%} set"
        )
