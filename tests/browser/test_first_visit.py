"""What a browser that has nothing of the site yet loads, from the sign-in form to the first solution."""

import gzip
from collections.abc import Callable
from urllib.parse import urlsplit

from django.contrib.auth.models import User
from playwright.sync_api import Page, Response, expect

from labeling.models import QueueItem
from tests import factories as make
from tests.conftest import BrowserErrors
from tests.live import Site

MOST_BYTES = 300_000
HEADERS = 500  # of an answer, about
PACKED = {"font", "image"}  # as they are


def size(response: Response) -> int:
    """Bytes on the wire: the tests' site leaves its files as they are, installations serve them compressed."""
    if response.status >= 300:
        return HEADERS
    body = response.body()
    return HEADERS + len(body if response.request.resource_type in PACKED else gzip.compress(body))


def test_a_first_visit_is_light_and_comes_from_this_host_alone(
    page: Page, live_site: Site, labeler: User, items: list[QueueItem]
) -> None:
    answers: list[Response] = []
    hosts: set[str] = set()
    page.on("response", lambda answer: answers.append(answer))
    page.on("request", lambda asked: hosts.add(urlsplit(asked.url).netloc))
    page.goto("/?next=/campaigns/campaign/label/")
    page.wait_for_load_state("networkidle")
    form = [size(answer) for answer in answers]  # before the page is left, and with it what was read
    answers.clear()
    page.get_by_label("Name").fill(labeler.username)
    page.get_by_label("Password").fill(make.PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("main").locator(".steps .katex").first).to_be_visible()
    page.wait_for_load_state("networkidle")

    assert hosts == {urlsplit(live_site.url).netloc}
    desk = [size(answer) for answer in answers]
    assert len(desk) > 30  # scripts, styles, typefaces: all were counted
    assert sum(form) + sum(desk) < MOST_BYTES


def test_a_page_whose_scripts_do_not_come_says_so_after_a_while(
    items: list[QueueItem], labeler: User, open_page: Callable[[User | None], Page], browser_errors: BrowserErrors
) -> None:
    """The server died between the page and its scripts, say: nothing else would be in sight."""
    browser_errors.requests_may_fail()
    page = open_page(labeler)
    page.emulate_media(reduced_motion="reduce")
    page.route("**/labeling/label.*.js", lambda route: route.abort())
    page.goto("/campaigns/campaign/label/")
    said = page.get_by_text("This page has not arrived whole yet.")
    expect(said).to_be_hidden()
    said.evaluate("said => said.getAnimations().forEach(each => each.finish())")
    expect(said).to_be_visible()
    page.unroute("**/labeling/label.*.js")
    page.reload()
    expect(page.get_by_role("main").locator(".steps .katex").first).to_be_visible()
    expect(said).to_be_hidden()
