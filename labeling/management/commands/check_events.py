"""Whether anybody has changed what was recorded."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from labeling.actions import events
from labeling.models import Campaign


class Command(BaseCommand):
    """Thin: go through the chains, print a line for each."""

    help = "Go through the chains of events and name the first that is not what it was; note the hashes printed."

    def add_arguments(self, parser: CommandParser) -> None:
        """The arguments."""
        parser.add_argument("--noted", action="append", default=[], metavar="HASH", help="must be in a chain still")

    def handle(self, *args: Any, **options: Any) -> None:
        """Say what each chain is, and fail where one is broken."""
        names, broken = dict(Campaign.objects.values_list("pk", "slug")), []
        for chain in events.chains():
            name = names.get(chain.number, f"campaign {chain.number}, deleted") if chain.number else "the site"
            if chain.broken:
                broken.append(f"{name}: {chain.broken}")
            else:
                self.stdout.write(f"{name}: {chain.length:,} events, last {chain.last}")
        gone = [noted for noted in options["noted"] if not events.is_linked(noted)]
        broken += [f"{noted} is in no chain: events were taken away" for noted in gone]
        if broken:
            raise CommandError("\n".join(broken))
        if left := events.seal_all():
            self.stdout.write(f"{left:,} more had no link yet, and have one now.")
