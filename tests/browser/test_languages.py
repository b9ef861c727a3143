"""The desk in each language that a browser may ask for: words, right plurals, and room for them on every screen."""

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import Page, expect

from labeling.models import Campaign, QueueItem
from tests.browser.desk import DeskPage


@dataclass(frozen=True)
class Told:
    """What the page says in one language."""

    locale: str
    lang: str
    negative: str
    submit: str
    two_missing: str
    one_missing: str
    saved: str


TOLD = [
    Told("ko-KR", "ko", "부정", "제출", "2단계 더, 또는 첫 오류", "1단계 더, 또는 첫 오류", "저장됨"),
    Told("zh-CN", "zh-hans", "负面", "提交", "还有 2 步，或首个错误", "还有 1 步，或首个错误", "已保存"),
    Told(
        "ru-RU",
        "ru",
        "Неверно",
        "Отправить",
        "ещё 2 шага или первая ошибка",
        "ещё 1 шаг или первая ошибка",
        "Сохранено",
    ),
]
SIZES = [(1440, 900), (1100, 700), (360, 740)]
# Buttons of the dock whose words do not fit into them, and how far the page is wider than the window.
TOO_WIDE = """() => [
  ...[...document.querySelectorAll(".dock button")]
    .filter((button) => button.offsetParent && button.scrollWidth > button.clientWidth + 1)
    .map((button) => button.textContent.trim()),
  ...(document.documentElement.scrollWidth > innerWidth ? [document.documentElement.scrollWidth] : []),
]"""


@pytest.mark.parametrize("told", TOLD, ids=lambda told: told.lang)
def test_the_desk_speaks_the_language_of_the_browser(
    told: Told, items: list[QueueItem], campaign: Campaign, labeler: User, open_page: Callable[..., Page]
) -> None:
    page = open_page(labeler, locale=told.locale)
    desk = DeskPage(page, campaign).open()
    expect(page.locator("html")).to_have_attribute("lang", told.lang)
    expect(page.locator("[data-part=negative]")).to_contain_text(told.negative)
    expect(desk.step(1).locator(".step-text")).to_have_attribute("lang", "en")
    desk.press("3", "3")
    why = page.locator("#why")
    expect(why).to_contain_text(told.two_missing)
    expect(page.locator("[data-part=saved]")).to_contain_text(told.saved)
    desk.press("3")
    expect(why).to_contain_text(told.one_missing)
    desk.press("3")
    for width, height in SIZES:
        page.set_viewport_size({"width": width, "height": height})
        assert page.evaluate(TOO_WIDE) == [], f"{width} px"
    submit = page.locator("[data-part=submit]")
    expect(submit).to_contain_text(told.submit)
    submit.click()
    expect(desk.rows).to_have_count(3)
