"""The pause of sign-in for what else is worth trying often: invitation codes, sign-up, lost passwords.

Counted by django-axes under a name that no account can have, so `SIGN_IN_FAILURES` and the cool-off hold for it too.
"""

from axes.handlers.proxy import AxesProxyHandler
from axes.helpers import get_lockout_response
from django.contrib.auth.signals import user_login_failed
from django.http import HttpRequest, HttpResponse

INVITATION, SIGN_UP, PASSWORD_RESET = "(invitation)", "(sign-up)", "(password-reset)"


def pause(request: HttpRequest, what: str) -> HttpResponse | None:
    """The page that says that this address has to wait; None while it may go on."""
    credentials = {"username": what}
    if AxesProxyHandler.is_allowed(request, credentials):
        return None
    response: HttpResponse = get_lockout_response(request, credentials=credentials)
    return response


def count(request: HttpRequest, what: str) -> None:
    """One more try of this address."""
    user_login_failed.send(sender=__name__, credentials={"username": what}, request=request)
    request.axes_locked_out = False  # type: ignore[attr-defined]  # the next try waits; what this one does is told
