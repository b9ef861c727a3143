"""Whether an account may be used, and what ends with it: sessions, tokens, leases. What it labeled stays."""

from typing import Any

from django.contrib.auth import SESSION_KEY
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django_otp.plugins.otp_totp.models import TOTPDevice
from knox.models import AuthToken

from labeling.actions import events, queue
from labeling.actions.errors import Conflict
from labeling.models import Campaign, Invitation, Labeler, Membership, Role

ERASED = "erased/"  # how an account is called that is nobody's any more; no account can be made with such a name


def listed(text: str = "") -> QuerySet[User]:
    """Accounts by name, with their memberships; those whose name or address holds the text."""
    memberships = Membership.objects.select_related("campaign").order_by("campaign__slug")
    found = User.objects.filter(called(text)) if text else User.objects.all()
    found = found.annotate(
        has_two_factor=Exists(TOTPDevice.objects.filter(user=OuterRef("pk"), confirmed=True)),
        is_erased=Q(username__startswith=ERASED),
    )
    return found.order_by("username").prefetch_related(Prefetch("memberships", memberships))


def called(text: str) -> Q:
    """Whose name or address holds the text."""
    return Q(username__icontains=text) | Q(email__icontains=text)


def deactivate(*, account: User, by: User) -> None:
    """Nobody gets in as them from now on: sessions and tokens end, leases go back. Labels stay. Raises Conflict."""
    if account.pk == by.pk:
        raise Conflict(_("You cannot deactivate your own account: another administrator can."))
    with transaction.atomic():
        if not User.objects.filter(pk=account.pk, is_active=True).update(is_active=False):
            raise Conflict(_("{username} is deactivated already.").format(username=account.get_username()))
        end_all_access(account)
        Invitation.objects.revoke_those_of(account)
        record(account, by, "account.deactivated")
    for labeler in Labeler.objects.filter(account=account):
        queue.take_back_all(labeler=labeler)
    account.is_active = False


def activate(*, account: User, by: User) -> None:
    """They may sign in again, by their old password. Tokens do not come back. Raises Conflict."""
    with transaction.atomic():
        deactivated = User.objects.filter(pk=account.pk, is_active=False).exclude(username__startswith=ERASED)
        if not deactivated.update(is_active=True):
            raise Conflict(_("{username} is active already.").format(username=account.get_username()))
        record(account, by, "account.activated")
    account.is_active = True


def make_administrator(*, account: User, wanted: bool, by: User) -> None:
    """Make somebody an administrator of the whole site, or no longer one. Raises Conflict for one's own account."""
    if account.pk == by.pk:
        raise Conflict(_("You cannot take this from yourself: another administrator can."))
    with transaction.atomic():
        changed = User.objects.filter(pk=account.pk, is_active=True, is_superuser=not wanted)
        if not changed.update(is_superuser=wanted, is_staff=wanted):
            raise Conflict(_("{username} is so already, or is deactivated.").format(username=account.get_username()))
        record(account, by, "account.made_administrator" if wanted else "account.no_administrator")


def change_address(*, account: User, email: str) -> None:
    """Where a lost password's link goes from now on. Events outlive people: they say only whether there is one."""
    if email == account.email:
        return
    before, account.email = account.email, email
    with transaction.atomic():
        account.save(update_fields=["email"])
        told = ({"address": bool(one)} for one in (before, email))
        record(account, account, "account.address_changed", before=next(told), after=next(told))


def end_all_access(account: User) -> None:
    """End every session and every API token of the account, at once."""
    end_sessions(account)
    AuthToken.objects.filter(user=account).delete()


def end_sessions(account: User, *, but: str | None = None) -> None:
    """End the account's sessions, except the one with this key.

    A session says only inside whose it is, so all that live are opened: rare, and some 30 µs each.
    """
    living = Session.objects.filter(expire_date__gt=timezone.now()).exclude(session_key=but)
    theirs = [one.pk for one in living.iterator() if one.get_decoded().get(SESSION_KEY) == str(account.pk)]
    Session.objects.filter(pk__in=theirs).delete()


def leads_something(account: User) -> bool:
    """Whether they lead a campaign or run the site."""
    return account.is_superuser or Membership.objects.filter(account=account, role=Role.LEAD).exists()


def left_without_lead(account: User) -> QuerySet[Campaign]:
    """Campaigns that only this account leads."""
    led = Membership.objects.filter(account=account, role=Role.LEAD).values("campaign")
    others = Membership.objects.filter(role=Role.LEAD, account__is_active=True).exclude(account=account)
    return Campaign.objects.filter(pk__in=led).exclude(pk__in=others.values("campaign"))


def record(account: User, by: User | None, verb: str, *, before: Any = None, after: Any = None) -> None:
    """Keep it in the history of every campaign that they are in, and in the site's own."""
    campaigns: list[Campaign | None] = [None, *Campaign.objects.filter(memberships__account=account)]
    for campaign in campaigns:
        events.record(campaign=campaign, actor=by, verb=verb, about=account, before=before, after=after)
