"""Active time: a minute without input, or a hidden page, is not work. The script's own clock, moved by the test."""

from typing import Any

import pytest
from django.templatetags.static import static
from playwright.sync_api import Page

from tests.live import Site


@pytest.fixture
def times(page: Page, live_site: Site) -> Any:
    """Runs `story` with a clock whose `now` it moves by `t.at(ms)`; gives the total and the steps' times."""
    page.goto("/")
    address = f"{live_site.url}{static('labeling/clock.js')}"

    def run(story: str) -> Any:
        return page.evaluate(
            """async ([address, story]) => {
                const { ActiveClock } = await import(address);
                let now = 0;
                const clock = new ActiveClock({ now: () => now });
                const acts = { at: (ms) => { now = ms; return acts; } };
                for (const name of ["input", "pause", "resume", "turnTo"]) acts[name] = (x) => clock[name](x);
                for (const [ms, act, x] of story) acts.at(ms)[act](x);
                return [clock.milliseconds, clock.stepMilliseconds(2)];
            }""",
            [address, story],
        )

    return run


def test_time_goes_to_the_step_in_hand(times: Any) -> None:
    assert times([[10_000, "turnTo", 1], [25_000, "input"]]) == [25_000, [10_000, 15_000]]


def test_idle_time_counts_for_one_minute_only(times: Any) -> None:
    assert times([[10_000, "input"], [500_000, "input"], [505_000, "input"]]) == [75_000, [75_000, 0]]


def test_a_hidden_page_does_not_count(times: Any) -> None:
    assert times([[10_000, "pause"], [40_000, "resume"], [42_000, "input"]]) == [12_000, [12_000, 0]]
