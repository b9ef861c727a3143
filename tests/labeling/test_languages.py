"""Pages and refusals in the language of the person who reads them."""

import re
from datetime import UTC, datetime
from typing import Any
from urllib.parse import unquote

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.template import engines
from django.test import Client
from django.utils import translation

from labeling.actions import guides

MOMENT = datetime(2026, 11, 26, 14, 30, tzinfo=UTC)


def in_template(language: str, source: str, **values: Any) -> str:
    with translation.override(language):
        return str(engines["django"].from_string("{% load lead %}" + source).render(values))


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("asked", "given"),
    [
        ("ko-KR,ko;q=0.9,en;q=0.5", "ko"),
        ("zh-CN,zh;q=0.9", "zh-hans"),
        ("ru", "ru"),
        ("en-GB,en;q=0.9,ko;q=0.8", "en"),
        ("eu,fo;q=0.5", "en"),
    ],
)
def test_a_page_comes_in_the_language_that_the_browser_asks_for(client: Client, asked: str, given: str) -> None:
    page = client.get("/", headers={"Accept-Language": asked})
    assert page.headers["Content-Language"] == given
    assert "Accept-Language" in page.headers["Vary"]
    assert f'<html lang="{given}">' in page.content.decode()


@pytest.mark.parametrize("language", [code for code, _ in settings.LANGUAGES])
def test_the_page_of_a_failed_server_names_its_language(language: str) -> None:
    with translation.override(language):
        page = engines["django"].get_template("500.html").render()
    assert f'<html lang="{language}">' in page


@pytest.mark.parametrize(
    ("language", "written"),
    [
        ("en", "26 Nov 2026, 14:30"),
        ("ko", "2026년 11월 26일 14:30"),
        ("zh-hans", "2026年11月26日 14:30"),
        ("ru", "26 ноября 2026, 14:30"),
    ],
)
def test_dates_are_written_as_the_language_writes_them(language: str, written: str) -> None:
    assert in_template(language, '{{ at|date:"DATETIME_FORMAT" }}', at=MOMENT) == written


@pytest.mark.parametrize(
    ("language", "written"), [("en", "1,234,567 −0.25"), ("ru", "1\u00a0234\u00a0567 −0,25"), ("ko", "1,234,567 −0.25")]
)
def test_numbers_are_written_as_the_language_writes_them(language: str, written: str) -> None:
    assert in_template(language, "{{ many|grouped }} {{ score|two }}", many=1234567, score=-0.25) == written


def test_the_api_writes_plain_numbers_and_iso_dates_in_every_language(client: Client, owner: User) -> None:
    client.force_login(owner)
    answers = [
        client.get("/api/v1/campaigns/campaign/", headers={"Accept-Language": code}).json()
        for code, _ in settings.LANGUAGES
    ]
    assert answers[0]["settings"]["train_after"] == 0.8
    assert all(answer == answers[0] for answer in answers)


@pytest.mark.parametrize(
    ("language", "message"),
    [
        ("en", "There is no campaign of this name, or you are not in it."),
        ("ko", "그런 이름의 캠페인이 없거나, 참여하고 있지 않습니다."),
        ("zh-hans", "没有此名称的项目，或您未参加。"),
        ("ru", "Кампании с таким именем нет, или вы в ней не участвуете."),
    ],
)
def test_a_refusal_of_the_api_speaks_the_language_of_who_asks(
    client: Client, owner: User, language: str, message: str
) -> None:
    client.force_login(owner)
    answer = client.get("/api/v1/campaigns/nowhere/", headers={"Accept-Language": language})
    assert answer.json() == {"code": "not_found", "message": message}
    assert answer.headers["Content-Language"] == language


def test_the_reason_for_nothing_to_label_is_told_to_programs_in_english_and_to_the_person(
    client: Client, labeler: User
) -> None:
    client.force_login(labeler)
    answer = client.post("/api/v1/campaigns/campaign/next/", headers={"Accept-Language": "ko"})
    assert answer.headers["X-Reason"] == "No round is open yet."
    assert unquote(answer.headers["X-Reason-Text"]) == "아직 열린 라운드가 없습니다."


@pytest.mark.parametrize("language", [code for code, _ in settings.LANGUAGES])
def test_the_guide_that_ships_says_the_same_in_every_language(language: str) -> None:
    """The same headings, rules, quoted steps and marks, in this order; the quotations stay as they are."""
    kinds = re.compile(r"^(## |- |\[[+0-]\]|> .*)", re.M)
    assert kinds.findall(guides.default_text(language)) == kinds.findall(guides.default_text("en"))
    assert (guides.default_text(language) == guides.default_text("en")) == (language == "en")


@pytest.mark.parametrize("language", [code for code, _ in settings.LANGUAGES if code != "en"])
def test_the_frameworks_own_refusals_are_translated_too(client: Client, owner: User, language: str) -> None:
    client.force_login(owner)
    answer = client.post(
        "/api/v1/campaigns/",
        {"slug": "new", "settings": {"overlap": "2"}},
        content_type="application/json",
        headers={"Accept-Language": language},
    )
    assert answer.status_code == 400
    assert set(answer.json()["fields"]) == {"name", "settings.overlap"}
    assert not re.search("[a-z]{3}", "".join(answer.json()["fields"].values()))
