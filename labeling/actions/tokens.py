"""API tokens: made, named and limited by their owner, told once, revoked at once."""

from datetime import timedelta
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from knox.models import AuthToken

from labeling.actions import accounts
from labeling.actions.errors import ActionError
from labeling.models import Campaign, TokenTerms

MOST_DAYS, MOST_TOKENS = 3650, 50


def of(account: User) -> QuerySet[AuthToken]:
    """The account's tokens that still work, the newest first."""
    living = AuthToken.objects.filter(Q(expiry__isnull=True) | Q(expiry__gt=timezone.now()), user=account)
    found: QuerySet[AuthToken] = living.select_related("terms__campaign").order_by("-created")
    return found


def make(
    *, account: User, name: str, days: int | None = None, read_only: bool = False, campaign: str | None = None
) -> tuple[AuthToken, str]:
    """A token, and what programs send of it, which is told only now. `campaign`: the slug of the only one it reaches.

    Raises ActionError for a campaign that the account is not in, or where it has too many tokens.
    """
    within = Campaign.objects.filter(slug=campaign, memberships__account=account).first() if campaign else None
    if campaign and within is None:
        raise ActionError(_("You are in no campaign of this name."), {"campaign": _("one of your campaigns")})
    with transaction.atomic():
        if of(account).count() >= MOST_TOKENS:
            most = _("at most {n} tokens").format(n=MOST_TOKENS)
            raise ActionError(_("You have too many tokens. Revoke one first."), {"name": most})
        made, token = AuthToken.objects.create(account, expiry=timedelta(days=days) if days else None)
        TokenTerms.objects.create(token=made, name=name, read_only=read_only, campaign=within)
        _record(account, "token.made", name)
    return made, str(token)


def revoke(*, account: User, key: str) -> bool:
    """It works no more; False where the account has no such token."""
    found = of(account).filter(token_key=key).first()
    if found is None:
        return False
    with transaction.atomic():
        _record(account, "token.revoked", name_of(found))
        found.delete()
    return True


def terms_of(token: AuthToken) -> TokenTerms | None:
    """What it is called and may do; None where nobody said."""
    terms: Any = getattr(token, "terms", None)
    return terms if isinstance(terms, TokenTerms) else None


def name_of(token: AuthToken) -> str:
    """What its owner calls it, else its first characters."""
    terms = terms_of(token)
    return terms.name if terms else str(token.token_key)


def _record(account: User, verb: str, name: str) -> None:
    accounts.record(account, account, verb, after={"token": name})
