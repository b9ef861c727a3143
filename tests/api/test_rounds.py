"""Rounds, trainings, selector versions and jobs over the API."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from pytest_django import DjangoAssertNumQueries
from rest_framework.test import APIClient

from labeling.models import Campaign, Event, Job, JobState, QueueItem, Round, SelectorVersion
from tests import factories as make

ONE = "/api/v1/campaigns/campaign/"
ROUNDS = f"{ONE}rounds/"


@pytest.fixture
def pool(campaign: Campaign) -> None:
    """Eight train problems and four test ones, with two solutions each: one right, one wrong."""
    for number in range(12):
        problem = make.make_problem(campaign, split="test" if number >= 8 else "train")
        make.make_solution(problem)
        make.make_solution(problem, steps=["It is 4.", f"{number}"], answer="4", answer_is_correct=True)


def test_a_planned_round_shows_all_its_items(lead: APIClient, pool: None) -> None:
    answer = lead.post(ROUNDS, {"size": 10, "evaluation_share": 0.2, "seed": 5})
    assert answer.status_code == 201
    made = answer.json()
    assert (made["number"], made["state"], made["size"], made["labeled"]) == (0, "planned", 10, 0)
    assert made["selector"] is None
    assert made["shortfall"] == {}
    assert [pick["rank"] for pick in made["picks"]] == list(range(10))
    assert set(made["picks"][0]) >= {"solution_id", "score", "rank", "reason", "answer_is_correct"}
    assert [pick["reason"] for pick in made["picks"]].count("evaluation") == 2
    assert lead.get(f"{ROUNDS}0/").json() == made
    assert QueueItem.objects.count() == 10


def test_a_preview_is_what_would_be_planned_and_changes_nothing(lead: APIClient, pool: None) -> None:
    Campaign.objects.update(overlap=2)
    body = {"size": 7, "seed": 5}
    answer = lead.post(ROUNDS, body | {"preview": True})
    assert answer.status_code == 200
    assert not Round.objects.exists()
    assert not QueueItem.objects.exists()
    planned = lead.post(ROUNDS, body).json()
    previewed = answer.json()
    assert previewed["picks"] == planned["picks"]
    assert previewed | {"planned_at": None} == planned | {"planned_at": None}


def test_verdicts_of_picks_are_those_of_the_graders(lead: APIClient, campaign: Campaign) -> None:
    solution = make.make_solution(make.make_problem(campaign), answer_is_correct=None)
    make.make_grade(solution, "correct")
    make.make_solution(make.make_problem(campaign), answer_is_correct=None)
    picks = lead.post(ROUNDS, {"size": 2}).json()["picks"]
    verdicts = {pick["solution_id"]: pick["answer_is_correct"] for pick in picks}
    assert verdicts[solution.external_id] is True
    assert sorted(verdicts.values(), key=str) == [None, True]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"size": 0}, "size"),
        ({"size": "10"}, "size"),
        ({"size": True}, "size"),
        ({"size": 10**9}, "size"),
        ({"strategy": "astrology"}, "strategy"),
        ({"wrong_share": 1.1}, "wrong_share"),
        ({"wrong_share": 0.9, "evaluation_share": 0.2}, "wrong_share"),
        ({"scope": "world"}, "scope"),
        ({"seed": -1}, "seed"),
        ({"preview": "yes"}, "preview"),
        ({"sizes": 3}, "sizes"),
    ],
)
def test_a_round_that_cannot_be_is_refused_by_name(
    lead: APIClient, pool: None, body: dict[str, Any], field: str
) -> None:
    answer = lead.post(ROUNDS, {"size": 5} | body)
    assert answer.status_code == 400
    assert list(answer.json()["fields"]) == [field]
    assert not Round.objects.exists()


def test_a_strategy_without_a_share_of_wrong_answers_may_evaluate_as_much_as_it_likes(
    lead: APIClient, pool: None
) -> None:
    answer = lead.post(ROUNDS, {"size": 5, "strategy": "uniform", "evaluation_share": 0.6})
    assert answer.status_code == 201, answer.json()


def test_a_round_says_how_large_it_is_to_be(lead: APIClient, pool: None) -> None:
    answer = lead.post(ROUNDS, {"seed": 5})
    assert (answer.status_code, list(answer.json()["fields"])) == (400, ["size"])
    assert not Round.objects.exists()


@pytest.mark.parametrize("path", ["rounds/0/open/", "retrain/", "selectors/1/publish/", "agreement/"])
def test_what_a_request_names_in_vain_is_refused_by_name(
    lead: APIClient, campaign: Campaign, pool: None, path: str
) -> None:
    lead.post(ROUNDS, {"size": 4})
    make.make_selector(campaign)
    before = Job.objects.count()
    answer = lead.post(f"{ONE}{path}", {"size": 3})
    assert (answer.status_code, answer.json()["fields"]) == (400, {"size": "Takes no keys."})
    assert Job.objects.count() == before
    assert Round.objects.get().state == "planned"


def test_a_round_of_an_empty_pool_is_a_conflict(lead: APIClient) -> None:
    answer = lead.post(ROUNDS, {"size": 3})
    assert (answer.status_code, answer.json()["code"]) == (409, "conflict")


def test_a_round_opens_closes_and_opens_again(lead: APIClient, pool: None) -> None:
    lead.post(ROUNDS, {"size": 4})
    states = [lead.post(f"{ROUNDS}0/{turn}/").json()["state"] for turn in ("open", "close", "reopen")]
    assert states == ["open", "closed", "open"]
    again = lead.post(f"{ROUNDS}0/open/")
    assert (again.status_code, again.json()["code"]) == (409, "conflict")
    assert lead.post(f"{ROUNDS}7/open/").status_code == 404
    assert lead.get(f"{ROUNDS}7/").status_code == 404


def test_rounds_are_listed_without_picks_in_a_fixed_number_of_queries(
    lead: APIClient, campaign: Campaign, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(5):
        make.make_item(round=make.make_round(campaign, number), state="labeled")
    with django_assert_max_num_queries(4):
        listed = lead.get(ROUNDS).json()
    assert [(one["number"], one["size"], one["labeled"]) for one in listed["results"]] == [(n, 1, 1) for n in range(5)]
    assert "picks" not in listed["results"][0]


# --- trainings and versions


def test_a_training_is_asked_for_once(lead: APIClient, owner: User) -> None:
    first, again = lead.post(f"{ONE}retrain/"), lead.post(f"{ONE}retrain/")
    assert (first.status_code, again.status_code) == (202, 202)
    assert first.json()["id"] == again.json()["id"]
    assert first.json()["kind"] == "retrain"
    assert Job.objects.get().requested_by == owner


def test_selector_versions_are_listed_the_newest_first(lead: APIClient, campaign: Campaign) -> None:
    make.make_selector(campaign, 1, "retired", metrics={"best_of_n": {"1": {"score": 0.5}}})
    make.make_selector(campaign, 2)
    listed = lead.get(f"{ONE}selectors/").json()["results"]
    assert [(one["version"], one["number"], one["state"]) for one in listed] == [
        (2, 2, "published"),
        (1, 1, "retired"),
    ]
    assert listed[1]["metrics"] == {"best_of_n": {"1": {"score": 0.5}}}


def test_a_lead_goes_back_to_an_earlier_version(lead: APIClient, campaign: Campaign) -> None:
    make.make_selector(campaign, 1, "retired", scored_at=make.A_MOMENT)
    make.make_selector(campaign, 2)
    answer = lead.post(f"{ONE}selectors/1/publish/")
    assert (answer.status_code, answer.json()["state"]) == (200, "published")
    assert SelectorVersion.objects.get(number=2).state == "retired"
    assert lead.post(f"{ONE}selectors/9/publish/").status_code == 404


def test_a_version_that_has_not_scored_the_pool_is_not_published(lead: APIClient, campaign: Campaign) -> None:
    make.make_selector(campaign, 1, "training")
    assert lead.post(f"{ONE}selectors/1/publish/").status_code == 409


# --- jobs


def test_a_job_tells_how_far_it_is(lead: APIClient, campaign: Campaign) -> None:
    job = make.make_job(campaign, "retrain", "running", stage="train", progress=0.25, message="epoch 1 of 2")
    told = lead.get(f"/api/v1/jobs/{job.pk}/").json()
    assert {key: told[key] for key in ("id", "kind", "state", "stage", "progress", "message", "error", "result")} == {
        "id": job.pk,
        "kind": "retrain",
        "state": "running",
        "stage": "train",
        "progress": 0.25,
        "message": "epoch 1 of 2",
        "error": "",
        "result": None,
    }


def test_jobs_are_listed_and_filtered(
    lead: APIClient, campaign: Campaign, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for state in ("done", "failed", "cancelled"):
        make.make_job(campaign, "grade", state)
    make.make_job(make.make_campaign(), "grade")
    with django_assert_max_num_queries(4):
        assert lead.get(f"{ONE}jobs/").json()["count"] == 3
    (failed,) = lead.get(f"{ONE}jobs/?state=failed&kind=grade").json()["results"]
    assert failed["error"] == "It did not work."


def test_a_failed_job_is_asked_for_again_and_cancelled(lead: APIClient, campaign: Campaign) -> None:
    job = make.make_job(campaign, "grade", "failed")
    answer = lead.post(f"/api/v1/jobs/{job.pk}/retry/")
    assert (answer.status_code, answer.json()["state"], answer.json()["error"]) == (200, "requested", "")
    assert lead.post(f"/api/v1/jobs/{job.pk}/retry/").status_code == 409
    answer = lead.post(f"/api/v1/jobs/{job.pk}/cancel/")
    assert (answer.status_code, answer.json()["state"]) == (200, "cancelled")
    assert lead.post(f"/api/v1/jobs/{job.pk}/cancel/").status_code == 409
    assert Job.objects.get(pk=job.pk).state == JobState.CANCELLED
    assert set(Event.objects.values_list("verb", flat=True)) == {"job.retried", "job.cancelled"}
