"""Signing in with a second factor: set up, asked for, required of leads, lost and found."""

import re
import time
from types import SimpleNamespace

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from django.test import Client
from django_otp import oath
from django_otp.oath import totp
from django_otp.plugins.otp_static.models import StaticToken
from django_otp.plugins.otp_totp import models as otp_totp
from django_otp.plugins.otp_totp.models import TOTPDevice
from knox.models import AuthToken
from pytest_django.fixtures import Settings

from labeling.actions import two_factor
from labeling.actions.errors import ActionError
from labeling.models import Campaign
from tests import factories as make
from tests.labeling.at_once import all_at_once
from tests.labeling.pages import signed_in, text_of

PAGE = "/me/two-factor/"


@pytest.fixture(autouse=True)
def no_waiting(settings: Settings) -> None:
    """Between wrong codes; one test takes it back."""
    settings.OTP_TOTP_THROTTLE_FACTOR = settings.OTP_STATIC_THROTTLE_FACTOR = 0


@pytest.fixture(autouse=True)
def within_one_code(monkeypatch: pytest.MonkeyPatch) -> None:
    """The library's clock stands still: a test may begin a moment before its code changes."""
    now = time.time()
    monkeypatch.setattr(oath, "time", lambda: now)
    monkeypatch.setattr(otp_totp, "time", SimpleNamespace(time=lambda: now))


def code_of(device: TOTPDevice, *, later: int = 0) -> str:
    """What the app shows now, or so many codes later."""
    return f"{totp(device.bin_key, t0=-30 * later):06d}"


def set_up(account: User) -> tuple[TOTPDevice, list[str]]:
    device = two_factor.begin(account)
    return two_factor.confirm(account, code_of(device), session_key=None)


def half_way(name: str = "owner") -> Client:
    client = Client()
    answer = client.post("/", {"username": name, "password": make.PASSWORD})
    assert answer["Location"] == "/login/code/"
    assert client.get("/api/v1/me/").status_code == 401
    return client


def enter(client: Client, code: str) -> bool:
    client.post("/login/code/", {"code": code})
    return client.get("/api/v1/me/").status_code == 200


def test_it_is_set_up_on_the_page_and_asked_for_from_then_on(campaign: Campaign, owner: User) -> None:
    here, elsewhere = signed_in(owner), signed_in(owner)
    assert "is a choice for everybody" in text_of(here.get(PAGE))
    shown = here.post(PAGE, {"do": "begin"}, follow=True).content.decode()
    assert "<svg" in shown
    assert "style=" not in shown.partition("<svg")[2].partition("</svg>")[0]
    device = TOTPDevice.objects.get()
    assert two_factor.secret_of(device) in shown
    assert here.post(PAGE, {"do": "confirm", "code": "000 000"}).status_code == 400
    told = here.post(PAGE, {"do": "confirm", "code": code_of(device)})
    codes = re.findall(r"<code>([a-z2-9]{5}-[a-z2-9]{5})</code>", told.content.decode())
    assert len(set(codes)) == 10
    assert not StaticToken.objects.filter(token__in=codes).exists()  # only their digests are kept
    assert here.get("/api/v1/me/").status_code == 200
    assert elsewhere.get("/api/v1/me/").status_code == 401
    assert "10 recovery codes are left." in text_of(here.get(PAGE))

    assert not enter(half_way(), code_of(device))  # used when it was set up
    assert enter(half_way(), code_of(device, later=1))
    assert not enter(half_way(), code_of(device, later=1))
    assert {event.verb for event in campaign.events.all()} == {"account.two_factor_on"}


def test_each_recovery_code_signs_in_once_and_new_ones_end_the_old(campaign: Campaign, owner: User) -> None:
    device, codes = set_up(owner)
    assert enter(half_way(), codes[0].upper().replace("-", " "))
    assert not enter(half_way(), codes[0])
    client = half_way()
    assert enter(client, codes[1])
    assert "_auth_user_id" in client.session
    client.post(PAGE, {"do": "codes", "code": codes[2]})
    assert not enter(half_way(), codes[3])
    assert client.post(PAGE, {"do": "off", "code": "wrong"}).status_code == 400
    assert two_factor.device_of(owner)
    assert "is off" in text_of(client.post(PAGE, {"do": "off", "code": code_of(device, later=1)}, follow=True))
    assert not StaticToken.objects.exists()
    assert Client().post("/", {"username": "owner", "password": make.PASSWORD})["Location"] == "/"


@pytest.mark.django_db(transaction=True)
def test_of_two_who_bring_one_code_at_once_one_gets_in() -> None:
    account = make.make_account()
    device, codes = set_up(account)
    for code in (codes[0], code_of(device, later=1)):
        found = all_at_once([lambda code=code: two_factor.check(account, code)] * 2)  # type: ignore[misc]
        assert sum(one is not None for one in found) == 1


def test_guessing_codes_slows_down_and_locks_out(campaign: Campaign, owner: User, settings: Settings) -> None:
    device, _codes = set_up(owner)
    settings.AXES_FAILURE_LIMIT = 4
    client = half_way()
    for _try in range(2):
        assert "was used already" in text_of(client.post("/login/code/", {"code": "000000"}))
    settings.OTP_TOTP_THROTTLE_FACTOR = 1
    right = code_of(device, later=1)
    assert client.post("/login/code/", {"code": right}).status_code == 200  # too soon after the wrong ones
    assert client.post("/login/code/", {"code": right}).status_code == 429
    assert Client().post("/", {"username": "owner", "password": make.PASSWORD}).status_code == 429


def test_half_way_lasts_five_minutes_and_no_longer_than_password_and_account(
    campaign: Campaign, owner: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    _device, codes = set_up(owner)
    assert Client().get("/login/code/")["Location"] == "/"
    client = half_way()
    now = time.time()
    with monkeypatch.context() as later:
        later.setattr("labeling.views.signing.time.time", lambda: now + 301)
        assert not enter(client, codes[0])
    client, other = half_way(), half_way()
    owner.set_password("another good one")
    owner.save()
    assert not enter(client, codes[0])
    User.objects.filter(pk=owner.pk).update(is_active=False)
    assert not enter(other, codes[0])
    assert two_factor.codes_left(owner) == 10


def test_leads_need_it_where_it_is_required_and_programs_do_not(
    campaign: Campaign, owner: User, labeler: User, settings: Settings
) -> None:
    settings.TWO_FACTOR_FOR_LEADS = True
    lead, member = signed_in(owner), signed_in(labeler)
    for path in ("/campaigns/campaign/", "/campaigns/campaign/members/", "/new-campaign/"):
        assert lead.get(path)["Location"] == PAGE
    assert "You lead a campaign, so you need it here" in text_of(lead.get(PAGE))
    refused = lead.get("/api/v1/campaigns/campaign/members/")
    assert (refused.status_code, refused.json()["code"]) == (403, "two_factor_required")
    assert lead.post("/api/v1/campaigns/", {"slug": "a", "name": "A"}, "application/json").status_code == 403
    assert lead.get("/campaigns/campaign/label/").status_code == 200  # to label is no lead's affair
    assert member.get("/me/settings/").status_code == 200
    _, token = AuthToken.objects.create(owner)
    asked = Client().get("/api/v1/campaigns/campaign/members/", HTTP_AUTHORIZATION=f"Token {token}")
    assert asked.status_code == 200
    boss = make.make_account("boss", is_superuser=True, is_staff=True)
    assert signed_in(boss).get("/accounts/")["Location"] == PAGE
    assert signed_in(boss).get("/admin/labeling/campaign/").status_code == 302

    _device, codes = set_up(owner)
    client = half_way()
    assert enter(client, codes[0])
    assert client.get("/campaigns/campaign/members/").status_code == 200
    assert client.get("/api/v1/campaigns/campaign/members/").status_code == 200


def test_who_lost_everything_is_let_in_by_an_administrator_or_a_command(campaign: Campaign, owner: User) -> None:
    boss = make.make_account("boss", is_superuser=True, is_staff=True)
    set_up(owner)
    page = signed_in(boss)
    assert "Reset two-factor" in text_of(page.get("/accounts/"))
    page.post(f"/accounts/{owner.pk}/reset-two-factor/")
    assert two_factor.device_of(owner) is None
    set_up(owner)
    call_command("reset_two_factor", "owner")
    assert two_factor.device_of(owner) is None
    with pytest.raises(ActionError):
        two_factor.reset(account=owner, by=boss)


def test_the_admin_has_no_door_of_its_own(db: None) -> None:
    assert Client().get("/admin/login/?next=/admin/")["Location"] == "/login/?next=/admin/"
    boss = make.make_account("boss", is_superuser=True, is_staff=True)
    for secret in ("otp_totp/totpdevice", "otp_static/staticdevice", "knox/authtoken"):
        assert signed_in(boss).get(f"/admin/{secret}/").status_code == 404
