"""Who a person was, erased; what they labeled stays."""

from typing import Any

from django.contrib.auth.models import User
from django.core.management.base import BaseCommand, CommandError, CommandParser

from labeling.actions import accounts, erasing
from labeling.actions.errors import ActionError


class Command(BaseCommand):
    """Thin: ask, call one action, print one line."""

    help = "Erase the identity behind an account for good: name, address, password, tokens. Labels stay."

    def add_arguments(self, parser: CommandParser) -> None:
        """The arguments."""
        parser.add_argument("username")
        parser.add_argument("--yes", action="store_true", help="do not ask")

    def handle(self, *args: Any, **options: Any) -> None:
        """Do it, or say why not."""
        account = User.objects.filter(username=options["username"]).first()
        if account is None:
            raise CommandError(f"There is no account {options['username']!r}.")
        if not options["yes"] and input(f"This cannot be undone. Type {account} again: ") != account.get_username():
            raise CommandError("Nothing was erased.")
        orphans = list(accounts.left_without_lead(account))
        try:
            left = erasing.erase(account=account, by=None)
        except ActionError as error:
            raise CommandError(error.message) from error
        for campaign in orphans:
            self.stderr.write(f"{campaign} is left without a lead: `manage.py add_member` makes one.")
        self.stdout.write(f"Erased; the account is {left} now. Backups made before hold the person still.")
