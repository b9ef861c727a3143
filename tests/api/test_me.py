"""What is personal."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries
from rest_framework.test import APIClient

from labeling.models import Campaign, Label, Labeler
from tests import factories as make
from tests.api.conftest import ClientOf

ME = "/api/v1/me/"
REVISION = {"ratings": [1, 1, 1], "finish_reason": "solution", "revision_reason": "I misread step 2."}


def test_me_tells_campaigns_counts_and_settings(
    worker_bee: APIClient, campaign: Campaign, person: Labeler, labeler: User
) -> None:
    make.make_label(make.make_solution(make.make_problem(campaign)), person)
    make.make_label(make.make_solution(make.make_problem(campaign)), person, submitted_at=timezone.now())
    make.make_label(make.make_solution(make.make_problem(campaign)))
    make.make_membership(make.make_campaign("another"), labeler, "lead")
    me = worker_bee.get(ME).json()
    assert me["username"] == "labeler"
    assert [(one["slug"], one["role"]) for one in me["campaigns"]] == [("another", "lead"), ("campaign", "labeler")]
    assert me["campaigns"][1]["counts"] == {"labels": 2, "labels_today": 1}
    assert me["campaigns"][1]["settings"] == {"reference_answer": "shown", "lease_minutes": 30}
    assert me["counts"] == {"labels": 2, "labels_today": 1}
    assert me["settings"] == {
        "language": "en", "time_zone": "UTC", "theme": "system", "can_create_campaigns": True,
    }  # fmt: skip


def test_my_labels_are_mine_and_current_the_newest_first(
    worker_bee: APIClient,
    campaign: Campaign,
    person: Labeler,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    old = make.make_label(make.make_solution(make.make_problem(campaign)), person, is_current=False)
    revised = make.make_label(old.solution, person, ratings=[1, 1, 1], revises=old)
    newer = make.make_label(
        make.make_solution(make.make_problem(campaign)), person, submitted_at=timezone.now(), flagged=[0]
    )
    make.make_label(make.make_solution(make.make_problem(campaign)))
    with django_assert_max_num_queries(4):
        listed = worker_bee.get(f"{ME}labels/").json()["results"]
    assert [one["id"] for one in listed] == [newer.pk, revised.pk]
    assert (listed[0]["ratings"], listed[0]["flagged"], listed[0]["campaign"]) == ([1, -1], [0], "campaign")
    assert listed[0]["steps"] == newer.solution.steps
    only = worker_bee.get(f"{ME}labels/?finish_reason=solution&campaign=campaign").json()["results"]
    assert [one["id"] for one in only] == [revised.pk]
    assert worker_bee.get(f"{ME}labels/{newer.pk}/").json() == listed[0]


@pytest.fixture
def mine(campaign: Campaign, person: Labeler) -> Label:
    item = make.make_item(round=make.make_round(campaign), state="labeled")
    return make.make_label(item=item, labeler=person)


def test_a_label_is_revised_and_its_first_version_kept(worker_bee: APIClient, mine: Label) -> None:
    answer = worker_bee.put(f"{ME}labels/{mine.pk}/", REVISION)
    assert answer.status_code == 200
    revision = Label.objects.get(pk=answer.json()["label"])
    assert (revision.revises, revision.is_current, revision.ratings) == (mine, True, "+++")
    assert (revision.revision_reason, revision.total_time_ms) == ("I misread step 2.", mine.total_time_ms)
    mine.refresh_from_db()
    assert (mine.is_current, mine.ratings) == (False, "+-")


def test_reason_alone_says_why_a_label_is_revised(worker_bee: APIClient, mine: Label) -> None:
    body = {"ratings": [-1], "finish_reason": "found_error", "total_time": 10, "reason": "Step 1 is wrong already."}
    assert worker_bee.put(f"{ME}labels/{mine.pk}/", body).status_code == 200
    assert Label.objects.get(is_current=True).revision_reason == "Step 1 is wrong already."


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (REVISION | {"revision_reason": None}, "revision_reason"),
        ({"ratings": [1, 1, 1], "finish_reason": "solution"}, "revision_reason"),
        (REVISION | {"ratings": [1, 1]}, "ratings"),
        (REVISION | {"ratings": [1, True, 1]}, "ratings"),
        (REVISION | {"finish_reason": "found_error"}, "finish_reason"),
    ],
)
def test_a_revision_that_breaks_a_rule_is_refused(
    worker_bee: APIClient, mine: Label, body: dict[str, Any], field: str
) -> None:
    answer = worker_bee.put(f"{ME}labels/{mine.pk}/", body)
    assert (answer.status_code, list(answer.json()["fields"])) == (400, [field])
    assert Label.objects.count() == 1


def test_a_label_is_revised_from_its_newest_version_only(worker_bee: APIClient, mine: Label) -> None:
    worker_bee.put(f"{ME}labels/{mine.pk}/", REVISION)
    assert worker_bee.put(f"{ME}labels/{mine.pk}/", REVISION).status_code == 409


def test_labels_of_others_are_not_there(lead: APIClient, client_of: ClientOf, stranger: User, mine: Label) -> None:
    for client in (lead, client_of(stranger)):
        assert client.get(f"{ME}labels/{mine.pk}/").status_code == 404
        assert client.put(f"{ME}labels/{mine.pk}/", REVISION).status_code == 404
        assert client.get(f"{ME}labels/").json()["count"] == 0


def test_who_left_no_longer_reaches_their_labels(worker_bee: APIClient, mine: Label, labeler: User) -> None:
    labeler.memberships.all().delete()
    assert worker_bee.get(f"{ME}labels/").json()["count"] == 0
    assert worker_bee.put(f"{ME}labels/{mine.pk}/", REVISION).status_code == 404
