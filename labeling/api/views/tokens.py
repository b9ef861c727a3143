"""One's own API tokens."""

from typing import Any

from django.contrib.auth.models import User
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.exceptions import NotFound, PermissionDenied
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from labeling.actions import accounts, tokens
from labeling.api import access
from labeling.api.filters import refuse_unknown
from labeling.api.schema import refusals
from labeling.api.serializers.tokens import MadeToken, NewToken, TokenAnswer


class MyTokens(APIView):
    """The tokens that still work, the newest first; fifty at most."""

    @extend_schema(responses={200: TokenAnswer(many=True), **refusals(400)})
    def get(self, request: Request) -> Response:
        """What they are called and may do; never the tokens themselves."""
        mine = tokens.of(access.account(request))
        refuse_unknown(request)
        return Response(TokenAnswer(mine, many=True).data)

    @extend_schema(request=NewToken, responses={201: MadeToken, **refusals(400, 403)})
    def post(self, request: Request) -> Response:
        """Make one. The answer holds it, this once."""
        who = access.account(request)
        _check_may_make(request, who)
        body = NewToken(data=request.data)
        body.is_valid(raise_exception=True)
        made, token = tokens.make(account=who, **body.validated_data)
        return Response({**TokenAnswer(made).data, "token": token}, status=201)


class MyToken(APIView):
    """One of them."""

    @extend_schema(responses={204: OpenApiResponse(description="It works no more."), **refusals(404)})
    def delete(self, request: Request, key: str) -> Response:
        """Revoke it."""
        if not tokens.revoke(account=access.account(request), key=key):
            raise NotFound(_("There is no such token, or it is not yours."))
        return Response(status=204)


def _check_may_make(request: Request, who: User) -> None:
    """A token that expires or is limited makes none that outlives it; a lead's session needs its second factor."""
    token: Any = request.auth
    if token is not None and (token.expiry or tokens.terms_of(token)):
        raise PermissionDenied(_("A token with a name of its own makes no others. Sign in to make one."))
    if accounts.leads_something(who):
        access.check_two_factor(request)
