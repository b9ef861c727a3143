"""What somebody may do ends with what it rests on: at the next request, by the sessions and tokens that they have."""

from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from django.test import Client
from knox.models import AuthToken
from pytest_django.fixtures import Settings

from labeling.actions import accounts, people, tokens
from labeling.models import Campaign, Membership
from tests import factories as make
from tests.labeling.pages import signed_in

PAGE, API, DESK = "/campaigns/campaign/members/", "/api/v1/campaigns/campaign/members/", "/campaigns/campaign/label/"
NEW_TWICE, PASSWORDS = ("new_password1", "new_password2"), ("password12", "seven green bottles")
Statuses = Callable[..., list[int]]


def asks_as(account: User) -> Statuses:
    """A living session and two living tokens, one of them for this campaign alone; what they are answered."""
    browser = signed_in(account)
    headers = [{"Authorization": f"Token {AuthToken.objects.create(account)[1]}"}]
    headers.append({"Authorization": f"Token {tokens.make(account=account, name='narrow', campaign='campaign')[1]}"})

    def statuses(page: str = PAGE, api: str = API, method: str = "get") -> list[int]:
        answers = [getattr(browser, method)(page), getattr(browser, method)(api)]
        answers += [getattr(Client(), method)(api, headers=sent) for sent in headers]
        return [answer.status_code for answer in answers]

    return statuses


def membership(account: User) -> Membership:
    return Membership.objects.get(account=account)


@pytest.fixture
def boss(campaign: Campaign) -> User:
    """The lead who stays."""
    return make.make_membership(campaign, make.make_account("boss"), "lead").account


@pytest.mark.parametrize(("role", "left"), [("reviewer", [200, 200, 200, 200]), ("labeler", [404, 403, 403, 403])])
def test_a_lead_who_gets_another_role_leads_no_more(role: str, left: list[int], owner: User, boss: User) -> None:
    statuses = asks_as(owner)
    assert statuses() == [200, 200, 200, 200]
    people.change_role(member=membership(owner), role=role, by=boss)
    assert statuses() == left
    assert statuses(page="/campaigns/campaign/settings/", api="/api/v1/campaigns/campaign/invitations/") == (
        [403 if role == "reviewer" else 404, 403, 403, 403]
    )


def test_who_is_removed_from_a_campaign_finds_nothing_of_it(campaign: Campaign, labeler: User, boss: User) -> None:
    person = make.make_labeler(campaign, labeler)
    held = make.make_item(round=make.make_round(campaign), state="leased", leased_by=person)
    make.make_draft(held, person)
    label = make.make_label(labeler=person, solution=make.make_solution(make.make_problem(campaign)))
    statuses = asks_as(labeler)
    assert statuses(page=DESK, api="/api/v1/me/guides/campaign/") == [200, 200, 200, 200]
    people.remove_member(member=membership(labeler), by=boss)
    assert statuses(page=DESK, api="/api/v1/me/guides/campaign/") == [404, 404, 404, 404]
    for page, api in {
        f"/me/work/labels/{label.pk}/": f"/api/v1/me/labels/{label.pk}/",
        f"/me/work/drafts/{held.pk}/": f"/api/v1/me/drafts/{held.pk}/",
    }.items():
        assert statuses(page=page, api=api)[:3] == [404, 404, 404]
    assert statuses(page=DESK, api=f"/api/v1/items/{held.pk}/lease/", method="post")[1:3] == [404, 404]


def test_an_administrator_who_is_none_any_more_finds_no_accounts_and_no_figures(stranger: User) -> None:
    boss = make.make_account("boss", is_superuser=True, is_staff=True)
    browser, token = signed_in(boss), {"Authorization": f"Token {people.new_token(boss)}"}
    pages = ("/accounts/", "/admin/labeling/campaign/", "/metrics")
    assert [browser.get(page).status_code for page in pages] == [200, 200, 200]
    assert Client().get("/metrics", headers=token).status_code == 200
    accounts.make_administrator(account=boss, wanted=False, by=stranger)
    assert [browser.get(page).status_code for page in pages] == [404, 302, 404]
    assert Client().get("/metrics", headers=token).status_code == 404


def test_figures_for_operators_need_the_second_factor_where_leads_do(db: None, settings: Settings) -> None:
    settings.TWO_FACTOR_FOR_LEADS = True
    boss = make.make_account("boss", is_superuser=True, is_staff=True)
    assert signed_in(boss).get("/metrics").status_code == 403
    token = {"Authorization": f"Token {people.new_token(boss)}"}
    assert Client().get("/metrics", headers=token).status_code == 200


def test_a_new_password_ends_the_sessions_of_the_old_one(owner: User) -> None:
    here, elsewhere = signed_in(owner), signed_in(owner)
    too_common, new = ({"old_password": make.PASSWORD} | dict.fromkeys(NEW_TWICE, one) for one in PASSWORDS)
    assert here.post("/me/password/", too_common).status_code == 200
    assert elsewhere.get("/me/settings/").status_code == 200
    assert here.post("/me/password/", new)["Location"] == "/me/settings/"
    assert here.get("/me/settings/").status_code == 200
    assert elsewhere.get("/me/settings/").status_code == 302


@pytest.mark.parametrize("way", ["deactivated", "renewed"])
def test_sessions_and_tokens_end_together(way: str, owner: User, boss: User) -> None:
    statuses = asks_as(owner)
    if way == "deactivated":
        accounts.deactivate(account=owner, by=boss)
    else:
        people.renew_account("owner")
    assert statuses() == [302, 401, 401, 401]


def test_signing_out_ends_the_session_and_not_only_its_cookie(owner: User) -> None:
    browser, thief = signed_in(owner), Client()
    thief.cookies["sessionid"] = browser.cookies["sessionid"].value
    assert thief.get("/me/settings/").status_code == 200
    browser.post("/logout/")
    assert thief.get("/me/settings/").status_code == 302
