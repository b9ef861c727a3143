"""What is done to an account is in the histories of the site and of every campaign that it is in, and stays there."""

import json
import re
from io import StringIO

import pytest
from django.contrib.auth.models import User
from django.core import mail
from django.core.management import CommandError, call_command
from django.test import Client
from pytest_django.fixtures import Settings

from labeling.actions import campaigns, invitations, people
from labeling.models import Campaign, Event
from tests import factories as make
from tests.labeling.pages import signed_in

NEW = {"username": "ada", "email": "a@example.org", "password": "a long enough one", "again": "a long enough one"}
OTHER = "seven green bottles"


def told(verb: str) -> list[tuple[str | None, str | None, str | None]]:
    """Of each event of this kind: the campaign it is kept in (None: the site), who did it, to whom."""
    events = Event.objects.filter(verb=verb).select_related("campaign", "actor", "about").order_by("pk")
    return [
        (
            one.campaign.slug if one.campaign else None,
            one.actor.username if one.actor else None,
            one.about and one.about.username,
        )
        for one in events
    ]


def everywhere(by: str | None, about: str) -> list[tuple[str | None, str | None, str | None]]:
    return [(None, by, about), ("campaign", by, about)]


def test_an_account_that_an_invitation_makes(campaign: Campaign, owner: User) -> None:
    invitation = invitations.invite(campaign=campaign, role="labeler", by=owner)
    Client().post(f"/join/{invitations.code_of(invitation)}/", NEW)
    assert told("account.made") == everywhere("ada", "ada")
    assert "made an account" in signed_in(owner).get("/campaigns/campaign/history/?verb=account.made").content.decode()


def test_an_account_that_its_owner_makes(db: None, settings: Settings) -> None:
    settings.SIGN_UP = True
    Client().post("/sign-up/", NEW)
    assert told("account.made") == [(None, "ada", "ada")]


def test_a_refused_account_leaves_no_event(campaign: Campaign, owner: User) -> None:
    invitation = invitations.invite(campaign=campaign, role="labeler", by=owner)
    Client().post(f"/join/{invitations.code_of(invitation)}/", NEW | {"username": "owner"})
    assert told("account.made") == []


def test_accounts_that_commands_make_or_renew(campaign: Campaign) -> None:
    out = StringIO()
    call_command("create_account", "ada", campaign="campaign", stdout=out)
    assert json.loads(out.getvalue())["username"] == "ada"
    assert told("account.made") == [(None, None, "ada")]
    assert told("member.added") == [("campaign", None, "ada")]
    people.renew_account("ada")
    assert told("account.password_reset") == everywhere(None, "ada")


def test_simulated_labelers_join_once(campaign: Campaign) -> None:
    for _again in range(2):
        people.simulated_labelers(campaign=campaign, count=1)
    assert told("account.made") == [(None, None, "simulated-campaign-1")]
    assert told("member.added") == [("campaign", None, "simulated-campaign-1")]


def test_a_changed_password(campaign: Campaign, owner: User) -> None:
    page, again = signed_in(owner), {"new_password1": OTHER, "new_password2": OTHER}
    page.post("/me/password/", {"old_password": "wrong"} | again)
    assert told("account.password_changed") == []
    page.post("/me/password/", {"old_password": make.PASSWORD} | again)
    owner.refresh_from_db()
    assert owner.check_password(OTHER)
    assert told("account.password_changed") == everywhere("owner", "owner")


def test_a_lost_password(campaign: Campaign, labeler: User, settings: Settings) -> None:
    settings.SENDS_MAIL = True
    User.objects.filter(pk=labeler.pk).update(email="l@example.org")
    client = Client()
    client.post("/lost-password/", {"email": "l@example.org"})
    (link,) = re.findall(r"http://testserver(/new-password/\S+)", str(mail.outbox[0].body))
    assert told("account.password_reset") == []
    client.post(client.get(link)["Location"], {"new_password1": OTHER, "new_password2": OTHER})
    assert told("account.password_reset") == everywhere("labeler", "labeler")


@pytest.mark.parametrize(("was", "becomes"), [("", "new@example.org"), ("old@example.org", ""), ("a@b.org", "c@d.org")])
def test_another_address_is_kept_without_the_address(campaign: Campaign, labeler: User, was: str, becomes: str) -> None:
    User.objects.filter(pk=labeler.pk).update(email=was)
    labeler.refresh_from_db()
    page = signed_in(labeler)
    for _twice in range(2):  # the second changes nothing
        page.post("/me/address/", {"email": becomes, "password": make.PASSWORD})
    assert told("account.address_changed") == everywhere("labeler", "labeler")
    event = Event.objects.filter(verb="account.address_changed").latest("pk")
    assert (event.before, event.after) == ({"address": bool(was)}, {"address": bool(becomes)})


def test_administrators_read_the_sites_own_history_and_take_it_along(campaign: Campaign, owner: User) -> None:
    people.create_account("ada")
    campaigns.delete(campaign=campaign, by=owner)
    page = signed_in(make.make_account("root", is_superuser=True))
    said = page.get("/accounts/history/").content.decode()
    assert ("made an account" in said, "deleted the campaign" in said) == (True, True)
    deleted = page.get("/accounts/history/?verb=campaign.deleted").content.decode()
    assert "made an account" not in deleted.partition("<table")[2]
    assert 'href="/accounts/history/"' in page.get("/accounts/").content.decode()
    table = b"".join(page.get("/accounts/history/download/").streaming_content).decode()  # type: ignore[attr-defined]
    assert [line.split(",")[1:4] for line in table.splitlines()[1:]] == [
        ["owner", "campaign.deleted", "campaign"],
        ["", "account.made", "ada"],
    ]
    assert signed_in(owner).get("/accounts/history/").status_code == 404


def test_an_operator_that_djangos_command_makes(campaign: Campaign, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", OTHER)
    call_command("createsuperuser", "--noinput", username="olga", email="o@example.org", stdout=StringIO())
    assert told("account.made") == [(None, None, "olga")]
    assert told("account.made_administrator") == [(None, None, "olga")]


def test_a_password_that_djangos_command_changes(
    campaign: Campaign, labeler: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("getpass.getpass", lambda **_options: OTHER)  # there is no terminal to type it in
    call_command("changepassword", "labeler", stdout=StringIO())
    labeler.refresh_from_db()
    assert labeler.check_password(OTHER)
    assert told("account.password_reset") == everywhere(None, "labeler")


def test_a_password_that_is_not_taken_leaves_no_event(
    campaign: Campaign, labeler: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("getpass.getpass", lambda **_options: "12345")
    with pytest.raises(CommandError):
        call_command("changepassword", "labeler", stdout=StringIO(), stderr=StringIO())
    assert told("account.password_reset") == []
