"""A statement reads what its queryset would read, for the numbers of each call."""

from collections.abc import Callable

import psycopg
import pytest
from django.db import connection
from django.db.models import F, QuerySet
from django.utils import timezone

from labeling.actions.statements import Change, Statement
from labeling.models import Campaign, Labeler, QueueItem, Round, Skip
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


def test_only_what_differs_between_calls_is_sent(campaign: Campaign) -> None:
    """Else PostgreSQL plans the statement anew each time: which partial index serves it depends on the state."""
    ada = make.make_labeler(campaign)
    sent = []

    def record(execute: Callable, sql: str, parameters: tuple, many: bool, context: dict) -> object:
        sent.append((sql, parameters))
        return execute(sql, parameters, many, context)

    with connection.execute_wrapper(record):
        Statement(_waiting).rows(campaign=campaign.pk, labeler=ada.pk)

    ((sql, parameters),) = sent
    assert "'waiting'" in sql
    assert set(parameters) == {campaign.pk, ada.pk}


def _placed(item: int, slug: str, place: int) -> tuple[QuerySet, dict[str, object]]:
    of = Campaign.objects.filter(slug=slug).values("pk")
    return QueueItem.objects.filter(pk=item, campaign__in=of), {"place": place, "rank": F("rank") + 1, "reason": slug}


def test_a_change_updates_what_its_queryset_would(campaign: Campaign) -> None:
    change = Change(_placed)
    items = [make.make_item(make.make_solution(make.make_problem(campaign)), rank=7) for _ in range(3)]

    changed = [
        change.run(item=items[0].pk, slug=campaign.slug, place=70_000),
        change.run(item=items[1].pk, slug=campaign.slug, place=5),
        change.run(item=items[2].pk, slug="elsewhere", place=6),
    ]

    assert changed == [1, 1, 0]
    for item in items:
        item.refresh_from_db()
    assert [(item.place, item.rank, item.reason) for item in items[:2]] == [
        (70_000, 8, campaign.slug),
        (5, 8, campaign.slug),
    ]
    assert items[2].rank == 7


def test_a_change_deletes_where_nothing_points_to(campaign: Campaign) -> None:
    def skips(labeler: int) -> tuple[QuerySet, None]:
        return Skip.objects.filter(labeler=labeler), None

    def labelers(labeler: int) -> tuple[QuerySet, None]:
        return Labeler.objects.filter(pk=labeler), None

    item = make.make_item(make.make_solution(make.make_problem(campaign)))
    ada, ben = make.make_labeler(campaign), make.make_labeler(campaign)
    for labeler in (ada, ben):
        Skip.objects.create(item=item, labeler=labeler, skipped_at=timezone.now())

    assert Change(skips).run(labeler=ada.pk) == 1

    assert list(Skip.objects.values_list("labeler", flat=True)) == [ben.pk]
    with pytest.raises(TypeError, match="something may point to a Labeler"):
        Change(labelers).run(labeler=ada.pk)


def test_a_connection_is_used_again_while_its_server_lives(transactional_db: None) -> None:
    assert Campaign.objects.count() == 0
    assert connection.is_usable()

    if connection.vendor == "postgresql":  # SQLite's is a file
        _end_server_process()
        assert not connection.is_usable()

    connection.close()
    assert Campaign.objects.count() == 0


def test_who_stands_still_in_a_transaction_loses_it_and_others_go_on(transactional_db: None) -> None:
    if connection.vendor != "postgresql":
        return  # SQLite knows no such limit; its one web process is what would stand still
    of = make.make_round(make.make_campaign(), size=10)
    still = connection.copy()
    options = still.settings_dict["OPTIONS"]["options"]
    assert options == "-c idle_in_transaction_session_timeout=60s"
    still.settings_dict["OPTIONS"] |= {"options": options.replace("60s", "300ms")}
    still.set_autocommit(False)
    with still.cursor() as cursor:
        cursor.execute("SELECT 1 FROM labeling_round WHERE id = %s FOR UPDATE", [of.pk])

        assert Round.objects.filter(pk=of.pk).update(size=11) == 1  # it waits for that lock first

        with pytest.raises(psycopg.errors.IdleInTransactionSessionTimeout):
            cursor.connection.execute("SELECT 1")
    still.close()


def _end_server_process() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (pid,) = cursor.fetchone()
    other = connection.copy()
    with other.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])
    other.close()
