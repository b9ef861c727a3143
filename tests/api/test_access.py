"""Tokens and sessions at the door; who reaches what is in tests/strangers/access_table.csv."""

import pytest
from django.contrib.auth.models import User
from django.test import Client
from rest_framework.test import APIClient

from labeling.models import Campaign
from tests.api.conftest import ClientOf


def test_who_is_in_no_campaign_gets_the_schema_themselves_and_empty_lists(
    client_of: ClientOf, campaign: Campaign, stranger: User
) -> None:
    client = client_of(stranger)
    assert client.get("/api/v1/schema/").status_code == 200
    assert client.get("/api/v1/me/").json()["campaigns"] == []
    for path in ("campaigns/", "me/labels/"):
        assert client.get(f"/api/v1/{path}").json() == {"count": 0, "next": None, "previous": None, "results": []}


@pytest.mark.parametrize(
    "path", ["me/", "me/settings/", "campaigns/", "me/labels/", "campaigns/campaign/next/", "items/1/label/"]
)
@pytest.mark.parametrize("header", [None, "Token", "Token a b", "Token 0123456789abcdef", "Token \xff\xfe", "Bearer x"])
@pytest.mark.django_db
def test_without_a_known_token_nothing_is_answered(path: str, header: str | None) -> None:
    client = APIClient()
    if header:
        client.credentials(HTTP_AUTHORIZATION=header)
    answer = client.get(f"/api/v1/{path}")
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == "Token"
    assert set(answer.json()) == {"code", "message"}


def test_a_session_reads_without_a_token(owner: User) -> None:
    client = APIClient()
    client.force_login(owner, backend="django.contrib.auth.backends.ModelBackend")
    assert client.get("/api/v1/me/").json()["username"] == "owner"


def test_a_page_does_nothing_in_the_name_of_somebody_else(labeler: User, owner: User) -> None:
    browser = Client()
    browser.force_login(owner, backend="django.contrib.auth.backends.ModelBackend")
    assert browser.get("/api/v1/me/", headers={"X-Account": str(owner.pk)}).json()["username"] == "owner"
    for whose in (str(labeler.pk), "", "x"):
        answer = browser.get("/api/v1/me/", headers={"X-Account": whose})
        assert (answer.status_code, answer.json()["code"]) == (401, "other_account")
