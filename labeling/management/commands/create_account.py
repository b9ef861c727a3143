"""An account with a random password and an API token."""

import json
from typing import Any

from django.contrib.auth.models import User
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from labeling.actions import people
from labeling.actions.errors import ActionError
from labeling.management.named import campaign_named
from labeling.models import Role


class Command(BaseCommand):
    """Thin: parse arguments, call one or two actions, print one line."""

    help = 'Make an account; the last line printed is {"username", "password", "token"}, which are not shown again.'

    def add_arguments(self, parser: CommandParser) -> None:
        """The arguments."""
        parser.add_argument("username")
        parser.add_argument("--campaign", metavar="SLUG", help="let the account into this campaign")
        parser.add_argument("--role", choices=Role.values, help="what it may do there (default: labeler)")

    def handle(self, *args: Any, **options: Any) -> None:
        """Make the account and its membership, or neither."""
        if options["role"] and not options["campaign"]:
            raise CommandError("--role says what an account may do in a campaign: name it with --campaign SLUG.")
        campaign = campaign_named(options["campaign"]) if options["campaign"] else None
        try:
            with transaction.atomic():
                made = people.create_account(options["username"])
                if campaign is not None:
                    account = User.objects.get(username=made["username"])
                    role = options["role"] or Role.LABELER
                    people.add_member(campaign=campaign, account=account, role=role, by=None)
        except ActionError as error:
            raise CommandError(error.message) from error
        self.stdout.write(json.dumps(made))
