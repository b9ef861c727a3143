"""A way in again for who lost app and recovery codes, where no administrator can get in either."""

from typing import Any

from django.contrib.auth.models import User
from django.core.management.base import BaseCommand, CommandError, CommandParser

from labeling.actions import two_factor
from labeling.actions.errors import ActionError


class Command(BaseCommand):
    """Thin: call one action, print one line."""

    help = "Take two-factor sign-in from an account: it signs in by password alone and can set it up anew."

    def add_arguments(self, parser: CommandParser) -> None:
        """The arguments."""
        parser.add_argument("username")

    def handle(self, *args: Any, **options: Any) -> None:
        """Do it, or say why not."""
        account = User.objects.filter(username=options["username"]).first()
        if account is None:
            raise CommandError(f"There is no account {options['username']!r}.")
        try:
            two_factor.reset(account=account, by=None)
        except ActionError as error:
            raise CommandError(error.message) from error
        self.stdout.write(f"{account} signs in by password alone now.")
