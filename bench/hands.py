"""The hands of a person at a page, on the keyboard or with a mouse: each act takes the time that it takes a person.

Times are those of the keystroke-level model (Card, Moran, Newell 1980): 0.2 s for a key, 0.1 s each for pressing and
releasing a button. Pointing takes as long as Fitts's law says for the way to the target and its size (0.1 s, and 0.15 s
for each bit): a pointer that rests on a button already has no way to go.
"""

import math
from dataclasses import dataclass, field

from playwright.sync_api import Locator, Page

KEY_SECONDS = 0.2
CLICK_SECONDS = 0.2
POINTING_SECONDS, SECONDS_A_BIT = 0.1, 0.15


@dataclass
class Hands:
    """What was done so far, and how long hands and head were at it."""

    page: Page
    actions: int = 0
    moving: float = 0.0
    thinking: float = 0.0
    at: tuple[float, float] = field(default=(0.0, 0.0))  # where the pointer rests

    def think(self, seconds: float) -> None:
        self.thinking += seconds
        self._wait(seconds)

    def press(self, key: str) -> None:
        self._take(KEY_SECONDS)
        self.page.keyboard.press(key)
        self.actions += 1

    def type(self, text: str) -> None:
        """Character by character; a key each."""
        for character in text:
            self._take(KEY_SECONDS)
            self.page.keyboard.type(character)
            self.actions += 1

    def click(self, target: Locator) -> None:
        """Go there, unless the pointer is there, and click."""
        box = target.bounding_box()
        assert box is not None, f"{target} is not in sight"
        x, y, width, height = box["x"], box["y"], box["width"], box["height"]
        if not (x <= self.at[0] <= x + width and y <= self.at[1] <= y + height):
            middle = x + width / 2, y + height / 2
            self._take(
                POINTING_SECONDS + SECONDS_A_BIT * math.log2(math.dist(self.at, middle) / min(width, height) + 1)
            )
            self.page.mouse.move(*middle)
            self.at = middle
        self._take(CLICK_SECONDS)
        self.page.mouse.down()
        self.page.mouse.up()
        self.actions += 1

    def _take(self, seconds: float) -> None:
        self.moving += seconds
        self._wait(seconds)

    def _wait(self, seconds: float) -> None:
        self.page.wait_for_timeout(seconds * 1000)
