"""What tests of the API share: clients that speak JSON as somebody."""

from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from knox.models import AuthToken
from rest_framework.test import APIClient

from labeling.models import Campaign, Labeler, QueueItem
from tests import factories as make

ClientOf = Callable[[User], APIClient]


@pytest.fixture
def client_of() -> ClientOf:
    """A client that sends the account's own API token."""

    def as_account(account: User) -> APIClient:
        _, token = AuthToken.objects.create(user=account)
        client = APIClient(raise_request_exception=False)
        client.credentials(HTTP_AUTHORIZATION=f"Token {token}")
        return client

    return as_account


@pytest.fixture
def lead(client_of: ClientOf, owner: User) -> APIClient:
    """The campaign's lead."""
    return client_of(owner)


@pytest.fixture
def worker_bee(client_of: ClientOf, labeler: User) -> APIClient:
    """The campaign's labeler."""
    return client_of(labeler)


@pytest.fixture
def person(campaign: Campaign, labeler: User) -> Labeler:
    """The labeler's record in the campaign."""
    return make.make_labeler(campaign, labeler)


@pytest.fixture
def item(campaign: Campaign) -> QueueItem:
    """A waiting item of an open round: a problem, and a wrong solution of three steps."""
    return make.make_item(round=make.make_round(campaign))
