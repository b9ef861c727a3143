"""The door: it tells nobody who has an account here, and nobody can shut it before somebody else."""

import re

import pytest
from axes.models import AccessAttempt
from django.conf import settings as installed
from django.contrib.auth import get_user_model
from django.contrib.auth.hashers import Argon2PasswordHasher
from django.contrib.auth.models import User
from django.http import HttpResponse
from django.test import Client
from pytest_django.fixtures import Settings

from labeling.actions import invitations, people
from labeling.models import Campaign
from tests import factories as make

HERE, THERE = "192.0.2.1", "198.51.100.7"


def try_to_enter(name: str, password: str = "wrong", **sent: str) -> HttpResponse:
    return Client().post("/", {"username": name, "password": password}, **sent)  # type: ignore[arg-type]


def what_it_says(answer: HttpResponse, name: str) -> tuple[int, str]:
    """Status and page, without what is of this request alone: its CSRF token, and the name that was typed."""
    text = re.sub(r'(csrfmiddlewaretoken" value=)"\w+"', r"\1", answer.content.decode())
    return answer.status_code, text.replace(f'value="{name}"', "")


def test_wrong_name_wrong_password_and_a_closed_account_are_answered_alike(stranger: User) -> None:
    make.make_account("closed", is_active=False)
    answers = {
        what_it_says(try_to_enter("stranger"), "stranger"),
        what_it_says(try_to_enter("nobody"), "nobody"),
        what_it_says(try_to_enter("closed"), "closed"),
        what_it_says(try_to_enter("closed", make.PASSWORD), "closed"),
    }
    assert len(answers) == 1
    assert try_to_enter("stranger", make.PASSWORD).status_code == 302


@pytest.mark.parametrize("length", [151, 300, 100_000])
def test_a_name_of_any_length_is_merely_wrong(stranger: User, length: int) -> None:
    answer = Client(raise_request_exception=False).post("/login/", {"username": "n" * length, "password": "wrong"})
    assert answer.status_code == 200
    assert max(map(len, AccessAttempt.objects.values_list("username", flat=True)), default=0) <= 150


def test_an_unknown_name_takes_as_long_as_a_known_one(stranger: User, monkeypatch: pytest.MonkeyPatch) -> None:
    hashed: list[str] = []
    monkeypatch.setattr(Argon2PasswordHasher, "encode", lambda _self, password, _salt: hashed.append(password))
    try_to_enter("nobody")
    assert hashed == ["wrong"]


def test_a_pause_is_of_one_name_from_one_address(stranger: User, labeler: User, settings: Settings) -> None:
    settings.AXES_FAILURE_LIMIT = 2
    for _try in range(2):
        try_to_enter("stranger", REMOTE_ADDR=HERE)
        try_to_enter("nobody", REMOTE_ADDR=HERE)
    locked = [try_to_enter(name, make.PASSWORD, REMOTE_ADDR=HERE) for name in ("stranger", "nobody")]
    assert [answer.status_code for answer in locked] == [429, 429]
    assert what_it_says(locked[0], "stranger") == what_it_says(locked[1], "nobody")
    assert try_to_enter("labeler", make.PASSWORD, REMOTE_ADDR=HERE).status_code == 302
    assert try_to_enter("stranger", make.PASSWORD, REMOTE_ADDR=THERE).status_code == 302


def test_behind_a_proxy_a_pause_goes_by_the_address_that_the_proxy_saw(stranger: User, settings: Settings) -> None:
    settings.AXES_FAILURE_LIMIT, settings.PROXIES = 2, 1
    for number in range(2):  # whoever guesses claims to be somebody else each time
        try_to_enter("stranger", HTTP_X_FORWARDED_FOR=f"203.0.113.{number}, {HERE}")
    entered = {
        seen: try_to_enter("stranger", make.PASSWORD, HTTP_X_FORWARDED_FOR=seen).status_code
        for seen in (HERE, f"{THERE}, {HERE}", THERE, f"{HERE}, {THERE}", "no address at all")
    }
    assert entered == {
        HERE: 429,
        f"{THERE}, {HERE}": 429,
        THERE: 302,
        f"{HERE}, {THERE}": 302,
        "no address at all": 302,
    }


def test_without_a_proxy_nobody_chooses_their_address(stranger: User, settings: Settings) -> None:
    settings.AXES_FAILURE_LIMIT = 2
    for number in range(2):
        try_to_enter("stranger", HTTP_X_FORWARDED_FOR=f"203.0.113.{number}")
    assert try_to_enter("stranger", make.PASSWORD, HTTP_X_FORWARDED_FOR=THERE).status_code == 429


def test_a_failed_try_keeps_nothing_that_was_typed_or_stood_in_the_address(
    campaign: Campaign, labeler: User, settings: Settings
) -> None:
    """Sign-up wants the password a second time, and links of invitations are permissions themselves."""
    settings.SIGN_UP = settings.SENDS_MAIL = True
    link = f"/join/{invitations.code_of(make.make_invitation(campaign))}/"
    typed = {"username": "labeler", "password": "canary-1", "again": "canary-1", "email": "canary-2@example.org"}
    Client().post("/login/?next=/join/canary-3/", {"username": "labeler", "password": "canary-4"})
    for address in ("/join/canary-5/", link, "/sign-up/", "/lost-password/"):
        Client().post(f"{address}?next=canary-6", typed)
    kept = list(AccessAttempt.objects.values("username", "path_info", "get_data", "post_data"))
    assert {(row["username"], row["path_info"]) for row in kept} == {
        ("labeler", "/login/"),
        ("(invitation)", "/join/<str:code>/"),
        ("(sign-up)", "/sign-up/"),
        ("(password-reset)", "/lost-password/"),
    }
    assert "canary" not in str(kept)


def test_passwords_are_kept_by_argon2_alone(db: None) -> None:
    people.create_account("ada")
    assert get_user_model().objects.get().password.startswith("argon2$argon2id$")
    assert installed.PASSWORD_HASHERS == ["django.contrib.auth.hashers.Argon2PasswordHasher"]
    assert len(installed.AUTH_PASSWORD_VALIDATORS) == 4
