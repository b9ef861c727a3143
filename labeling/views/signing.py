"""Signing in, by password and then by a second factor where one is set up; signing out."""

import time
from typing import Any, cast

from axes.handlers.proxy import AxesProxyHandler
from axes.helpers import get_lockout_response
from django import forms
from django.conf import settings
from django.contrib.auth import login
from django.contrib.auth.models import User
from django.contrib.auth.signals import user_login_failed
from django.contrib.auth.views import LoginView, LogoutView
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from labeling.actions import two_factor

BACKEND = "django.contrib.auth.backends.ModelBackend"  # of whoever is signed in without having typed a password here
HALF_WAY = "half_way"  # in the session of somebody whose password was right and whose code is awaited
HALF_WAY_SECONDS = 300


class SignIn(LoginView):
    """Name and password on one page; who has a second factor is asked for a code next."""

    extra_context = {"offers": settings}

    def form_valid(self, form: Any) -> HttpResponse:
        """Signed in, or half-way."""
        account = cast(User, form.get_user())
        if two_factor.device_of(account) is None:
            return super().form_valid(form)
        self.request.session[HALF_WAY] = {
            "account": account.pk,
            "backend": account.backend,
            "password": account.get_session_auth_hash(),
            "until": time.time() + HALF_WAY_SECONDS,
            "next": self.get_success_url(),
        }
        return redirect("sign-in-code")


class CodeForm(forms.Form):
    """A code of the app, or a recovery code."""

    code = forms.CharField(
        max_length=40,
        label=_("Code"),
        help_text=_("Six digits from your app, or one of your recovery codes."),
        widget=forms.TextInput({"autocomplete": "one-time-code", "autocapitalize": "none", "spellcheck": "false"}),
    )


@sensitive_post_parameters("code")
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def code(request: HttpRequest) -> HttpResponseBase:
    """The second half of signing in. A wrong code counts as a wrong password does."""
    half = request.session.get(HALF_WAY)
    account = _half_way_in(half)
    if half is None or account is None:
        request.session.pop(HALF_WAY, None)
        return redirect("home")
    credentials = {"username": account.get_username()}
    if not AxesProxyHandler.is_allowed(request, credentials):
        response: HttpResponse = get_lockout_response(request, credentials=credentials)
        return response
    form = CodeForm(request.POST or None)
    if form.is_valid():
        device = two_factor.check(account, form.cleaned_data["code"])
        if device is not None:
            del request.session[HALF_WAY]
            account.otp_device = device  # type: ignore[attr-defined]  # django-otp keeps it in the session
            login(request, account, backend=half["backend"])
            return redirect(half["next"])
        user_login_failed.send(sender=__name__, credentials=credentials, request=request)
        form.add_error("code", two_factor.wrong_code().message)
    return render(request, "registration/code.html", {"form": form, "name": account.get_username()})


def _half_way_in(half: dict[str, Any] | None) -> User | None:
    """Whose password was right a moment ago, if it is still theirs."""
    if half is None or half["until"] < time.time():
        return None
    account = User.objects.filter(pk=half["account"], is_active=True).first()
    is_same = account is not None and constant_time_compare(half["password"], account.get_session_auth_hash())
    return account if is_same else None


class SignOut(LogoutView):
    """A button's POST signs out; whoever only opens the address stays signed in and comes to the start."""

    http_method_names = ["get", "head", "post", "options"]

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseRedirect:
        return redirect("home")
