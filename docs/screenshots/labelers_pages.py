"""Pictures of a labeler's other pages, wide, on a phone, and dark: `make demo` in one terminal, then this in another.

The machine needs the Chromium of the tests; pngquant, where there is one, makes the pictures a third as large.
"""

import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

from desk_in_each_language import HERE, sign_in
from playwright.sync_api import Browser, Page, sync_playwright

from runner import chromium

LOOKS: dict[str, dict[str, Any]] = {
    "": {"viewport": {"width": 1440, "height": 900}},
    "-dark": {"viewport": {"width": 1440, "height": 900}, "color_scheme": "dark"},
    "-phone": {"viewport": {"width": 360, "height": 740}, "device_scale_factor": 2, "has_touch": True},
}


def press(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def practice(page: Page, _: str) -> None:
    """An exercise, judged: a step that was rated otherwise, and why the next one is the first error."""
    page.goto("/practice/")
    page.locator("main a[href^='/practice/']").first.click()
    page.wait_for_selector(".step[data-state=active]")
    for _ in range(page.locator(".steps .step").count()):
        press(page, "3")
    press(page, "Enter")
    page.locator("[data-part=result]").wait_for()


def candidates(page: Page, campaign: str) -> None:
    """A solution that grows: no candidate was good enough, so the step is being written."""
    page.goto(f"/campaigns/{campaign}-steps/label/")
    page.locator(".place").first.wait_for()
    field = page.locator("textarea:visible")
    if field.count() == 0:
        for _ in range(page.locator(".place ol .step:visible").count()):
            press(page, "2")
        press(page, "Enter")
    field.fill("A minute has 60 seconds, so we need $7.8 \\cdot 60$.")


def my_work(page: Page, campaign: str) -> None:
    """After three labels; the first picture makes them."""
    work = "/me/work/"
    page.goto(work)
    if page.locator("a[href*='/labels/']").count() == 0:
        for error_at in (1, None, 2):
            page.goto(f"/campaigns/{campaign}/label/")
            page.wait_for_selector(".step[data-state=active]")
            for index in range(page.locator("main .steps > div > ol > li").count()):
                page.wait_for_timeout(1_500)
                press(page, "1" if index == error_at else "3")
                if index == error_at:
                    break
            with page.expect_response("**/label/"):
                press(page, "Enter")
        page.goto(work)


def keys(page: Page, _: str) -> None:
    page.goto("/me/settings/#keys")


def guide(page: Page, campaign: str) -> None:
    """The guide beside the steps; on a phone a sheet over them."""
    page.goto(f"/campaigns/{campaign}/label/")
    page.wait_for_selector(".step[data-state=active]")
    if page.locator("#guide").is_hidden():
        press(page, "g")
    page.locator("#guide").wait_for()


PAGES: dict[str, Callable[[Page, str], None]] = {
    "practice": practice,
    "candidates": candidates,
    "guide": guide,  # before the labels that the next one makes: of the round's first solution
    "my-work": my_work,
    "keys": keys,
}


def take(started: Browser, demo: dict[str, Any], name: str, look: str) -> Path:
    context = started.new_context(base_url=demo["url"], locale="en-US", **LOOKS[look])
    page = context.new_page()
    sign_in(page, next(account for account in demo["accounts"] if account["role"] == "labeler"))
    PAGES[name](page, demo["campaign"])
    page.evaluate("document.fonts.ready")
    page.wait_for_timeout(600)  # until nothing moves any more
    path = HERE / f"{name}{look}.png"
    page.screenshot(path=path)
    context.close()
    return path


def main() -> None:
    demo = json.loads((HERE.parent.parent / "var" / "demo.json").read_text())
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium.find(), args=["--no-sandbox"])
        made = [take(started, demo, name, look) for name in PAGES for look in LOOKS]
        started.close()
    if shutil.which("pngquant"):
        subprocess.run(["pngquant", "--force", "--ext=.png", "--strip", "64", *made], check=True)


if __name__ == "__main__":
    main()
