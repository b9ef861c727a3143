"""Who reaches what: every address of a campaign, asked by everybody."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import URLPattern
from rest_framework.test import APIClient

from labeling.api.urls import urlpatterns
from labeling.models import Campaign
from tests import factories as make
from tests.api.conftest import ClientOf

# Every address that is for leads alone: method and path under the campaign, or under the API.
FOR_LEADS = [
    ("get", "campaigns/campaign/"),
    ("patch", "campaigns/campaign/"),
    ("delete", "campaigns/campaign/"),
    ("get", "campaigns/campaign/stats/"),
    ("post", "campaigns/campaign/guide/"),
    ("get", "campaigns/campaign/guide/versions/"),
    ("get", "campaigns/campaign/invitations/"),
    ("post", "campaigns/campaign/invitations/"),
    ("delete", "campaigns/campaign/invitations/1/"),
    ("get", "campaigns/campaign/members/"),
    ("post", "campaigns/campaign/members/"),
    ("get", "campaigns/campaign/members/owner/"),
    ("patch", "campaigns/campaign/members/owner/"),
    ("delete", "campaigns/campaign/members/owner/"),
    ("post", "campaigns/campaign/imports/"),
    ("get", "campaigns/campaign/export/?format=prm800k"),
    ("get", "campaigns/campaign/export/card/?format=prm800k"),
    ("get", "campaigns/campaign/rounds/"),
    ("post", "campaigns/campaign/rounds/"),
    ("get", "campaigns/campaign/rounds/0/"),
    ("post", "campaigns/campaign/rounds/0/open/"),
    ("post", "campaigns/campaign/rounds/0/close/"),
    ("post", "campaigns/campaign/rounds/0/reopen/"),
    ("post", "campaigns/campaign/retrain/"),
    ("get", "campaigns/campaign/selectors/"),
    ("post", "campaigns/campaign/selectors/1/publish/"),
    ("get", "campaigns/campaign/agreement/"),
    ("post", "campaigns/campaign/agreement/"),
    ("get", "campaigns/campaign/gold/"),
    ("post", "campaigns/campaign/gold/"),
    ("delete", "campaigns/campaign/gold/1/"),
    ("get", "campaigns/campaign/quality/"),
    ("get", "campaigns/campaign/quality/1/"),
    *[
        ("post", f"campaigns/campaign/quality/1/{what}/")
        for what in ("pause", "resume", "requeue", "let-in", "further-attempt")
    ],
    ("post", "campaigns/campaign/requeues/1/undo/"),
    ("get", "campaigns/campaign/rulings/"),
    ("get", "campaigns/campaign/adjudication/"),
    ("post", "campaigns/campaign/adjudication/1/"),
    ("get", "campaigns/campaign/jobs/"),
    ("get", "jobs/{job}/"),
    ("post", "jobs/{job}/retry/"),
    ("post", "jobs/{job}/cancel/"),
    ("get", "campaigns/campaign/events/"),
    ("get", "campaigns/campaign/labels/"),
    ("get", "campaigns/campaign/solutions/"),
    ("get", "campaigns/campaign/problems/"),
    ("get", "campaigns/campaign/problems/{problem}/"),
    ("patch", "campaigns/campaign/problems/{problem}/"),
    ("get", "campaigns/campaign/disputes/"),
    ("get", "campaigns/campaign/disputes/{dispute}/"),
    ("patch", "campaigns/campaign/disputes/{dispute}/"),
]
FOR_EVERYBODY = {
    "schema/",
    "me/",
    "me/settings/",
    "me/tokens/",
    "me/labels/",
    "campaigns/",
    "me/practice/",
    "me/practice/<slug:name>/",
}
FOR_LABELERS = {
    "me/tokens/<slug:key>/",
    "me/labels/<int:label_id>/",
    "me/drafts/",
    "me/screening/<slug:slug>/",
    "me/drafts/<int:item_id>/",
    "items/<int:item_id>/lease/",
    "campaigns/<slug:slug>/next/",
    "campaigns/<slug:slug>/guide/",
    "me/guides/<slug:slug>/",
    "items/<int:item_id>/draft/",
    "items/<int:item_id>/release/",
    "items/<int:item_id>/label/",
}


@pytest.fixture
def ids(campaign: Campaign, owner: User) -> dict[str, int]:
    """Things of the campaign that have a number of their own."""
    make.make_round(campaign)
    dispute = make.make_dispute(make.make_label(make.make_solution(make.make_problem(campaign)), ratings=[1, 1, 1]))
    job = make.make_job(campaign, kind="grade", state="failed")
    return {"job": job.pk, "problem": dispute.problem_id, "dispute": dispute.pk}


def ask(client: APIClient, method: str, path: str, ids: dict[str, int]) -> Any:
    return getattr(client, method)(f"/api/v1/{path.format(**ids)}")


def test_every_address_is_in_one_of_the_lists() -> None:
    parts = [pattern for pattern in urlpatterns if isinstance(pattern, URLPattern)]
    addresses = {str(pattern.pattern) for pattern in parts}
    for_leads = {address for address in addresses if address not in FOR_EVERYBODY | FOR_LABELERS}
    numbered = {"round": 0, "job": 1, "problem": 1, "dispute": 1}
    tested = {path.partition("?")[0].format(**numbered) for _, path in FOR_LEADS}

    def is_tested(address: str) -> bool:
        return any(_matches(address, path) for path in tested)

    assert all(is_tested(address) for address in for_leads), for_leads


def _matches(address: str, path: str) -> bool:
    theirs, ours = address.split("/"), path.split("/")
    return len(theirs) == len(ours) and all(a == b or a.startswith("<") for a, b in zip(theirs, ours, strict=True))


@pytest.mark.parametrize(("method", "path"), FOR_LEADS)
def test_leads_only_addresses(
    client_of: ClientOf, campaign: Campaign, stranger: User, ids: dict[str, int], method: str, path: str
) -> None:
    """Nobody: 401. Members who do not lead: 403. Everybody else, leads of other campaigns included: 404."""
    elsewhere = make.make_campaign()
    who = {
        "stranger": (stranger, 404),
        "lead elsewhere": (make.make_membership(elsewhere, role="lead").account, 404),
        "labeler elsewhere": (make.make_membership(elsewhere).account, 404),
        "labeler": (make.make_membership(campaign).account, 403),
        "reviewer": (make.make_membership(campaign, role="reviewer").account, 403),
    }
    assert ask(APIClient(), method, path, ids).status_code == 401
    answers = {name: ask(client_of(account), method, path, ids) for name, (account, _) in who.items()}
    assert {name: answer.status_code for name, answer in answers.items()} == {
        name: status for name, (_, status) in who.items()
    }
    assert all(set(answer.json()) == {"code", "message"} for answer in answers.values())


def test_who_is_in_no_campaign_gets_the_schema_themselves_and_empty_lists(
    client_of: ClientOf, stranger: User, ids: dict[str, int]
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


def test_the_token_of_a_closed_account_is_refused(client_of: ClientOf, owner: User) -> None:
    client = client_of(owner)
    User.objects.update(is_active=False)
    assert client.get("/api/v1/me/").status_code == 401


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
