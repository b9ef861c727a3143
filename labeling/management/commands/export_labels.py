"""Labels to a file or to standard output."""

import json
import os
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from labeling.actions import exporting
from labeling.actions.errors import ActionError
from labeling.actions.export_parquet import write_parquet
from labeling.actions.exporting import Format
from labeling.data_card import as_markdown
from labeling.management.named import campaign_named
from labeling.models import Campaign, Split
from selector.files import is_no_file, replaced

CARD = ".card.md"


class Command(BaseCommand):
    """Thin: parse arguments, call one action, say how many."""

    help = "Export the labels of a campaign as JSON lines, or as a parquet file (which needs --out)."
    requires_system_checks = []  # they load every page and view, which takes longer than a small export

    def add_arguments(self, parser: CommandParser) -> None:
        """The arguments."""
        parser.add_argument("--campaign", required=True, metavar="SLUG")
        parser.add_argument("--format", required=True, metavar="|".join(Format))
        parser.add_argument("--round", type=int, metavar="N", help="only labels of this round")
        parser.add_argument("--split", choices=Split.values, help="only problems of this split (default: both)")
        parser.add_argument("--out", type=Path, metavar="FILE", help="default: standard output")
        card = parser.add_mutually_exclusive_group()
        card.add_argument(
            "--card",
            type=Path,
            metavar="FILE",
            help=f"data card: Markdown, or JSON where it ends in .json (default: beside --out, its name with {CARD})",
        )
        card.add_argument("--no-card", action="store_true", help="no data card")
        parser.add_argument("--include-external", action="store_true", help="prm800k: first-error imports too")
        parser.add_argument("--include-simulated", action="store_true", help="labels of simulated labelers too")
        parser.add_argument("--neutral-false", action="store_true", help="stepwise: a neutral step counts as false")

    def handle(self, *args: Any, **options: Any) -> None:
        """Export; how many rows goes to standard error."""
        campaign = campaign_named(options["campaign"])
        out, card = options["out"], options["card"]
        if out is not None and card is None and not options["no_card"] and not is_no_file(out):
            card = out.with_name(out.name + CARD)
        for path in filter(None, (out, card)):
            _check_file(path)
        try:
            count = self._export(campaign, exporting.check_format(options["format"]), out, options)
            if card is not None:
                _write_card(campaign, card, options)
        except ActionError as error:
            raise CommandError(error.message) from error
        what = "solutions" if options["format"] == Format.SCORED else "labels"
        self.stderr.write(
            f"{count:,} rows" if count else f"Nothing to export: no such {what} in {campaign.slug!r} yet."
        )
        if card is not None:
            self.stderr.write(f"Data card: {card}")

    def _export(self, campaign: Campaign, format: Format, out: Path | None, options: dict[str, Any]) -> int:
        chosen = {name: options[name] for name in ("round", "split", "include_simulated")}
        if format == Format.PARQUET:
            if out is None:
                raise CommandError("parquet is a file, not lines: name it with --out FILE.")
            labels = exporting.labels(campaign, **chosen)
            exporting.note(campaign, format, by=None, **chosen)
            return write_parquet(labels, out)
        more = {name: options[name] for name in ("include_external", "neutral_false")}
        lines = exporting.rows(campaign, format, **chosen, **more)
        exporting.note(campaign, format, by=None, **chosen, **more)
        if out is None:
            return self._print(lines)
        with replaced(str(out)) as file:
            return _count(lines, file.writelines)

    def _print(self, lines: Iterable[bytes]) -> int:
        # Bytes where that is possible: JSON lines are UTF-8, whatever the terminal's encoding.
        binary = getattr(self.stdout, "buffer", None)
        try:
            if binary is not None:
                return _count(lines, binary.writelines)
            return _count(lines, lambda counted: self.stdout.writelines(line.decode() for line in counted))
        except BrokenPipeError:  # whoever reads (`| head`) has enough; Python would complain once more at its end
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            raise SystemExit(0) from None


def _check_file(path: Path) -> None:
    if not path.absolute().parent.is_dir():
        raise CommandError(f"{path}: there is no folder {path.absolute().parent}.")
    if path.is_dir():
        raise CommandError(f"{path}: this is a folder; name a file.")


def _write_card(campaign: Campaign, path: Path, options: dict[str, Any]) -> None:
    names = ("round", "split", "include_external", "include_simulated", "neutral_false")
    from labeling.actions import data_cards  # half of the system stands behind it: rows first

    made = data_cards.card(campaign, options["format"], **{name: options[name] for name in names})
    is_json = path.suffix == ".json"
    path.write_text(json.dumps(made, ensure_ascii=False, indent=2) + "\n" if is_json else as_markdown(made), "utf-8")


def _count(lines: Iterable[bytes], write: Any) -> int:
    count = 0

    def counted() -> Iterator[bytes]:
        nonlocal count
        for count, line in enumerate(lines, start=1):  # noqa: B007
            yield line

    write(counted())
    return count
