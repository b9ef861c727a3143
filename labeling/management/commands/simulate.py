"""Simulated labelers over the public API."""

import json
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from labeling import simulation
from labeling.actions import people
from labeling.management.named import campaign_named
from labeling.skills import SKILLS


def _running_site() -> str:
    """Where `make demo` of this installation serves, or did last; else its usual address."""
    try:
        return str(json.loads((settings.VAR_DIR / "demo.json").read_text())["url"])
    except (OSError, ValueError, KeyError):
        return "http://127.0.0.1:8000"


class Command(BaseCommand):
    """Thin: parse arguments, call one function, print one line."""

    help = (
        "Label over the public API as a program: ratings come from imported labels (first_error_index), else from a "
        "seeded rule. The labels are marked simulated and stay out of exports unless asked for."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """The arguments."""
        parser.add_argument("--campaign", required=True, metavar="SLUG")
        parser.add_argument("--url", default=_running_site(), help="where the site runs (default here: %(default)s)")
        parser.add_argument("--labelers", type=int, default=2, help="how many at once (default: %(default)s)")
        parser.add_argument("--labels", type=int, default=10, help="how many labels in all (default: %(default)s)")
        parser.add_argument("--error-rate", type=float, default=0.0, help="share of labels rated wrongly on purpose")
        parser.add_argument(
            "--skills",
            default="perfect",
            metavar="SKILL,…",
            help=f"what they are like, in turn, of: {', '.join(SKILLS)} (default: %(default)s)",
        )
        parser.add_argument("--think", type=float, default=0.0, metavar="SECONDS", help="pause before each label")
        parser.add_argument(
            "--wait", type=float, default=0.0, metavar="SECONDS", help="how long to wait when nothing is there"
        )
        parser.add_argument("--seed", type=int, default=0)

    def handle(self, *args: Any, **options: Any) -> None:
        """Make the simulated labelers, let them work, print what they did as JSON."""
        campaign = campaign_named(options["campaign"])
        if not 0 <= options["error_rate"] <= 1:
            raise CommandError(f"--error-rate is a share from 0 to 1, not {options['error_rate']}.")
        skills = options["skills"].split(",")
        if unknown := [skill for skill in skills if skill not in SKILLS]:
            raise CommandError(f"--skills are of {', '.join(SKILLS)}, not {unknown[0]!r}.")
        for name in ("labelers", "labels"):
            if options[name] < 1:
                raise CommandError(f"--{name} is 1 or more, not {options[name]}.")
        known = simulation.known_first_errors(campaign)
        if not known:
            self.stderr.write("No first error is known in this campaign: each is drawn from a seeded rule.")
        tokens = people.simulated_labelers(campaign=campaign, count=options["labelers"])
        try:
            summary = simulation.run(
                url=options["url"],
                slug=campaign.slug,
                tokens=tokens,
                known=known,
                labels=options["labels"],
                error_rate=options["error_rate"],
                think_seconds=options["think"],
                wait_seconds=options["wait"],
                seed=options["seed"],
                skills=skills,
            )
        except RuntimeError as error:
            raise CommandError(f"{options['url']}: {error} (--url says where the site runs)") from error
        self.stdout.write(json.dumps(summary.as_dict()))
