"""One's own second factor: set up by a picture and a first code, with recovery codes; renewed; turned off."""

from typing import Any

import segno
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods
from django_otp import login as mark_as_verified

from labeling.actions import accounts, two_factor
from labeling.actions.errors import ActionError
from labeling.forms import add_refusal
from labeling.views.lead_pages import account, refused
from labeling.views.signing import CodeForm


@sensitive_post_parameters("code")
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@login_required
def my_two_factor(request: HttpRequest) -> HttpResponse:
    """How it stands; a POST says in `do` what to do about it."""
    if request.method == "POST" and request.POST.get("do") == "begin":
        try:
            two_factor.begin(account(request))
        except ActionError as error:
            return refused(request, error, "two-factor")
        return redirect("two-factor")
    form = CodeForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            if answer := _do(request, request.POST.get("do", ""), form.cleaned_data["code"]):
                return answer
        except ActionError as error:
            add_refusal(form, error)
    return render(request, "labeling/my_two_factor.html", _context(request, form), status=400 if form.errors else 200)


def _do(request: HttpRequest, what: str, code: str) -> HttpResponse | None:
    who, key = account(request), request.session.session_key
    if what == "confirm":
        device, codes = two_factor.confirm(who, code, session_key=key)
        mark_as_verified(request, device)
        return render(request, "labeling/my_recovery_codes.html", {"codes": codes})
    if what == "codes":
        return render(request, "labeling/my_recovery_codes.html", {"codes": two_factor.renew_codes(who, code)})
    if what == "off":
        two_factor.turn_off(who, code, session_key=key)
        request.session.pop(two_factor.DEVICE_ID_SESSION_KEY, None)
        messages.success(request, _("Two-factor sign-in is off. Other browsers have to sign in again."))
        return redirect("two-factor")
    return None


def _context(request: HttpRequest, form: CodeForm) -> dict[str, Any]:
    who = account(request)
    device = two_factor.device_of(who)
    pending = None if device else two_factor.device_of(who, confirmed=False)
    return {
        "form": form,
        "device": device,
        "pending": pending,
        "picture": _picture(pending.config_url) if pending else "",
        "secret": two_factor.secret_of(pending) if pending else "",
        "codes_left": two_factor.codes_left(who) if device else 0,
        "is_required": settings.TWO_FACTOR_FOR_LEADS,
        "is_lead": accounts.leads_something(who),
    }


def _picture(text: str) -> SafeString:
    """A QR code as SVG in the page: nothing to fetch, no style attribute. White paper also in the dark."""
    drawn = segno.make(text, error="m", micro=False)
    return mark_safe(drawn.svg_inline(scale=5, light="#fff", title=_("QR code of the secret below")))  # noqa: S308
