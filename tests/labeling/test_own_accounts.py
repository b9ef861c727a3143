"""Sign-up, which is shut, and lost passwords, which need mail."""

import re

from django.contrib.auth.models import User
from django.core import mail
from django.test import Client
from pytest_django.fixtures import Settings

from labeling.actions import two_factor
from tests import factories as make
from tests.labeling.pages import signed_in, text_of

NEW = {"username": "ada", "email": "", "password": "a long enough one", "again": "a long enough one"}


def test_sign_up_is_shut_until_the_operator_opens_it_and_is_throttled(db: None, settings: Settings) -> None:
    assert Client().post("/sign-up/", NEW).status_code == 404
    assert "/sign-up/" not in Client().get("/").content.decode()
    assert not User.objects.exists()
    settings.SIGN_UP, settings.AXES_FAILURE_LIMIT = True, 4
    assert "/sign-up/" in Client().get("/").content.decode()
    client = Client()
    assert "too common" in text_of(client.post("/sign-up/", NEW | {"password": "password12", "again": "password12"}))
    assert client.post("/sign-up/", NEW)["Location"] == "/"
    assert client.get("/api/v1/me/").json()["campaigns"] == []
    assert "not taken" in text_of(Client().post("/sign-up/", NEW))
    assert [Client().post("/sign-up/", NEW | {"username": name}).status_code for name in ("b", "c")] == [302, 429]
    assert set(User.objects.values_list("username", flat=True)) == {"ada", "b"}


def test_a_lost_password_is_renewed_once_by_mail_and_asks_for_the_second_factor(
    stranger: User, settings: Settings
) -> None:
    assert Client().post("/lost-password/", {"email": "s@example.org"}).status_code == 404
    settings.SENDS_MAIL = True
    page = signed_in(stranger)
    assert page.post("/me/address/", {"email": "s@example.org", "password": "wrong"}).status_code == 400
    page.post("/me/address/", {"email": "s@example.org", "password": make.PASSWORD})
    for address in ("nobody@example.org", "s@example.org"):
        told = Client().post("/lost-password/", {"email": address}, follow=True)
        assert "If an account has this address" in text_of(told)
    assert [sent.to for sent in mail.outbox] == [["s@example.org"]]
    (link,) = re.findall(r"http://testserver(/new-password/\S+)", str(mail.outbox[0].body))
    two_factor.begin(stranger).save()
    stranger.totpdevice_set.update(confirmed=True)

    client = Client()
    form = client.get(link)["Location"]
    assert client.post(form, {"new_password1": "x", "new_password2": "x"}).status_code == 200
    client.post(form, {"new_password1": "seven green bottles", "new_password2": "seven green bottles"})
    assert page.get("/me/settings/").status_code == 302  # the sessions of the old password are over
    assert "was used already" in text_of(Client().get(link, follow=True))
    entered = client.post("/", {"username": "stranger", "password": "seven green bottles"})
    assert entered["Location"] == "/login/code/"


def test_asking_for_links_is_throttled(stranger: User, settings: Settings) -> None:
    settings.SENDS_MAIL, settings.AXES_FAILURE_LIMIT = True, 2
    statuses = [Client().post("/lost-password/", {"email": "s@example.org"}).status_code for _ in range(3)]
    assert statuses == [302, 302, 429]
