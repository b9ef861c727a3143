"""Who asks: an API token, or the session of a signed-in browser."""

from hmac import compare_digest
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.authentication import SessionScheme
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from knox.auth import TokenAuthentication
from knox.crypto import hash_token
from knox.models import get_token_model
from knox.settings import CONSTANTS
from rest_framework import exceptions
from rest_framework.authentication import SessionAuthentication
from rest_framework.request import Request

from labeling import personal
from labeling.actions.statements import Statement
from labeling.api import limits

# What requests ask of an account; the rest is read when needed.
USER = ("username", "is_active", "is_superuser")
CHOSEN = ("theme", "language", "time_zone", "character_keys", "keys")


def _known(key: str) -> QuerySet[Any]:
    tokens = get_token_model().objects.filter(token_key=key).select_related("user__preferences", "terms__campaign")
    asked = (*USER, *(f"preferences__{name}" for name in CHOSEN))
    terms = ("terms__name", "terms__read_only", "terms__campaign__slug")
    return tokens.only("digest", "expiry", *terms, *(f"user__{name}" for name in asked))


_KNOWN = Statement(_known)


class Token(TokenAuthentication):
    """knox's tokens, read in one query: without its sweep over a person's other tokens at every request."""

    def authenticate(self, request: Request) -> tuple[Any, Any] | None:
        """The account and the token, None where the request brings none; the answer speaks that person's language."""
        found = super().authenticate(request)
        if found:
            limits.check(request, found[1])
            personal.speak_to(request._request, found[0])
        return found

    def authenticate_credentials(self, token: bytes) -> tuple[Any, Any]:
        """The account and the token. Raises AuthenticationFailed."""
        text = token.decode("latin-1")  # any byte may come; only a known token matches
        digest = hash_token(text)
        for candidate in _KNOWN.rows(key=text[: CONSTANTS.TOKEN_KEY_LENGTH]):
            is_over = candidate.expiry is not None and candidate.expiry < timezone.now()
            if compare_digest(digest, candidate.digest) and not is_over:
                return self.validate_user(candidate)
        raise exceptions.AuthenticationFailed(_("This token is not known (any more)."))


class SomebodyElse(exceptions.AuthenticationFailed):
    """The session is not that of the person whose page asks."""

    default_code = "other_account"


class Session(SessionAuthentication):
    """A browser's session. A page may say in `X-Account` whose it is: it does nothing in the name of somebody else."""

    def authenticate(self, request: Request) -> tuple[Any, Any] | None:
        """The account of the session, None without one. Raises SomebodyElse."""
        found: tuple[Any, Any] | None = super().authenticate(request)
        if found and request.headers.get("X-Account", str(found[0].pk)) != str(found[0].pk):
            raise SomebodyElse(_("Somebody else is signed in in this browser now."))
        return found


class TokenScheme(OpenApiAuthenticationExtension):
    """How the schema describes it."""

    target_class = Token
    name = "token"

    def get_security_definition(self, auto_schema: object) -> dict[str, str]:
        """An API key in a header: OpenAPI has no name for the scheme `Token`."""
        return {
            "type": "apiKey",
            "in": "header",
            "name": "Authorization",
            "description": "`Token …`, as `manage.py create_account` prints it.",
        }


class PageScheme(SessionScheme):
    """The session, as the schema describes any."""

    target_class = "labeling.api.authentication.Session"
