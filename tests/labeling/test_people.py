"""Accounts, members, labelers."""

import json
from io import StringIO

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command

from labeling.actions import people
from labeling.actions.errors import ActionError, Conflict
from labeling.models import Campaign, Labeler, LabelerKind, Membership, Role
from tests import factories as make

pytestmark = pytest.mark.django_db


def test_create_account_gives_a_password_and_a_token_that_work() -> None:
    made = people.create_account("ada")

    assert User.objects.get(username="ada").check_password(made["password"])
    assert people.token_works(made["token"])


def test_create_account_refuses_a_name_that_is_taken_and_keeps_the_old_account() -> None:
    made = people.create_account("ada")

    with pytest.raises(Conflict, match="“ada” already"):
        people.create_account("ada")

    assert User.objects.get(username="ada").check_password(made["password"])


@pytest.mark.parametrize("name", ["", "a b", "x" * 151, "a/b"])
def test_create_account_refuses_what_cannot_be_a_username(name: str) -> None:
    with pytest.raises(ActionError) as refused:
        people.create_account(name)

    assert "username" in refused.value.fields
    assert not User.objects.exists()


def test_renew_account_ends_the_old_password_and_token() -> None:
    old = people.create_account("ada")

    new = people.renew_account("ada")

    assert User.objects.get(username="ada").check_password(new["password"])
    assert people.token_works(new["token"])
    assert not people.token_works(old["token"])


@pytest.mark.parametrize("token", ["", "nonsense", "é" * 40])
def test_token_works_is_false_for_what_is_no_token(token: str) -> None:
    assert not people.token_works(token)


def test_add_member_makes_the_labeler_too(campaign: Campaign, stranger: User) -> None:
    people.add_member(campaign=campaign, account=stranger, role=Role.LABELER, by=None)

    assert Membership.objects.get(account=stranger).role == "labeler"
    assert Labeler.objects.get(account=stranger).campaign == campaign
    assert campaign.events.get().verb == "member.added"


def test_add_member_refuses_somebody_who_is_in_already(campaign: Campaign, owner: User) -> None:
    with pytest.raises(Conflict, match="member already"):
        people.add_member(campaign=campaign, account=owner, role=Role.LABELER, by=None)

    assert Membership.objects.get(account=owner).role == "lead"


def test_add_member_refuses_an_unknown_role_and_names_the_known_ones(campaign: Campaign, stranger: User) -> None:
    with pytest.raises(ActionError, match="labeler, reviewer, lead"):
        people.add_member(campaign=campaign, account=stranger, role="boss", by=None)


def test_a_member_who_comes_back_is_the_same_labeler(campaign: Campaign, owner: User, stranger: User) -> None:
    member = people.add_member(campaign=campaign, account=stranger, role=Role.LABELER, by=owner)
    pseudonym = Labeler.objects.get(account=stranger).uuid

    people.remove_member(member=member, by=owner)
    people.add_member(campaign=campaign, account=stranger, role=Role.LABELER, by=owner)

    assert Labeler.objects.get(account=stranger).uuid == pseudonym


def test_the_last_lead_can_neither_leave_nor_become_something_else(campaign: Campaign, owner: User) -> None:
    member = Membership.objects.get(account=owner)

    with pytest.raises(Conflict, match="needs a lead"):
        people.remove_member(member=member, by=owner)
    with pytest.raises(Conflict, match="needs a lead"):
        people.change_role(member=member, role=Role.LABELER, by=owner)

    assert Membership.objects.get(account=owner).role == "lead"


def test_change_role_is_recorded_with_both_roles(campaign: Campaign, owner: User, labeler: User) -> None:
    people.change_role(member=Membership.objects.get(account=labeler), role=Role.REVIEWER, by=owner)

    event = campaign.events.get()
    assert (event.before, event.after, event.actor) == ("labeler", "reviewer", owner)


def test_simulated_labelers_are_the_same_each_time_and_cannot_sign_in(campaign: Campaign) -> None:
    first = people.simulated_labelers(campaign=campaign, count=2)
    again = people.simulated_labelers(campaign=campaign, count=2)

    assert list(first) == list(again)
    assert Labeler.objects.filter(kind=LabelerKind.SIMULATED).count() == 2
    assert all(people.token_works(token) for token in again.values())
    assert not any(account.has_usable_password() for account in User.objects.all())


def test_the_command_prints_name_password_and_token_as_its_last_line(campaign: Campaign) -> None:
    out = StringIO()

    call_command("create_account", "ada", campaign="campaign", role="lead", stdout=out)

    made = json.loads(out.getvalue().splitlines()[-1])
    assert list(made) == ["username", "password", "token"]
    assert people.token_works(made["token"])
    assert Membership.objects.get(account__username="ada").role == "lead"


def test_the_command_makes_no_account_where_the_campaign_is_missing() -> None:
    make.make_campaign("here")

    with pytest.raises(CommandError, match=r"no campaign 'there'\. Campaigns here: here"):
        call_command("create_account", "ada", campaign="there")

    assert not User.objects.exists()


def test_an_account_that_is_there_is_let_into_a_campaign_by_a_command(campaign: Campaign, stranger: User) -> None:
    let_in = ("add_member", "stranger", "--campaign=campaign", "--role=lead")

    call_command(*let_in, stdout=StringIO())

    assert Membership.objects.get(account=stranger).role == "lead"
    with pytest.raises(CommandError, match="stranger is a member already"):
        call_command(*let_in)
    with pytest.raises(CommandError, match="no account 'nobody'"):
        call_command("add_member", "nobody", "--campaign=campaign")
    with pytest.raises(CommandError, match=r"no campaign 'there'\. Campaigns here: campaign"):
        call_command("add_member", "stranger", "--campaign=there")


def test_the_command_says_when_the_name_is_taken(stranger: User) -> None:
    with pytest.raises(CommandError, match="“stranger” already"):
        call_command("create_account", "stranger")


def test_the_command_wants_a_campaign_with_a_role(db: None) -> None:
    with pytest.raises(CommandError, match="--campaign"):
        call_command("create_account", "ada", role="lead")
