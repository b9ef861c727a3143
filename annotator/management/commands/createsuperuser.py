"""Django's own command, which leaves an event here as every way to an account does."""

from typing import Any

from django.contrib.auth.management.commands import createsuperuser
from django.contrib.auth.models import User
from django.db.models import Max

from labeling.actions import accounts


class Command(createsuperuser.Command):
    """Thin: Django makes the account, the history tells of it."""

    def handle(self, *args: Any, **options: Any) -> None:
        """Make it, then record it. Not one transaction: it would stay open while a password is being typed."""
        last = User.objects.aggregate(last=Max("pk"))["last"] or 0
        super().handle(*args, **options)
        for account in User.objects.filter(pk__gt=last, is_superuser=True):
            accounts.record(account, None, "account.made")
            accounts.record(account, None, "account.made_administrator")
