"""Pictures of the desk in each language: `make demo` in one terminal, then this with .venv/bin/python in another.

The machine needs the Chromium of the tests and faces for Korean and Chinese (Debian: fonts-noto-cjk).
"""

import json
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from runner import chromium

HERE = Path(__file__).parent
LOCALES = {"en": "en-US", "ko": "ko-KR", "zh": "zh-CN", "ru": "ru-RU"}
LONG_ENOUGH = 5  # steps
# Gives solutions of fewer steps back until a longer one is in hand.
FIND_A_LONGER_ONE = """async ([api, steps]) => {
  const token = document.cookie.match(/csrftoken=([^;]+)/)[1];
  const post = (path, body) => fetch(api + path, {
    method: "POST",
    headers: { "Content-Type": "application/json", "X-CSRFToken": token },
    body: JSON.stringify(body ?? {}),
  });
  for (let tries = 0; tries < 40; tries += 1) {
    const answer = await post(`campaigns/${location.pathname.split("/")[2]}/next/`);
    if (answer.status !== 200) return;
    const item = await answer.json();
    if (item.steps.length >= steps) return;
    await post(`items/${item.item}/release/`, { lease: item.lease });
  }
}"""


def sign_in(page: Page, account: dict[str, str]) -> None:
    page.goto("/")
    page.fill("[name=username]", account["username"])
    page.fill("[name=password]", account["password"])
    page.keyboard.press("Enter")
    page.wait_for_selector("main.home")


def show_a_pass(page: Page, campaign: str) -> None:
    """Some steps rated, one in hand."""
    desk = f"/campaigns/{campaign}/label/"
    page.goto(desk)
    page.wait_for_selector(".step")
    page.evaluate(FIND_A_LONGER_ONE, ["/api/v1/", LONG_ENOUGH])
    page.goto(desk)
    page.wait_for_selector(".step[data-state=active]")
    if page.locator(".step[data-state=positive]").count() == 0:  # else as the picture before left it
        for key in ("3", "3", "2"):
            page.keyboard.press(key)
    page.keyboard.press("x")  # unsure, and sure again: something to save
    page.keyboard.press("x")
    page.wait_for_selector("[data-part=saved][data-state=saved]")
    page.wait_for_timeout(400)  # until nothing moves any more


def main() -> None:
    demo = json.loads((HERE.parent.parent / "var" / "demo.json").read_text())
    labeler = next(account for account in demo["accounts"] if account["role"] == "labeler")
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium.find(), args=["--no-sandbox"])
        for name, locale in LOCALES.items():
            context = started.new_context(base_url=demo["url"], locale=locale, viewport={"width": 1440, "height": 900})
            page = context.new_page()
            sign_in(page, labeler)
            show_a_pass(page, demo["campaign"])
            page.screenshot(path=HERE / f"label-{name}.png")
            context.close()
        started.close()


if __name__ == "__main__":
    main()
