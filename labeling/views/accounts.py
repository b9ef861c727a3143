"""All accounts of the site, for its administrators: who is in what, deactivated or not. For others it is not there."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import User
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from labeling.actions import accounts, erasing, two_factor
from labeling.actions.errors import ActionError
from labeling.views.lead_pages import account, page_of, to_two_factor

View = Callable[..., HttpResponseBase]


def for_administrators(view: View) -> View:
    """A page for those who run the site."""

    @never_cache
    @login_required
    @wraps(view)
    def guarded(request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
        if not account(request).is_superuser:
            raise Http404("This is for administrators of the site.")
        if two_factor.is_lacking(request):
            return to_two_factor(request)
        return view(request, **kwargs)

    return guarded


@require_safe
@for_administrators
def account_list(request: HttpRequest) -> HttpResponse:
    """Accounts by name, found by a part of name or address."""
    text = request.GET.get("q", "")[:200]
    rows = page_of(request, accounts.listed(text))
    return render(request, "labeling/accounts.html", {"rows": rows, "q": text})


@require_http_methods(["GET", "HEAD", "POST"])
@for_administrators
def change(request: HttpRequest, pk: int, what: str) -> HttpResponse:
    """Ask, then do it."""
    if what not in CHANGES:
        raise Http404(f"Expected one of {', '.join(CHANGES)}, not {what!r}.")
    whose = get_object_or_404(User, pk=pk)
    act, describe = CHANGES[what]
    if request.method != "POST":
        return render(request, "labeling/account_confirm.html", describe(whose) | {"back": "accounts"})
    try:
        act(whose, account(request))
    except ActionError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, _("It is done: {name}.").format(name=whose.get_username()))
    return redirect("accounts")


def _deactivating(whose: User) -> dict[str, Any]:
    orphans = [campaign.name for campaign in accounts.left_without_lead(whose)]
    return {
        "heading": _("Deactivate {name}?").format(name=whose.get_username()),
        "sentences": [
            _("They are signed out everywhere at once, and their API tokens end for good."),
            _("What they have in hand goes back to the queue. Their labels stay, in exports too."),
            *[_("{campaign} is left without a lead.").format(campaign=name) for name in orphans],
        ],
        "button": _("Deactivate {name}").format(name=whose.get_username()),
    }


def _erasing(whose: User) -> dict[str, Any]:
    orphans = [campaign.name for campaign in accounts.left_without_lead(whose)]
    return {
        "heading": _("Erase who {name} is, for good?").format(name=whose.get_username()),
        "sentences": [
            _("Their name, address, password, tokens and settings go, and so do their places in campaigns and drafts."),
            _("Their labels stay, under pseudonyms that lead to nobody. This cannot be undone."),
            *[_("{campaign} is left without a lead.").format(campaign=name) for name in orphans],
        ],
        "button": _("Erase {name}").format(name=whose.get_username()),
    }


def _activating(whose: User) -> dict[str, Any]:
    return {
        "heading": _("Let {name} in again?").format(name=whose.get_username()),
        "sentences": [
            _("They sign in by the password that they had, and are in the same campaigns. Tokens they make anew.")
        ],
        "button": _("Let {name} in").format(name=whose.get_username()),
    }


def _resetting(whose: User) -> dict[str, Any]:
    return {
        "heading": _("Take two-factor sign-in from {name}?").format(name=whose.get_username()),
        "sentences": [
            _("For who lost the app and the recovery codes: be sure who asks."),
            _("They are signed out everywhere, sign in by password alone, and can set it up anew."),
        ],
        "button": _("Take it from {name}").format(name=whose.get_username()),
    }


def _promoting(whose: User) -> dict[str, Any]:
    return {
        "heading": _("Make {name} an administrator?").format(name=whose.get_username()),
        "sentences": [_("Administrators see and deactivate all accounts, and may make others administrators.")],
        "button": _("Make {name} an administrator").format(name=whose.get_username()),
    }


def _demoting(whose: User) -> dict[str, Any]:
    return {
        "heading": _("Is {name} no administrator any more?").format(name=whose.get_username()),
        "sentences": [_("Their campaigns and roles stay as they are.")],
        "button": _("Take it from {name}").format(name=whose.get_username()),
    }


CHANGES: dict[str, tuple[Callable[[User, User], object], Callable[[User], dict[str, Any]]]] = {
    "deactivate": (lambda whose, by: accounts.deactivate(account=whose, by=by), _deactivating),
    "erase": (lambda whose, by: erasing.erase(account=whose, by=by), _erasing),
    "activate": (lambda whose, by: accounts.activate(account=whose, by=by), _activating),
    "reset-two-factor": (lambda whose, by: two_factor.reset(account=whose, by=by), _resetting),
    "promote": (lambda whose, by: accounts.make_administrator(account=whose, wanted=True, by=by), _promoting),
    "demote": (lambda whose, by: accounts.make_administrator(account=whose, wanted=False, by=by), _demoting),
}
