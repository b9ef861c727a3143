"""One's own API tokens: what there is, a new one, revoking."""

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from labeling.actions import accounts, tokens, two_factor
from labeling.actions.errors import ActionError
from labeling.forms import add_refusal
from labeling.models import Campaign
from labeling.views.lead_pages import account, to_two_factor


class TokenForm(forms.Form):
    """What a new token is called and may do."""

    name = forms.CharField(
        max_length=80,
        label=pgettext_lazy("of a token", "Name"),
        help_text=gettext_lazy("For you: what it is used for, or where."),
    )
    days = forms.IntegerField(
        required=False,
        min_value=1,
        max_value=tokens.MOST_DAYS,
        initial=90,
        label=gettext_lazy("Days until it expires"),
        help_text=gettext_lazy("Empty: never."),
    )
    campaign = forms.ChoiceField(required=False, label=gettext_lazy("What it reaches"))
    read_only = forms.BooleanField(
        required=False,
        label=gettext_lazy("It may only read"),
        help_text=gettext_lazy("For dashboards and exports: it changes nothing."),
    )

    def __init__(self, *args: Any, campaigns: list[tuple[str, str]], **options: Any) -> None:
        super().__init__(*args, **options)
        field = self.fields["campaign"]
        if not isinstance(field, forms.ChoiceField):
            raise TypeError(f"campaign: expected a choice, not {field!r}")
        field.choices = [("", _("all that you may reach")), *campaigns]


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@login_required
def my_tokens(request: HttpRequest) -> HttpResponseBase:
    """All that still work; a POST makes one and shows it, this once."""
    who = account(request)
    if accounts.leads_something(who) and two_factor.is_lacking(request):
        return to_two_factor(request)
    mine = Campaign.objects.filter(memberships__account=who).order_by("name").values_list("slug", "name")
    form = TokenForm(request.POST or None, campaigns=list(mine))
    token = ""
    if form.is_valid():
        try:
            _made, token = tokens.make(account=who, **form.cleaned_data)
        except ActionError as error:
            add_refusal(form, error)
        else:
            form = TokenForm(campaigns=list(mine))
    context = {
        "form": form,
        "token": token,
        "rows": [(row, tokens.terms_of(row)) for row in tokens.of(who)],
    }
    return render(request, "labeling/my_tokens.html", context, status=400 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@login_required
def revoke(request: HttpRequest, key: str) -> HttpResponse:
    """Ask, then end it."""
    who = account(request)
    found = tokens.of(who).filter(token_key=key).first()
    if found is None:
        raise Http404("There is no such token, or it is not yours.")
    name = tokens.name_of(found)
    if request.method == "POST":
        tokens.revoke(account=who, key=key)
        messages.success(request, _("The token {name} works no more.").format(name=name))
        return redirect("my-tokens")
    context = {
        "heading": _("Revoke the token {name}?").format(name=name),
        "sentences": [_("Programs that use it are refused from then on. This cannot be undone.")],
        "button": _("Revoke {name}").format(name=name),
        "back": "my-tokens",
    }
    return render(request, "labeling/account_confirm.html", context)
