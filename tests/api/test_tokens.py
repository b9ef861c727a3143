"""API tokens of one's own: named, limited, revoked."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone
from django_otp.plugins.otp_totp.models import TOTPDevice
from knox.models import AuthToken
from pytest_django.fixtures import Settings
from rest_framework.test import APIClient

from labeling.actions import people, tokens, two_factor
from labeling.models import Campaign, Event
from tests import factories as make
from tests.labeling.pages import signed_in, text_of

MINE = "/api/v1/me/tokens/"


def by(token: str) -> APIClient:
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Token {token}")
    return client


def made(account: User, **terms: Any) -> APIClient:
    return by(tokens.make(account=account, name="mine", **terms)[1])


def test_a_token_is_made_listed_and_revoked_by_its_owner_alone(
    campaign: Campaign, owner: User, labeler: User, settings: Settings
) -> None:
    first = by(people.new_token(owner))
    said = first.post(MINE, {"name": "nightly", "days": 30, "read_only": True, "campaign": "campaign"})
    assert said.status_code == 201
    token, key = said.json()["token"], said.json()["key"]
    listed = first.get(MINE).json()
    assert [row["name"] for row in listed] == ["nightly", None]
    assert not any("token" in row for row in listed)
    assert by(token).get("/api/v1/campaigns/campaign/stats/").status_code == 200
    assert made(labeler).delete(f"{MINE}{key}/").status_code == 404
    assert made(owner).post(MINE, {"name": "more"}).status_code == 403  # a named one makes no others
    assert first.delete(f"{MINE}{key}/").status_code == 204
    assert by(token).get("/api/v1/campaigns/campaign/stats/").status_code == 401
    assert {"token.made", "token.revoked"} <= set(Event.objects.values_list("verb", flat=True))
    settings.TWO_FACTOR_FOR_LEADS = True  # no way round the second factor
    assert signed_in(owner).post(MINE, {"name": "more"}, "application/json").status_code == 403
    assert signed_in(owner).get("/me/tokens/")["Location"] == "/me/two-factor/"


@pytest.mark.parametrize(
    ("body", "field"),
    [({"name": ""}, "name"), ({"name": "a", "days": 0}, "days"), ({"name": "a", "campaign": "other"}, "campaign")],
)
def test_what_is_wrong_with_a_token_is_named(body: dict[str, Any], field: str, campaign: Campaign, owner: User) -> None:
    make.make_campaign("other")
    refused = by(people.new_token(owner)).post(MINE, body)
    assert refused.status_code == 400
    assert field in refused.json()["fields"]
    assert AuthToken.objects.count() == 1


def test_a_token_keeps_to_its_limits(campaign: Campaign, owner: User) -> None:
    other = make.make_campaign("other")
    make.make_membership(other, owner, role="lead")
    job, theirs = make.make_job(campaign), make.make_job(other)
    reader, narrow = made(owner, read_only=True), made(owner, campaign="campaign")
    assert reader.get("/api/v1/campaigns/other/stats/").status_code == 200
    refused = reader.post("/api/v1/campaigns/campaign/next/")
    assert (refused.status_code, refused.json()["code"]) == (403, "token_read_only")
    assert narrow.post("/api/v1/campaigns/campaign/next/").status_code == 204
    assert narrow.get(f"/api/v1/jobs/{job.pk}/").status_code == 200
    assert narrow.get("/api/v1/schema/").status_code == 200
    for path in ("campaigns/other/stats/", f"jobs/{theirs.pk}/", "campaigns/", "me/", "me/tokens/", "items/1/lease/"):
        refused = narrow.get(f"/api/v1/{path}")
        assert (refused.status_code, refused.json()["code"]) == (403, "token_of_one_campaign"), path


def test_an_expired_token_is_over(campaign: Campaign, owner: User) -> None:
    client = made(owner, days=1)
    assert client.get("/api/v1/me/").status_code == 200
    AuthToken.objects.update(expiry=timezone.now() - timedelta(seconds=1))
    assert client.get("/api/v1/me/").status_code == 401
    assert not tokens.of(owner)


def test_the_page_shows_a_token_once_and_revokes_it_after_asking(
    campaign: Campaign, owner: User, labeler: User
) -> None:
    page = signed_in(labeler)
    shown = page.post("/me/tokens/", {"name": "notebook", "days": "", "campaign": "campaign"}).content.decode()
    token = shown.partition('<input readonly value="')[2].partition('"')[0]
    assert by(token).post("/api/v1/campaigns/campaign/next/").status_code == 204
    again = page.get("/me/tokens/")
    assert token not in again.content.decode()
    assert "notebook" in text_of(again)
    assert page.post("/me/tokens/", {"name": "", "days": "-1"}).status_code == 400
    address = f"/me/tokens/{AuthToken.objects.get().token_key}/revoke/"
    assert signed_in(owner).post(address).status_code == 404
    assert Client().post(address).status_code == 302
    assert "Revoke the token notebook?" in text_of(page.get(address))
    page.post(address)
    assert by(token).post("/api/v1/campaigns/campaign/next/").status_code == 401


def test_who_becomes_a_lead_brings_no_token_round_the_second_factor(
    campaign: Campaign, labeler: User, settings: Settings
) -> None:
    named, given, members = made(labeler), by(people.new_token(labeler)), "/api/v1/campaigns/campaign/members/"
    settings.TWO_FACTOR_FOR_LEADS = True
    campaign.memberships.filter(account=labeler).update(role="lead")
    for path in (members, "/api/v1/campaigns/campaign/rounds/"):
        refused = named.get(path)
        assert (refused.status_code, refused.json()["code"]) == (403, "two_factor_required"), path
    assert named.post("/api/v1/campaigns/", {"slug": "mine", "name": "Mine"}).status_code == 403
    assert not Campaign.objects.filter(slug="mine").exists()
    assert named.post("/api/v1/campaigns/campaign/next/").status_code == 204  # to label is no lead's affair
    assert given.get(members).status_code == 200  # an operator's command made it, for a program
    two_factor.begin(labeler)
    assert named.get(members).status_code == 403  # not confirmed yet
    TOTPDevice.objects.update(confirmed=True)
    assert named.get(members).status_code == 200
