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
# Painted: a task behind the next frame, so that style, layout, paint and commit of the frame lie before it. Times start
# when the browser took the key press or the click in (`event.timeStamp`). `__durations` is the browser's own count, in
# steps of 8 ms, of presses that took 16 or more. A solution is readable when its formulas' typefaces are there too.
STOPWATCH = """
window.__keys = []; window.__changes = []; window.__durations = [];
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) if (entry.name === "keydown") window.__durations.push(entry.duration);
}).observe({ type: "event", durationThreshold: 16 });
const painted = (then) => requestAnimationFrame(() => { const gone = new MessageChannel();
  gone.port1.onmessage = () => then(performance.now()); gone.port2.postMessage(0); });
addEventListener("keydown", (event) => {
  const key = { key: event.key, at: event.timeStamp };
  window.__last = key;
  painted((at) => { key.painted = at - key.at; window.__keys.push(key); });
}, { capture: true });
addEventListener("click", (event) => { window.__last = { key: "", at: event.timeStamp }; }, { capture: true });
addEventListener("DOMContentLoaded", () => {
  const steps = document.querySelector('[data-part="steps"]');
  if (!steps) return;
  new MutationObserver(async (records) => {
    if (!records.some((record) => record.target === steps && record.addedNodes.length)) return;
    const from = window.__last;
    await document.fonts.ready;
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


def window(started: Browser, url: str) -> Page:
    """A browser window with nothing cached, and the stopwatch in every page that it opens."""
    context = started.new_context(base_url=url, viewport=WINDOW)
    context.add_init_script(STOPWATCH)
    return context.new_page()


class Desk:
    """One person's desk in a browser window of its own, nothing cached; bytes are counted from the first request on."""

    def __init__(self, started: Browser, url: str, person: dict[str, str], campaign: str) -> None:
        self.page = window(started, url)
        self.received = Received(self.page.context.new_cdp_session(self.page))
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

    def presses(self) -> list[dict[str, Any]]:
        """Each key press: what, and after how many milliseconds its effect was painted."""
        return list(self.page.evaluate("window.__keys"))

    def changes(self) -> list[dict[str, Any]]:
        """Each new solution: milliseconds from the last key press until it was painted, typeset."""
        return list(self.page.evaluate("window.__changes"))

    def durations(self) -> list[float]:
        """By the browser's own count: key presses that took 16 ms or more, in steps of 8."""
        return list(self.page.evaluate("window.__durations"))

    def close(self) -> None:
        self.page.context.close()


class Received:
    """What came over the network, as the browser counts it: bytes as they travelled, and from which hosts."""

    def __init__(self, session: CDPSession) -> None:
        self.bytes = self.count = 0
        self.hosts: set[str] = set()
        session.on("Network.loadingFinished", self._finished)
        session.on("Network.requestWillBeSent", self._asked)
        session.send("Network.enable")

    def _finished(self, event: dict[str, Any]) -> None:
        self.bytes += int(event["encodedDataLength"])

    def _asked(self, event: dict[str, Any]) -> None:
        if "redirectResponse" in event:  # the answer that sent the browser on is finished without a word
            self.bytes += int(event["redirectResponse"]["encodedDataLength"])
        self.count += 1
        address = urlsplit(event["request"]["url"])
        if address.scheme in ("http", "https"):
            self.hosts.add(address.netloc)


def ratings(steps: int, chance: random.Random) -> list[int]:
    """A pass drawn from a seed: an error in every second solution, neutral steps here and there."""
    end = chance.randrange(steps) if chance.random() < 0.5 else None
    made = [chance.choice((1, 1, 1, 0)) for _ in range(steps if end is None else end)]
    return made if end is None else [*made, -1]
