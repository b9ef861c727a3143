"""What labels found is added up anew where labels came or went, and kept where none did."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from labeling.actions import requeue
from labeling.models import Campaign, Label, Round
from labeling.views.work import Work
from tests import factories as make


@pytest.fixture
def closed(campaign: Campaign) -> Round:
    """A closed round with three labels of one labeler."""
    of = make.make_round(campaign, 0, state="closed")
    labeler = make.make_labeler(campaign)
    for _ in range(3):
        make.make_label(item=make.make_item(None, of, state="labeled"), labeler=labeler)
    return of


def found(campaign: Campaign) -> tuple[int, int]:
    of = Work.of(campaign).all()
    return of.labels, of.errors


def test_a_second_look_reads_no_label_of_a_closed_round(campaign: Campaign, closed: Round) -> None:
    assert found(campaign) == (3, 3)
    Label.objects.filter(round=closed).update(finish_reason="solution", ratings="+")  # behind everybody's back
    assert found(campaign) == (3, 3)
    with CaptureQueriesContext(connection) as asked:
        Work.of(campaign)
    assert len(asked) == 6


def test_a_revision_in_a_closed_round_is_seen(campaign: Campaign, closed: Round) -> None:
    found(campaign)
    first = Label.objects.filter(round=closed).first()
    assert first is not None
    Label.objects.filter(pk=first.pk).update(is_current=False)
    make.make_label(
        first.solution, first.labeler, ratings=[1, 1, 1], item=first.item, revises=first, revision_reason="A slip."
    )
    assert found(campaign) == (3, 2)


def test_a_label_counts_on_the_day_it_came_in_however_often_it_is_revised(campaign: Campaign) -> None:
    of, labeler, now = make.make_round(campaign, 0), make.make_labeler(campaign), timezone.now()
    item = make.make_item(None, of, state="labeled")
    newest = None
    for back in (3, 2, 0):
        Label.objects.filter(item=item).update(is_current=False)
        newest = make.make_label(
            item=item, labeler=labeler, total_time_ms=60_000, submitted_at=now - timedelta(days=back), revises=newest,
            revision_reason="A slip." if newest else "",
        )  # fmt: skip
    work = Work.of(campaign)
    first = timezone.localdate(now - timedelta(days=3))
    assert {day: found.labels for day, found in work.by_day(of.pk).items()} == {first: 1}
    assert list(work.by_day()) == [first]


def test_labels_sent_back_and_taken_back_are_seen(campaign: Campaign, closed: Round) -> None:
    owner = make.make_account()
    labeler = Label.objects.filter(round=closed)[0].labeler
    found(campaign)
    made = requeue.requeue(labeler=labeler, since=labeler.created_at.replace(year=2000), by=owner)
    assert found(campaign) == (0, 0)
    requeue.undo(requeue=made, by=owner)
    assert found(campaign) == (3, 3)


def test_an_import_and_an_open_round_are_seen(campaign: Campaign, closed: Round) -> None:
    found(campaign)
    make.make_label(
        make.make_solution(make.make_problem(campaign, import_job=make.make_job(campaign))),
        make.make_labeler(campaign, kind="external"),
        origin="first_error",
    )
    assert found(campaign) == (4, 4)
    of = make.make_round(campaign, 1)
    for count in (5, 6):
        make.make_label(item=make.make_item(None, of, state="labeled"))
        assert found(campaign) == (count, count)
