"""Erase who a person was, while what they did stays: labels under pseudonyms, events under an account's number."""

from axes.models import AccessAttempt, AccessFailureLog, AccessLog
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from django_otp.plugins.otp_static.models import StaticDevice
from django_otp.plugins.otp_totp.models import TOTPDevice

from labeling.actions import accounts, queue
from labeling.actions.accounts import ERASED
from labeling.actions.bulk import NAMES_A_PERSON
from labeling.actions.errors import Conflict
from labeling.models import (
    BulkChange,
    Draft,
    GuideReading,
    Invitation,
    Labeler,
    Membership,
    PracticeResult,
    Preferences,
    Skip,
)


def is_erased(account: User) -> bool:
    """Whether this account is nobody's any more."""
    return account.get_username().startswith(ERASED)


def erase(*, account: User, by: User | None) -> str:
    """Take the person away for good and give the name that is left. Raises Conflict.

    What goes: name, address, password, second factor, tokens, sessions, preferences, practice, memberships, drafts, and
    what sign-in kept of them. What stays: the account's number, which events speak of, and their labels, whose
    pseudonyms lead to no account any more, nor from one campaign to another.
    """
    if by is not None and account.pk == by.pk:
        raise Conflict(_("You cannot erase your own account: another administrator can."))
    name, labelers = account.get_username(), list(Labeler.objects.filter(account=account))
    with transaction.atomic():
        locked = User.objects.select_for_update(no_key=True).get(pk=account.pk)
        if is_erased(locked):
            raise Conflict(_("{username} is erased already.").format(username=locked.get_username()))
        accounts.end_all_access(locked)
        accounts.record(locked, by, "account.erased")
        _forget_around(locked)
        locked.username, locked.first_name, locked.last_name, locked.email = f"{ERASED}{locked.pk}", "", "", ""
        locked.is_active = locked.is_staff = locked.is_superuser = False
        locked.last_login = None
        locked.set_unusable_password()
        locked.save()
        _unlink(labelers)
        for change in BulkChange.objects.exclude(sought={}):
            _forget_filter(change, name)
    for labeler in labelers:  # rounds one at a time; what a crash leaves in hand goes back when its lease is over
        queue.take_back_all(labeler=labeler)
    return locked.get_username()


def _forget_around(account: User) -> None:
    """The rows that are about them alone, and their address where they were invited by it."""
    Invitation.objects.revoke_those_of(account)
    invited, tried = Q(accepted_by=account), Q(username__iexact=account.get_username())
    if account.email:
        invited |= Q(email__iexact=account.email)
        tried |= Q(username__iexact=account.email)
    Invitation.objects.filter(invited).update(email="")
    theirs: list[QuerySet] = [
        Membership.objects.filter(account=account),
        Preferences.objects.filter(account=account),
        PracticeResult.objects.filter(account=account),
        GuideReading.objects.filter(account=account),
        Draft.objects.filter(labeler__account=account),
        Skip.objects.filter(labeler__account=account),
        TOTPDevice.objects.filter(user=account),
        StaticDevice.objects.filter(user=account),
        LogEntry.objects.filter(Q(user=account) | Q(object_repr=account.get_username())),
        *(kept.objects.filter(tried) for kept in (AccessAttempt, AccessFailureLog, AccessLog)),
    ]
    for rows in theirs:
        rows.delete()


def _unlink(labelers: list[Labeler]) -> None:
    """Each a pseudonym of one campaign, with nothing that two of them share."""
    for labeler in labelers:
        labeler.account = None
        labeler.name = f"{ERASED}{labeler.uuid.hex[:8]}"
        labeler.save(update_fields=["account", "name"])


def _forget_filter(change: BulkChange, name: str) -> None:
    """A lead may have looked for the labels of this name."""
    text = change.sought.get(NAMES_A_PERSON, "")
    if text and text.lower() in name.lower():
        change.sought = {**change.sought, NAMES_A_PERSON: ERASED}
        change.save(update_fields=["sought"])
