"""A labeler in a real browser, with a stopwatch in the page."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Browser, CDPSession, Page, sync_playwright

from runner import chromium

WINDOW = {"width": 1440, "height": 900}
# Painted: a task behind the next frame. Times start when the browser took the key press in (`event.timeStamp`).
STOPWATCH = """
window.__keys = []; window.__changes = [];
const painted = (then) => requestAnimationFrame(() => { const gone = new MessageChannel();
  gone.port1.onmessage = () => then(performance.now()); gone.port2.postMessage(0); });
addEventListener("keydown", (event) => {
  const key = { key: event.key, at: event.timeStamp };
  window.__last = key;
  painted((at) => { key.painted = at - key.at; window.__keys.push(key); });
}, { capture: true });
addEventListener("DOMContentLoaded", () => {
  const steps = document.querySelector('[data-part="steps"]');
  if (!steps) return;
  new MutationObserver((records) => {
    if (!records.some((record) => record.target === steps && record.addedNodes.length)) return;
    const from = window.__last;
    painted((at) => window.__changes.push({ took: from ? at - from.at : null }));
  }).observe(steps, { childList: true });
});
"""


@contextmanager
def browser() -> Iterator[Browser]:
    """The Chromium that the tests use."""
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium.find(), args=["--no-sandbox"])
        try:
            yield started
        finally:
            started.close()


class Desk:
    """One person's desk in a browser window of its own, nothing cached; bytes are counted from the first request on."""

    def __init__(self, started: Browser, url: str, person: dict[str, str], campaign: str) -> None:
        self._context = started.new_context(base_url=url, viewport=WINDOW)
        self._context.add_init_script(STOPWATCH)
        self.page: Page = self._context.new_page()
        self.received = Received(self._context.new_cdp_session(self.page))
        self.page.goto(f"/?next=/campaigns/{campaign}/label/")
        self.page.get_by_label("Name").fill(person["username"])
        self.page.get_by_label("Password").fill(person["password"])
        self.page.keyboard.press("Enter")
        self.steps.first.wait_for()

    @property
    def steps(self) -> Any:
        return self.page.get_by_role("main").locator(".steps > div > ol > li > .step")

    def wait_ahead(self) -> None:
        """Until one more solution is leased and typeset, as it is after a moment's reading."""
        self.page.locator(".stage .step").first.wait_for(state="attached")

    def is_at_work(self) -> bool:
        return bool(self.steps.count())

    def presses(self) -> list[dict[str, Any]]:
        """Each key press: what, and after how many milliseconds its effect was painted."""
        return list(self.page.evaluate("window.__keys"))

    def changes(self) -> list[dict[str, Any]]:
        """Each new solution: milliseconds from the last key press until it was painted, typeset."""
        return list(self.page.evaluate("window.__changes"))

    def close(self) -> None:
        self._context.close()


class Received:
    """What came over the network, as the browser counts it: bytes as they travelled, and from which hosts."""

    def __init__(self, session: CDPSession) -> None:
        self.bytes = 0
        self.hosts: set[str] = set()
        session.on("Network.loadingFinished", self._finished)
        session.on("Network.requestWillBeSent", self._asked)
        session.send("Network.enable")

    def _finished(self, event: dict[str, Any]) -> None:
        self.bytes += int(event["encodedDataLength"])

    def _asked(self, event: dict[str, Any]) -> None:
        address = urlsplit(event["request"]["url"])
        if address.scheme in ("http", "https"):
            self.hosts.add(address.netloc)


def ratings(steps: int, chance: random.Random) -> list[int]:
    """A pass drawn from a seed: an error in every second solution, neutral steps here and there."""
    end = chance.randrange(steps) if chance.random() < 0.5 else None
    made = [chance.choice((1, 1, 1, 0)) for _ in range(steps if end is None else end)]
    return made if end is None else [*made, -1]
