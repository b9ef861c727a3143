"""A reviewer reads over the API what the pages show them, and decides nothing."""

import pytest
from django.contrib.auth.models import User
from rest_framework.test import APIClient

from labeling.models import Campaign
from tests import factories as make
from tests.api.conftest import ClientOf
from tests.strangers import table
from tests.strangers.test_access_table import REFUSED

HERE = "/api/v1/campaigns/campaign/"
# What the pages show leads alone, too: files, and what lets its bearer in.
LEADS_ALONE = {"export/", "export/card/", "invitations/"}


@pytest.fixture
def reviewer(client_of: ClientOf, campaign: Campaign) -> APIClient:
    return client_of(make.make_membership(campaign, make.make_account("rita"), "reviewer").account)


def test_whatever_a_lead_reads_over_the_api_a_reviewer_reads_too_but_for_files_and_links() -> None:
    kept_from_them = {
        address.partition("<slug:slug>/")[2]
        for (address, whose, method), row in table.read().items()
        if address.startswith("api/")
        and (whose, method, row["lead"]) == ("ours", "GET", "200")
        and row["reviewer"] in REFUSED
        and row["labeler"] in REFUSED
    }
    assert kept_from_them == LEADS_ALONE


def test_a_reviewer_reads_labels_with_names_and_gold(reviewer: APIClient, campaign: Campaign, labeler: User) -> None:
    label = make.make_label(
        make.make_solution(make.make_problem(campaign)), labeler=make.make_labeler(campaign, labeler)
    )
    make.make_gold(label.solution)
    assert [one["labeler"] for one in reviewer.get(f"{HERE}labels/").json()["results"]] == ["labeler"]
    assert [one["solution"] for one in reviewer.get(f"{HERE}gold/").json()["results"]] == [label.solution_id]
    assert reviewer.get(f"{HERE}stats/").json()["labels"] == 1


def test_settings_are_for_leads(reviewer: APIClient, lead: APIClient) -> None:
    assert "settings" not in reviewer.get(HERE).json()
    assert "settings" in lead.get(HERE).json()


def test_a_reviewer_sees_a_job_and_leaves_it_alone(
    reviewer: APIClient, worker_bee: APIClient, campaign: Campaign
) -> None:
    job = make.make_job(campaign, state="failed")
    theirs = make.make_job(make.make_campaign("other"))
    assert reviewer.get(f"/api/v1/jobs/{job.pk}/").json()["id"] == job.pk
    refused = reviewer.post(f"/api/v1/jobs/{job.pk}/retry/")
    assert (refused.status_code, refused.json()["message"]) == (403, "Only a lead of this campaign can do this.")
    assert reviewer.get(f"/api/v1/jobs/{theirs.pk}/").status_code == 404
    assert worker_bee.get(f"/api/v1/jobs/{job.pk}/").status_code == 404


def test_who_only_labels_is_told_who_may_read(worker_bee: APIClient) -> None:
    refused = worker_bee.get(f"{HERE}labels/")
    assert (refused.status_code, refused.json()["message"]) == (
        403,
        "Only leads and reviewers of this campaign can see this.",
    )
