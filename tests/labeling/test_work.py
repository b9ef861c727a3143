"""What labels found is added up anew where labels came or went, and kept where none did."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

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
