"""Campaigns, settings, members over the API."""

from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.db import connection
from knox.models import AuthToken
from pytest_django import DjangoCaptureOnCommitCallbacks
from rest_framework.test import APIClient

from labeling.actions import campaigns, tokens
from labeling.models import (
    Campaign,
    Event,
    GuideReading,
    GuideVersion,
    Job,
    Label,
    Labeler,
    Membership,
    Problem,
    QueueItem,
    Reference,
    SelectorVersion,
    Solution,
)
from tests import factories as make
from tests.api.conftest import ClientOf
from tests.strangers.world import world_of

CAMPAIGNS = "/api/v1/campaigns/"
ONE = f"{CAMPAIGNS}campaign/"
MEMBERS = f"{ONE}members/"
DEFAULTS = {
    "overlap": 1,
    "overlap_share": 1.0,
    "extra_on_disagreement": False,
    "lease_minutes": 30,
    "reference_answer": "shown",
    "auto_advance": False,
    "train_after": 0.8,
    "base_model": "tiny",
    "strategy": "convincing_wrong",
    "wrong_share": 0.8,
    "evaluation_share": 0.1,
    "scope": "campaign",
    "cold_start": "uniform",
    "problem_cap": 0.2,
    "leave_out_uncertain": False,
    "undecided_by": "committee",
    "committee": 4,
    "comparison_orm": False,
    "mixture": "uncertain=0.5, convincing_wrong=0.25, uniform_distinct=0.25",
    "exclude": "",
    "round_size": 100,
    "bad_problem_quorum": 2,
    "mode": "solution",
    "write_step_when": "none_positive",
    "show_ranking": False,
    "gold_per_round": 15,
    "gold_bar": 0.7,
    "hourly_rate": None,
    "currency": "",
    "sources": "",
    "screening": "off",
    "screening_size": 30,
    "screening_bar": 0.75,
    "screening_false_alarms": 0.25,
    "screening_attempts": 2,
}


def test_a_lead_makes_a_campaign_and_leads_it(lead: APIClient, owner: User) -> None:
    body = {"slug": "fractions", "name": "Fractions", "settings": {"overlap": 2, "auto_advance": True}}
    answer = lead.post(CAMPAIGNS, body)
    assert answer.status_code == 201
    made = answer.json()
    assert made["settings"] == DEFAULTS | {"overlap": 2, "auto_advance": True}
    assert (made["slug"], made["name"], made["role"]) == ("fractions", "Fractions", "lead")
    campaign = Campaign.objects.get(slug="fractions")
    assert Labeler.objects.filter(campaign=campaign, account=owner).exists()
    assert [one["slug"] for one in lead.get(CAMPAIGNS).json()["results"]] == ["campaign", "fractions"]


def test_an_operator_makes_the_first_campaign(client_of: ClientOf, db: None) -> None:
    operator = make.make_account("operator", is_superuser=True)
    assert client_of(operator).post(CAMPAIGNS, {"slug": "first", "name": "First"}).status_code == 201


@pytest.mark.parametrize("role", [None, "labeler", "reviewer"])
def test_who_leads_nothing_makes_no_campaign(client_of: ClientOf, campaign: Campaign, role: str | None) -> None:
    account = make.make_account()
    if role:
        make.make_membership(campaign, account, role)
    answer = client_of(account).post(CAMPAIGNS, {"slug": "mine", "name": "Mine"})
    assert answer.status_code == 403
    assert Campaign.objects.count() == 1


BAD_SETTINGS: list[tuple[dict[str, Any], str]] = [
    ({"overlap": 0}, "settings.overlap"),
    ({"overlap": "2"}, "settings.overlap"),
    ({"overlap": True}, "settings.overlap"),
    ({"lease_minutes": 0}, "settings.lease_minutes"),
    ({"lease_minutes": 10**9}, "settings.lease_minutes"),
    ({"reference_answer": "blurred"}, "settings.reference_answer"),
    ({"auto_advance": "yes"}, "settings.auto_advance"),
    ({"auto_advance": None}, "settings.auto_advance"),
    ({"train_after": 0}, "settings.train_after"),
    ({"train_after": 1.5}, "settings.train_after"),
    ({"wrong_share": 0.95}, "settings.wrong_share"),
    ({"evaluation_share": -0.1}, "settings.evaluation_share"),
    ({"strategy": "astrology"}, "settings.strategy"),
    ({"scope": "world"}, "settings.scope"),
    ({"cold_start": "convincing_wrong"}, "settings.cold_start"),
    ({"problem_cap": 1.2}, "settings.problem_cap"),
    ({"undecided_by": "dice"}, "settings.undecided_by"),
    ({"committee": 0}, "settings.committee"),
    ({"mixture": "uniform:1"}, "settings.mixture"),
    ({"mixture": "mixture=1"}, "settings.mixture"),
    ({"exclude": "Geometry"}, "settings.exclude"),
    ({"exclude": "author=me"}, "settings.exclude"),
    ({"mixture": "uniform=0"}, "settings.mixture"),
    ({"base_model": ""}, "settings.base_model"),
    ({"base_model": "https://example.org/model"}, "settings.base_model"),
    ({"base_model": "../../etc"}, "settings.base_model"),
    ({"base_model": "/models/../etc"}, "settings.base_model"),
    ({"base_model": "models/.."}, "settings.base_model"),
    ({"base_model": "~/model"}, "settings.base_model"),
    ({"base_model": "--out"}, "settings.base_model"),
    ({"base_model": "a\nb"}, "settings.base_model"),
    ({"screening": "perhaps"}, "settings.screening"),
    ({"overlapp": 2}, "settings.overlapp"),
]


@pytest.mark.parametrize(("wanted", "field"), BAD_SETTINGS)
def test_a_setting_that_cannot_be_is_refused_by_name(lead: APIClient, wanted: dict[str, Any], field: str) -> None:
    made = lead.post(CAMPAIGNS, {"slug": "new", "name": "New", "settings": wanted})
    changed = lead.patch(ONE, {"settings": wanted})
    for answer in (made, changed):
        assert answer.status_code == 400, answer.json()
        assert list(answer.json()["fields"]) == [field]
    assert not Campaign.objects.filter(slug="new").exists()
    assert lead.get(ONE).json()["settings"] == DEFAULTS


@pytest.mark.parametrize("base", ["tiny", "org/model-1..2", "gpt2", "/srv/models/base", "models/base"])
def test_a_base_model_is_a_name_or_a_folder(lead: APIClient, base: str) -> None:
    answer = lead.patch(ONE, {"settings": {"base_model": base}})
    assert (answer.status_code, answer.json()["settings"]["base_model"]) == (200, base)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"name": "No slug"}, "slug"),
        ({"slug": "no-name"}, "name"),
        ({"slug": "not a slug", "name": "x"}, "slug"),
        ({"slug": "x" * 61, "name": "long"}, "slug"),
        ({"slug": "nul", "name": "a\x00b"}, "name"),
        ({"slug": "new", "name": "New", "color": "red"}, "color"),
        ({"slug": "new", "name": "New", "settings": 3}, "settings"),
    ],
)
def test_a_campaign_that_cannot_be_is_refused_by_name(lead: APIClient, body: dict[str, Any], field: str) -> None:
    answer = lead.post(CAMPAIGNS, body)
    assert answer.status_code == 400, answer.json()
    assert list(answer.json()["fields"]) == [field]
    assert Campaign.objects.count() == 1


def test_a_name_that_is_taken_is_a_conflict(lead: APIClient) -> None:
    answer = lead.post(CAMPAIGNS, {"slug": "campaign", "name": "Again"})
    assert (answer.status_code, answer.json()["code"]) == (409, "conflict")
    assert list(answer.json()["fields"]) == ["slug"]
    assert Campaign.objects.count() == 1


def test_patch_merges_settings(lead: APIClient) -> None:
    lead.patch(ONE, {"settings": {"overlap": 3}})
    answer = lead.patch(ONE, {"name": "Renamed", "settings": {"scope": "problem"}})
    assert answer.status_code == 200
    assert answer.json()["name"] == "Renamed"
    assert answer.json()["settings"] == DEFAULTS | {"overlap": 3, "scope": "problem"}
    event = Event.objects.filter(verb="campaign.changed").first()
    assert event is not None
    assert event.after == {"name": "Renamed", "scope": "problem"}


def test_patch_refuses_a_new_slug(lead: APIClient) -> None:
    assert list(lead.patch(ONE, {"slug": "other"}).json()["fields"]) == ["slug"]


def test_shares_may_change_together(lead: APIClient) -> None:
    answer = lead.patch(ONE, {"settings": {"wrong_share": 0.2, "evaluation_share": 0.8}})
    assert answer.status_code == 200


def test_labelers_see_their_campaigns_without_settings(worker_bee: APIClient) -> None:
    (one,) = worker_bee.get(CAMPAIGNS).json()["results"]
    assert set(one) == {"slug", "name", "role", "created_at"}


def a_full_campaign(campaign: Campaign, owner: User) -> None:
    """Rows in every table that belongs to a campaign."""
    round_ = make.make_round(campaign)
    item = make.make_item(round=round_)
    person = make.make_labeler(campaign, owner)
    make.make_draft(item, person)
    make.make_skip(item, person)
    labeled = make.make_item(round=round_, state="labeled")
    first = make.make_label(item=labeled, labeler=person, ratings=[1, 1, 1], is_current=False)
    make.make_label(item=labeled, labeler=person, ratings=[1, 1, 1], revises=first)
    make.make_dispute(first)
    make.make_solution(item.solution.problem, duplicate_of=item.solution)
    make.make_grade(item.solution)
    make.make_candidate_tree(item.solution.problem)
    make.make_score(make.make_selector(campaign), item.solution)
    make.make_guide_reading(make.make_guide(campaign), owner)
    Label.objects.filter(pk=first.pk).update(guide=campaign.guide)
    make.make_event(campaign)


def test_delete_takes_everything_of_the_campaign_and_nothing_else(
    lead: APIClient,
    campaign: Campaign,
    owner: User,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    other = make.make_campaign("other")
    for one in (campaign, other):
        a_full_campaign(one, owner)
    models = [GuideReading, GuideVersion, Label, Labeler, Problem, QueueItem, Reference, SelectorVersion, Solution, Job]
    before = {model: model.objects.count() for model in models}  # type: ignore[attr-defined]
    folder = Path(settings.MEDIA_ROOT, f"campaign-{campaign.pk}", "job-1")
    folder.mkdir(parents=True)
    with django_capture_on_commit_callbacks(execute=True):
        assert lead.delete(ONE).status_code == 204
    assert [one.slug for one in Campaign.objects.all()] == ["other"]
    assert {model: model.objects.count() * 2 for model in models} == before  # type: ignore[attr-defined]
    assert not folder.parent.exists()
    assert lead.get(ONE).status_code == 404
    assert Event.objects.get(campaign=None).verb == "campaign.deleted"
    assert Event.objects.filter(campaign_id=campaign.pk).exists(), "who did what outlives what it was done to"
    assert User.objects.filter(pk=owner.pk).exists()


def test_a_campaign_with_a_row_of_every_kind_can_be_deleted(db: None) -> None:
    """Foreign keys are looked at when a transaction ends: here, at once."""
    world_of("lead")
    campaign, lead = Campaign.objects.get(slug="campaign"), User.objects.get(username="lead")
    before = AuthToken.objects.count()
    tokens.make(account=lead, name="nightly", campaign=campaign.slug)
    campaigns.delete(campaign=campaign, by=lead)
    connection.check_constraints()
    assert AuthToken.objects.count() == before, "without its terms a token would reach every campaign"


def test_stats_count_what_is_there(lead: APIClient, campaign: Campaign, owner: User) -> None:
    a_full_campaign(campaign, owner)
    a_full_campaign(make.make_campaign(), owner)
    stats = lead.get(f"{ONE}stats/").json()
    assert (stats["problems"], stats["solutions"], stats["labels"], stats["rounds"]) == (2, 3, 1, 1)
    assert stats["distinct_solutions"] == 2
    assert stats["queue"] == {"waiting": 1, "labeled": 1}
    assert stats["labels_by_finish_reason"] == {"solution": 1}
    assert (stats["open_disputes"], stats["selector"]) == (1, 1)


# --- members


def test_a_lead_lets_somebody_in(lead: APIClient, client_of: ClientOf, stranger: User, campaign: Campaign) -> None:
    answer = lead.post(MEMBERS, {"username": "stranger", "role": "labeler"})
    assert answer.status_code == 201
    assert (answer.json()["username"], answer.json()["role"]) == ("stranger", "labeler")
    assert Labeler.objects.filter(campaign=campaign, account=stranger).exists()
    assert client_of(stranger).post(f"{ONE}next/").status_code == 204


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"username": "nobody-at-all", "role": "labeler"}, "username"),
        ({"username": "stranger", "role": "king"}, "role"),
        ({"username": "stranger"}, "role"),
        ({"username": "stranger", "role": "labeler", "color": "red"}, "color"),
        ({"username": "a\x00", "role": "labeler"}, "username"),
    ],
)
def test_a_member_that_cannot_be_is_refused_by_name(
    lead: APIClient, stranger: User, body: dict[str, Any], field: str
) -> None:
    answer = lead.post(MEMBERS, body)
    assert answer.status_code == 400
    assert list(answer.json()["fields"]) == [field]


def test_a_member_is_not_let_in_twice(lead: APIClient, labeler: User) -> None:
    assert lead.post(MEMBERS, {"username": "labeler", "role": "lead"}).status_code == 409
    assert Membership.objects.get(account=labeler).role == "labeler"


def test_members_are_listed_with_their_labels(lead: APIClient, labeler: User, campaign: Campaign) -> None:
    make.make_label(make.make_solution(make.make_problem(campaign)), make.make_labeler(campaign, labeler))
    listed = {one["username"]: (one["role"], one["labels"]) for one in lead.get(MEMBERS).json()["results"]}
    assert listed == {"labeler": ("labeler", 1), "owner": ("lead", 0)}


def test_a_member_changes_role_and_leaves(lead: APIClient, labeler: User) -> None:
    answer = lead.patch(f"{MEMBERS}labeler/", {"role": "reviewer"})
    assert (answer.status_code, answer.json()["role"]) == (200, "reviewer")
    assert lead.delete(f"{MEMBERS}labeler/").status_code == 204
    assert lead.delete(f"{MEMBERS}labeler/").status_code == 404


def test_the_last_lead_stays(lead: APIClient, owner: User) -> None:
    assert lead.delete(f"{MEMBERS}owner/").status_code == 409
    assert lead.patch(f"{MEMBERS}owner/", {"role": "labeler"}).status_code == 409
    assert Membership.objects.get(account=owner).role == "lead"
