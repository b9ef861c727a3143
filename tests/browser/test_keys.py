"""Keys of one's own: chosen by pressing them, shown on every control, used at the desk at once."""

import re
from collections.abc import Callable

from django.contrib.auth.models import User
from playwright.sync_api import Locator, Page, expect

from labeling.models import Campaign, Preferences, QueueItem
from tests import factories as make
from tests.browser.desk import DeskPage

OpenPage = Callable[[User | None], Page]
UNUSUAL = "document.body.dispatchEvent(new KeyboardEvent('keydown', {key: '%s', code: '%s', bubbles: true}))"


def row(page: Page, action: str) -> Locator:
    """The line of an action among one's keys."""
    change = page.get_by_role("button", name=f"Change the key of “{action}”")
    return page.get_by_role("listitem").filter(has=change)


def listen(page: Page, action: str) -> Locator:
    line = row(page, action)
    line.get_by_role("button", name=re.compile("^Change the key")).press("Enter")
    expect(line).to_contain_text("Press the key for")
    return line


def test_a_key_is_changed_by_pressing_it_and_every_open_desk_follows(
    items: list[QueueItem], campaign: Campaign, labeler: User, open_page: OpenPage
) -> None:
    page = open_page(labeler)
    page.goto("/me/settings/")
    desk_page = page.context.new_page()
    desk = DeskPage(desk_page, campaign).open()

    line = listen(page, "Positive")
    page.keyboard.press("d")
    expect(line).to_contain_text("D now does “Positive”.")
    expect(line.locator("kbd")).to_have_text("D")

    expect(desk.button("Positive")).to_have_text(re.compile("D$"))
    desk.press("d", "3")
    desk.expect_states("positive", "active", "later", "later")  # 3 does nothing any more
    desk.press("?")
    expect(desk_page.get_by_role("button", name="Positive D +")).to_be_visible()
    desk.press("Escape", "+", "-")
    desk.expect_states("positive", "positive", "negative", "later")
    assert Preferences.objects.get(account=labeler).keys == {"positive": "d"}
    desk.reload().press("d")
    desk.expect_states("positive", "positive", "positive", "active")


def test_a_taken_key_is_said_at_once_and_taken_only_when_wanted(labeler: User, open_page: OpenPage) -> None:
    page = open_page(labeler)
    page.goto("/me/settings/")
    line = listen(page, "Positive")
    page.keyboard.press("u")
    expect(line).to_contain_text("U is the key of “Undo”. Take it from there, or choose another one.")
    expect(line.locator("kbd")).to_have_text("3")
    assert not Preferences.objects.exists()
    expect(line.get_by_role("button", name="Take it")).to_be_focused()
    page.keyboard.press("Escape")
    expect(line).to_contain_text("Left as it was.")
    expect(line.get_by_role("button", name="Take it")).to_have_count(0)
    expect(line.get_by_role("button", name=re.compile("^Change the key"))).to_be_focused()
    assert not Preferences.objects.exists()
    page.keyboard.press("Enter")
    page.keyboard.press("u")
    expect(line.get_by_role("button", name="Take it")).to_be_focused()
    page.keyboard.press("Enter")
    expect(line).to_contain_text("U now does “Positive”.")
    expect(row(page, "Undo")).to_contain_text("none")
    assert Preferences.objects.get().keys == {"positive": "u", "undo": ""}

    page.get_by_role("button", name="All keys as they came").press("Enter")
    expect(line.locator("kbd")).to_have_text("3")
    expect(row(page, "Undo").locator("kbd")).to_have_text("U")
    assert Preferences.objects.get().keys == {}


def test_keys_that_cannot_be_used_are_named_and_escape_leaves_all_as_it_was(labeler: User, open_page: OpenPage) -> None:
    page = open_page(labeler)
    page.goto("/me/settings/")
    line = listen(page, "Undo")
    page.keyboard.press("F4")
    expect(line).to_contain_text("This key cannot be used")
    page.keyboard.press("Escape")
    expect(line).to_contain_text("Left as it was.")
    expect(line.locator("kbd")).to_have_text("U")
    page.keyboard.press("?")  # keys act again
    expect(page.get_by_role("complementary", name="All keys")).to_be_visible()
    assert not Preferences.objects.exists()


def test_a_key_of_another_layout_is_kept_by_its_place(
    items: list[QueueItem], campaign: Campaign, labeler: User, open_page: OpenPage
) -> None:
    page = open_page(labeler)
    page.goto("/me/settings/")
    line = listen(page, "Negative")
    page.evaluate(UNUSUAL % ("х", "BracketLeft"))
    expect(line.locator("kbd")).to_have_text("[")
    line = listen(page, "Neutral")
    page.evaluate(UNUSUAL % ("й", "KeyQ"))
    expect(line.locator("kbd")).to_have_text("Q")
    assert Preferences.objects.get().keys == {"negative": "[", "neutral": "q"}
    desk = DeskPage(page, campaign).open()
    page.evaluate(UNUSUAL % ("й", "KeyQ"))
    desk.press("[")
    desk.expect_states("neutral", "negative", "later", "later")


def test_a_page_enlarged_to_200_percent_still_shows_its_keys(desk: DeskPage) -> None:
    desk.page.set_viewport_size({"width": 720, "height": 450})
    expect(desk.button("Positive").locator("kbd")).to_be_visible()
    expect(desk.button("Submit").locator("kbd")).to_be_visible()
    desk.press("?")
    expect(desk.page.locator("#keys kbd").get_by_text("⇧ U", exact=True).first).to_be_visible()


def test_the_digits_of_a_french_keyboard_rate_without_shift(desk: DeskPage) -> None:
    desk.page.evaluate(UNUSUAL % ('"', "Digit3"))
    desk.page.evaluate(UNUSUAL % ("&", "Digit1"))
    desk.expect_states("positive", "negative", "later", "later")


def test_an_input_method_writes_wide_signs_and_keeps_its_own_keys(desk: DeskPage) -> None:
    desk.page.evaluate(UNUSUAL % ("３", "Numpad3"))
    desk.page.evaluate(UNUSUAL % ("－", "NumpadSubtract"))
    desk.expect_states("positive", "negative", "later", "later")
    desk.press("Shift+G")
    desk.page.keyboard.type("한")
    field = desk.page.get_by_label("What could you not judge?")
    for told in ("isComposing: true", "keyCode: 229"):  # one browser says the latter alone of the key that ends it
        field.evaluate(
            f"field => field.dispatchEvent(new KeyboardEvent('keydown', {{key: 'Escape', bubbles: true, {told}}}))"
        )
        expect(field).to_be_visible()
    desk.press("Escape")
    expect(field).to_be_hidden()


def test_keys_lead_from_page_to_page_and_are_silent_in_fields(
    campaign: Campaign, labeler: User, items: list[QueueItem], open_page: OpenPage
) -> None:
    make.make_membership(make.make_campaign("zebra"), labeler)
    page = open_page(labeler)
    page.goto("/")
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("link", name="Label L")).to_be_focused()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("l")  # of the line that has the focus
    expect(page.get_by_role("heading", name="Nothing to label just now")).to_be_visible()
    with page.expect_response(re.compile("/campaigns/zebra/next/")):  # while one look is on its way no other begins
        page.keyboard.press("Enter")  # look now
    page.keyboard.press("?")
    with page.expect_request(re.compile("/campaigns/zebra/next/")):
        page.get_by_role("complementary", name="All keys").get_by_role("button", name="Look now ↵").press("Enter")
    page.keyboard.press("m")
    expect(page.get_by_role("group", name="Your menu").get_by_role("link", name="Your campaigns")).to_be_focused()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Settings", exact=True)).to_be_visible()
    page.get_by_label("Language").press("?")
    expect(page.get_by_role("complementary", name="All keys")).to_be_hidden()
    page.get_by_role("heading", name="Settings", exact=True).click()
    page.keyboard.press("?")
    expect(page.get_by_role("complementary", name="All keys")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("complementary", name="All keys")).to_be_hidden()
    page.keyboard.press("Shift+H")
    expect(page.get_by_role("heading", name="Your campaigns")).to_be_visible()


def test_an_open_menu_takes_the_keys_and_escape_gives_them_back(desk: DeskPage) -> None:
    desk.press("m", "3")
    expect(desk.page.get_by_role("link", name="Settings ⇧ S")).to_be_visible()
    desk.expect_states("active", "later", "later", "later")
    desk.press("Escape")
    expect(desk.page.get_by_role("link", name="Settings ⇧ S")).to_be_hidden()
    desk.press("3")
    desk.expect_states("positive", "active", "later", "later")


def test_the_theme_is_there_before_any_script_and_over_the_machines_own(labeler: User, open_page: OpenPage) -> None:
    page = open_page(labeler)
    page.emulate_media(color_scheme="dark")
    page.goto("/me/settings/")
    page.get_by_label("Light", exact=True).check()
    page.get_by_role("button", name="Save ↵").click()
    expect(page.get_by_text("Your settings are saved.")).to_be_visible()
    page.route("**/*.js", lambda route: route.fulfill(body="", content_type="text/javascript"))
    page.goto("/")
    ground = "getComputedStyle(document.documentElement).backgroundColor"
    assert page.evaluate(ground) == "rgb(250, 249, 246)"
    page.unroute("**/*.js")


def test_the_browsers_clock_is_known_after_signing_in(labeler: User, open_page: OpenPage) -> None:
    page = open_page(labeler)
    page.goto("/")
    expect(page.get_by_role("main")).to_be_visible()
    page.wait_for_load_state()
    zone = page.evaluate("Intl.DateTimeFormat().resolvedOptions().timeZone")
    page.goto("/me/settings/")
    expect(page.get_by_text(re.compile(rf"Now: {zone}, \d\d:\d\d"))).to_be_visible()
