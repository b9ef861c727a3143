"""A statement reads what its queryset would read, for the numbers of each call."""

import pytest
from django.db.models import QuerySet

from labeling.actions.statements import Statement
from labeling.models import Campaign, Labeler, QueueItem
from tests import factories as make

pytestmark = pytest.mark.django_db


def _waiting(campaign: int, labeler: int) -> QuerySet:
    return (
        QueueItem.objects.filter(campaign=campaign)
        .waiting()
        .new_to(Labeler(pk=labeler))
        .order_by("place")
        .values_list("pk", "place")
    )


def test_a_statement_takes_other_numbers_at_each_call(campaign: Campaign) -> None:
    statement = Statement(_waiting)
    other = make.make_campaign()
    items = [make.make_item(make.make_solution(make.make_problem(of))) for of in (campaign, other, campaign)]
    ada = make.make_labeler(campaign)
    make.make_label(items[0].solution, ada)

    read = [statement.rows(campaign=of.pk, labeler=ada.pk) for of in (campaign, other, campaign)]

    assert read == [list(_waiting(of.pk, ada.pk)) for of in (campaign, other, campaign)]
    assert read[:2] == [[(items[2].pk, items[2].place)], [(items[1].pk, items[1].place)]]
