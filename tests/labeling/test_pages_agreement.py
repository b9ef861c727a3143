"""The page that says how far labelers agree."""

import pytest
from django.contrib.auth.models import User
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from labeling.models import Campaign, Labeler
from tests import factories as make
from tests.labeling.pages import signed_in, text_of

ADDRESS = "/campaigns/campaign/agreement/"


@pytest.fixture
def lead(owner: User) -> Client:
    return signed_in(owner)


def label_by_two(campaign: Campaign, labeler: User, owner: User, one: list[int], other: list[int]) -> None:
    solution = make.make_solution(make.make_problem(campaign, subject="Algebra"))
    make.make_label(solution, labeler_of(campaign, labeler), ratings=one)
    make.make_label(solution, labeler_of(campaign, owner), ratings=other)


def labeler_of(campaign: Campaign, account: User) -> Labeler:
    return campaign.labelers.filter(account=account).first() or make.make_labeler(campaign, account)


def test_without_overlap_the_page_says_what_brings_some(campaign: Campaign, lead: Client, labeler: User) -> None:
    make.make_label(make.make_solution(make.make_problem(campaign)), make.make_labeler(campaign, labeler))

    assert "No solution has labels of two people yet" in text_of(lead.get(ADDRESS))


def test_the_page_opens_with_its_conclusion(campaign: Campaign, lead: Client, labeler: User, owner: User) -> None:
    label_by_two(campaign, labeler, owner, [1, -1], [1, -1])
    label_by_two(campaign, labeler, owner, [1, 1, 1], [1, -1])

    said = text_of(lead.get(ADDRESS))

    assert "Two people put the first error at the same step 50\N{NO-BREAK SPACE}% of the time" in said
    assert "2 pairs of labels were compared." in said
    for word in ("Each labeler against all others", "labeler and owner", "Algebra"):
        assert word in said


def test_labels_without_a_verdict_and_of_other_campaigns_do_not_count(
    campaign: Campaign, lead: Client, labeler: User, owner: User
) -> None:
    label_by_two(campaign, labeler, owner, [1, -1], [1, -1])
    label_by_two(make.make_campaign("other"), labeler, owner, [1, -1], [-1])
    gave_up = make.make_solution(make.make_problem(campaign))
    for account in (labeler, owner):
        make.make_label(gave_up, labeler_of(campaign, account), ratings=[1], finish_reason="give_up", reason="too long")

    assert "1 pair of labels was compared." in text_of(lead.get(ADDRESS))


def test_the_page_asks_as_often_for_many_labels_as_for_few(
    campaign: Campaign, lead: Client, labeler: User, owner: User, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for _ in range(8):
        label_by_two(campaign, labeler, owner, [1, -1], [1, 0, 1])

    with django_assert_max_num_queries(8):
        lead.get(ADDRESS)


def test_labelers_do_not_see_it(campaign: Campaign, labeler: User, stranger: User) -> None:
    assert signed_in(labeler).get(ADDRESS).status_code == 404
    assert signed_in(stranger).get(ADDRESS).status_code == 404
