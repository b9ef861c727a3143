"""Where a request comes from, also behind proxies."""

from ipaddress import ip_address

from django.conf import settings
from django.http import HttpRequest


def client_address(request: HttpRequest) -> str | None:
    """What the outermost of the installation's own proxies saw.

    Each proxy adds at the right whom it heard from; further left stands whatever a browser likes to claim.
    """
    seen = request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")
    if 0 < settings.PROXIES <= len(seen) and (address := _valid(seen[-settings.PROXIES])):
        return address
    return _valid(request.META.get("REMOTE_ADDR", ""))


def _valid(text: str) -> str | None:
    """The address, None for what is none: over a Unix socket there is no address."""
    try:
        return str(ip_address(text.strip()))
    except ValueError:
        return None
