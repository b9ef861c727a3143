"""Leaving a campaign, and deactivating accounts, over the API."""

import pytest
from django.contrib.auth.models import User
from django_otp.plugins.otp_totp.models import TOTPDevice
from pytest_django.fixtures import Settings
from rest_framework.test import APIClient

from labeling.actions import people, tokens
from labeling.models import Campaign, Event, Labeler, Membership
from tests import factories as make
from tests.api.conftest import ClientOf
from tests.labeling.pages import signed_in
from tests.labeling.working import make_items, take

ACCOUNTS = "/api/v1/accounts/"


@pytest.fixture
def root(db: None) -> User:
    return make.make_account("root", is_superuser=True, is_staff=True, email="root@example.org")


@pytest.fixture
def admin(client_of: ClientOf, root: User) -> APIClient:
    return client_of(root)


def test_who_leaves_keeps_their_labels_and_gives_back_what_they_hold(
    campaign: Campaign, labeler: User, worker_bee: APIClient, person: Labeler
) -> None:
    make.make_label(make.make_solution(make.make_problem(campaign)), person)
    make_items(make.make_round(campaign), 1)
    held = take(campaign, person)
    assert worker_bee.delete("/api/v1/me/campaigns/campaign/").status_code == 204
    held.refresh_from_db()
    assert (held.state, person.labels.count()) == ("waiting", 1)
    assert not Membership.objects.filter(account=labeler).exists()
    assert Event.objects.get(verb="member.removed").actor == labeler
    assert worker_bee.delete("/api/v1/me/campaigns/campaign/").status_code == 404
    assert worker_bee.get("/api/v1/me/").json()["campaigns"] == []


def test_the_last_lead_does_not_leave(campaign: Campaign, lead: APIClient, owner: User) -> None:
    refused = lead.delete("/api/v1/me/campaigns/campaign/")
    assert (refused.status_code, "needs a lead" in refused.json()["message"]) == (409, True)
    assert Membership.objects.filter(account=owner).exists()


def test_accounts_are_found_with_their_places(campaign: Campaign, owner: User, admin: APIClient) -> None:
    found = admin.get(ACCOUNTS, {"q": "OWN"}).json()["results"]
    assert found == [
        {
            "username": "owner",
            "email": owner.email,
            "is_active": True,
            "is_administrator": False,
            "has_two_factor": False,
            "last_login": None,
            "campaigns": [{"campaign": "campaign", "role": "lead"}],
        }
    ]
    assert [one["username"] for one in admin.get(ACCOUNTS, {"q": "@example.org"}).json()["results"]] == ["root"]
    assert admin.get(ACCOUNTS, {"is_active": "false"}).json()["count"] == 0


def test_deactivating_ends_access_and_keeps_labels(
    campaign: Campaign, labeler: User, person: Labeler, admin: APIClient
) -> None:
    make.make_label(make.make_solution(make.make_problem(campaign)), person)
    token, browser = people.new_token(labeler), signed_in(labeler)
    answer = admin.post(f"{ACCOUNTS}labeler/deactivate/")
    assert (answer.status_code, answer.json()["is_active"]) == (200, False)
    assert not people.token_works(token)
    assert browser.get("/me/settings/").status_code == 302
    assert person.labels.count() == 1
    assert admin.post(f"{ACCOUNTS}labeler/deactivate/").status_code == 409
    assert admin.post(f"{ACCOUNTS}labeler/activate/").json()["is_active"] is True
    verbs = list(Event.objects.filter(campaign=campaign, about=labeler).values_list("verb", flat=True))
    assert verbs == ["account.activated", "account.deactivated"]


def test_nobody_deactivates_themselves_nor_who_is_not_there(admin: APIClient, root: User) -> None:
    assert admin.post(f"{ACCOUNTS}root/deactivate/").status_code == 409
    assert admin.post(f"{ACCOUNTS}nobody/deactivate/").status_code == 404
    assert admin.post(f"{ACCOUNTS}root/activate/", {"force": True}).json()["fields"].keys() == {"force"}


def test_accounts_are_not_there_for_others(lead: APIClient, worker_bee: APIClient) -> None:
    for client in (lead, worker_bee):
        assert client.get(ACCOUNTS).status_code == 404
        assert client.post(f"{ACCOUNTS}labeler/deactivate/").status_code == 404
    assert User.objects.get(username="labeler").is_active


def test_an_administrators_session_needs_its_second_factor_and_a_narrow_token_does_not_reach_them(
    campaign: Campaign, root: User, settings: Settings, client_of: ClientOf
) -> None:
    settings.TWO_FACTOR_FOR_LEADS = True
    assert signed_in(root).get(ACCOUNTS).status_code == 403
    make.make_membership(campaign, root, "lead")
    TOTPDevice.objects.create(user=root, confirmed=True)
    narrow, reading = (
        APIClient(headers={"Authorization": f"Token {tokens.make(account=root, name='n', **terms)[1]}"})
        for terms in ({"campaign": "campaign"}, {"read_only": True})
    )
    assert narrow.get(ACCOUNTS).status_code == 403
    assert (reading.get(ACCOUNTS).status_code, reading.post(f"{ACCOUNTS}root/activate/").status_code) == (200, 403)
