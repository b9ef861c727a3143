"""What somebody does about their own account without anybody's help: sign up where that is open, a lost password."""

from typing import Any, cast

from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login
from django.contrib.auth.decorators import login_required
from django.contrib.auth.forms import PasswordResetForm
from django.contrib.auth.models import User
from django.contrib.auth.views import PasswordResetConfirmView, PasswordResetView
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from labeling.actions import accounts, mailing, people
from labeling.actions.errors import ActionError
from labeling.forms import add_refusal
from labeling.people_forms import NewAccountForm
from labeling.views import throttling
from labeling.views.signing import BACKEND


@sensitive_post_parameters("password", "again")
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def sign_up(request: HttpRequest) -> HttpResponseBase:
    """Make an account that is in no campaign yet. Not there unless the operator opened it; every try is counted."""
    if not settings.SIGN_UP:
        raise Http404("Sign-up is not open here.")
    if request.method == "POST":
        if paused := throttling.pause(request, throttling.SIGN_UP):
            return paused
        throttling.count(request, throttling.SIGN_UP)
    form = NewAccountForm(request.POST or None)
    if form.is_valid():
        said = {name: form.cleaned_data[name] for name in ("username", "password", "email")}
        try:
            made = people.sign_up(**said)
        except ActionError as error:
            add_refusal(form, error)
        else:
            login(request, made, backend=BACKEND)
            return redirect("home")
    return render(request, "registration/sign_up.html", {"form": form}, status=400 if form.errors else 200)


class LostPasswordForm(PasswordResetForm):
    """Django's, which would log what a mail server says of an address."""

    def send_mail(  # type: ignore[override]  # what else it is given is not used here
        self, subject: str, text: str, context: dict[str, Any], sender: Any, to: str, **_: Any
    ) -> None:
        """Send it; the person is told the same either way."""
        mailing.send(subject=render_to_string(subject, context), text=render_to_string(text, context), to=to)


class LostPassword(PasswordResetView):
    """Mails a link to the address, if an account has it; says the same either way. Every try is counted."""

    form_class = LostPasswordForm
    template_name = "registration/lost_password.html"
    email_template_name = "registration/lost_password_mail.txt"
    subject_template_name = "registration/lost_password_subject.txt"
    success_url = reverse_lazy("home")

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Not there where no mail is sent."""
        if not settings.SENDS_MAIL:
            raise Http404("This site sends no mail.")
        if request.method == "POST":
            if paused := throttling.pause(request, throttling.PASSWORD_RESET):
                return paused
            throttling.count(request, throttling.PASSWORD_RESET)
        return super().dispatch(request, *args, **kwargs)

    def form_valid(self, form: Any) -> HttpResponse:
        """Say so on the page that comes next."""
        messages.success(self.request, _("If an account has this address, a link is on its way to it."))
        return super().form_valid(form)


class NewPassword(PasswordResetConfirmView):
    """What that link opens, once. A second factor is asked for all the same."""

    template_name = "registration/new_password.html"
    success_url = reverse_lazy("home")

    def form_valid(self, form: Any) -> HttpResponse:
        """Keep that it was done, and say so on the page that comes next."""
        with transaction.atomic():
            answer = super().form_valid(form)
            accounts.record(form.user, form.user, "account.password_reset")
        messages.success(self.request, _("Your password is changed. Sign in with it."))
        return answer


class AddressForm(forms.Form):
    """A new e-mail address; the password, since whoever has the address can get a new one."""

    email = forms.EmailField(
        required=False,
        label=gettext_lazy("E-mail address"),
        help_text=gettext_lazy("For a new password when yours is lost. Empty: none."),
        widget=forms.EmailInput({"autocomplete": "email"}),
    )
    password = forms.CharField(
        strip=False,
        max_length=1000,
        label=gettext_lazy("Password"),
        widget=forms.PasswordInput({"autocomplete": "current-password"}),
    )

    def __init__(self, *args: Any, account: User, **options: Any) -> None:
        super().__init__(*args, **options)
        self.initial = {"email": account.email}
        self.account = account

    def clean_password(self) -> str:
        """Theirs."""
        password = str(self.cleaned_data["password"])
        if not self.account.check_password(password):
            raise forms.ValidationError(_("This is not your password."))
        return password


@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@login_required
def my_address(request: HttpRequest) -> HttpResponse:
    """Change the address to which a lost password's link goes."""
    who = cast(User, request.user)
    form = AddressForm(request.POST or None, account=who)
    if form.is_valid():
        accounts.change_address(account=who, email=form.cleaned_data["email"])
        messages.success(request, _("Your address is saved."))
        return redirect("my-settings")
    return render(request, "labeling/my_address.html", {"form": form}, status=400 if form.errors else 200)
