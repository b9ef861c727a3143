"""The desk in each language that a browser may ask for: words, right plurals, and room for them on every screen."""

import re
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from django.contrib.auth.models import User
from django.urls import reverse
from playwright.sync_api import Page, expect

from labeling.models import Campaign, QueueItem
from tests import factories as make
from tests.browser.desk import DeskPage
from tests.conftest import BrowserErrors


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
SIZES = [(1440, 900), (1100, 700), (720, 450), (360, 740)]
# Buttons of the dock whose words do not fit into them, and how far the page is wider than the window.
TOO_WIDE = """() => [
  ...[...document.querySelectorAll(".dock button")]
    .filter((button) => button.offsetParent && button.scrollWidth > button.clientWidth + 1)
    .map((button) => button.textContent.trim()),
  ...(document.documentElement.scrollWidth > innerWidth ? [document.documentElement.scrollWidth] : []),
]"""

# Text as far apart as WCAG 1.4.12 asks a page to bear.
SPACED = """() => {
  const apart = {"line-height": "1.5", "letter-spacing": "0.12em", "word-spacing": "0.16em"};
  const rules = Object.entries(apart).map(([name, value]) => `${name}: ${value} !important;`);
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(`* { ${rules.join(" ")} }`);
  document.adoptedStyleSheets = [sheet];
}"""
# Columns beside the steps and buttons of the bar that do not hold their words.
CUT = """() => [...document.querySelectorAll(".problem, .bar button")]
  .filter((each) => each.checkVisibility() && !each.closest(".stage") && each.scrollWidth > each.clientWidth + 1)
  .map((each) => each.textContent.trim())"""


# Words of steps that stand over their text, and how high the dock is.
OVER_TEXT = """() => [...document.querySelectorAll("main .step")]
  .map((step) => [step.querySelector(".step-word"), step.querySelector(".step-text")])
  .filter(([word]) => word.textContent)
  .filter(([word, text]) => word.getBoundingClientRect().left < text.getBoundingClientRect().right - 0.5)
  .map(([word]) => word.textContent)"""
# Where the card and the last button of the dock end; where the quiet buttons end and the ratings begin; how high it is.
DOCK_PLACES = """() => {
  const box = (selector) => document.querySelector(selector).getBoundingClientRect();
  const quiet = [...document.querySelectorAll('.dock-side .button')];
  const sides = quiet.map((button) => button.getBoundingClientRect().right);
  const ends = [box('main .step[data-state=active]').right, box('.submit').right];
  return [ends, [Math.max(...sides), box('.rate').left], document.querySelector('.dock').offsetHeight];
}"""
# Controls in sight whose key is not.
WITHOUT_KEY = """() => [...document.querySelectorAll(".dock button, .bar [data-do], .problem button")]
  .filter((button) => button.checkVisibility() && !button.querySelector("kbd")?.checkVisibility())
  .map((button) => button.textContent.trim())"""
DOCK = "document.querySelector('.dock').offsetHeight"
DOCK_HEIGHT, BAR_HEIGHT = 101, 52  # of the English ones


def assert_nothing_overlaps(desk: DeskPage) -> None:
    """The words of every state fit beside the text, and the dock is as high as in every language."""
    page = desk.page
    page.set_viewport_size({"width": 1440, "height": 900})
    desk.press("ArrowUp", "2", "ArrowUp", "ArrowUp", "1")
    desk.expect_states("positive", "negative", "parked", "parked")
    assert page.evaluate(OVER_TEXT) == []
    assert page.evaluate(DOCK) == DOCK_HEIGHT
    desk.press("u", "u")
    page.set_viewport_size({"width": 960, "height": 700})
    assert page.evaluate(TOO_WIDE) == []


@pytest.mark.parametrize("locale", ["en-US", "ru-RU", "ko-KR", "zh-CN"])
def test_the_dock_ends_with_the_card_and_its_buttons_have_room_at_any_width(
    locale: str, items: list[QueueItem], campaign: Campaign, labeler: User, open_page: Callable[..., Page]
) -> None:
    desk = DeskPage(open_page(labeler, locale=locale), campaign).open()
    for width in (897, 920, 1000, 1024, 1025, 1100, 1280, 1440):
        desk.page.set_viewport_size({"width": width, "height": 700})
        (card, submit), (side, hand), height = desk.page.evaluate(DOCK_PLACES)
        assert abs(card - submit) <= 1, width
        assert side < hand, width
        assert height == DOCK_HEIGHT, width
        assert desk.page.evaluate(WITHOUT_KEY) == [], width


def test_whatever_the_sign_says_the_bar_fits(
    items: list[QueueItem],
    campaign: Campaign,
    labeler: User,
    open_page: Callable[..., Page],
    browser_errors: BrowserErrors,
) -> None:
    browser_errors.requests_may_fail()
    for locale in ("en-US", "ru-RU"):
        desk = DeskPage(open_page(labeler, locale=locale), campaign).open()
        desk.wait_ahead()
        desk.page.context.set_offline(True)
        desk.press("1", "Enter")
        desk.expect_problem_of("First we add")
        desk.press("3", "3")
        expect(desk.sign).to_have_text(re.compile(r" 2 .* · 1 "))
        for width in (360, 412, 897, 960, 1200, 1280):
            desk.page.set_viewport_size({"width": width, "height": 700})
            assert desk.page.evaluate(TOO_WIDE) == [], (locale, width)
            assert desk.page.locator(".bar").evaluate("bar => bar.offsetHeight") == BAR_HEIGHT
        desk.page.context.close()


def test_text_at_200_percent_makes_no_phone_page_wider(
    items: list[QueueItem], campaign: Campaign, labeler: User, open_page: Callable[..., Page]
) -> None:
    for locale in ("en-US", "ru-RU"):
        page = open_page(labeler, locale=locale)
        page.set_viewport_size({"width": 360, "height": 740})
        desk = DeskPage(page, campaign).open()
        page.evaluate("document.documentElement.style.fontSize = '200%'; dispatchEvent(new Event('resize'))")
        assert page.evaluate(TOO_WIDE) == [], locale
        desk.press("3")
        step = desk.rows.and_(page.locator("[aria-current=step]"))
        expect(step).to_be_in_viewport(ratio=0.9)
        dock, box = page.locator(".dock").bounding_box(), step.bounding_box()
        assert dock is not None
        assert box is not None
        assert box["y"] + box["height"] <= dock["y"]
        page.close()


def test_text_at_200_percent_makes_none_of_ones_own_pages_wider(
    campaign: Campaign, labeler: User, open_page: Callable[..., Page]
) -> None:
    names = ("home", "my-work", "practice", "my-settings", "my-password", "my-address", "my-tokens", "two-factor")
    for locale in ("en-US", "ru-RU"):
        page = open_page(labeler, locale=locale)
        page.set_viewport_size({"width": 360, "height": 740})
        for path in (*map(reverse, names), reverse("leave", args=[campaign.slug])):
            page.goto(path)
            page.evaluate("document.documentElement.style.fontSize = '200%'")
            assert page.evaluate("document.documentElement.scrollWidth") == 360, (locale, path)


def test_text_that_stands_further_apart_is_not_cut(
    items: list[QueueItem], campaign: Campaign, labeler: User, open_page: Callable[..., Page]
) -> None:
    for locale in ("en-US", "ru-RU"):
        desk = DeskPage(open_page(labeler, locale=locale), campaign).open()
        desk.page.evaluate(SPACED)
        for width, height in ((1440, 900), (1280, 800), (897, 700), (360, 740)):
            desk.page.set_viewport_size({"width": width, "height": height})
            assert desk.page.evaluate(TOO_WIDE) == [], (locale, width)
            assert desk.page.evaluate(CUT) == [], (locale, width)


def test_news_in_the_guide_leaves_a_phone_its_bar(
    items: list[QueueItem], campaign: Campaign, labeler: User, open_page: Callable[..., Page]
) -> None:
    first = make.make_guide(campaign)
    person = make.make_labeler(campaign, labeler)
    make.make_label(make.make_solution(make.make_problem(campaign)), person, guide=first)
    make.make_guide(campaign, note="Units matter.")
    desk = DeskPage(open_page(labeler, locale="ru-RU"), campaign).open()
    desk.page.set_viewport_size({"width": 360, "height": 740})
    desk.press("3")
    expect(desk.page.get_by_role("button", name="Правила новое")).to_be_visible()
    assert desk.page.locator(".bar").evaluate("bar => bar.offsetHeight") == BAR_HEIGHT


def test_what_is_signs_alone_is_read_in_the_language_of_the_rest(
    campaign: Campaign, labeler: User, open_page: Callable[..., Page]
) -> None:
    round_ = make.make_round(campaign)
    problem = make.make_problem(campaign, text="How many eggs?")
    make.make_item(make.make_solution(problem, ["There are 4.", "So."], alternatives={"0": ["So $4$."]}), round_)
    tree = make.make_candidate_tree(problem, [{"text": "So $5$."}, {"text": "There are 5."}])
    make.make_item(tree=tree, round=make.make_round(campaign, number=1, mode="candidates"))
    desk = DeskPage(open_page(labeler, locale="zh-CN"), campaign).open()
    desk.press("1")
    expect(desk.page.locator(".others .step-text")).to_have_attribute("lang", "en")
    desk.press("1", "Enter")
    expect(desk.page.locator("main .place ol .step-text").first).to_have_attribute("lang", "en")


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
    assert_nothing_overlaps(desk)
    submit = page.locator("[data-part=submit]")
    expect(submit).to_contain_text(told.submit)
    submit.click()
    expect(desk.rows).to_have_count(3)
