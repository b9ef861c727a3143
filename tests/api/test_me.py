"""What is personal."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries
from rest_framework.test import APIClient

from labeling.actions import problems
from labeling.models import Campaign, Label, Labeler, Problem, Round
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
    counts = {"labels": 2, "labels_today": 1, "active_time": 2 * 12_345, "active_time_today": 12_345}
    assert me["campaigns"][1]["counts"] == counts
    assert me["campaigns"][1]["settings"] == {"reference_answer": "shown", "lease_minutes": 30}
    assert me["counts"] == counts
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
    assert [one["id"] for one in worker_bee.get(f"{ME}labels/?is_flagged=true").json()["results"]] == [newer.pk]
    assert [one["id"] for one in worker_bee.get(f"{ME}labels/?is_flagged=false").json()["results"]] == [revised.pk]
    only = worker_bee.get(f"{ME}labels/?finish_reason=solution&campaign=campaign").json()["results"]
    assert [one["id"] for one in only] == [revised.pk]
    assert worker_bee.get(f"{ME}labels/{newer.pk}/").json().items() >= listed[0].items()


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
    newest = worker_bee.put(f"{ME}labels/{mine.pk}/", REVISION).json()["label"]
    answer = worker_bee.put(f"{ME}labels/{mine.pk}/", REVISION)
    assert (answer.status_code, answer.json()["newest"]) == (409, newest)


def test_labels_of_others_are_not_there(lead: APIClient, client_of: ClientOf, stranger: User, mine: Label) -> None:
    for client in (lead, client_of(stranger)):
        assert client.get(f"{ME}labels/{mine.pk}/").status_code == 404
        assert client.put(f"{ME}labels/{mine.pk}/", REVISION).status_code == 404
        assert client.get(f"{ME}labels/").json()["count"] == 0


def test_who_left_no_longer_reaches_their_labels(worker_bee: APIClient, mine: Label, labeler: User) -> None:
    labeler.memberships.all().delete()
    assert worker_bee.get(f"{ME}labels/").json()["count"] == 0
    assert worker_bee.put(f"{ME}labels/{mine.pk}/", REVISION).status_code == 404


def test_a_label_is_shown_with_its_chain_and_only_the_newest_can_be_revised(worker_bee: APIClient, mine: Label) -> None:
    newest = worker_bee.put(f"{ME}labels/{mine.pk}/", REVISION).json()["label"]
    shown = worker_bee.get(f"{ME}labels/{newest}/").json()
    assert [(one["id"], one["is_current"]) for one in shown["versions"]] == [(newest, True), (mine.pk, False)]
    assert shown["versions"][0]["revision_reason"] == "I misread step 2."
    assert shown["cannot_be_revised"] is None
    first = worker_bee.get(f"{ME}labels/{mine.pk}/").json()
    assert (first["ratings"], first["is_current"]) == ([1, -1], False)
    assert first["cannot_be_revised"] == "This label has been revised already; revise the newest version."


def test_a_label_of_a_closed_round_is_revised_and_that_of_an_excluded_problem_is_not(
    worker_bee: APIClient, mine: Label
) -> None:
    Round.objects.update(state="closed", closed_at=timezone.now())
    Problem.objects.update(state="excluded")
    refused = worker_bee.put(f"{ME}labels/{mine.pk}/", REVISION)
    assert (refused.status_code, refused.json()["code"]) == (409, "conflict")
    assert "excluded this problem" in refused.json()["message"]
    Problem.objects.update(state="held")
    assert worker_bee.put(f"{ME}labels/{mine.pk}/", REVISION).status_code == 200


def test_the_reference_answer_is_shown_as_it_was_then(worker_bee: APIClient, mine: Label) -> None:
    address = f"{ME}labels/{mine.pk}/"
    Label.objects.update(shown={"reference_answer": "greyed", "reference": "4"})
    assert worker_bee.get(address).json()["reference_answer"] == "4"
    Label.objects.update(shown={"reference_answer": "hidden", "reference": "canary"})
    assert worker_bee.get(address).json()["reference_answer"] is None
    assert "canary" not in worker_bee.get(address).content.decode()


def test_rulings_on_disputes_and_reports_are_told(worker_bee: APIClient, campaign: Campaign, person: Labeler) -> None:
    def ruling(label: Label) -> Any:
        return worker_bee.get(f"{ME}labels/{label.pk}/").json()["ruling"]

    plain, good, report = (make.make_solution(make.make_problem(campaign)) for _ in range(3))
    assert ruling(make.make_label(plain, person)) is None
    disputed = make.make_dispute(make.make_label(good, person, [1, 1, 1]))
    assert (ruling(disputed.label)["about"], ruling(disputed.label)["state"]) == ("answer", "open")
    decided = {"state": "declined", "decided_at": make.A_MOMENT, "decision_reason": "The guess is right."}
    type(disputed).objects.update(**decided)
    assert ruling(disputed.label) == {
        "about": "answer", "state": "declined", "decided_at": "2026-01-02T03:04:05.678901Z",
        "reason": "The guess is right.",
    }  # fmt: skip

    bad = make.make_label(report, person, [], finish_reason="bad_problem", reason="A part is missing.")
    assert ruling(bad)["state"] == "noted"
    Problem.objects.filter(pk=report.problem_id).update(state="held")
    assert ruling(bad)["state"] == "held"
    problems.decide(problem=report.problem, state="excluded", by=make.make_account())
    assert (ruling(bad)["state"], ruling(bad)["decided_at"] is None) == ("excluded", False)
    problems.decide(problem=report.problem, state="active", by=make.make_account())
    assert ruling(bad)["state"] == "kept"


def test_a_long_list_costs_no_query_a_row(
    worker_bee: APIClient, campaign: Campaign, person: Labeler, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(12):
        solution = make.make_solution(make.make_problem(campaign))
        if number % 2:
            make.make_dispute(make.make_label(solution, person, [1, 1, 1]))
        else:
            make.make_label(solution, person, [], finish_reason="bad_problem", reason="No question.")
    with django_assert_max_num_queries(3):  # the token, the count, the rows
        assert len(worker_bee.get(f"{ME}labels/").json()["results"]) == 12


def test_the_time_of_a_revision_counts_on_its_own_day(worker_bee: APIClient, mine: Label) -> None:
    worker_bee.put(f"{ME}labels/{mine.pk}/", REVISION | {"total_time": mine.total_time_ms + 5_000})
    counts = worker_bee.get(ME).json()["counts"]
    assert (counts["labels"], counts["labels_today"]) == (1, 0)
    assert (counts["active_time"], counts["active_time_today"]) == (mine.total_time_ms + 5_000, 5_000)


@pytest.mark.parametrize(("zone", "today"), [("Asia/Seoul", 1), ("America/Los_Angeles", 1), (None, 0)])
def test_today_begins_at_the_persons_own_midnight(
    worker_bee: APIClient, mine: Label, zone: str | None, today: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From 23:00 to 1:00 by the site's clock: one morning in Seoul, one afternoon in Los Angeles."""
    Label.objects.update(submitted_at=datetime(2026, 1, 2, 23, 0, tzinfo=UTC))
    monkeypatch.setattr(timezone, "now", lambda: datetime(2026, 1, 3, 1, 0, tzinfo=UTC))
    if zone:
        worker_bee.patch(f"{ME}settings/", {"time_zone": zone})
    assert worker_bee.get(ME).json()["counts"]["labels_today"] == today


def make_others(campaign: Campaign, *counts: int) -> None:
    """Further labelers who labeled so many solutions just now."""
    for count in counts:
        other = make.make_labeler(campaign)
        for _ in range(count):
            make.make_label(make.make_solution(make.make_problem(campaign)), other, submitted_at=timezone.now())


def test_no_standing_is_shown_unless_the_campaign_wants_it_and_enough_people_label(
    worker_bee: APIClient, campaign: Campaign, person: Labeler
) -> None:
    make_others(campaign, 3, 3, 1)
    make.make_label(make.make_solution(make.make_problem(campaign)), person, submitted_at=timezone.now())
    assert "standing" not in worker_bee.get(ME).json()["campaigns"][0]
    Campaign.objects.update(show_ranking=True)
    assert "standing" not in worker_bee.get(ME).json()["campaigns"][0], "four people would know who is who"
    make_others(campaign, 2)
    assert worker_bee.get(ME).json()["campaigns"][0]["standing"] == {"own": 1, "middle": 2, "place": 4, "people": 5}
    Label.objects.filter(labeler=person).update(submitted_at=make.A_MOMENT)
    assert "standing" not in worker_bee.get(ME).json()["campaigns"][0], "nothing labeled, nothing to compare"
