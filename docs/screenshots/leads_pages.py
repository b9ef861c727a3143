"""Pictures of a lead's pages, whole: `make demo` in one terminal, a round or two labeled, then this in another.

The machine needs the Chromium of the tests; pngquant, where there is one, makes the pictures a third as large.
"""

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

from desk_in_each_language import HERE, sign_in
from playwright.sync_api import Browser, sync_playwright

from runner import chromium

WIDE = {"viewport": {"width": 1440, "height": 900}}
PAGES = {"campaign": "", "round": "rounds/{round}/", "plan": "rounds/plan/", "data": "data/"}
LOOKS: dict[str, tuple[dict[str, Any], tuple[str, ...]]] = {
    "": (WIDE, tuple(PAGES)),
    "-dark": (WIDE | {"color_scheme": "dark"}, ("campaign",)),
}


def take(started: Browser, demo: dict[str, Any], look: str) -> list[Path]:
    options, names = LOOKS[look]
    context = started.new_context(base_url=demo["url"], locale="en-US", **options)
    page = context.new_page()
    sign_in(page, next(account for account in demo["accounts"] if account["role"] == "lead"))
    rounds = page.request.get(f"/api/v1/campaigns/{demo['campaign']}/rounds/").json()["count"]
    made = []
    for name in names:
        path = PAGES[name].format(round=rounds - 1)
        page.goto(f"/campaigns/{demo['campaign']}/{path}", wait_until="networkidle")
        page.evaluate("document.fonts.ready")
        made.append(HERE / f"{name}{look}.png")
        page.screenshot(path=made[-1], full_page=True)
    context.close()
    return made


def main() -> None:
    demo = json.loads((HERE.parent.parent / "var" / "demo.json").read_text())
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium.find(), args=["--no-sandbox"])
        made = [path for look in LOOKS for path in take(started, demo, look)]
        started.close()
    if shutil.which("pngquant"):
        subprocess.run(["pngquant", "--force", "--ext=.png", "--strip", "64", *made], check=True)


if __name__ == "__main__":
    main()
