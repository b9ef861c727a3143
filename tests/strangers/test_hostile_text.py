"""Hostile texts in every field, every page in a real browser: nothing in them is taken for anything but text.

A script that the browser refused shows as a violation of the content security policy: the text was taken for a page
then, and the policy alone stood in the way. That counts as broken, too.
"""

import random
from collections.abc import Callable, Sequence
from urllib.parse import urlsplit

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import Page, Request

from labeling.actions import tokens
from labeling.models import Labeler
from tests import factories as make
from tests.conftest import BrowserErrors
from tests.live import Site
from tests.often import examples, is_long, seed, tell
from tests.strangers import table
from tests.strangers.payloads import HTML, payloads
from tests.strangers.planting import plant
from tests.strangers.routes import Route
from tests.strangers.world import World, world_of

OpenPage = Callable[[User | None], Page]
# Whoever sees most comes first: the others open only what nobody before them reaches.
VISITORS = ("lead", "labeler", "admin", "nobody")
TOGETHER = 24  # texts that are there at once in `make test`
WATCH = """
window.pwned = () => window.heard(`a script ran in ${location}`);
addEventListener("securitypolicyviolation", event =>
    window.heard(`against the policy: ${event.violatedDirective} ${event.blockedURI} in ${location}`));
"""
# What a text became, where it became anything; what is folded is opened first.
MADE = """() => {
    document.querySelectorAll("details").forEach(one => one.open = true);
    const names = ["href", "src", "action", "formaction"], scripted = /^\\s*(javascript|vbscript|data:text)/i;
    const linked = [...document.querySelectorAll("[href], [src], [action], [formaction]")]
        .filter(one => names.some(name => scripted.test(one.getAttribute(name))));
    return [...document.querySelectorAll("[data-pwned], .pwned, #pwned"), ...linked]
        .map(one => one.outerHTML.slice(0, 300));
}"""


class Visit:
    """A browser of one visitor's, which tells what texts did in it."""

    def __init__(self, page: Page, site: Site, addresses: Sequence[str]) -> None:
        self.heard: list[str] = []
        self.shown = 0  # pages with a text of these on them
        self.page, self._host = page, urlsplit(site.url).netloc
        page.expose_function("heard", lambda text: self.heard.append(text))
        page.add_init_script(WATCH)
        page.context.on("request", self._check)
        page.on("dialog", lambda dialog: (self.heard.append(f"said: {dialog.message}"), dialog.dismiss()))
        self.addresses = [address for address in addresses if self._is_page(address)]

    def _check(self, request: Request) -> None:
        asked = urlsplit(request.url)
        if asked.scheme not in ("data", "blob", "about") and asked.netloc != self._host:
            self.heard.append(f"asked for {request.url} in {self.page.url}")

    def _is_page(self, address: str) -> bool:
        """Not a file to be kept, which no browser shows."""
        headers = self.page.request.get(address).headers
        return headers.get("content-type", "").startswith("text/html") and "content-disposition" not in headers

    def look(self) -> list[str]:
        """What went wrong on any page."""
        for address in self.addresses:
            answer = self.page.goto(address)
            if answer is None or not answer.ok:
                self.heard.append(f"{address}: {answer.status if answer else 'no answer'}")
            self.shown += "pwned" in self.page.content()
            self.heard += [f"{address} holds {element}" for element in self.page.evaluate(MADE)]
        found, self.heard[:] = list(self.heard), []
        return found


def addresses_of(world: World) -> dict[str, list[str]]:
    """By visitor: the pages that are theirs by the table of strangers, without those of the visitors before."""
    found: dict[str, list[str]] = {}
    seen: set[str] = set()
    for visitor in VISITORS:
        new = [
            address
            for (address, whose, method), row in table.read().items()
            if (whose, method, row[visitor]) == ("ours", "GET", "200")
            and not Route(address).is_api
            and address not in seen
        ]
        seen.update(new)
        found[visitor] = [Route(address).address(world.rows["ours"]) for address in new]
    return found


@pytest.fixture
def visits(live_site: Site, open_page: OpenPage) -> list[Visit]:
    """Two campaigns with a row of every kind, and somebody of each kind before their pages."""
    addresses = addresses_of(world_of("lead"))
    make.make_account("admin", is_staff=True, is_superuser=True)
    Labeler.objects.filter(name="colleague").update(paused_at=make.A_MOMENT, pause_reason="Rest.")
    tokens.make(account=User.objects.get(username="lead"), name="nightly")
    accounts = {name: User.objects.filter(username=name).first() for name in VISITORS}
    return [Visit(open_page(accounts[name]), live_site, addresses[name]) for name in VISITORS]


@pytest.mark.timeout(0 if is_long else 300)
def test_no_text_does_anything_on_any_page(visits: list[Visit], browser_errors: BrowserErrors) -> None:
    browser_errors.requests_may_fail()  # judged by `Visit`
    chance = random.Random(seed())
    texts = payloads(examples(TOGETHER), chance)
    wrong = []
    for planted in [[text] for text in texts] if is_long else [texts]:
        plant(planted)
        wrong += [f"{planted[0]!r}: {what}" for visit in visits for what in visit.look()]
    tell({"pages with a text on them": sum(visit.shown for visit in visits)})
    assert not wrong, "\n".join(wrong[:50])
    assert sum(visit.shown for visit in visits) > 50


def test_what_a_text_would_do_is_heard(visits: list[Visit], browser_errors: BrowserErrors) -> None:
    """Else nothing would be looked for above: the same texts as a page of their own, without and with the policy."""
    browser_errors.may_come.append("")
    visit = visits[-1]
    policy = visit.page.request.get("/").headers["content-security-policy"]
    raw = "<!doctype html>" + HTML[0] + HTML[2] + HTML[3]  # some of the others load for ever, or leave the page
    for headers, told in ({}, "a script ran"), ({"Content-Security-Policy": policy}, "against the policy"):
        answer = {"body": raw, "headers": headers, "content_type": "text/html"}
        visit.page.route("**/raw/", lambda route, _request, answer=answer: route.fulfill(**answer))
        visit.addresses[:] = ["/raw/"]
        found = visit.look()
        assert any(one.startswith(told) for one in found)
        assert any("holds <img data-pwned" in one for one in found)
        assert any("asked for http://foreign.example" in one for one in found)
    assert not any("a script ran" in one for one in found), "the policy itself does not stand in the way"
