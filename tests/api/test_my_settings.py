"""One's own settings over the API."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from pytest_django import DjangoAssertNumQueries
from rest_framework.test import APIClient

from labeling.models import Campaign, Preferences
from tests import factories as make
from tests.api.conftest import ClientOf

SETTINGS = "/api/v1/me/settings/"


def test_who_has_chosen_nothing_has_what_everybody_has(worker_bee: APIClient) -> None:
    answer = worker_bee.get(SETTINGS).json()
    assert (answer["theme"], answer["language"], answer["time_zone"]) == ("system", None, None)
    assert answer["character_keys"] is True
    assert (answer["keys"]["undo"], answer["keys_on_pages"]["solution"]["positive"]) == ("u", ["3", "+", "="])
    assert not Preferences.objects.exists(), "reading writes nothing"


def test_what_is_named_is_changed_and_the_rest_stays(worker_bee: APIClient, labeler: User, stranger: User) -> None:
    worker_bee.patch(SETTINGS, {"theme": "dark", "time_zone": "Asia/Seoul", "keys": {"undo": "z"}})
    answer = worker_bee.patch(SETTINGS, {"language": "ko", "keys": {"redo": "Shift+z"}})
    assert answer.status_code == 200
    mine = Preferences.objects.get()
    assert (mine.account, mine.theme, mine.language, mine.time_zone) == (labeler, "dark", "ko", "Asia/Seoul")
    assert mine.keys == {"undo": "z", "redo": "Shift+z"}
    assert (answer.json()["keys"]["undo"], answer.json()["theme"]) == ("z", "dark")
    assert worker_bee.get("/api/v1/me/").json()["settings"]["theme"] == "dark"


def test_keys_come_back_one_by_one_or_all_together(worker_bee: APIClient) -> None:
    worker_bee.patch(SETTINGS, {"keys": {"undo": "z", "unsure": "", "redo": "y"}})
    assert worker_bee.patch(SETTINGS, {"keys": {"undo": None, "redo": "Shift+u"}}).json()["keys"]["undo"] == "u"
    assert Preferences.objects.get().keys == {"unsure": ""}, "what is as it came is not kept"
    assert worker_bee.patch(SETTINGS, {"keys": None}).json()["keys"]["unsure"] == "x"


def test_a_taken_key_is_refused_until_it_is_taken_from_there(worker_bee: APIClient) -> None:
    refused = worker_bee.patch(SETTINGS, {"keys": {"positive": "u"}})
    assert (refused.status_code, refused.json()["fields"]) == (
        400,
        {"keys.positive": "U is the key of “Undo” already"},
    )
    taken = worker_bee.patch(SETTINGS, {"keys": {"positive": "u", "undo": ""}})
    assert (taken.json()["keys"]["positive"], taken.json()["keys"]["undo"]) == ("u", "")
    assert worker_bee.patch(SETTINGS, {"keys": {"undo": None}}).status_code == 400, "it is still taken"


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"theme": "neon"}, "theme"),
        ({"theme": None}, "theme"),
        ({"language": "tlh"}, "language"),
        ({"time_zone": "Mars/Base"}, "time_zone"),
        ({"time_zone": "../../etc/passwd"}, "time_zone"),
        ({"character_keys": "yes"}, "character_keys"),
        ({"keys": {"fly": "f"}}, "keys.fly"),
        ({"keys": {"undo": "Escape"}}, "keys.undo"),
        ({"keys": {"undo": 1}}, "keys.undo"),
        ({"keys": "u"}, "keys"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_what_cannot_be_is_refused_by_name(worker_bee: APIClient, body: dict[str, Any], field: str) -> None:
    answer = worker_bee.patch(SETTINGS, body)
    assert (answer.status_code, list(answer.json()["fields"])) == (400, [field])
    assert not Preferences.objects.exists()


def test_settings_are_each_ones_own(worker_bee: APIClient, client_of: ClientOf, stranger: User) -> None:
    worker_bee.patch(SETTINGS, {"theme": "dark"})
    assert client_of(stranger).get(SETTINGS).json()["theme"] == "system"
    assert APIClient().get(SETTINGS).status_code == 401
    assert APIClient().patch(SETTINGS, {"theme": "dark"}).status_code == 401


def test_answers_speak_the_language_and_clock_of_the_person(
    worker_bee: APIClient, labeler: User, campaign: Campaign
) -> None:
    make.make_preferences(labeler, language="ru", time_zone="Asia/Seoul")
    me = worker_bee.get("/api/v1/me/", HTTP_ACCEPT_LANGUAGE="ko")
    assert me.headers["Content-Language"] == "ru"
    assert (me.json()["settings"]["language"], me.json()["settings"]["time_zone"]) == ("ru", "Asia/Seoul")
    assert APIClient().get("/api/v1/me/", HTTP_ACCEPT_LANGUAGE="ko").headers["Content-Language"] == "ko"


def test_a_token_brings_the_persons_choices_in_the_same_query(
    worker_bee: APIClient, labeler: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    make.make_preferences(labeler, language="ru")
    with django_assert_num_queries(1):
        assert worker_bee.get(SETTINGS).json()["language"] == "ru"
