"""Load the demo campaign and its accounts; a second time it keeps what is there."""

import json
from typing import Any

from django.core.management.base import BaseCommand

from labeling.demo import loading


class Command(BaseCommand):
    """Thin: one action, one line."""

    help = "Load the demo campaign (real problems, real model solutions), its accounts and its first round."

    def handle(self, *args: Any, **options: Any) -> None:
        """Print, as the last line, what var/demo.json holds apart from the address."""
        for line in loading.load():
            self.stderr.write(line)
        self.stdout.write(json.dumps(loading.accounts()))
