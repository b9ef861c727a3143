"""Preferences: what one person chose, and how it is changed."""

from collections.abc import Mapping
from typing import Any
from zoneinfo import available_timezones

from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction
from django.utils.translation import gettext as _

from labeling import keys
from labeling.actions.errors import ActionError
from labeling.models import Preferences, Theme


def of(account: User) -> Preferences:
    """What the account chose: its row, or an unsaved one that says nothing was chosen."""
    try:
        return account.preferences  # read once a request
    except Preferences.DoesNotExist:
        return Preferences(account_id=account.pk)


def change(*, account: User, wanted: Mapping[str, Any]) -> Preferences:
    """Change what is named; the rest stays. Raises ActionError naming each refused field.

    `keys` gives some actions another key: None the one that they come with, an empty text none. `keys=None` gives all
    actions theirs back.
    """
    refused = _refusals(wanted)
    if refused:
        raise ActionError(" ".join(f"{name}: {rule}." for name, rule in refused.items()), refused)
    with transaction.atomic():
        Preferences.objects.get_or_create(account=account)
        row = Preferences.objects.select_for_update(no_key=True).get(account=account)
        for name, value in wanted.items():
            setattr(row, name, _keys_after(row.keys, value) if name == "keys" else value)
        row.save()
    return row


def _refusals(wanted: Mapping[str, Any]) -> dict[str, str]:
    """Each field that cannot be so, with what was expected."""
    expected: dict[str, list[str]] = {
        "theme": Theme.values,
        "language": ["", *dict(settings.LANGUAGES)],
    }
    found = {
        name: _("Expected one of %(choices)s") % {"choices": ", ".join(filter(None, choices))}
        for name, choices in expected.items()
        if name in wanted and wanted[name] not in choices
    }
    zone = wanted.get("time_zone", "")
    if zone and zone not in available_timezones():
        found["time_zone"] = _("Expected the name of a time zone, such as Europe/Berlin")
    return found | _refused_keys(wanted.get("keys") or {})


def _refused_keys(changed: Mapping[str, str | None]) -> dict[str, str]:
    found = {}
    for action, key in changed.items():
        if action not in keys.BY_NAME:
            found[f"keys.{action}"] = _("Not a known action; known are %(actions)s") % {
                "actions": ", ".join(keys.BY_NAME)
            }
        elif key and not keys.is_key(key):
            found[f"keys.{action}"] = _(
                "%(key)s cannot be used; expected a letter, a digit, a sign, or one of ↑ ↓ ← → ↵"
            ) % {"key": key}
    return found


def _keys_after(own: Mapping[str, str], changed: Mapping[str, str | None] | None) -> dict[str, str]:
    """The person's own keys after the change. Raises ActionError where an action's key is another's already."""
    if changed is None:
        return {}
    chosen = {name: key for name, key in (dict(own) | dict(changed)).items() if key is not None}
    after = {name: key for name, key in chosen.items() if name in keys.BY_NAME and key != keys.BY_NAME[name].key}
    found = {f"keys.{name}": rule for name, rule in keys.conflicts(after, changed).items()}
    if found:
        raise ActionError(" ".join(f"{rule}." for rule in found.values()), found)
    return after
