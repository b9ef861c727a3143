"""One's own settings as a page, and what follows from them on every page."""

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.test import Client

from labeling.models import Campaign, Preferences
from tests import factories as make
from tests.factories import PASSWORD
from tests.labeling.pages import signed_in, text_of

PAGE = "/me/settings/"
FORM = {"theme": "dark", "language": "ko", "time_zone": "Asia/Seoul", "character_keys": "on"}


def test_the_form_keeps_what_is_chosen(labeler: User) -> None:
    client = signed_in(labeler)
    answer = client.post(PAGE, FORM)
    assert (answer.status_code, answer.headers["Location"]) == (302, PAGE)
    mine = Preferences.objects.get()
    assert (mine.account, mine.theme, mine.language, mine.time_zone) == (labeler, "dark", "ko", "Asia/Seoul")
    page = text_of(client.get(PAGE))
    assert '<html lang="ko" data-theme="dark">' in page
    assert '<meta name="color-scheme" content="dark">' in page
    assert 'value="dark" checked' in page
    assert "Asia/Seoul, " in page


def test_a_key_of_ones_own_stays_when_the_form_is_saved(labeler: User) -> None:
    make.make_preferences(labeler, keys={"undo": "z"})
    signed_in(labeler).post(PAGE, FORM | {"character_keys": ""})
    assert (Preferences.objects.get().keys, Preferences.objects.get().character_keys) == ({"undo": "z"}, False)


@pytest.mark.parametrize("spoiled", [{"theme": "neon"}, {"language": "tlh"}, {"time_zone": "Mars"}])
def test_a_form_that_no_page_of_ours_sends_changes_nothing(labeler: User, spoiled: dict[str, str]) -> None:
    assert signed_in(labeler).post(PAGE, FORM | spoiled).status_code == 400
    assert not Preferences.objects.exists()


def test_who_is_not_signed_in_is_sent_to_sign_in(db: None) -> None:
    for address in (PAGE, "/me/password/"):
        answer = Client().get(address)
        assert (answer.status_code, answer.headers["Location"]) == (302, f"/?next={address}")


def test_languages_stand_in_their_own_names_and_the_browsers_is_named(labeler: User) -> None:
    page = text_of(signed_in(labeler).get(PAGE, HTTP_ACCEPT_LANGUAGE="ru"))
    assert all(name in page for name in ("English", "한국어", "简体中文", "Русский"))
    assert ": Русский</option>" in page


def test_the_person_goes_over_the_browser_and_the_browser_over_the_site(labeler: User) -> None:
    client = signed_in(labeler)
    assert client.get("/", HTTP_ACCEPT_LANGUAGE="ru").headers["Content-Language"] == "ru"
    make.make_preferences(labeler, language="zh-hans")
    assert client.get("/", HTTP_ACCEPT_LANGUAGE="ru").headers["Content-Language"] == "zh-hans"
    assert Client().get("/").headers["Content-Language"] == "en", "the next request begins anew"


def test_the_sign_in_page_looks_and_speaks_as_the_last_person_here_chose(labeler: User) -> None:
    client = signed_in(labeler)
    client.post(PAGE, FORM)
    client.post("/logout/")
    page = text_of(client.get("/"))
    assert '<html lang="ko" data-theme="dark">' in page
    client.force_login(labeler, backend="django.contrib.auth.backends.ModelBackend")
    client.post(PAGE, FORM | {"theme": "system", "language": ""})
    client.post("/logout/")
    assert '<html lang="en">' in text_of(client.get("/"))


@pytest.mark.parametrize("cookie", ["Asia/Seoul", "Mars/Base", "../../etc/passwd", "Asia", ""])
def test_the_clock_is_the_browsers_where_it_is_a_clock(labeler: User, cookie: str) -> None:
    client = signed_in(labeler)
    client.cookies["time_zone"] = cookie
    expected = cookie if cookie == "Asia/Seoul" else settings.TIME_ZONE
    assert client.get(PAGE).context["zone_now"] == expected


def test_caps_show_the_persons_own_keys(campaign: Campaign, labeler: User) -> None:
    make.make_preferences(labeler, keys={"positive": "d", "undo": ""})
    page = text_of(signed_in(labeler).get(f"/campaigns/{campaign.slug}/label/"))
    assert '<kbd data-cap="positive">D</kbd>' in page
    assert '<kbd data-cap="undo" hidden></kbd>' in page
    assert '"positive": ["d", "+", "="]' in page


def test_without_character_keys_no_cap_shows_one(campaign: Campaign, labeler: User) -> None:
    make.make_preferences(labeler, character_keys=False)
    page = text_of(signed_in(labeler).get(f"/campaigns/{campaign.slug}/label/"))
    assert '<kbd data-cap="positive" hidden></kbd>' in page
    assert '<kbd data-cap="submit">↵</kbd>' in page


def test_the_password_is_changed_and_other_browsers_are_signed_out(labeler: User) -> None:
    here, elsewhere = signed_in(labeler), signed_in(labeler)
    new = "a-better-horse-battery"
    body = {"old_password": PASSWORD, "new_password1": new, "new_password2": new}
    assert here.post("/me/password/", body | {"old_password": "wrong"}).status_code == 200
    assert here.post("/me/password/", body, follow=True).redirect_chain == [(PAGE, 302)]
    labeler.refresh_from_db()
    assert labeler.check_password(new)
    assert here.get(PAGE).status_code == 200
    assert elsewhere.get(PAGE).status_code == 302


def test_settings_are_a_link_away_from_every_page(campaign: Campaign, owner: User) -> None:
    client = signed_in(owner)
    for address in ("/", PAGE, "/campaigns/", f"/campaigns/{campaign.slug}/", f"/campaigns/{campaign.slug}/label/"):
        assert f'href="{PAGE}" data-go="settings"' in text_of(client.get(address)), address
