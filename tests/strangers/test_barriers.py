"""No page that anybody reaches has a barrier: those that no walk of tests/browser looks at, by the access table."""

import re
from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import resolve, reverse
from playwright.sync_api import Page
from pytest_django.fixtures import Settings

from tests import factories as make
from tests.browser.axe import expect_no_violations
from tests.browser.test_every_page import LEADS, OF_ACCOUNTS, OWN
from tests.conftest import BrowserErrors
from tests.strangers.test_hostile_text import addresses_of
from tests.strangers.world import world_of

OpenPage = Callable[[User | None], Page]

PIECES = {"campaigns/<slug:slug>/guide/panel/"}  # of a page, which has its own heading and title


def route_of(address: str) -> str:
    return resolve(address.split("?")[0]).route


def looked_at() -> set[str]:
    """The routes whose pages tests/browser/test_every_page.py opens."""
    paths = [*(f"/campaigns/campaign/{path}" for path in LEADS), *map(reverse, OWN), *OF_ACCOUNTS]
    return {route_of(re.sub(r"\{\w+\}", "1", path)) for path in paths}


def is_page(page: Page, address: str) -> bool:
    """Not a file to be kept."""
    headers = page.request.get(address).headers
    return headers.get("content-type", "").startswith("text/html") and "content-disposition" not in headers


def look(page: Page, address: str) -> None:
    page.goto(address)
    expect_no_violations(page)
    page.set_viewport_size({"width": 360, "height": 740})
    assert page.evaluate("document.documentElement.scrollWidth") == 360, address
    page.set_viewport_size({"width": 1280, "height": 800})


@pytest.mark.timeout(300)
def test_every_other_page_has_no_barrier_and_never_scrolls_sideways(
    transactional_db: None, open_page: OpenPage, browser_errors: BrowserErrors
) -> None:
    browser_errors.requests_may_fail()  # a page of a pass has no next solution, say
    addresses = addresses_of(world_of("lead"))
    make.make_account("admin", is_staff=True, is_superuser=True)
    seen = looked_at() | PIECES
    for visitor, theirs in addresses.items():
        page = open_page(User.objects.filter(username=visitor).first())
        for address in theirs:
            is_new = not address.startswith("/admin/") and route_of(address) not in seen
            if is_new and is_page(page, address):
                seen.add(route_of(address))
                look(page, address)
    assert {"multiplier/", "label/"} <= {route.split("/", 2)[-1] for route in seen}


def test_the_doors_of_an_open_installation_have_no_barrier(
    client: Client, page: Page, settings: Settings, browser_errors: BrowserErrors
) -> None:
    """Not there unless an operator opens them, as the site under test does not."""
    browser_errors.requests_may_fail()
    settings.SIGN_UP = settings.SENDS_MAIL = True
    for address in ("/sign-up/", "/lost-password/", "/new-password/x/y/"):
        answer = client.get(address)
        assert answer.status_code == 200, address
        body = answer.content
        page.route(f"**{address}", lambda route, _, body=body: route.fulfill(body=body, content_type="text/html"))
        look(page, address)
