"""Accounts, memberships, and the labeler records that labels point to."""

import secrets

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from knox.auth import TokenAuthentication
from knox.models import AuthToken
from rest_framework.exceptions import AuthenticationFailed

from labeling.actions import accounts, events, gold_draw, queue
from labeling.actions.errors import ActionError, Conflict
from labeling.models import Campaign, Labeler, LabelerKind, Membership, Role

PASSWORD_BYTES = 15  # 20 characters


def create_account(username: str) -> dict[str, str]:
    """A new account with a random password and an API token: `{"username", "password", "token"}`, told only once.

    Raises ActionError for a name that cannot be one, Conflict for one that is taken.
    """
    password = secrets.token_urlsafe(PASSWORD_BYTES)
    with transaction.atomic():
        account = _new_account(username=username, password=password)
        accounts.record(account, None, "account.made")
        return {"username": username, "password": password, "token": new_token(account)}


def sign_up(*, username: str, password: str, email: str = "") -> User:
    """An account that somebody makes for themselves. Raises ActionError for a name that cannot be one, Conflict for
    one that is taken.
    """
    with transaction.atomic():
        account = _new_account(username=username, password=password, email=email)
        accounts.record(account, account, "account.made")
    return account


def _new_account(*, username: str, password: str, email: str = "") -> User:
    account = User(username=username, email=email)
    try:
        account.clean_fields(exclude=["password"])
    except ValidationError as error:
        rule = " ".join(error.message_dict.get("username", error.messages))
        raise ActionError(
            _("“{username}” cannot be a username: {rule}").format(username=username, rule=rule), {"username": rule}
        ) from error
    account.set_password(password)
    try:
        with transaction.atomic():
            account.save()
    except IntegrityError as error:
        raise Conflict(
            _("There is an account “{username}” already.").format(username=username),
            {"username": _("a name not taken")},
        ) from error
    return account


def renew_account(username: str) -> dict[str, str]:
    """A new password and a new token for an account that exists; what signed it in before does so no more."""
    account = User.objects.get(username=username)
    password = secrets.token_urlsafe(PASSWORD_BYTES)
    account.set_password(password)
    with transaction.atomic():
        account.save(update_fields=["password"])
        AuthToken.objects.filter(user=account).delete()
        accounts.record(account, None, "account.password_reset")
        return {"username": username, "password": password, "token": new_token(account)}


def new_token(account: User) -> str:
    """A further API token. Only its hash is kept."""
    _, token = AuthToken.objects.create(account)
    return str(token)


def token_works(token: str) -> bool:
    """Whether somebody can still use this API token."""
    try:
        TokenAuthentication().authenticate_credentials(token.encode())
    except AuthenticationFailed:
        return False
    return True


def add_member(*, campaign: Campaign, account: User, role: str, by: User | None) -> Membership:
    """Let an account into a campaign, with the labeler that its labels will point to. Raises Conflict when it is in."""
    check_role(role)
    with transaction.atomic():
        try:
            with transaction.atomic():
                made = Membership.objects.create(campaign=campaign, account=account, role=role)
        except IntegrityError as error:
            raise Conflict(
                _("{username} is a member already.").format(username=account.username),
                {"username": _("not a member yet")},
            ) from error
        # Kept through leaving and coming back: one person, one pseudonym.
        Labeler.objects.get_or_create(campaign=campaign, account=account, defaults={"name": account.username})
        gold_draw.draw_for_all(campaign)
        events.record(campaign=campaign, actor=by, verb="member.added", about=account, after=role)
    return made


def check_role(role: str) -> None:
    """Raise ActionError, naming the roles that there are, unless this is one."""
    if role not in Role.values:
        raise ActionError(
            _("role is one of {values}, not “{role}”.").format(values=", ".join(Role.values), role=role),
            {"role": ", ".join(Role.values)},
        )


def change_role(*, member: Membership, role: str, by: User | None) -> None:
    """Give a member another role. Raises Conflict when the campaign would have no lead."""
    check_role(role)
    with transaction.atomic():
        _keep_a_lead(member, stays=role == Role.LEAD)
        before = member.role
        member.role = role
        if role != Role.LEAD:
            member.campaign.invitations.revoke_those_of(member.account)
        member.save(update_fields=["role"])
        events.record(
            campaign=member.campaign,
            actor=by,
            verb="member.changed",
            about=member.account,
            before=before,
            after=role,
        )


def remove_member(*, member: Membership, by: User | None) -> None:
    """End a membership. Labels and labeler stay; what the member holds goes back to the queue at once."""
    with transaction.atomic():
        _keep_a_lead(member, stays=False)
        events.record(
            campaign=member.campaign,
            actor=by,
            verb="member.removed",
            about=member.account,
            before=member.role,
        )
        member.campaign.invitations.revoke_those_of(member.account)
        member.delete()
    for labeler in Labeler.objects.filter(campaign=member.campaign_id, account=member.account_id):
        queue.take_back_all(labeler=labeler)


def _keep_a_lead(member: Membership, *, stays: bool) -> None:
    """Two leads who remove each other at once come one after the other: the campaign's row is locked."""
    Campaign.objects.select_for_update(no_key=True).get(pk=member.campaign_id)
    leads = Membership.objects.filter(campaign=member.campaign_id, role=Role.LEAD, account__is_active=True)
    others = leads.exclude(pk=member.pk)
    if member.role == Role.LEAD and not stays and not others.exists():
        raise Conflict(_("A campaign needs a lead: make somebody else one first."), {"role": "lead"})


def simulated_labelers(*, campaign: Campaign, count: int) -> dict[str, str]:
    """`count` simulated labelers of this campaign with fresh API tokens, by username; the same ones each time.

    Nobody can sign in as one of them.
    """
    tokens = {}
    for number in range(1, count + 1):
        with transaction.atomic():
            account, is_new = User.objects.get_or_create(username=f"simulated-{campaign.slug}-{number}")
            if is_new:
                account.set_unusable_password()
                account.save(update_fields=["password"])
                accounts.record(account, None, "account.made")
            role = {"role": Role.LABELER}
            _member, has_joined = Membership.objects.get_or_create(campaign=campaign, account=account, defaults=role)
            if has_joined:
                events.record(campaign=campaign, actor=None, verb="member.added", about=account, after=Role.LABELER)
            Labeler.objects.get_or_create(
                campaign=campaign,
                account=account,
                defaults={"name": account.username, "kind": LabelerKind.SIMULATED},
            )
            AuthToken.objects.filter(user=account).delete()
            tokens[account.username] = new_token(account)
    return tokens
