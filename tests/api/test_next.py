"""The next solution over the API."""

import pytest
from pytest_django import DjangoAssertNumQueries
from rest_framework.test import APIClient

from labeling.models import Campaign, Dispute, ItemState, Labeler, QueueItem
from tests import factories as make
from tests.api.conftest import ClientOf
from tests.api.working import NEXT, a_pass, url


def test_next_gives_the_problem_the_steps_and_the_reference(worker_bee: APIClient, item: QueueItem) -> None:
    answer = worker_bee.post(NEXT)
    assert answer.status_code == 200
    offered = answer.json()
    assert set(offered) == {"item", "lease", "lease_expires_at", "problem", "steps", "answer", "answer_differs"}
    assert offered["item"] == item.pk
    assert offered["problem"] == {"problem": item.solution.problem.text, "ground_truth_answer": "4"}
    assert offered["steps"] == item.solution.steps
    assert offered["answer"] == "5"


@pytest.mark.parametrize(("setting", "is_there"), [("shown", True), ("greyed", True), ("hidden", False)])
def test_next_leaves_the_reference_out_where_it_is_hidden(
    worker_bee: APIClient, item: QueueItem, campaign: Campaign, setting: str, is_there: bool
) -> None:
    Campaign.objects.update(reference_answer=setting)
    offered = worker_bee.post(NEXT).json()
    assert ("ground_truth_answer" in offered["problem"]) is is_there
    assert ("answer_differs" in offered) is is_there  # it would tell what is hidden


@pytest.mark.parametrize(
    ("said", "verdict", "differs"),
    [
        (False, None, True),
        (True, None, None),
        (None, "wrong", True),
        (None, "uncertain", None),
        (False, "correct", None),
        (None, None, None),
    ],
)
def test_next_says_that_the_answer_differs_where_a_dispute_would_follow(
    worker_bee: APIClient, campaign: Campaign, said: bool | None, verdict: str | None, differs: bool | None
) -> None:
    solution = make.make_solution(make.make_problem(campaign), answer="\\sqrt{2}", answer_is_correct=said)
    if verdict:
        make.make_grade(solution, verdict)
    make.make_item(solution, make.make_round(campaign))
    offered = worker_bee.post(NEXT).json()
    assert offered.get("answer_differs") is differs
    done = a_pass(offered, ratings=[1, 1, 1], finish_reason="solution")
    assert worker_bee.post(url(offered, "label"), done).status_code == 201
    assert Dispute.objects.exists() is bool(differs)


def test_next_leaves_out_what_is_unknown(worker_bee: APIClient, campaign: Campaign) -> None:
    problem = make.make_problem(campaign, reference=None)
    make.make_item(make.make_solution(problem, answer=None), make.make_round(campaign))
    offered = worker_bee.post(NEXT).json()
    assert set(offered) == {"item", "lease", "lease_expires_at", "problem", "steps"}
    assert set(offered["problem"]) == {"problem"}


def test_next_brings_the_alternatives(worker_bee: APIClient, campaign: Campaign) -> None:
    solution = make.make_solution(make.make_problem(campaign), alternatives={"1": ["$2 + 2 = 4$"]})
    make.make_item(solution, make.make_round(campaign))
    assert worker_bee.post(NEXT).json()["alternatives"] == {"1": ["$2 + 2 = 4$"]}


def test_next_asked_again_is_the_same_item_under_the_same_lease(worker_bee: APIClient, campaign: Campaign) -> None:
    round_ = make.make_round(campaign)
    for _ in range(2):
        make.make_item(round=round_)
    first, again = worker_bee.post(NEXT).json(), worker_bee.post(NEXT).json()
    assert first == again


def test_next_ahead_gives_one_more_and_never_a_third(worker_bee: APIClient, campaign: Campaign) -> None:
    round_ = make.make_round(campaign)
    for _ in range(3):
        make.make_item(round=round_)
    in_hand = worker_bee.post(NEXT).json()
    ahead = worker_bee.post(f"{NEXT}?ahead=1").json()
    assert ahead["item"] != in_hand["item"]
    assert worker_bee.post(f"{NEXT}?ahead=1").json()["item"] == ahead["item"]
    assert worker_bee.post(NEXT).json()["item"] == in_hand["item"]
    assert QueueItem.objects.filter(state=ItemState.LEASED).count() == 2


def test_whoever_goes_on_here_hears_how_many_were_done_today(worker_bee: APIClient, item: QueueItem) -> None:
    in_hand = worker_bee.post(f"{NEXT}?take_over=1")
    assert in_hand.headers["X-Done-Today"] == "0"
    worker_bee.post(url(in_hand.json(), "label"), a_pass(in_hand.json()))
    after = worker_bee.post(f"{NEXT}?take_over=1")
    assert (after.status_code, after.headers["X-Done-Today"]) == (204, "1")
    assert "X-Done-Today" not in worker_bee.post(NEXT).headers


def test_next_refuses_an_ahead_that_is_neither_yes_nor_no(worker_bee: APIClient, item: QueueItem) -> None:
    answer = worker_bee.post(f"{NEXT}?ahead=perhaps")
    assert answer.status_code == 400
    assert answer.json()["fields"] == {"ahead": "Expected 1 or 0."}


@pytest.mark.parametrize("given", ["x", "-1", "1.5", "1" * 5_000, "\u0661"])
def test_next_refuses_an_item_in_hand_that_is_no_number(worker_bee: APIClient, item: QueueItem, given: str) -> None:
    answer = worker_bee.post(f"{NEXT}?ahead=1&in_hand={given}")
    assert answer.status_code == 400
    assert answer.json()["fields"] == {"in_hand": "Expected a number."}


def test_next_with_nothing_to_do_says_why_and_when_to_ask_again(worker_bee: APIClient, campaign: Campaign) -> None:
    answer = worker_bee.post(NEXT)
    assert answer.status_code == 204
    assert answer.content == b""
    assert answer.headers["X-Reason"] == "No round is open yet."
    assert answer.headers["X-Reason-Text"] == "No%20round%20is%20open%20yet."
    assert int(answer.headers["Retry-After"]) > 0


@pytest.mark.parametrize("role", ["reviewer", "lead"])
def test_reviewers_and_leads_may_label_too(client_of: ClientOf, item: QueueItem, campaign: Campaign, role: str) -> None:
    account = make.make_account()
    make.make_membership(campaign, account, role=role)
    client = client_of(account)
    offered = client.post(NEXT).json()
    assert client.post(url(offered, "label"), a_pass(offered)).status_code == 201


def test_two_labelers_never_hold_the_same_item(client_of: ClientOf, item: QueueItem, campaign: Campaign) -> None:
    first, second = make.make_membership(campaign).account, make.make_membership(campaign).account
    assert client_of(first).post(NEXT).status_code == 200
    assert client_of(second).post(NEXT).status_code == 204


def test_the_next_solution_takes_few_queries(
    worker_bee: APIClient,
    item: QueueItem,
    person: Labeler,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    with django_assert_max_num_queries(10):
        assert worker_bee.post(NEXT).status_code == 200
    with django_assert_max_num_queries(5):
        assert worker_bee.post(NEXT).status_code == 200
