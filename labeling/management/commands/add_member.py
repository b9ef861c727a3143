"""An account that is there already, let into a campaign."""

from typing import Any

from django.contrib.auth.models import User
from django.core.management.base import BaseCommand, CommandError, CommandParser

from labeling.actions import people
from labeling.actions.errors import ActionError
from labeling.management.named import campaign_named
from labeling.models import Role


class Command(BaseCommand):
    """Thin: parse arguments, call one action, print one line."""

    help = "Let an account into a campaign: the first lead of one that `import_solutions --create` made, say."

    def add_arguments(self, parser: CommandParser) -> None:
        """The arguments."""
        parser.add_argument("username")
        parser.add_argument("--campaign", required=True, metavar="SLUG")
        parser.add_argument("--role", choices=Role.values, default=Role.LABELER, help="what it may do there")

    def handle(self, *args: Any, **options: Any) -> None:
        """Make the membership."""
        campaign = campaign_named(options["campaign"])
        account = User.objects.filter(username=options["username"]).first()
        if account is None:
            raise CommandError(f"There is no account {options['username']!r}. `manage.py create_account` makes one.")
        try:
            people.add_member(campaign=campaign, account=account, role=options["role"], by=None)
        except ActionError as error:
            raise CommandError(error.message) from error
        self.stdout.write(f"{account.username} is {options['role']} in {campaign.slug}")
