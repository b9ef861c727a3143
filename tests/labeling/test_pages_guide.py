"""The guide as pages: a lead looks before putting a version in force; a labeler is shown what changed."""

import pytest
from django.contrib.auth.models import User
from django.test import Client

from labeling.models import Campaign
from tests import factories as make
from tests.labeling.pages import signed_in, text_of


@pytest.fixture
def lead(owner: User) -> Client:
    return signed_in(owner)


def edit(lead: Client, text: str, note: str = "A word.", replaces: int = 1, **more: str) -> str:
    fields = {"text": text, "note": note, "replaces": replaces} | more
    return text_of(lead.post("/campaigns/campaign/guide/edit/", fields, follow=True))


def test_a_lead_looks_at_a_text_before_it_is_in_force(campaign: Campaign, lead: Client) -> None:
    make.make_guide(campaign, text="Old words.")
    shown = edit(lead, "New words, and <b>tags</b>.", note="", preview="1")
    assert "New words, and <b>tags</b>.</textarea>" in shown  # unescaped by text_of
    assert "<del>Old</del><ins>New</ins>" in shown
    assert '<p class="new">' in shown
    assert campaign.guide_versions.count() == 1
    assert "Version 2 of the guide is in force." in edit(lead, "New words.\r\nMore.")
    assert campaign.guide_versions.get(number=2).text == "New words.\nMore."


def test_html_of_a_guide_is_text_on_every_page(campaign: Campaign, lead: Client, labeler: User) -> None:
    hostile = "<script>alert(1)</script> [x](javascript:alert(1))"
    make.make_guide(campaign, text="Old.")
    make.make_guide(campaign, text=hostile, note=hostile)
    pages = [lead.get(f"/campaigns/campaign/guide/{path}") for path in ("", "1/", "2/", "edit/", "edit/?from=2")]
    pages += [signed_in(labeler).get(f"/campaigns/campaign/{path}") for path in ("label/", "guide/panel/")]
    for page in pages:
        assert page.status_code == 200
        assert "<script>alert" not in page.content.decode()
        assert 'href="javascript' not in page.content.decode()


def test_a_version_without_a_word_on_what_changed_is_refused_and_the_text_stays(
    campaign: Campaign, lead: Client
) -> None:
    make.make_guide(campaign)
    shown = edit(lead, "Half an hour of work.", note=" ")
    assert "Expected: a sentence on what changed" in shown
    assert "Half an hour of work.</textarea>" in shown


def test_a_text_that_another_lead_overtook_is_kept_on_the_page(campaign: Campaign, lead: Client) -> None:
    make.make_guide(campaign)
    make.make_guide(campaign, text="Meanwhile.")
    shown = edit(lead, "Mine.", replaces=1)
    assert "Version 2 of the guide came in meanwhile." in shown
    assert "Mine.</textarea>" in shown
    assert "<del>Meanwhile</del><ins>Mine</ins>" in shown
    assert 'name="replaces" value="2"' in shown  # now it is written from the version beside it
    assert campaign.guide_versions.count() == 2


def test_going_back_starts_from_the_old_text_with_a_word_that_says_so(campaign: Campaign, lead: Client) -> None:
    make.make_guide(campaign, text="Good old text.")
    make.make_guide(campaign)
    start = text_of(lead.get("/campaigns/campaign/guide/edit/?from=1"))
    assert "Good old text.</textarea>" in start
    assert "Back to version 1.</textarea>" in start
    assert lead.get("/campaigns/campaign/guide/edit/?from=9").status_code == 404


def test_versions_say_who_wrote_them_and_how_many_noted_them(
    campaign: Campaign, lead: Client, owner: User, labeler: User
) -> None:
    make.make_guide(campaign)
    second = make.make_guide(campaign, author=owner)
    make.make_guide_reading(second, labeler)
    make.make_label(make.make_solution(make.make_problem(campaign)), guide=second)
    shown = text_of(lead.get("/campaigns/campaign/guide/"))
    assert "The guide, version 2" in shown
    for words in ("owner, ", "1 label was made under it.", "0 labels were made under it.", "1 person has noted it."):
        assert words in shown


def test_the_panel_is_there_for_members_alone(campaign: Campaign, labeler: User, stranger: User) -> None:
    make.make_guide(campaign)
    address = "/campaigns/campaign/guide/panel/"
    assert signed_in(labeler).get(address).status_code == 200
    assert signed_in(stranger).get(address).status_code == 404
    assert Client().get(address).status_code == 302


def test_a_campaign_without_versions_shows_the_guide_that_ships(
    campaign: Campaign, lead: Client, labeler: User
) -> None:
    for client, path in ((signed_in(labeler), "label/"), (lead, "guide/"), (lead, "guide/edit/")):
        assert "To check a step, a calculator" in text_of(client.get(f"/campaigns/campaign/{path}"))
