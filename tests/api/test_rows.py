"""Lists of labels, solutions, problems and disputes, and decisions about the last two."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from pytest_django import DjangoAssertNumQueries
from rest_framework.test import APIClient

from labeling.models import Campaign, Job, JobKind, Problem, QueueItem
from tests import factories as make

ONE = "/api/v1/campaigns/campaign/"


def ids(answer: Any, key: str = "id") -> list[Any]:
    assert answer.status_code == 200, answer.json()
    return [one[key] for one in answer.json()["results"]]


# --- labels


@pytest.fixture
def labels(campaign: Campaign, labeler: User) -> list[int]:
    """One label in round 0 by the labeler, revised once; one external; one of another campaign."""
    item = make.make_item(round=make.make_round(campaign), state="labeled")
    person = make.make_labeler(campaign, labeler)
    first = make.make_label(item=item, labeler=person, is_current=False)
    revised = make.make_label(item=item, labeler=person, ratings=[1, 1, 1], revises=first, revision_reason="misread")
    external = make.make_labeler(campaign, kind="external", name="prm800k")
    test_problem = make.make_problem(campaign, split="test")
    imported = make.make_label(make.make_solution(test_problem, external_id=None), external, origin="first_error")
    make.make_label()
    return [first.pk, revised.pk, imported.pk]


def test_labels_tell_everything_about_themselves(lead: APIClient, labels: list[int]) -> None:
    first, revised, imported = lead.get(f"{ONE}labels/").json()["results"]
    assert [first["id"], revised["id"], imported["id"]] == labels
    assert (first["labeler"], first["round"], first["purpose"]) == ("labeler", 0, "round")
    assert (first["ratings"], first["first_error_index"], first["is_current"]) == ([1, -1], 1, False)
    assert (revised["revises"], revised["revision_reason"]) == (first["id"], "misread")
    assert (imported["labeler"], imported["round"], imported["purpose"]) == ("prm800k", None, None)
    assert imported["solution_id"].startswith("solution-")


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("round=0", [0, 1]),
        ("round=1", []),
        ("labeler=labeler", [0, 1]),
        ("labeler=prm800k", [2]),
        ("finish_reason=solution", [1]),
        ("origin=first_error", [2]),
        ("split=test", [2]),
        ("is_current=true", [1, 2]),
        ("is_current=false", [0]),
        ("submitted_after=2030-01-01T00:00:00Z", []),
        ("submitted_before=2030-01-01T00:00:00Z", [0, 1, 2]),
        ("solution_id={solution}", [2]),
        ("problem_id={problem}", [2]),
        ("page_size=1&page=3", [2]),
    ],
)
def test_labels_are_filtered(lead: APIClient, labels: list[int], query: str, expected: list[int]) -> None:
    last = lead.get(f"{ONE}labels/").json()["results"][-1]
    filled = query.format(solution=last["solution_id"], problem=last["problem_id"])
    assert ids(lead.get(f"{ONE}labels/?{filled}")) == [labels[index] for index in expected]


@pytest.mark.parametrize(
    ("path", "field"),
    [
        ("labels/?color=red", "color"),
        ("labels/?finish_reason=perhaps", "finish_reason"),
        ("labels/?is_current=maybe", "is_current"),
        ("labels/?round=first", "round"),
        ("labels/?round=0.5", "round"),
        ("labels/?submitted_after=yesterday", "submitted_after"),
        ("labels/?labeler=%00", "labeler"),
        ("labels/?labeler=", "labeler"),
        ("solutions/?verdict=perhaps", "verdict"),
        ("solutions/?ordering=score", "ordering"),
        ("problems/?state=lost", "state"),
        ("disputes/?state=lost", "state"),
        ("jobs/?kind=party", "kind"),
        ("rounds/?state=open", "state"),
        ("labels/?page_size=x", "page_size"),
        ("labels/?page_size=0", "page_size"),
        ("labels/?page_size=1001", "page_size"),
        (f"labels/?page_size={'9' * 5000}", "page_size"),
    ],
)
def test_a_filter_that_is_none_is_refused_by_name(lead: APIClient, path: str, field: str) -> None:
    answer = lead.get(f"{ONE}{path}")
    assert answer.status_code == 400
    assert list(answer.json()["fields"]) == [field]


def test_a_page_that_is_not_there_is_not_found(lead: APIClient) -> None:
    assert lead.get(f"{ONE}labels/?page=9").status_code == 404


def test_rows_of_an_unfinished_import_are_not_listed(lead: APIClient, campaign: Campaign) -> None:
    running = make.make_job(campaign, state="running")
    problem = make.make_problem(campaign, import_job=running)
    make.make_label(make.make_solution(problem), origin="first_error")
    for path in ("labels", "solutions", "problems"):
        assert lead.get(f"{ONE}{path}/").json()["count"] == 0


@pytest.mark.parametrize("path", ["labels", "solutions", "problems", "disputes", "members", "selectors"])
def test_lists_take_no_query_per_row(
    lead: APIClient, campaign: Campaign, path: str, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(6):
        item = make.make_item(round=make.make_round(campaign, number), state="labeled")
        account = make.make_membership(campaign).account
        label = make.make_label(item=item, labeler=make.make_labeler(campaign, account), ratings=[1, 1, 1])
        make.make_dispute(label)
        make.make_selector(campaign, number + 1, "retired")
    with django_assert_max_num_queries(5):
        assert lead.get(f"{ONE}{path}/").json()["count"] >= 6


# --- solutions and problems


def test_solutions_come_with_the_score_of_the_version_in_use(lead: APIClient, campaign: Campaign) -> None:
    solution = make.make_solution(make.make_problem(campaign))
    copy = make.make_solution(solution.problem, duplicate_of=solution)
    other = make.make_solution(solution.problem, answer_is_correct=True)
    make.make_score(make.make_selector(campaign, 1, "retired"), solution, 0.1)
    make.make_score(make.make_selector(campaign, 2), solution, 0.75)
    make.make_label(solution)
    rows = {one["id"]: one for one in lead.get(f"{ONE}solutions/").json()["results"]}
    assert (rows[solution.pk]["score"], rows[copy.pk]["score"], rows[other.pk]["score"]) == (0.75, 0.75, None)
    assert (rows[solution.pk]["verdict"], rows[other.pk]["verdict"]) == ("wrong", "correct")
    assert (rows[solution.pk]["labels"], rows[copy.pk]["labels"]) == (1, 0)
    assert rows[copy.pk]["duplicate_of"] == solution.pk
    listed = f"{ONE}solutions/"
    assert ids(lead.get(f"{listed}?verdict=correct")) == [other.pk]
    assert ids(lead.get(f"{listed}?is_duplicate=true")) == [copy.pk]
    assert ids(lead.get(f"{listed}?is_duplicate=false")) == [solution.pk, other.pk]
    assert ids(lead.get(f"{listed}?is_labeled=true")) == [solution.pk]
    assert ids(lead.get(f"{listed}?is_labeled=false&split=train")) == [copy.pk, other.pk]
    assert ids(lead.get(f"{listed}?solution_id={solution.external_id}")) == [solution.pk]
    assert ids(lead.get(f"{listed}?generator=gpt")) == []


def test_problems_come_with_their_reference_and_counts(lead: APIClient, campaign: Campaign) -> None:
    problem = make.make_problem(campaign, level="5", subject="algebra", external_id="p/1")
    make.make_label(make.make_solution(problem))
    unknown = make.make_problem(campaign, reference=None)
    first, second = lead.get(f"{ONE}problems/").json()["results"]
    assert (first["problem_id"], first["ground_truth_answer"]) == ("p/1", "4")
    assert (first["solutions"], first["labels"]) == (1, 1)
    assert (second["problem_id"], second["ground_truth_answer"]) == (f"problem-{unknown.pk}", None)
    assert ids(lead.get(f"{ONE}problems/?level=5&subject=algebra&state=active")) == [problem.pk]
    assert ids(lead.get(f"{ONE}problems/?problem_id=problem-{unknown.pk}")) == [unknown.pk]
    assert ids(lead.get(f"{ONE}problems/?problem_id=problem-{problem.pk}")) == []
    assert lead.get(f"{ONE}problems/{problem.pk}/").json() == first


def test_a_lead_excludes_a_held_problem_and_takes_it_back(lead: APIClient, campaign: Campaign) -> None:
    item = make.make_item(round=make.make_round(campaign))
    url = f"{ONE}problems/{item.solution.problem_id}/"
    make.make_item(round=item.round)  # so that the round stays open
    assert lead.patch(url, {"state": "excluded"}).json()["state"] == "excluded"
    assert QueueItem.objects.get(pk=item.pk).state == "withdrawn"
    assert lead.patch(url, {"state": "active"}).json()["state"] == "active"
    assert QueueItem.objects.get(pk=item.pk).state == "waiting"


@pytest.mark.parametrize(
    ("body", "field"), [({}, "state"), ({"state": "held"}, "state"), ({"state": "active", "text": "x"}, "text")]
)
def test_a_decision_about_a_problem_that_is_none_is_refused(
    lead: APIClient, campaign: Campaign, body: dict[str, str], field: str
) -> None:
    problem = make.make_problem(campaign)
    answer = lead.patch(f"{ONE}problems/{problem.pk}/", body)
    assert (answer.status_code, list(answer.json()["fields"])) == (400, [field])


def test_problems_of_another_campaign_are_not_there(lead: APIClient) -> None:
    problem = make.make_problem()
    assert lead.patch(f"{ONE}problems/{problem.pk}/", {"state": "excluded"}).status_code == 404
    assert Problem.objects.get().state == "active"


# --- disputes


@pytest.fixture
def dispute(campaign: Campaign) -> int:
    """Every step found good, though the answer 5 is not the reference 4."""
    return make.make_dispute(make.make_label(make.make_solution(make.make_problem(campaign)), ratings=[1, 1, 1])).pk


@pytest.mark.parametrize("key", ["state", "decision"])
def test_an_accepted_dispute_changes_the_reference(
    lead: APIClient, dispute: int, owner: User, campaign: Campaign, key: str
) -> None:
    answer = lead.patch(f"{ONE}disputes/{dispute}/", {key: "accepted", "reason": "the key was wrong"})
    assert answer.status_code == 200
    told = answer.json()
    assert (told["state"], told["ground_truth_answer"], told["answer"]) == ("accepted", "5", "5")
    assert (told["decided_by"], told["reason"]) == ("owner", "the key was wrong")
    assert Problem.objects.get().reference_answer == "5"
    assert Job.objects.filter(kind=JobKind.GRADE).exists()
    again = lead.patch(f"{ONE}disputes/{dispute}/", {key: "declined"})
    assert (again.status_code, again.json()["code"]) == (409, "conflict")


def test_a_declined_dispute_leaves_the_reference(lead: APIClient, dispute: int) -> None:
    assert ids(lead.get(f"{ONE}disputes/?state=open")) == [dispute]
    assert lead.patch(f"{ONE}disputes/{dispute}/", {"state": "declined"}).json()["ground_truth_answer"] == "4"
    assert ids(lead.get(f"{ONE}disputes/?state=open")) == []
    assert ids(lead.get(f"{ONE}disputes/?state=declined")) == [dispute]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "state"),
        ({"state": "open"}, "state"),
        ({"state": "accepted", "decision": "declined"}, "state"),
        ({"state": "accepted", "answer": "5"}, "answer"),
        ({"state": "accepted", "reference_answer": 5}, "reference_answer"),
    ],
)
def test_a_decision_about_a_dispute_that_is_none_is_refused(
    lead: APIClient, dispute: int, body: dict[str, Any], field: str
) -> None:
    answer = lead.patch(f"{ONE}disputes/{dispute}/", body)
    assert (answer.status_code, list(answer.json()["fields"])) == (400, [field])
    assert Problem.objects.get().reference_answer == "4"
