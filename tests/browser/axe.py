"""What axe finds on a page as it stands: barriers for people with other eyes, ears and hands."""

import json
from collections.abc import Sequence
from typing import Any, Literal

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page

Scheme = Literal["light", "dark"]
SCHEMES: tuple[Scheme, ...] = ("light", "dark")
# Colours that are on their way to others are not yet those that will be read.
SETTLED = "() => document.getAnimations().every(animation => animation.playState !== 'running')"
ON_COLOURS = {"runOnly": ["color-contrast", "link-in-text-block"]}  # all that another scheme can change
QUICKLY = {"resultTypes": ["violations"]}  # what passed is not gathered element by element


def violations(page: Page, options: dict[str, Any] | None = None) -> list[str]:
    """One line a violation and element, of axe's rules, all unless said: the rule, the element, what is wrong."""
    if not page.evaluate("'axe' in window"):  # the package's own way gives half a megabyte of script at each call
        page.evaluate(AXE_SCRIPT)
    asked = json.dumps(QUICKLY | (options or {}))
    found = page.evaluate(f"axe.run({asked}).then(results => results.violations)")
    return [
        f"{violation['id']}: {' '.join(node['target'])}: {node['failureSummary'].replace(chr(10), ' ')}"
        for violation in found
        for node in violation["nodes"]
    ]


def expect_no_violations(page: Page, where: str = "", schemes: Sequence[Scheme] = SCHEMES) -> None:
    """No violation on the page as it stands, in light and in dark; `where` names its state in the failure."""
    for scheme in schemes:
        page.emulate_media(color_scheme=scheme)
        page.wait_for_function(SETTLED)
        found = violations(page, ON_COLOURS if scheme == "dark" else None)
        assert not found, f"{where or page.url}, {scheme}:\n" + "\n".join(found)
    page.emulate_media(color_scheme="light")
