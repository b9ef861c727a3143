"""The way into a campaign, once, and out of the site at once."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.core import mail
from django.test import Client
from django.utils import timezone
from knox.models import AuthToken
from pytest_django.fixtures import Settings

from labeling.actions import accounts, exporting, invitations, people
from labeling.actions.errors import ActionError, Conflict
from labeling.models import Campaign, Invitation, Label, Labeler, QueueItem
from tests import factories as make
from tests.labeling.at_once import all_at_once
from tests.labeling.pages import signed_in, text_of

NEW = {"username": "ada", "email": "", "password": "a long enough one", "again": "a long enough one"}


def link_to(invitation: Invitation) -> str:
    return f"/join/{invitations.code_of(invitation)}/"


def test_a_lead_invites_and_a_newcomer_joins_once(campaign: Campaign, owner: User, stranger: User) -> None:
    lead = signed_in(owner)
    told = lead.post("/campaigns/campaign/invitations/", {"role": "reviewer", "days": 3}, follow=True)
    made = Invitation.objects.get()
    assert "Copy its link and send it." in text_of(told)
    assert f"http://testserver{link_to(made)}" in told.content.decode()
    assert "This site sends no mail:" in text_of(told)
    assert not mail.outbox

    newcomer = Client()
    assert "You are invited to Campaign" in text_of(newcomer.get(link_to(made)))
    assert Invitation.objects.get().state == "waiting"  # who only looks does not spend it
    for spoiled, word in (({"again": "another one"}, "differ"), ({"username": "owner"}, "not taken")):
        refused = newcomer.post(link_to(made), NEW | spoiled)
        assert refused.status_code == 400
        assert word in text_of(refused)
    assert "too common" in text_of(
        newcomer.post(link_to(made), NEW | {"password": "password12", "again": "password12"})
    )
    assert "You are in Campaign." in text_of(newcomer.post(link_to(made), NEW, follow=True))
    assert campaign.memberships.get(account__username="ada").role == "reviewer"
    assert Labeler.objects.filter(campaign=campaign, account__username="ada").exists()

    late = signed_in(stranger).post(link_to(made))
    assert late.status_code == 404
    assert "Somebody has joined with it already" in text_of(late)
    assert not campaign.memberships.filter(account=stranger).exists()
    assert "accepted" in text_of(lead.get("/campaigns/campaign/invitations/"))
    assert [event.verb for event in campaign.events.order_by("id")] == [
        "invitation.made",
        "account.made",
        "member.added",
        "invitation.accepted",
    ]


def test_who_has_an_account_joins_with_it_and_who_is_in_spends_nothing(
    campaign: Campaign, labeler: User, stranger: User
) -> None:
    made = make.make_invitation(campaign, role="lead")
    assert "member already" in text_of(signed_in(labeler).post(link_to(made), follow=True))
    assert "You are in Campaign." in text_of(signed_in(stranger).post(link_to(made), follow=True))
    assert campaign.memberships.get(account=stranger).role == "lead"
    assert campaign.memberships.get(account=labeler).role == "labeler"


def test_expired_and_revoked_invitations_let_nobody_in(campaign: Campaign, owner: User) -> None:
    now = timezone.now()
    expired = make.make_invitation(campaign)
    Invitation.objects.filter(pk=expired.pk).update(created_at=now - timedelta(2), expires_at=now - timedelta(1))
    revoked = make.make_invitation(campaign)
    lead, address = signed_in(owner), f"/campaigns/campaign/invitations/{revoked.pk}/revoke/"
    assert f"Revoke invitation {revoked.pk}?" in text_of(lead.get(address))
    assert Invitation.objects.get(pk=revoked.pk).state == "waiting", "only asked so far"
    assert "1 invitation waits to be accepted" in text_of(lead.get("/campaigns/campaign/invitations/"))
    lead.post(address)
    assert "No invitation waits to be accepted" in text_of(lead.get("/campaigns/campaign/invitations/"))
    for closed, word in ((expired, "time is up"), (revoked, "was revoked")):
        assert word in text_of(Client().post(link_to(closed), NEW))
        with pytest.raises(Conflict):  # also for whoever had the form open
            invitations.accept_as_new(invitation=closed, username="ada", password="x")
    assert not User.objects.filter(username="ada").exists()
    with pytest.raises(Conflict):
        invitations.revoke(invitation=revoked, by=owner)


def test_guessing_codes_is_paused(campaign: Campaign, settings: Settings) -> None:
    settings.AXES_FAILURE_LIMIT = 3
    visitor = Client()
    code = invitations.code_of(make.make_invitation(campaign))
    statuses = [visitor.get(f"/join/{code[:-1]}{letter}/").status_code for letter in "!*+~"]
    assert statuses == [404, 404, 404, 429]
    assert visitor.get(f"/join/{code}/").status_code == 429


def test_mail_goes_out_where_it_is_configured_and_its_failure_is_told(
    campaign: Campaign, owner: User, settings: Settings
) -> None:
    settings.SENDS_MAIL = True
    lead, body = signed_in(owner), {"role": "labeler", "days": 3, "email": "ada@example.org"}
    told = lead.post("/campaigns/campaign/invitations/", body, follow=True)
    assert "is sent to ada@example.org" in text_of(told)
    sent = mail.outbox[0]
    assert sent.to == ["ada@example.org"]
    assert link_to(Invitation.objects.get()) in sent.body
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    told = lead.post("/campaigns/campaign/invitations/", body, follow=True)
    assert "did not take the mail" in text_of(told)


@pytest.mark.parametrize("what", ["removed", "demoted", "deactivated"])
def test_who_leads_no_more_has_no_way_back_by_an_own_invitation(what: str, campaign: Campaign, owner: User) -> None:
    boss = make.make_membership(campaign, role="lead").account
    own, others = make.make_invitation(campaign, created_by=owner), make.make_invitation(campaign, created_by=boss)
    member = campaign.memberships.get(account=owner)
    if what == "removed":
        people.remove_member(member=member, by=boss)
    elif what == "demoted":
        people.change_role(member=member, role="labeler", by=boss)
    else:
        accounts.deactivate(account=owner, by=boss)
    states = [Invitation.objects.get(pk=one.pk).state for one in (own, others)]
    assert states == ["revoked", "waiting"]


def test_invitations_of_other_campaigns_are_not_there(owner: User) -> None:
    theirs = make.make_invitation(make.make_campaign())
    assert signed_in(owner).post(f"/campaigns/campaign/invitations/{theirs.pk}/revoke/").status_code == 404
    assert theirs.state == "waiting"


@pytest.mark.django_db(transaction=True)
def test_of_two_who_accept_at_once_one_gets_in(campaign: Campaign) -> None:
    made = make.make_invitation(campaign)

    def accept(name: str) -> str:
        try:
            return invitations.accept_as_new(invitation=made, username=name, password="x").username
        except ActionError:
            return ""

    results = all_at_once([lambda: accept("ada"), lambda: accept("blaise")])
    assert sorted(map(bool, results)) == [False, True]
    assert [member.account.username for member in campaign.memberships.all()] == [name for name in results if name]
    assert User.objects.count() == 1


# --- the way out


def exported(campaign: Campaign) -> str:
    formats = ("prm800k", "first-error", "stepwise")
    return b"".join(line for name in formats for line in exporting.rows(campaign, name)).decode()


def test_a_deactivated_person_is_out_at_once_and_their_labels_stay(campaign: Campaign) -> None:
    labeler = make.make_account("emmy")
    make.make_membership(campaign, labeler)
    boss = make.make_account("boss", is_superuser=True, is_staff=True)
    person = make.make_labeler(campaign, labeler)
    of = make.make_round(campaign)
    make.make_label(item=make.make_item(round=of, state="labeled"), labeler=person, ratings=[1, -1])
    held = make.make_item(round=of, state="leased", leased_by=person)
    before = exported(campaign)
    browser, elsewhere = signed_in(labeler), signed_in(make.make_account("other"))
    token = people.new_token(labeler)
    ask = {"HTTP_AUTHORIZATION": f"Token {token}"}
    assert Client().get("/api/v1/me/", **ask).status_code == 200

    page = signed_in(boss)
    address = f"/accounts/{labeler.pk}/deactivate/"
    assert "Their labels stay" in text_of(page.get(address))
    page.post(address)

    assert Client().get("/api/v1/me/", **ask).status_code == 401
    assert browser.get("/me/settings/").status_code == 302
    assert browser.get("/api/v1/me/").status_code == 401
    assert elsewhere.get("/me/settings/").status_code == 200
    assert QueueItem.objects.get(pk=held.pk).state == "waiting"
    assert exported(campaign) == before
    assert str(person.uuid) in before
    assert "emmy" not in before
    assert Label.objects.current().filter(labeler=person).count() == 1

    page.post(f"/accounts/{labeler.pk}/activate/")
    assert browser.get("/me/settings/").status_code == 302  # the old session does not come back
    assert not AuthToken.objects.filter(user=labeler).exists()
    assert {event.verb for event in campaign.events.all()} == {"account.deactivated", "account.activated"}


def test_accounts_are_for_administrators_who_cannot_shut_themselves_out(owner: User, labeler: User) -> None:
    boss = make.make_account("boss", is_superuser=True, is_staff=True)
    for path in ("/accounts/", f"/accounts/{boss.pk}/deactivate/", f"/accounts/{owner.pk}/promote/"):
        assert signed_in(owner).get(path).status_code == 404
        assert signed_in(owner).post(path).status_code in (404, 405)
    page = signed_in(boss)
    for what in ("deactivate", "demote"):
        assert "another administrator" in text_of(page.post(f"/accounts/{boss.pk}/{what}/", follow=True))
    page.post(f"/accounts/{labeler.pk}/promote/")
    assert User.objects.get(pk=labeler.pk).is_superuser
    assert "is left without a lead" in text_of(page.get(f"/accounts/{owner.pk}/deactivate/"))
    assert page.get(f"/accounts/{owner.pk}/explode/").status_code == 404
    with pytest.raises(Conflict):
        accounts.activate(account=owner, by=boss)


def test_a_labeler_leaves_by_themselves_and_gives_back_what_they_hold(campaign: Campaign, labeler: User) -> None:
    person = make.make_labeler(campaign, labeler)
    held = make.make_item(round=make.make_round(campaign), state="leased", leased_by=person)
    browser = signed_in(labeler)
    assert "/campaigns/campaign/leave/" in browser.get("/me/settings/").content.decode()
    assert "Leave Campaign?" in text_of(browser.get("/campaigns/campaign/leave/"))
    assert "You have left Campaign." in text_of(browser.post("/campaigns/campaign/leave/", follow=True))
    assert not campaign.memberships.filter(account=labeler).exists()
    assert QueueItem.objects.get(pk=held.pk).state == "waiting"
    assert browser.post("/campaigns/campaign/leave/").status_code == 404
