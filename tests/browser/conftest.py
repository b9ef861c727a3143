"""What the walks through the labeler's page share: work waiting in a queue, and a desk to do it at."""

from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import Page, expect

from labeling.models import Campaign, QueueItem
from tests import factories as make
from tests.browser.desk import DeskPage

expect.set_options(timeout=30_000)  # a busy machine is no failure

STEPS = [
    ["Let $x$ be the eggs.", "She sells $16 - 3 = 13$ eggs.", "She makes $2x = 26$ dollars.", "The answer is 26."],
    ["First we add: $2 + 2 = 4$.", "Then we square it: \\[ 4^2 = 17 \\]", "The answer is 17."],
    ["There are 4 cases.", "The answer is 4."],
    ["There are 9 cases.", "The answer is 9."],
]  # fmt: skip


@pytest.fixture
def items(campaign: Campaign) -> list[QueueItem]:
    """Four waiting items of an open round, in this order."""
    round_ = make.make_round(campaign, number=3)
    return [make.make_item(make.make_solution(make.make_problem(campaign), steps), round_) for steps in STEPS]


@pytest.fixture
def open_desk(open_page: Callable[[User | None], Page], campaign: Campaign) -> Callable[[User], DeskPage]:
    """Opens the labeler's page of `campaign` as somebody and waits for the first solution."""

    def open_as(account: User) -> DeskPage:
        return DeskPage(open_page(account), campaign).open()

    return open_as


@pytest.fixture
def desk(items: list[QueueItem], labeler: User, open_desk: Callable[[User], DeskPage]) -> DeskPage:
    """The labeler's desk with the first of `items` on it."""
    return open_desk(labeler)


@pytest.fixture
def timed_desk(
    items: list[QueueItem], labeler: User, campaign: Campaign, open_page: Callable[[User | None], Page]
) -> DeskPage:
    """The same desk with a clock that the test can hold and move, so that no timer of the page wins a race."""
    page = open_page(labeler)
    page.clock.install()
    return DeskPage(page, campaign).open()
