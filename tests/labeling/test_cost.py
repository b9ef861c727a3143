"""What a found error costs, from the rows: which time is paid, and what is one error."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from labeling.actions import requeue
from labeling.models import Campaign, Labeler, Round
from labeling.views.work import Work
from tests import factories as make

MINUTE = 60_000
GOOD = [1, 1, 1]
FALSE = [1, -1]


@pytest.fixture
def ada(campaign: Campaign) -> Labeler:
    return make.make_labeler(campaign)


def label(of: Round, labeler: Labeler, ratings: list[int], **fields: object) -> None:
    item = make.make_item(round=of, state="labeled")
    make.make_label(item=item, labeler=labeler, ratings=ratings, total_time_ms=MINUTE, **fields)  # type: ignore[arg-type]


def test_an_error_that_several_people_found_is_one(campaign: Campaign, ada: Labeler) -> None:
    """Two people on each of four solutions, a minute each: 8 minutes for the three wrong ones, one of which one missed.

    A further round without overlap adds a minute and an error.
    """
    of, bob = make.make_round(campaign, 0, "closed", overlap=2), make.make_labeler(campaign)
    for one, other in ((FALSE, FALSE), (FALSE, FALSE), (GOOD, FALSE), (GOOD, GOOD)):
        solution = make.make_solution(make.make_problem(campaign))
        for person, ratings in ((ada, one), (bob, other)):
            item = make.make_item(solution, of, "labeled")
            make.make_label(item=item, labeler=person, ratings=ratings, total_time_ms=MINUTE)
    label(make.make_round(campaign, 1), ada, FALSE)

    for _ in range(2):  # what closed rounds hold is kept
        work = Work.of(campaign)
        of_round, of_all = work.by_round()[of.pk].cost_of_error(60), work.all().cost_of_error(60)
        assert of_round is not None
        assert of_all is not None
        assert of_round[0] == pytest.approx(8 / 3)
        assert of_round[2] == pytest.approx(8 / 4 / 0.3006, rel=1e-3), "Wilson of 3 of 4"
        assert of_all[0] == pytest.approx(9 / 4)
    assert work.by_labeler()[bob.pk].cost_of_error(60) == pytest.approx(
        (4 / 3, 4 / 4 / 0.9544, 4 / 4 / 0.3006), rel=1e-3
    )
    assert set(work.by_labeler()) == {ada.pk, bob.pk}


def test_time_on_labels_that_were_sent_back_is_paid(campaign: Campaign, ada: Labeler, owner: User) -> None:
    of, now = make.make_round(campaign), timezone.now()
    for hours, ratings in ((4, FALSE), (3, GOOD), (2, FALSE), (1, FALSE)):
        label(of, ada, ratings, submitted_at=now - timedelta(hours=hours))

    sent = requeue.requeue(labeler=ada, since=now - timedelta(hours=2.5), by=owner)

    found = Work.of(campaign).all()
    assert (found.labels, found.errors, found.minutes) == (2, 1, 4)
    cost = found.cost_of_error(60)
    assert cost is not None
    assert cost[0] == pytest.approx(4)
    requeue.undo(requeue=sent, by=owner)
    found = Work.of(campaign).all()
    assert (found.labels, found.errors, found.minutes) == (4, 3, 4)


def test_time_of_imported_labels_was_paid_elsewhere(campaign: Campaign, ada: Labeler) -> None:
    label(make.make_round(campaign), ada, FALSE)
    elsewhere = make.make_labeler(campaign, kind="external")
    imported = make.make_solution(make.make_problem(campaign))
    make.make_label(imported, elsewhere, FALSE, origin="prm800k", total_time_ms=9 * MINUTE, source="{}")

    work = Work.of(campaign)
    found = work.all()
    assert (found.labels, found.errors, found.minutes) == (2, 2, 1)
    cost = found.cost_of_error(60)
    assert cost is not None
    assert cost[0] == pytest.approx(1)
    assert [of.labels for of in work.by_day().values()] == [1]
