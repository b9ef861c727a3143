"""A statement reads what its queryset would read, for the numbers of each call."""

import pytest
from django.db import connection
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


def _shown(item: int, name: str) -> QuerySet:
    items = QueueItem.objects.filter(pk=item, campaign__slug=name)
    return items.select_related("campaign", "solution").only("campaign__slug", "leased_until", "solution__steps")


def test_a_statement_makes_objects_as_its_queryset_does(campaign: Campaign) -> None:
    statement = Statement(_shown)
    items = [make.make_item(make.make_solution(make.make_problem(campaign)), state="leased") for _ in range(2)]

    found = [statement.first(item=item.pk, name=campaign.slug) for item in items]

    assert [(item, item.leased_until, item.campaign.slug, item.solution.steps) for item in found] == [
        (item, item.leased_until, campaign.slug, item.solution.steps) for item in items
    ]
    assert found[0].get_deferred_fields() == _shown(items[0].pk, campaign.slug).get().get_deferred_fields()
    assert statement.first(item=items[0].pk, name="elsewhere") is None


def test_a_statement_goes_on_after_its_connection_was_closed(campaign: Campaign, transactional_db: None) -> None:
    statement = Statement(_waiting)
    item = make.make_item(make.make_solution(make.make_problem(campaign)))
    ada = make.make_labeler(campaign)
    before = statement.rows(campaign=campaign.pk, labeler=ada.pk)

    connection.close()

    assert statement.rows(campaign=campaign.pk, labeler=ada.pk) == before == [(item.pk, item.place)]


def test_a_statement_takes_other_numbers_at_each_call(campaign: Campaign) -> None:
    statement = Statement(_waiting)
    other = make.make_campaign()
    items = [make.make_item(make.make_solution(make.make_problem(of))) for of in (campaign, other, campaign)]
    ada = make.make_labeler(campaign)
    make.make_label(items[0].solution, ada)

    read = [statement.rows(campaign=of.pk, labeler=ada.pk) for of in (campaign, other, campaign)]

    assert read == [list(_waiting(of.pk, ada.pk)) for of in (campaign, other, campaign)]
    assert read[:2] == [[(items[2].pk, items[2].place)], [(items[1].pk, items[1].place)]]
