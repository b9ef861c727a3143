"""All accounts of the site, for its administrators: found, deactivated, let in again. For others they are not there."""

from collections.abc import Callable
from typing import Any

from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import api_view
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from labeling.actions import accounts
from labeling.api import access
from labeling.api.filters import AccountFilters
from labeling.api.schema import refusals
from labeling.api.serializers.people import AccountAnswer


class Accounts(ListAPIView):
    """Accounts by name."""

    queryset = User.objects.none()
    serializer_class = AccountAnswer
    filterset_class = AccountFilters

    def get_queryset(self) -> QuerySet[Any]:
        """All of them, erased ones included."""
        if getattr(self, "swagger_fake_view", False):
            return self.queryset
        access.check_administrator(self.request)
        return accounts.listed()


@extend_schema(request=None, responses={200: AccountAnswer, **refusals(400, 404, 409)})
@api_view(["POST"])
def deactivate(request: Request, username: str) -> Response:
    """Let nobody in as them: sessions and tokens end, what is in hand goes back. Labels stay."""
    return _changed(request, username, accounts.deactivate)


@extend_schema(request=None, responses={200: AccountAnswer, **refusals(400, 404, 409)})
@api_view(["POST"])
def activate(request: Request, username: str) -> Response:
    """Let them sign in again, by their old password. Tokens they make anew."""
    return _changed(request, username, accounts.activate)


def _changed(request: Request, username: str, act: Callable[..., None]) -> Response:
    access.check_administrator(request)
    whose = get_object_or_404(accounts.listed(), username=username)
    access.refuse_body(request)
    act(account=whose, by=access.account(request))
    return Response(AccountAnswer(whose).data)
