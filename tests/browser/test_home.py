"""The start: sign-in, one's campaigns, and who may open which desk."""

from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from django.test import Client
from playwright.sync_api import Page, expect

from labeling.models import Campaign, QueueItem
from tests.factories import PASSWORD


def test_a_wrong_password_is_told_and_the_name_stays(page: Page, labeler: User) -> None:
    page.goto("/")
    page.get_by_label("Name").fill(labeler.username)
    page.get_by_label("Password").fill("wrong")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("Not signed in.")
    expect(page.get_by_label("Name")).to_have_value(labeler.username)
    page.get_by_label("Password").fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Your campaigns")).to_be_visible()


def test_too_many_tries_are_answered_in_words(client: Client, labeler: User) -> None:
    for _ in range(10):
        answer = client.post("/", {"username": labeler.username, "password": "wrong"})
    assert answer.status_code == 429
    assert "Too many tries to sign in" in answer.content.decode()
    assert "Try again 15 minutes after the last try" in answer.content.decode()


def test_a_page_that_needs_signing_in_comes_after_it(page: Page, campaign: Campaign, labeler: User) -> None:
    page.goto(f"/campaigns/{campaign.slug}/label/")
    expect(page.get_by_text("Sign in to go on where you were.")).to_be_visible()
    page.get_by_label("Name").fill(labeler.username)
    page.get_by_label("Password").fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Nothing to label just now")).to_be_visible()


def test_home_counts_what_waits_and_signing_out_is_a_button(
    items: list[QueueItem], labeler: User, open_page: Callable[[User | None], Page]
) -> None:
    page = open_page(labeler)
    page.goto("/")
    expect(page.get_by_text("Fewer than 10 solutions wait, 0 labeled by you today")).to_be_visible()
    page.get_by_role("button", name="labeler: your menu").click()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("button", name="Sign in")).to_be_visible()


def test_somebody_in_no_campaign_is_told_what_comes_next(client: Client, stranger: User) -> None:
    client.force_login(stranger, backend="django.contrib.auth.backends.ModelBackend")
    assert "A lead adds you to a campaign; then it appears here." in client.get("/").content.decode()


@pytest.mark.parametrize("slug", ["campaign", "no-such-campaign"])
def test_a_campaign_one_is_not_in_does_not_exist(client: Client, campaign: Campaign, stranger: User, slug: str) -> None:
    client.force_login(stranger, backend="django.contrib.auth.backends.ModelBackend")
    answer = client.get(f"/campaigns/{slug}/label/")
    assert answer.status_code == 404
    assert "Nothing at this address" in answer.content.decode()


def test_signing_out_by_a_link_does_nothing(client: Client, labeler: User) -> None:
    client.force_login(labeler, backend="django.contrib.auth.backends.ModelBackend")
    answer = client.get("/logout/", follow=True)
    assert answer.redirect_chain == [("/", 302)]
    assert answer.context["user"] == labeler, "still signed in"
