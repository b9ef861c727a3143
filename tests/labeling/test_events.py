"""Events in chains: one place for each, and a change shows."""

import io
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, models, transaction

from labeling.actions import events, people
from labeling.models import Campaign, Event, EventSeal
from tests import factories as make
from tests.labeling.at_once import all_at_once, while_uncommitted


def record(campaign: Campaign | None, verb: str) -> None:
    events.record(campaign=campaign, actor=None, verb=verb, subject="x", before=None, after={"b": 1, "a": [0.5, "é"]})


@pytest.fixture
def chained(campaign: Campaign, transactional_db: None) -> Campaign:
    """Three events of a campaign, one of the site."""
    for verb in ("one", "two", "three"):
        record(campaign, verb)
    record(None, "of the site")
    return campaign


@contextmanager
def behind_the_triggers() -> Iterator[None]:
    """As somebody with the keys of the database."""
    tables, postgresql = ("labeling_event", "labeling_eventseal"), connection.vendor == "postgresql"
    with connection.cursor() as cursor:
        cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'" if not postgresql else "SELECT 1")
        triggers = [] if postgresql else cursor.fetchall()
        for table in tables if postgresql else ():
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        for name, _ in triggers:
            cursor.execute(f"DROP TRIGGER {name}")
        try:
            yield
        finally:
            for table in tables if postgresql else ():
                cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
            for _, sql in triggers:
                cursor.execute(sql)


def checked(*arguments: str) -> str:
    said = io.StringIO()
    call_command("check_events", *arguments, stdout=said)
    return said.getvalue()


def test_each_campaign_and_the_site_have_a_chain(chained: Campaign) -> None:
    said = checked().splitlines()
    assert said[0].startswith("the site: 1 events, last ")
    assert said[1].startswith("campaign: 3 events, last ")
    assert list(EventSeal.objects.filter(chain=chained.pk).values_list("event__verb", "position")) == [
        ("one", 1),
        ("two", 2),
        ("three", 3),
    ]


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (
            lambda: Event.objects.filter(verb="two").update(after={"a": [0.5, "é"], "b": 1}),
            r"event \d+ \(two, .* is not",
        ),
        (lambda: Event.objects.filter(verb="two").update(campaign=None), r"event \d+ \(two, .* of another campaign"),
        (lambda: EventSeal.objects.filter(position=2).update(hash="0" * 64), r"event \d+ \(two, .* is not what it was"),
        (lambda: take_away("two"), r"place 2 is missing, before event \d+ \(three"),
        (
            lambda: [take_away("two"), EventSeal.objects.filter(position=3).update(position=2)],
            r"event \d+ \(three, .* is not what",
        ),
        (lambda: forge("two"), r"event \d+ \(three, .* is not what it was"),
    ],
    ids=["changed", "moved", "link changed", "taken away", "taken away and closed up", "changed with its link"],
)
def test_a_change_is_found_at_its_place(change: object, told: str, chained: Campaign) -> None:
    with behind_the_triggers():
        change()  # type: ignore[operator]
    with pytest.raises(CommandError, match=f"^campaign: {told}"):
        checked()


def forge(verb: str) -> None:
    """Change an event, and its link so that it fits."""
    Event.objects.filter(verb=verb).update(verb="forged")
    event = Event.objects.get(verb="forged")
    link = event.seal
    last = EventSeal.objects.get(chain=link.chain, position=link.position - 1).hash
    hash = EventSeal.hash_of(event, chain=link.chain, position=link.position, last=last)
    EventSeal.objects.filter(event=event).update(hash=hash)


def take_away(verb: str) -> None:
    of = Event.objects.filter(verb=verb)
    EventSeal.objects.filter(event__in=of).delete()
    of.delete()


def test_a_cut_end_is_found_by_a_hash_that_was_noted(chained: Campaign) -> None:
    noted = EventSeal.objects.get(event__verb="three").hash
    assert "campaign: 3 events" in checked("--noted", noted)
    with behind_the_triggers():
        take_away("three")
    assert "campaign: 2 events" in checked()
    with pytest.raises(CommandError, match="is in no chain"):
        checked("--noted", noted)


def test_the_database_keeps_every_link(chained: Campaign) -> None:
    for breach in (lambda: EventSeal.objects.update(hash=""), lambda: EventSeal.objects.all().delete()):
        with pytest.raises(IntegrityError, match="only ever appended"), transaction.atomic():
            breach()
    late = make.make_event(chained)
    with pytest.raises(IntegrityError), transaction.atomic():
        EventSeal.objects.create(event=late, chain=chained.pk, position=3, hash="")


def replaced(row: models.Model) -> str:
    """The same row again, in the place of the one that there is."""
    table, columns = row._meta.db_table, [field.column for field in row._meta.concrete_fields]
    return (
        f"INSERT OR REPLACE INTO {table} ({', '.join(columns)})"
        f" SELECT {', '.join(columns)} FROM {table} WHERE {row._meta.pk.column} = {row.pk}"
    )


@pytest.mark.parametrize("model", [Event, EventSeal])
def test_the_database_keeps_what_a_trigger_on_each_row_does_not_see(
    model: type[models.Model], chained: Campaign
) -> None:
    """TRUNCATE asks no row, and REPLACE takes the old one away unasked."""
    before = list(model.objects.values())
    emptied = f"TRUNCATE {model._meta.db_table} CASCADE"
    breach = emptied if connection.vendor == "postgresql" else replaced(model.objects.last())
    with pytest.raises(IntegrityError, match="only ever appended"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(breach)
    assert list(model.objects.values()) == before


def test_a_link_is_not_replaced_by_another_at_its_place(chained: Campaign) -> None:
    late = make.make_event(chained)
    into = "INSERT OR REPLACE INTO" if connection.vendor == "sqlite" else "INSERT INTO"
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            f"{into} labeling_eventseal (event_id, chain, position, hash) VALUES (%s, %s, 3, '')",
            [late.pk, chained.pk],
        )
    assert EventSeal.objects.get(chain=chained.pk, position=3).event.verb == "three"


def test_events_at_once_make_one_chain(campaign: Campaign, transactional_db: None) -> None:
    all_at_once([lambda number=number: record(campaign, f"number {number}") for number in range(8)])
    assert "campaign: 8 events" in checked()


def test_whoever_finds_a_place_taken_looks_again(
    campaign: Campaign, transactional_db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    seal = events._seal

    def is_taken(chain: int) -> int:
        monkeypatch.setattr(events, "_seal", seal)
        raise IntegrityError("event_seal_one_per_place")

    monkeypatch.setattr(events, "_seal", is_taken)
    record(campaign, "first")
    assert EventSeal.objects.get().event.verb == "first"


def test_an_event_holds_nobody_up_who_records_another(campaign: Campaign, transactional_db: None) -> None:
    """One that is committed later is linked later, though its number is lower."""
    first = while_uncommitted(
        lambda: record(campaign, "first"),
        lambda: (record(campaign, "second"), list(EventSeal.objects.values_list("event__verb", flat=True)))[1],
    )
    if connection.vendor == "postgresql":  # SQLite has one writer at a time
        assert first == ["second"]
    assert "campaign: 2 events" in checked()


def test_what_a_dead_process_left_is_linked_by_the_next(chained: Campaign) -> None:
    make.make_event(chained, "left")
    assert "1 more had no link yet" in checked()
    make.make_event(chained, "left again")
    record(chained, "next")
    assert "campaign: 6 events" in checked()


def test_events_speak_of_people_without_their_names(campaign: Campaign, stranger: User, transactional_db: None) -> None:
    member = people.add_member(campaign=campaign, account=stranger, role="labeler", by=None)
    people.change_role(member=member, role="reviewer", by=None)
    people.remove_member(member=member, by=None)
    assert {event.told_subject for event in campaign.events.all()} == {"stranger"}
    assert set(campaign.events.values_list("subject", flat=True)) == {f"account {stranger.pk}"}
