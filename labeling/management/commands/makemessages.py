"""Collect what is shown to people: Django's command, told what lies where and how words for scripts are counted."""

from typing import Any

from django.core.management.commands import makemessages

NOT_OURS = [".venv", "node_modules", "var", "tests", "bench", "runner"]


class Command(makemessages.Command):
    """`make messages`: every message of templates and modules, into labeling/locale."""

    # Both English forms as one call, for scripts (views/label_words.py) and stored sentences (stored_words.py).
    xgettext_options = [*makemessages.Command.xgettext_options, "--keyword=_counted:1,2"]
    # A guess from a similar message is worse than an empty one: nobody notices it.
    msgmerge_options = [*makemessages.Command.msgmerge_options, "--no-fuzzy-matching"]

    def handle(self, *args: Any, **options: Any) -> None:
        """Collect; where a message stands is told by file, so that a moved line changes nothing."""
        options["ignore_patterns"] = [*options["ignore_patterns"], *NOT_OURS]
        super().handle(*args, **{**options, "add_location": "file", "no_wrap": True, "no_obsolete": True})
