"""Pictures of the desk for the README and docs: `make demo` in one terminal, then this in another.

The machine needs the Chromium of the tests; pngquant, where there is one, makes the pictures a third as large.
"""

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

from desk_in_each_language import HERE, sign_in
from playwright.sync_api import Browser, Page, sync_playwright

from runner import chromium

WIDE: dict[str, Any] = {"viewport": {"width": 1440, "height": 900}}
PHONE_DARK: dict[str, Any] = {
    "viewport": {"width": 360, "height": 740},
    "device_scale_factor": 2,
    "has_touch": True,
    "color_scheme": "dark",
}
# Gives solutions back until a longer one is in hand, whose formulas were not cut at their line ends.
FIND = """async ([api, least]) => {
  const token = document.cookie.match(/csrftoken=([^;]+)/)[1];
  const post = (path, body) => fetch(api + path, {
    method: "POST",
    headers: { "Content-Type": "application/json", "X-CSRFToken": token },
    body: JSON.stringify(body ?? {}),
  });
  for (let tries = 0; tries < 200; tries += 1) {
    const answer = await post(`campaigns/${location.pathname.split("/")[2]}/next/`);
    const item = await answer.json();
    if (item.steps.length >= least && !item.steps.some((step) => step.includes("\\\\begin"))) return;
    await post(`items/${item.item}/release/`, { lease: item.lease });
  }
}"""


def rate(page: Page, keys: list[str]) -> None:
    for key in keys:
        page.keyboard.press(key)
    page.wait_for_selector("[data-part=saved][data-state=saved]")


def under_way(page: Page, campaign: str) -> None:
    """Some steps rated, one in hand."""
    desk = f"/campaigns/{campaign}/label/"
    page.goto(desk)
    page.wait_for_selector(".step")
    page.evaluate(FIND, ["/api/v1/", 6])
    page.goto(desk)
    page.wait_for_selector(".step[data-state=active]")
    rate(page, ["3", "3", "3", "2"] if page.locator(".step[data-state=positive]").count() == 0 else ["x", "x"])


def take(started: Browser, demo: dict[str, Any], name: str, look: dict[str, Any]) -> Path:
    context = started.new_context(base_url=demo["url"], locale="en-US", **look)
    page = context.new_page()
    sign_in(page, [account for account in demo["accounts"] if account["role"] == "labeler"][1])
    under_way(page, demo["campaign"])
    page.evaluate("document.fonts.ready")
    page.wait_for_timeout(600)  # until nothing moves any more
    path = HERE / f"{name}.png"
    page.screenshot(path=path)
    context.close()
    return path


def main() -> None:
    demo = json.loads((HERE.parent.parent / "var" / "demo.json").read_text())
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium.find(), args=["--no-sandbox"])
        made = [
            take(started, demo, "label", WIDE),
            take(started, demo, "label-phone-dark", PHONE_DARK),
        ]
        started.close()
    if shutil.which("pngquant"):
        subprocess.run(["pngquant", "--force", "--ext=.png", "--strip", "64", *made], check=True)


if __name__ == "__main__":
    main()
