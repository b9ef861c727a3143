"""The guide beside the steps: what changed is shown once, on an open page too, and labels know what was shown."""

from collections.abc import Callable

from django.contrib.auth.models import User
from playwright.sync_api import Locator, Page, expect

from labeling.models import Campaign, GuideReading, Label, QueueItem
from tests import factories as make
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
    page.route("**/next/?ahead=1", lambda route: route.fulfill(status=204))  # each solution comes when it is asked for
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
    make.make_guide(campaign, note="Units matter.")
    desk, phone = open_desk(labeler), open_desk(labeler)
    phone.page.set_viewport_size({"width": 360, "height": 740})
    phone.page.get_by_role("button", name="Guide new").click()
    noted = phone.page.get_by_role("button", name="Noted")
    phone.page.route("**/api/v1/me/guides/**", lambda route: route.abort())
    noted.click()
    expect(news(phone.page)).to_be_visible()  # not said to be noted before the server has it
    phone.page.unroute("**/api/v1/me/guides/**")
    noted.click()
    expect(news(phone.page)).to_have_count(0)
    eventually(GuideReading.objects.exists)
    desk.reload()
    expect(desk.page.get_by_role("button", name="Guide", exact=False).first).to_be_visible()
    expect(news(desk.page)).to_have_count(0)
    browser_errors.clear()  # the request that failed, which this page says in its console
