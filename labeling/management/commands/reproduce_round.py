"""Whether a round's record still chooses what the round holds."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from labeling.actions import reproducing
from labeling.actions.errors import ActionError
from labeling.actions.reproducing import Choice, Comparison
from labeling.models import Round

SHOWN = 10


class Command(BaseCommand):
    """Thin: find the round, compare, say it."""

    help = "Choose a round again from its record (strategy, seed, settings, scores, pool) and compare; changes nothing."

    def add_arguments(self, parser: CommandParser) -> None:
        """The arguments."""
        parser.add_argument("--campaign", required=True, metavar="SLUG")
        parser.add_argument("--round", required=True, type=int, metavar="N")

    def handle(self, *args: Any, **options: Any) -> None:
        """Say "the same", or fail with the differences."""
        of = Round.objects.filter(campaign__slug=options["campaign"], number=options["round"]).first()
        if of is None:
            raise CommandError(f"There is no round {options['round']} of a campaign {options['campaign']!r}.")
        try:
            found = reproducing.compare(of)
        except ActionError as error:
            raise CommandError(error.message) from error
        if not found.is_same:
            raise CommandError("\n".join([f"Round {of.number}: not the same.", *_differences(found)]))
        self.stdout.write(
            f"Round {of.number}: the same {found.labels:,} labels, out of {found.candidates:,} candidates"
            f" (strategy {of.strategy}, seed {of.seed})."
        )
        for line in _about_the_pool(found):
            self.stdout.write(line)


def _differences(found: Comparison) -> list[str]:
    return [
        *_about_the_pool(found),
        *_listed("In the round, not chosen again", found.only_kept),
        *_listed("Chosen again, not in the round", found.only_again),
    ]


def _about_the_pool(found: Comparison) -> list[str]:
    if found.is_pool_same:
        return []
    gone = f"; {found.gone:,} candidates are not there any more" if found.gone else ""
    return [f"The candidates are not what they were: scores, answers or problems changed{gone}."]


def _listed(what: str, choices: tuple[Choice, ...]) -> list[str]:
    if not choices:
        return []
    more = [f"  and {len(choices) - SHOWN:,} more"] if len(choices) > SHOWN else []
    return [f"{what}: {len(choices):,}", *(f"  {_told(one)}" for one in choices[:SHOWN]), *more]


def _told(one: Choice) -> str:
    score = "no score" if one.score is None else f"score {one.score:.6g}"
    return f"number {one.subject}, rank {one.rank + 1}, {one.reason}, {score}"
