"""Practice at the desk: from the start page through exercises to what comes next, by keys alone."""

from collections.abc import Callable

from django.contrib.auth.models import User
from playwright.sync_api import Locator, Page, expect

from labeling.actions import practice
from labeling.models import Campaign, Label, PracticeResult
from tests.browser.axe import expect_no_violations
from tests.conftest import BrowserErrors


def result(page: Page) -> Locator:
    return page.get_by_role("region", name="What is known of this solution")


def rate(page: Page, signs: str) -> None:
    """Rate by the signs' keys and submit."""
    for sign in signs:
        page.keyboard.press(sign)
    page.keyboard.press("Enter")


def test_a_newcomer_practices_by_keys_alone_and_is_told_why(
    campaign: Campaign, labeler: User, open_page: Callable[[User | None], Page]
) -> None:
    page = open_page(labeler)
    page.goto("/")
    expect(page.get_by_text("New here?")).to_be_visible()
    page.keyboard.press("Shift+P")
    expect(page.get_by_role("heading", name="0 of 7 done")).to_be_visible()
    expect_no_violations(page)
    page.keyboard.press("l")
    rows = page.get_by_role("main").locator(".steps .step")
    expect(rows).to_have_count(7)
    expect(page.get_by_text("Practice, 1 of 7").first).to_be_visible()

    page.keyboard.press("?")
    keys = page.get_by_role("complementary", name="All keys")
    expect(keys.get_by_role("button", name="Unsure X")).to_be_visible()
    for nothing_here in ("Bad problem", "Give up", "Take back", "Noted"):
        expect(keys.get_by_text(nothing_here)).to_have_count(0)
    page.keyboard.press("?")
    page.keyboard.press("Shift+G")  # so it asks for no reason
    expect(page.get_by_role("form")).to_have_count(0)
    page.keyboard.press("+")
    page.reload()
    expect(rows.first).to_have_attribute("data-state", "positive")  # kept in this browser
    rate(page, "++-")
    expect(result(page)).to_contain_text("Step 4 is right. The first error is step 5.")
    expect(result(page)).to_contain_text("1 of 7 done.")
    notes = page.locator(".judged")
    expect(notes).to_have_count(5)
    expect(notes.nth(3)).to_contain_text("Positive here. You rated it negative.")
    expect(notes.nth(4)).to_contain_text("The first error. You had ended before.")
    expect(notes.nth(4).locator(".katex").first).to_be_visible()
    expect(page.get_by_role("status")).to_contain_text("Step 4 is right. The first error is step 5. What came before")
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("status")).to_contain_text("Step 5. The first error. You had ended before. False.")
    page.keyboard.press("3")  # nothing is rated any more
    expect(rows.nth(4)).to_have_attribute("data-state", "later")
    expect_no_violations(page, "a judged exercise")

    page.keyboard.press("u")  # once more
    expect(notes).to_have_count(0)
    expect(rows.first).to_have_attribute("data-state", "active")
    rate(page, "++++-")
    expect(result(page)).to_contain_text("You found the first error: step 5.")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Practice, 2 of 7").first).to_be_visible()
    assert list(PracticeResult.objects.values_list("ratings", flat=True)) == ["+++-", "++++-"]
    assert not Label.objects.exists()


def test_the_last_exercise_leads_to_what_comes_next_on_a_phone_too(
    campaign: Campaign, labeler: User, open_page: Callable[[User | None], Page], browser_errors: BrowserErrors
) -> None:
    browser_errors.requests_may_fail()
    exercises = list(practice.exercises().values())
    for of in exercises[:-1]:
        practice.take(account=labeler, of=of, ratings=of.ratings)
    page = open_page(labeler)
    page.set_viewport_size({"width": 360, "height": 740})
    page.goto("/practice/")
    page.get_by_role("link", name="Go on").click()
    expect(page.get_by_text("Practice, 7 of 7").last).to_be_visible()
    expect(page.get_by_role("main").locator(".steps .step")).to_have_count(13)
    for sign in "+0++++-":
        name = {"+": "Positive", "0": "Neutral", "-": "Negative"}[sign]
        page.get_by_role("button", name=name, exact=True).click()
    page.route("**/api/v1/me/practice/**", lambda route: route.abort())
    submit = page.get_by_role("button", name="Submit")
    submit.click()
    expect(page.get_by_role("alert")).to_contain_text("Your ratings are still here")
    page.unroute("**/api/v1/me/practice/**")
    submit.click()
    expect(result(page)).to_contain_text("You found the first error: step 7. 7 of 7 done.")
    expect(page.get_by_role("alert")).to_be_hidden()
    page.context.set_offline(True)
    page.get_by_role("button", name="All are done. What comes next").click()
    expect(page.get_by_role("alert")).to_contain_text("The server cannot be reached: go on")
    expect(result(page)).to_be_visible()
    page.context.set_offline(False)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.get_by_role("button", name="All are done. What comes next").click()
    expect(page.get_by_role("heading", name="Practice is done")).to_be_visible()
    expect(page.get_by_text("A campaign may begin with a screening")).to_be_visible()
    expect_no_violations(page)
    page.get_by_role("link", name="Label").click()
    expect(page.get_by_role("heading", name="Nothing to label just now")).to_be_visible()


def test_the_earlier_of_two_tabs_says_that_the_exercise_went_on_in_the_other(
    campaign: Campaign, labeler: User, open_page: Callable[[User | None], Page]
) -> None:
    page = open_page(labeler)
    page.goto(f"/practice/{next(iter(practice.exercises()))}/")
    rows = page.get_by_role("main").locator(".steps .step")
    page.keyboard.press("+")
    expect(rows.nth(0)).to_have_attribute("data-state", "positive")
    later = page.context.new_page()
    later.goto(page.url)
    later_rows = later.get_by_role("main").locator(".steps .step")
    expect(later_rows.nth(0)).to_have_attribute("data-state", "positive")
    told = page.get_by_role("alert").filter(has=page.locator("strong"))
    expect(told).to_contain_text("This solution is open in another tab or on another device now.")
    page.keyboard.press("-")  # no rating is made where it would write over the other tab's
    expect(rows.nth(1)).to_have_attribute("data-state", "active")
    later.keyboard.press("-")
    expect(later_rows.nth(1)).to_have_attribute("data-state", "negative")
    page.keyboard.press("Enter")  # Go on here
    expect(rows.nth(1)).to_have_attribute("data-state", "negative")
    expect(told).to_be_hidden()
    expect(later.get_by_role("alert").filter(has=later.locator("strong"))).to_be_visible()
