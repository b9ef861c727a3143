"""Members as a page: add, change, remove."""

import pytest
from django.contrib.auth.models import User
from django.test import Client

from labeling.models import Campaign, Labeler, Membership
from tests import factories as make
from tests.labeling.pages import signed_in, text_of


@pytest.fixture
def lead(owner: User) -> Client:
    return signed_in(owner)


def test_a_lead_adds_an_account_by_its_name(campaign: Campaign, lead: Client, stranger: User) -> None:
    answer = lead.post(f"/campaigns/{campaign.slug}/members/", {"username": "stranger", "role": "labeler"}, follow=True)
    assert "stranger is in." in text_of(answer)
    assert Membership.objects.get(account=stranger).role == "labeler"
    assert Labeler.objects.filter(account=stranger, campaign=campaign).exists()


@pytest.mark.parametrize(
    ("username", "role", "told"),
    [
        ("nobody", "labeler", "There is no account nobody."),
        ("labeler", "reviewer", "not a member yet"),
        ("", "labeler", "This field is required"),
        ("stranger", "king", "not one of the available choices"),
    ],
)
def test_who_cannot_be_added_is_told(
    username: str, role: str, told: str, campaign: Campaign, lead: Client, labeler: User, stranger: User
) -> None:
    answer = lead.post(f"/campaigns/{campaign.slug}/members/", {"username": username, "role": role})
    assert answer.status_code == 400
    assert told in text_of(answer)
    assert campaign.memberships.count() == 2


def test_a_role_is_changed(campaign: Campaign, lead: Client, labeler: User) -> None:
    member = campaign.memberships.get(account=labeler)
    lead.post(f"/campaigns/{campaign.slug}/members/{member.pk}/role/", {"role": "reviewer"})
    member.refresh_from_db()
    assert member.role == "reviewer"
    answer = lead.post(f"/campaigns/{campaign.slug}/members/{member.pk}/role/", {"role": "king"}, follow=True)
    assert "Expected a role: labeler, reviewer, lead." in text_of(answer)


def test_removing_is_asked_first_and_keeps_labels(campaign: Campaign, lead: Client, labeler: User) -> None:
    member = campaign.memberships.get(account=labeler)
    address = f"/campaigns/{campaign.slug}/members/{member.pk}/remove/"
    label = make.make_label(make.make_solution(make.make_problem(campaign)), make.make_labeler(campaign, labeler))
    assert "Remove labeler from Campaign?" in text_of(lead.get(address))
    assert campaign.memberships.filter(account=labeler).exists()
    lead.post(address)
    assert not campaign.memberships.filter(account=labeler).exists()
    label.refresh_from_db()
    assert label.labeler.account == labeler


def test_the_last_lead_stays(campaign: Campaign, lead: Client, owner: User) -> None:
    member = campaign.memberships.get(account=owner)
    for path, body in (("remove/", {}), ("role/", {"role": "labeler"})):
        answer = lead.post(f"/campaigns/{campaign.slug}/members/{member.pk}/{path}", body, follow=True)
        assert "A campaign needs a lead" in text_of(answer)
    member.refresh_from_db()
    assert member.role == "lead"


def test_a_lead_who_leaves_comes_home(campaign: Campaign, lead: Client, owner: User) -> None:
    make.make_membership(campaign, role="lead")
    member = campaign.memberships.get(account=owner)
    answer = lead.post(f"/campaigns/{campaign.slug}/members/{member.pk}/remove/", follow=True)
    assert answer.redirect_chain == [("/", 302)]
    assert "You have left Campaign." in text_of(answer)


def test_members_of_other_campaigns_are_not_there(campaign: Campaign, lead: Client) -> None:
    theirs = make.make_membership(make.make_campaign())
    assert lead.post(f"/campaigns/{campaign.slug}/members/{theirs.pk}/remove/").status_code == 404
    assert lead.post(f"/campaigns/{campaign.slug}/members/{theirs.pk}/role/", {"role": "lead"}).status_code == 404
