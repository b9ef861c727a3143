"""Drafts, reloads and dead servers: no rating that the page showed as saved is lost, and no label made twice."""

import pytest
from playwright.sync_api import Route, expect

from labeling.models import Campaign, Draft, Label, QueueItem
from tests.browser.desk import DeskPage, saved_ratings
from tests.conftest import BrowserErrors
from tests.leases import take_away
from tests.live import Site, eventually

REMEMBER_SIGNS = """() => {
    const sign = document.querySelector('.saved [data-text]');
    window.said = [];
    new MutationObserver(() => window.said.push(sign.textContent)).observe(sign, {childList: true});
}"""
KEEP_NOTHING = "Storage.prototype.setItem = () => { throw new DOMException('full', 'QuotaExceededError'); }"


def deliver_but_lose_the_answer(route: Route) -> None:
    """The request arrives; its answer does not."""
    route.fetch()
    route.abort()


def test_a_reload_brings_the_draft_back(desk: DeskPage, items: list[QueueItem]) -> None:
    expect(desk.sign).to_have_text("")
    desk.press("3", "2", "1", "ArrowUp", "x")
    eventually(lambda: saved_ratings(items[0]) == [1, 0, -1] and Draft.objects.get().content["flagged"] == [1])
    desk.expect_saved()
    saved = desk.sign.inner_text()
    desk.reload()
    desk.expect_states("positive", "neutral", "negative", "later")
    expect(desk.sign).to_have_text(saved)
    expect(desk.step(2)).to_contain_text("unsure")


def test_parked_ratings_survive_a_reload(desk: DeskPage, items: list[QueueItem]) -> None:
    desk.press("3", "3", "2", "ArrowUp", "ArrowUp", "1")
    eventually(lambda: saved_ratings(items[0]) == [1, -1])
    desk.reload()
    desk.expect_states("positive", "negative", "parked", "later")


def test_saved_is_said_only_of_what_the_server_has(desk: DeskPage, items: list[QueueItem]) -> None:
    held: list[Route] = []
    desk.press("3")
    desk.expect_saved()
    desk.page.route("**/draft/", lambda route: held.append(route))
    desk.press("2")
    expect(desk.sign).to_have_text("")  # at once: what was said is not so of what is on the screen now
    expect(desk.sign).to_have_text("Saving")
    eventually(lambda: desk.page.evaluate("1") and held)  # the request may be told of later than the page shows it
    desk.press("1")
    desk.page.evaluate(REMEMBER_SIGNS)
    held[0].continue_()  # its answer is about the state before
    expect(desk.sign).to_have_text("Saving")
    eventually(lambda: desk.page.evaluate("1") and len(held) == 2)
    assert not [said for said in desk.page.evaluate("window.said") if said.startswith("Saved")]
    held[1].continue_()
    desk.expect_saved()
    assert saved_ratings(items[0]) == [1, 0, -1]


def test_an_answer_of_somebody_else_is_no_label(
    desk: DeskPage, items: list[QueueItem], browser_errors: BrowserErrors
) -> None:
    """A hotspot's page to sign in at, say."""
    browser_errors.requests_may_fail()
    desk.page.route("**/next/?ahead=1*", lambda route: route.abort())
    desk.reload()
    desk.page.route("**/label/", lambda route: route.fulfill(status=200, content_type="text/html", body="<h1>Hello"))
    desk.press("3", "1", "Enter")
    expect(desk.trouble).to_contain_text("Not submitted yet")
    assert not Label.objects.exists()
    desk.page.unroute("**/label/")
    desk.expect_problem_of("First we add")
    assert Label.objects.get().ratings == "+-"


@pytest.mark.parametrize("width", [320, 360])
def test_saved_stays_on_one_line_on_a_phone(desk: DeskPage, width: int) -> None:
    desk.page.set_viewport_size({"width": width, "height": 740})
    desk.press("3")
    desk.expect_saved()
    box = desk.sign.locator("[data-text]").bounding_box()
    assert box is not None
    assert box["height"] < 24  # two lines are 29 and more
    assert desk.page.evaluate("document.documentElement.scrollWidth") == width


def test_leaving_at_once_still_sends_the_draft(desk: DeskPage, items: list[QueueItem]) -> None:
    desk.press("3")
    desk.page.goto("about:blank")
    eventually(lambda: saved_ratings(items[0]) == [1])


def test_work_that_never_reached_the_server_is_there_when_the_page_is_opened_again(
    desk: DeskPage, campaign: Campaign, items: list[QueueItem], browser_errors: BrowserErrors
) -> None:
    browser_errors.requests_may_fail()
    context = desk.page.context
    context.set_offline(True)
    desk.press("3", "2")
    expect(desk.sign).to_have_text("Offline, 2 ratings kept here")
    assert saved_ratings(items[0]) is None
    desk.page.close()
    context.set_offline(False)
    again = DeskPage(context.new_page(), campaign).open()
    again.expect_states("positive", "neutral", "active", "later")
    eventually(lambda: saved_ratings(items[0]) == [1, 0])


def test_unsent_work_of_another_solution_than_the_next_is_kept_by_the_server(
    desk: DeskPage, campaign: Campaign, items: list[QueueItem], browser_errors: BrowserErrors
) -> None:
    browser_errors.requests_may_fail()
    context = desk.page.context
    context.set_offline(True)
    desk.press("3", "2")
    expect(desk.sign).to_have_text("Offline, 2 ratings kept here")
    desk.page.close()
    context.set_offline(False)
    labeler = QueueItem.objects.get(pk=items[0].pk).leased_by
    take_away(items[0])
    again = DeskPage(context.new_page(), campaign).open()
    again.expect_problem_of("First we add")
    eventually(lambda: saved_ratings(items[0]) == [1, 0])
    assert Draft.objects.get().labeler == labeler
    eventually(lambda: not kept_here(again))


@pytest.mark.parametrize("more", [(), ("1",)])
def test_unsent_work_that_had_arrived_unheard_is_kept_no_longer(
    desk: DeskPage, campaign: Campaign, items: list[QueueItem], browser_errors: BrowserErrors, more: tuple[str, ...]
) -> None:
    """The last request of a page that goes away, say: the server has the work, or an earlier state of it."""
    browser_errors.requests_may_fail()
    desk.page.route("**/draft/", deliver_but_lose_the_answer)
    desk.press("3", "2")
    expect(desk.sign).to_have_text("Offline, 2 ratings kept here")
    assert saved_ratings(items[0]) == [1, 0]
    desk.press(*more)
    expect(desk.sign).to_have_text(f"Offline, {2 + len(more)} ratings kept here")
    context = desk.page.context
    desk.page.close()
    take_away(items[0])
    again = DeskPage(context.new_page(), campaign).open()
    eventually(lambda: not kept_here(again))
    assert saved_ratings(items[0]) == [1, 0, *(-1 for _ in more)]


def kept_here(desk: DeskPage) -> list[str]:
    """What this browser keeps still."""
    names: list[str] = desk.page.evaluate("Object.keys(localStorage).filter(k => k.startsWith('plumbline.kept.'))")
    return names


# --- the server dies


@pytest.mark.parametrize("by", ["a click", "the page itself"])
def test_a_submission_to_a_dead_server_is_sent_again_and_becomes_one_label(
    timed_desk: DeskPage, live_site: Site, browser_errors: BrowserErrors, by: str
) -> None:
    browser_errors.requests_may_fail()
    desk = timed_desk
    desk.page.route("**/next/?ahead=1*", lambda route: route.abort())  # nothing to go on with
    desk.reload()
    desk.press("3", "1")
    desk.expect_saved()
    desk.hold_time()
    live_site.web.kill()
    desk.press("Enter")
    expect(desk.trouble).to_contain_text("Not submitted yet: the server cannot be reached.")
    desk.expect_states("positive", "negative", "later", "later")
    live_site.web.start()
    if by == "a click":
        desk.button("Try again").click()
    else:
        desk.page.clock.run_for(1_000)
    eventually(Label.objects.exists)
    desk.let_time_run()
    desk.expect_problem_of("First we add")
    assert Label.objects.get().ratings == "+-"


def test_a_server_killed_between_taking_a_label_and_saying_so_makes_it_once(
    desk: DeskPage, items: list[QueueItem], live_site: Site, browser_errors: BrowserErrors
) -> None:
    browser_errors.requests_may_fail()

    def take_and_die(route: Route) -> None:
        route.fetch()
        live_site.web.kill()
        route.abort()

    desk.wait_ahead()
    desk.page.route("**/label/", take_and_die, times=1)
    desk.press("1", "Enter")
    desk.expect_problem_of("First we add")
    expect(desk.sign).to_contain_text("1 solution waits to be sent")
    live_site.web.start()
    expect(desk.page.get_by_text("1 done today")).to_be_visible()
    assert Label.objects.get().item == items[0]


def test_what_was_saved_outlives_a_killed_server(
    desk: DeskPage, items: list[QueueItem], live_site: Site, browser_errors: BrowserErrors
) -> None:
    browser_errors.requests_may_fail()
    desk.press("3", "2")
    desk.expect_saved()
    live_site.web.kill()
    assert saved_ratings(items[0]) == [1, 0]
    desk.press("3")
    expect(desk.sign).to_have_text("Offline, 1 rating kept here")
    live_site.web.start()
    desk.expect_saved()
    assert saved_ratings(items[0]) == [1, 0, 1]


def test_an_answer_lost_on_the_way_makes_no_second_label(
    desk: DeskPage, items: list[QueueItem], browser_errors: BrowserErrors
) -> None:
    browser_errors.requests_may_fail()
    desk.page.route("**/label/", deliver_but_lose_the_answer, times=1)
    desk.press("1", "Enter")
    desk.expect_problem_of("First we add")
    expect(desk.page.get_by_text("1 done today")).to_be_visible()
    assert Label.objects.get().item == items[0]


def test_a_draft_whose_answer_was_lost_is_no_work_of_another_tab(
    timed_desk: DeskPage, items: list[QueueItem], browser_errors: BrowserErrors
) -> None:
    browser_errors.requests_may_fail()
    desk = timed_desk
    desk.page.route("**/draft/", deliver_but_lose_the_answer, times=1)
    desk.hold_time()
    desk.press("3")
    desk.page.clock.run_for(400)
    expect(desk.sign).to_have_text("Offline, 1 rating kept here")
    desk.press("2")
    desk.let_time_run()
    desk.expect_saved()
    expect(desk.trouble).to_be_hidden()
    assert saved_ratings(items[0]) == [1, 0]


def test_pressing_twice_submits_once_and_leaves_the_next_solution_alone(desk: DeskPage, items: list[QueueItem]) -> None:
    desk.press("1")
    desk.button("Submit").dblclick()
    desk.expect_problem_of("First we add")
    desk.expect_states("active", "later", "later")
    desk.press("1", "Enter", "Enter", "Enter")
    desk.expect_problem_of("There are 4")
    desk.expect_states("active", "later")
    assert [label.item for label in Label.objects.order_by("pk")] == items[:2]


# --- a browser that keeps nothing


def test_a_browser_that_keeps_nothing_says_so_and_warns_before_work_goes(
    desk: DeskPage, items: list[QueueItem], browser_errors: BrowserErrors
) -> None:
    browser_errors.requests_may_fail()
    desk.page.add_init_script(KEEP_NOTHING)
    desk.reload()
    expect(desk.trouble).to_contain_text("This browser keeps nothing for this page")
    desk.button("Understood").click()
    desk.press("3")
    desk.expect_saved()  # the server keeps it all the same
    desk.page.context.set_offline(True)
    desk.press("3", "1")
    expect(desk.sign).to_have_text("Offline, 2 ratings only on this screen")
    with desk.page.expect_event("dialog") as asked:
        desk.page.close(run_before_unload=True)
    assert asked.value.type == "beforeunload"
    asked.value.dismiss()
    desk.page.context.set_offline(False)
    desk.expect_saved()
    assert saved_ratings(items[0]) == [1, 1, -1]


def test_a_storage_that_fills_up_is_told_when_it_happens(desk: DeskPage, browser_errors: BrowserErrors) -> None:
    desk.press("3")
    desk.expect_saved()
    desk.page.evaluate(f"() => {{ {KEEP_NOTHING} }}")
    desk.press("3")
    expect(desk.trouble).to_contain_text("its storage is full or switched off")
    desk.expect_saved()
