"""A person is erased from every table; what they labeled and did stays."""

import io
import uuid

import pytest
from axes.models import AccessAttempt, AccessLog
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client

from labeling.actions import erasing, exporting, invitations, people, two_factor
from labeling.actions.backups.engines import engine
from labeling.models import Campaign, Draft, Event, Label, Labeler, QueueItem
from tests import factories as make
from tests.labeling.pages import signed_in, text_of
from tests.labeling.working import make_items, take, work

NAME, MAIL = "canary-login", "canary-mail@example.org"
IP = "203.0.113.77"


@pytest.fixture
def person(campaign: Campaign, owner: User) -> User:
    """Somebody who left a trace wherever one can be left."""
    invited = invitations.invite(campaign=campaign, role="labeler", email=MAIL, by=owner)
    made = invitations.accept_as_new(invitation=invited, username=NAME, password=make.PASSWORD, email=MAIL)
    made.first_name, made.last_name = "Canary-First", "Canary-Last"
    made.save()
    people.new_token(made)
    two_factor.begin(made)
    make.make_preferences(made)
    make.make_practice_result(made)
    make.make_bulk_change(campaign, kind="exclude", sought={"labeler": "canary"})
    Client().post("/", {"username": NAME, "password": "wrong"}, REMOTE_ADDR=IP)
    Client().post("/", {"username": NAME, "password": make.PASSWORD}, REMOTE_ADDR=IP)
    return made


def everything() -> str:
    """All values of all tables, as text."""
    with connection.cursor() as cursor:
        found = []
        for table in engine().names():
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            found += [f"{table}: {row}" for row in cursor.fetchall()]
    return "\n".join(found).lower()


def test_nothing_is_left_but_labels_under_a_pseudonym(campaign: Campaign, owner: User, person: User) -> None:
    labeler = Labeler.objects.get(account=person)
    make_items(make.make_round(campaign), 2)
    label = work(campaign, labeler)
    held = take(campaign, labeler)
    make.make_draft(held, labeler)
    export = list(exporting.rows(campaign, "prm800k"))
    assert "canary" in everything()

    said = io.StringIO()
    call_command("erase_person", NAME, "--yes", stdout=said)

    left = [line for line in everything().splitlines() if "canary" in line or IP in line]
    assert left == []
    assert list(exporting.rows(campaign, "prm800k")) == export
    assert Label.objects.get().pk == label.pk
    assert (QueueItem.objects.get(pk=held.pk).state, Draft.objects.exists()) == ("waiting", False)
    assert Labeler.objects.get(pk=labeler.pk).account is None
    person.refresh_from_db()
    assert person.username == f"erased/{person.pk}"
    assert [person.is_active, person.has_usable_password(), person.last_login] == [False, False, None]
    assert not campaign.memberships.filter(account=person).exists()
    told = {event.verb: event.told_subject for event in campaign.events.filter(about=person)}
    verbs = ("account.made", "member.added", "invitation.accepted", "account.erased")
    assert told == dict.fromkeys(verbs, f"erased/{person.pk}")


def test_an_erasure_that_breaks_off_has_erased_nothing(
    campaign: Campaign, person: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else it could not be begun again: the account would be erased already, and the rest left."""

    def broken(*_: object) -> None:
        raise OSError("broken off")

    monkeypatch.setattr(erasing, "_forget_filter", broken)
    with pytest.raises(OSError, match="broken off"):
        erasing.erase(account=person, by=None)
    assert User.objects.filter(username=NAME, is_active=True).exists()
    assert campaign.memberships.filter(account=person).exists()


def test_the_command_asks_first(campaign: Campaign, person: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("builtins.input", lambda _: "canary")
    with pytest.raises(CommandError, match="Nothing was erased"):
        call_command("erase_person", NAME)
    with pytest.raises(CommandError, match="no account 'nobody'"):
        call_command("erase_person", "nobody", "--yes")
    assert User.objects.filter(username=NAME).exists()
    monkeypatch.setattr("builtins.input", lambda _: NAME)
    campaign.memberships.filter(account=person).update(role="lead")
    campaign.memberships.exclude(account=person).delete()
    warned = io.StringIO()
    call_command("erase_person", NAME, stdout=io.StringIO(), stderr=warned)
    assert "campaign is left without a lead" in warned.getvalue()
    assert not User.objects.filter(username=NAME).exists()
    with pytest.raises(CommandError, match="is erased already"):
        call_command("erase_person", f"erased/{person.pk}", "--yes")


def test_an_administrator_erases_on_the_page_but_never_themselves(campaign: Campaign, person: User) -> None:
    boss = make.make_account("boss", is_superuser=True, is_staff=True)
    page = signed_in(boss)
    assert f"Erase who {NAME} is" in text_of(page.get(f"/accounts/{person.pk}/erase/"))
    assert User.objects.filter(username=NAME).exists()
    listed = text_of(page.post(f"/accounts/{person.pk}/erase/", follow=True))
    assert f"erased/{person.pk}" in listed
    assert f"/accounts/{person.pk}/" not in page.get("/accounts/").content.decode()
    assert "is active already" in text_of(page.post(f"/accounts/{person.pk}/activate/", follow=True))
    assert "another administrator" in text_of(page.post(f"/accounts/{boss.pk}/erase/", follow=True))
    assert Event.objects.filter(verb="account.erased", actor=boss, about=person, campaign=campaign).exists()


def test_sign_in_keeps_no_list_of_who_came_from_where(person: User) -> None:
    """Only what slows guessing down, while it does."""
    person.refresh_from_db()
    assert person.last_login
    assert not AccessLog.objects.exists()


def test_what_was_typed_for_their_name_is_gone_too(person: User) -> None:
    AccessAttempt.objects.all().delete()
    others = ["somebody else", None]
    for tried in (person.username.upper(), person.email.title(), *others):
        AccessAttempt.objects.create(username=tried, user_agent="", ip_address="192.0.2.1", failures_since_start=1)
    erasing.erase(account=person, by=None)
    assert set(AccessAttempt.objects.values_list("username", flat=True)) == set(others)


def test_pseudonyms_of_one_person_share_nothing(campaign: Campaign, stranger: User) -> None:
    other = make.make_campaign()
    for one in (campaign, other):
        people.add_member(campaign=one, account=stranger, role="labeler", by=None)
        make.make_label(make.make_solution(make.make_problem(one)), Labeler.objects.get(campaign=one, account=stranger))
    first, second = Labeler.objects.filter(account=stranger).values_list("uuid", flat=True)
    assert first != second
    assert uuid.UUID(str(first)).version == uuid.UUID(str(second)).version == 4  # of chance alone: no host, no time
    exports = [b"".join(exporting.rows(one, "prm800k")).decode() for one in (campaign, other)]
    assert [str(first) in text for text in exports] == [True, False]
    assert [str(second) in text for text in exports] == [False, True]
