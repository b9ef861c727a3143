"""The guide beside the steps: what changed is shown once, on an open page too, and labels know what was shown."""

from collections.abc import Callable

from django.contrib.auth.models import User
from playwright.sync_api import Locator, Page, expect

from labeling.models import Campaign, GuideReading, Label, QueueItem
from tests import factories as make
from tests.browser.axe import expect_no_violations
from tests.browser.desk import DeskPage
from tests.live import eventually

NEWS = "What changed in the guide"


def guide(page: Page) -> Locator:
    return page.get_by_role("complementary", name="How to rate a step")


def news(page: Page) -> Locator:
    return page.get_by_role("region", name=NEWS)


def test_an_open_page_shows_what_changed_until_it_is_noted(
    campaign: Campaign, items: list[QueueItem], labeler: User, open_desk: Callable[[User], DeskPage]
) -> None:
    make.make_guide(campaign, text="Rate it.\n\n- Slips are neutral.")
    desk = open_desk(labeler)
    page = desk.page
    page.route("**/next/?ahead=1*", lambda route: route.fulfill(status=204))  # each solution comes when it is asked for
    desk.press("1", "Enter")  # the first label: from here on the person knows version 1
    desk.expect_problem_of("First we add")
    text = "Rate it.\n\n- Slips are neutral.\n- Wrong units, $x_1 * y_1$, are <b>negative</b>."
    make.make_guide(campaign, text=text, note="Units matter.")
    desk.press("1", "Enter")
    desk.expect_problem_of("There are 4 cases.")
    new_word = page.get_by_role("button", name="Guide new")
    expect(new_word).to_be_visible()
    expect(page.get_by_role("status")).to_have_text("The guide has changed. Units matter.")
    expect(guide(page)).to_be_hidden()  # a drawer at this width: it does not fall over the text by itself

    desk.press("n")  # not seen yet: the key shows it first
    expect(news(page)).to_contain_text("Units matter.")
    marked = guide(page).locator("li.new")
    expect(marked).to_have_count(1)
    expect(marked).to_contain_text("new Wrong units")
    expect(marked).to_contain_text("are <b>negative</b>.")
    expect(marked.locator(".katex")).to_be_visible()
    assert not GuideReading.objects.exists()
    expect_no_violations(page, "the guide with news")

    desk.press("n")
    expect(news(page)).to_have_count(0)
    expect(guide(page).locator(".new, .new-word")).to_have_count(0)
    expect(new_word).to_have_count(0)
    assert GuideReading.objects.get().account == labeler
    desk.press("Escape", "1")
    desk.expect_states("negative", "later")
    desk.press("Enter")
    desk.expect_problem_of("There are 9 cases.")
    assert [label.guide.number for label in Label.objects.order_by("pk") if label.guide] == [1, 1, 2]


def test_what_was_noted_on_one_device_is_not_shown_on_another(
    campaign: Campaign,
    items: list[QueueItem],
    labeler: User,
    open_desk: Callable[[User], DeskPage],
    browser_errors: list[str],
) -> None:
    first = make.make_guide(campaign)
    make.make_label(make.make_solution(make.make_problem(campaign)), make.make_labeler(campaign, labeler), guide=first)
    make.make_guide(campaign, text="A line.\n\n" * 40, note="Units matter.")
    desk, phone = open_desk(labeler), open_desk(labeler)
    phone.page.set_viewport_size({"width": 360, "height": 740})
    phone.page.get_by_role("button", name="Guide new").click()
    phone.press("ArrowDown")  # with the guide in front, arrows scroll it and leave the steps alone
    eventually(lambda: guide(phone.page).evaluate("panel => panel.scrollTop > 0"))
    noted = phone.page.get_by_role("button", name="Noted")
    phone.page.route("**/api/v1/me/guides/**", lambda route: route.abort())
    noted.click()
    expect(news(phone.page)).to_be_visible()  # not said to be noted before the server has it
    expect(news(phone.page).get_by_role("status")).to_contain_text("Not noted: the server cannot be reached.")
    phone.page.unroute("**/api/v1/me/guides/**")
    noted.click()
    expect(news(phone.page)).to_have_count(0)
    eventually(GuideReading.objects.exists)
    desk.reload()
    expect(desk.page.get_by_role("button", name="Guide", exact=False).first).to_be_visible()
    expect(news(desk.page)).to_have_count(0)
    browser_errors.clear()  # the request that failed, which this page says in its console


def test_a_lead_writes_a_version_looks_at_it_and_puts_it_in_force(
    campaign: Campaign, owner: User, open_page: Callable[[User | None], Page], browser_errors: list[str]
) -> None:
    make.make_guide(campaign, text="Rate it.\n\n$$x^2$$\n\n> A step.\n\n[+] Because $x$.")
    page = open_page(owner)
    page.goto("/campaigns/campaign/guide/")
    expect(page.locator(".guide-text .katex")).to_have_count(2)
    expect_no_violations(page)
    page.get_by_role("link", name="Edit").click()
    page.get_by_label("Text").press("Control+End")
    page.keyboard.type("\n\nNever $y_1$ alone.")
    page.get_by_role("button", name="Preview").press("Enter")
    preview = page.get_by_role("region", name="As labelers will see it")
    expect(preview.locator("p.new")).to_contain_text("new Never")
    expect(preview.locator("p.new .katex")).to_be_visible()
    expect(page.get_by_role("region", name="What it changes").locator("ins")).to_contain_text("Never $y_1$ alone.")
    expect_no_violations(page, "a preview")
    put = page.get_by_role("button", name="Put version 2 in force")
    put.click()
    expect(page.get_by_text("Expected: a sentence on what changed")).to_be_visible()
    page.get_by_label("What changed").fill("Never alone.")
    put.click()
    expect(page.get_by_role("heading", name="The guide, version 2")).to_be_visible()
    page.get_by_role("link", name="Version 1", exact=True).click()
    page.get_by_role("link", name="Go back to this text").click()
    expect(page.get_by_label("What changed")).to_have_value("Back to version 1.")
    page.set_viewport_size({"width": 360, "height": 740})
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.get_by_role("button", name="Put version 3 in force").click()
    expect(page.get_by_role("heading", name="The guide, version 3")).to_be_visible()
    expect_no_violations(page)
    texts = list(campaign.guide_versions.order_by("number").values_list("text", flat=True))
    assert texts[2] == texts[0] != texts[1]
    browser_errors.clear()  # the refused form came back as a 400, which the browser says in its console
