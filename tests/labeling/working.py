"""What a labeler does, in one line: take the next item, submit a pass; and a lease that ran out."""

import uuid
from datetime import timedelta
from typing import Any

from django.db.models.functions import Now

from labeling.actions import labels, passes, queue
from labeling.models import Campaign, Label, Labeler, QueueItem
from labeling.models import Round as RoundRow
from tests import factories as make


def make_items(of: RoundRow, count: int, **fields: Any) -> list[QueueItem]:
    """Items of this round, each of a solution of its own problem."""
    return [make.make_item(round=of, **fields) for _ in range(count)]


def a_pass(ratings: list[int] | None = None, finish_reason: str | None = None, **fields: Any) -> passes.Pass:
    """What a labeler submits; the finish reason follows from the ratings (default: an error in the second step)."""
    ratings = [1, -1] if ratings is None else ratings
    ending = finish_reason or ("found_error" if -1 in ratings else "solution")
    return passes.Pass(**{"ratings": ratings, "finish_reason": ending, "total_time": 1_000} | fields)


def bad_problem(reason: str = "A figure is missing.") -> passes.Pass:
    return a_pass([], "bad_problem", reason=reason)


def take(campaign: Campaign, labeler: Labeler, **fields: Any) -> QueueItem:
    """The next item of this labeler; there must be one."""
    item = queue.lease_next(campaign=campaign, labeler=labeler, **fields)
    assert item is not None
    return item


def submit(item: QueueItem, labeler: Labeler, done: passes.Pass | None = None, **fields: Any) -> Label:
    """Submit a pass for an item that was taken."""
    defaults: dict[str, Any] = {"lease": item.lease_number, "submission_id": uuid.uuid4()}
    label, _ = labels.submit(item=item, labeler=labeler, done=done or a_pass(), **defaults | fields)
    return label


def work(campaign: Campaign, labeler: Labeler, done: passes.Pass | None = None) -> Label:
    """Take the next item and submit a pass for it."""
    return submit(take(campaign, labeler), labeler, done)


def run_out(item: QueueItem) -> None:
    """Let the lease be over since a second, by the database's clock."""
    QueueItem.objects.filter(pk=item.pk).update(leased_until=Now() - timedelta(seconds=1))
