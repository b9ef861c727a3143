"""Each answer in the language and on the clock of the person who asks; the page's light and keys are theirs too."""

from collections.abc import Callable
from contextlib import suppress
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.conf import settings
from django.contrib.auth.models import User
from django.db import Error as AnyDatabaseError
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils import timezone, translation

from labeling.actions import preferences
from labeling.models import Preferences, Theme

ZONE_COOKIE = "time_zone"  # written by zone.js: only a browser knows where its clock is
THEME_COOKIE = "theme"  # what the sign-in page goes by
COOKIE_SECONDS = 365 * 24 * 3600

Answer = Callable[[HttpRequest], HttpResponseBase]


class Personal:
    """Middleware: the person's language over the browser's, their time zone over the browser's over the site's."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        with timezone.override(_zone(request.COOKIES.get(ZONE_COOKIE, ""))):
            with suppress(AnyDatabaseError):  # the view itself says then what is wrong
                if request.user.is_authenticated:
                    speak_to(request, request.user)
            return self.get_response(request)


def speak_to(request: HttpRequest, account: User) -> None:
    """From here on this request is answered in the account's language and on its clock; the next one starts anew."""
    chosen = preferences.of(account)
    request.preferences = chosen  # type: ignore[attr-defined]
    if chosen.language in dict(settings.LANGUAGES):
        translation.activate(chosen.language)
        request.LANGUAGE_CODE = chosen.language
    if zone := _zone(chosen.time_zone):
        timezone.activate(zone)


def preferences_of(request: HttpRequest) -> Preferences:
    """What the person who asks chose; where nobody is signed in, the light that this browser's last one wanted."""
    chosen = getattr(request, "preferences", None)
    if isinstance(chosen, Preferences):
        return chosen
    theme = request.COOKIES.get(THEME_COOKIE, "")
    return Preferences(theme=theme if theme in Theme.values else Theme.SYSTEM)


def in_templates(request: HttpRequest) -> dict[str, Preferences]:
    """Context processor: `preferences`."""
    return {"preferences": preferences_of(request)}


def remember(response: HttpResponseBase, chosen: Preferences) -> None:
    """Let this browser's sign-in page, which knows nobody, look and speak as this person chose."""
    for name, value in ((THEME_COOKIE, chosen.theme), (settings.LANGUAGE_COOKIE_NAME, chosen.language)):
        if value and value != Theme.SYSTEM:
            response.set_cookie(name, value, max_age=COOKIE_SECONDS, samesite="Lax", secure=settings.HTTPS)
        else:
            response.delete_cookie(name, samesite="Lax")


def _zone(name: str) -> ZoneInfo | None:
    """A time zone by its name; None where there is none of that name."""
    try:
        return ZoneInfo(name) if name else None
    except (ZoneInfoNotFoundError, ValueError, OSError):  # a cookie may say anything, a path among it
        return None
