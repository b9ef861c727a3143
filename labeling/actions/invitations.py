"""Invitations: made by a lead, accepted once, by a link that is signed and kept nowhere."""

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.core.signing import BadSignature, Signer
from django.db import transaction
from django.db.models import QuerySet
from django.db.models.functions import Now
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext as _

from labeling.actions import events, mailing, people
from labeling.actions.errors import Conflict
from labeling.models import Campaign, Invitation, Membership

DAYS, MOST_DAYS = 14, 90
_SIGNER = Signer(salt="labeling.invitation")


def invite(*, campaign: Campaign, role: str, email: str = "", days: int = DAYS, by: User) -> Invitation:
    """A place in the campaign for whoever brings the link first, within so many days."""
    people.check_role(role)
    with transaction.atomic():
        made = Invitation.objects.create(
            campaign=campaign,
            role=role,
            email=email,
            created_by=by,
            expires_at=timezone.now() + timedelta(days=days),
        )
        _record(made, by, "invitation.made", after={"role": role, "days": days})
    return made


def listed(campaign: Campaign) -> QuerySet[Invitation]:
    """All of a campaign, the newest first, with who made and who accepted them."""
    return campaign.invitations.select_related("campaign", "created_by", "accepted_by")


def code_of(invitation: Invitation) -> str:
    """What its link ends in."""
    return _SIGNER.sign(str(invitation.pk))


def find(code: str) -> Invitation | None:
    """The invitation with this code, in whatever state; None where no such code was ever given out."""
    try:
        number = _SIGNER.unsign(code)
    except BadSignature:
        return None
    return Invitation.objects.select_related("campaign", "created_by").filter(pk=number).first()


def accept(*, invitation: Invitation, account: User) -> Membership:
    """Join by it. Raises Conflict where somebody is in already, or it is accepted, revoked or expired by now."""
    with transaction.atomic():
        waiting = Invitation.objects.waiting().filter(pk=invitation.pk)
        if not waiting.update(accepted_at=Now(), accepted_by=account):  # whoever changes the row has it
            raise Conflict(_("This invitation was used, revoked, or has expired. Ask for a new one."))
        member = people.add_member(
            campaign=invitation.campaign, account=account, role=invitation.role, by=invitation.created_by
        )
        _record(invitation, account, "invitation.accepted", about=account)
    return member


def accept_as_new(*, invitation: Invitation, username: str, password: str, email: str = "") -> User:
    """Make an account and join with it, or neither. Raises what `accept` and `people.sign_up` do."""
    with transaction.atomic():
        account = people.sign_up(username=username, password=password, email=email)
        events.record(campaign=invitation.campaign, actor=account, verb="account.made", about=account)
        accept(invitation=invitation, account=account)
    return account


def revoke(*, invitation: Invitation, by: User) -> None:
    """Its link works no more. Raises Conflict where it is accepted or revoked already."""
    with transaction.atomic():
        open_ones = Invitation.objects.filter(pk=invitation.pk, accepted_at__isnull=True, revoked_at__isnull=True)
        if not open_ones.update(revoked_at=Now()):
            raise Conflict(_("This invitation was accepted or revoked already."))
        _record(invitation, by, "invitation.revoked", before={"role": invitation.role})


def send(*, invitation: Invitation, link: str) -> bool:
    """Mail the link to whom it is for; False where no mail is sent here, or the mail server did not take it."""
    if not (settings.SENDS_MAIL and invitation.email):
        return False
    words = {"invitation": invitation, "link": link}
    subject = _("Invitation to {campaign}").format(campaign=invitation.campaign.name)
    text = render_to_string("registration/invitation_mail.txt", words)
    return mailing.send(subject=subject, text=text, to=invitation.email)


def _record(of: Invitation, by: User | None, verb: str, **more: Any) -> None:
    """To which address it goes, the invitation says alone: there it can be erased."""
    events.record(campaign=of.campaign, actor=by, verb=verb, subject=of.pk, **more)
