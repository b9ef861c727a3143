"""Django's own command, which leaves an event here as every way to a password does."""

from getpass import getuser
from typing import Any

from django.contrib.auth.management.commands import changepassword
from django.contrib.auth.models import User

from labeling.actions import accounts


class Command(changepassword.Command):
    """Thin: Django changes the password, the history tells of it."""

    def handle(self, *args: Any, **options: Any) -> str:
        """Change it, then record it. Not one transaction: it would stay open while a password is being typed."""
        said = super().handle(*args, **options)  # raises where nothing was changed
        account = User.objects.get(username=options["username"] or getuser())
        accounts.record(account, None, "account.password_reset")
        return str(said)
