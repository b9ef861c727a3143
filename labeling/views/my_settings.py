"""One's own settings: light, language, clock, keys, password."""

from itertools import groupby
from typing import Any, cast
from zoneinfo import available_timezones

from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import User
from django.contrib.auth.views import PasswordChangeView
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse_lazy
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_http_methods

from labeling import keys, personal
from labeling.actions import accounts, preferences, two_factor
from labeling.models import Membership, Preferences, Theme
from labeling.views.key_words import key_words

AREAS = (
    "Africa", "America", "Antarctica", "Arctic", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific",
)  # fmt: skip
THEMES = {
    Theme.SYSTEM: (gettext_lazy("As this machine"), gettext_lazy("Light by day and dark by night, where it does so.")),
    Theme.LIGHT: (gettext_lazy("Light"), ""),
    Theme.DARK: (gettext_lazy("Dark"), ""),
}


class PreferencesForm(forms.Form):
    """What is chosen by a form; keys are chosen by pressing them."""

    theme = forms.ChoiceField(choices=Theme.choices)
    language = forms.ChoiceField(required=False, choices=[("", ""), *settings.LANGUAGES])
    time_zone = forms.ChoiceField(required=False)
    character_keys = forms.BooleanField(required=False)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        zones = cast(forms.ChoiceField, self.fields["time_zone"])
        zones.choices = [("", ""), *((zone, zone) for zone in available_timezones())]


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@ensure_csrf_cookie
@login_required
def my_settings(request: HttpRequest) -> HttpResponse:
    """Show what was chosen; a POST changes it."""
    account = cast(User, request.user)
    if request.method != "POST":
        return render(request, "labeling/my_settings.html", _context(request, preferences.of(account)))
    form = PreferencesForm(request.POST)
    if not form.is_valid():  # only a request that no page of ours sends
        return render(request, "labeling/my_settings.html", _context(request, preferences.of(account)), status=400)
    chosen = preferences.change(account=account, wanted=form.cleaned_data)
    with translation.override(chosen.language or _browser_language(request)):
        messages.success(request, _("Your settings are saved."))
    answer = redirect("my-settings")
    personal.remember(answer, chosen)
    return answer


def _context(request: HttpRequest, chosen: Preferences) -> dict[str, Any]:
    groups = _key_groups(chosen)
    return {
        "chosen": chosen,
        "themes": [(value, name, hint) for value, (name, hint) in THEMES.items()],
        "languages": settings.LANGUAGES,
        "browser_language": dict(settings.LANGUAGES).get(_browser_language(request), "English"),
        "zones": _zones(),
        "zone_now": timezone.get_current_timezone_name(),
        "now": timezone.now(),
        "groups": groups,
        "key_list": [line for _title, lines in groups for line in lines],
        "words": key_words(),
        "has_two_factor": two_factor.device_of(cast(User, request.user)) is not None,
        "memberships": Membership.objects.filter(account=chosen.account_id)
        .select_related("campaign")
        .order_by("campaign__name"),
    }


def _browser_language(request: HttpRequest) -> str:
    """What the browser asks for, whatever was chosen here."""
    asks = HttpRequest()
    asks.META["HTTP_ACCEPT_LANGUAGE"] = request.META.get("HTTP_ACCEPT_LANGUAGE", "")
    return translation.get_language_from_request(asks)


def _zones() -> list[tuple[str, list[str]]]:
    """The time zones by area, as places: `Europe/Berlin`; further spellings of the same are left out."""
    names = sorted(name for name in available_timezones() if name.partition("/")[0] in AREAS and "/" in name)
    areas = [(area, list(zones)) for area, zones in groupby(names, key=lambda name: name.partition("/")[0])]
    return [("UTC", ["UTC"]), *areas]


def _key_groups(chosen: Preferences) -> list[tuple[str, list[dict[str, Any]]]]:
    """Every action with its key, by where it acts; also what keyset.js reads."""
    titles = {"desk": _("While labeling"), "lists": _("In lists"), "everywhere": _("On every page")}
    found: dict[str, list[dict[str, Any]]] = {name: [] for name in titles}
    main = keys.main_keys(chosen.keys)
    for action in keys.ACTIONS:
        where = "everywhere" if action.on == keys.EVERYWHERE else "lists" if keys.LISTS in action.on else "desk"
        found[where].append(
            {
                "name": action.name,
                "label": str(action.label),
                "key": main[action.name],
                "cap": keys.cap(main[action.name]),
                "default": action.key,
                "on": sorted(action.on),
            }
        )
    return [(titles[where], lines) for where, lines in found.items()]


class ChangePassword(PasswordChangeView):
    """Django's own form and rules; sessions elsewhere end with the old password."""

    template_name = "labeling/my_password.html"
    success_url = reverse_lazy("my-settings")

    def form_valid(self, form: Any) -> HttpResponse:
        """Keep that it was done, and say so on the page that comes next."""
        with transaction.atomic():
            answer = super().form_valid(form)
            accounts.record(form.user, form.user, "account.password_changed")
        messages.success(self.request, _("Your password is changed. Other browsers have to sign in again."))
        return answer
