"""Labels over the API: a pass handed in, once, by who holds the item."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import OperationalError
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries
from rest_framework.test import APIClient

from labeling.actions import labels
from labeling.models import Campaign, Draft, ItemState, Label, Labeler, QueueItem, Round, RoundState
from tests import factories as make
from tests.api.conftest import ClientOf
from tests.api.working import NEXT, a_pass, url

# --- labels


def test_a_pass_becomes_a_label_once(worker_bee: APIClient, item: QueueItem) -> None:
    offered = worker_bee.post(NEXT).json()
    body = a_pass(offered, step_times=[1500, 2500], flagged=[0])
    first = worker_bee.post(url(offered, "label"), body)
    again = worker_bee.post(url(offered, "label"), body)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    label = Label.objects.get()
    assert first.json()["label"] == label.pk
    assert (label.ratings, label.finish_reason, label.total_time_ms) == ("+-", "found_error", 4000)
    assert (label.step_times_ms, label.flagged) == ([1500, 2500], [0])
    assert label.shown == {"reference_answer": "shown", "reference": "4"}


def test_the_last_label_closes_the_round(worker_bee: APIClient, item: QueueItem) -> None:
    offered = worker_bee.post(NEXT).json()
    worker_bee.post(url(offered, "label"), a_pass(offered))
    assert Round.objects.get().state == RoundState.CLOSED


def test_a_database_lost_after_its_commit_is_not_said_to_have_changed_nothing(
    worker_bee: APIClient, item: QueueItem, monkeypatch: pytest.MonkeyPatch
) -> None:
    offered = worker_bee.post(NEXT).json()
    body, submit = a_pass(offered), labels.submit

    def lose_the_connection(**given: Any) -> None:
        submit(**given)
        raise OperationalError("server closed the connection unexpectedly")

    with monkeypatch.context() as lost:
        lost.setattr(labels, "submit", lose_the_connection)
        unknown = worker_bee.post(url(offered, "label"), body)

    assert unknown.status_code == 503
    assert "not known" in unknown.json()["message"]
    again = worker_bee.post(url(offered, "label"), body)
    assert (again.status_code, again.json()["label"]) == (200, Label.objects.get().pk)


def test_other_content_under_the_same_submission_id_is_refused(worker_bee: APIClient, item: QueueItem) -> None:
    offered = worker_bee.post(NEXT).json()
    body = a_pass(offered)
    worker_bee.post(url(offered, "label"), body)
    answer = worker_bee.post(url(offered, "label"), body | {"ratings": [-1]})
    assert answer.status_code == 422
    assert answer.json()["code"] == "submission_reused"
    assert Label.objects.get().ratings == "+-"


@pytest.mark.parametrize("what", ["label", "draft", "release"])
def test_a_stale_lease_is_refused_with_words(
    worker_bee: APIClient, item: QueueItem, campaign: Campaign, what: str
) -> None:
    offered = worker_bee.post(NEXT).json()
    QueueItem.objects.update(leased_until=timezone.now() - timedelta(seconds=1))
    send = worker_bee.put if what == "draft" else worker_bee.post
    answer = send(url(offered, what), a_pass(offered))
    assert answer.status_code == 409
    assert answer.json()["code"] == "lease_lost"
    assert "ran out" in answer.json()["message"]
    assert not Label.objects.exists()
    assert not Draft.objects.exists()


def test_an_item_that_somebody_else_holds_now_is_refused(
    worker_bee: APIClient, client_of: ClientOf, item: QueueItem, campaign: Campaign
) -> None:
    offered = worker_bee.post(NEXT).json()
    QueueItem.objects.update(leased_until=timezone.now() - timedelta(seconds=1))
    other = make.make_membership(campaign).account
    theirs = client_of(other).post(NEXT).json()
    assert theirs["item"] == offered["item"]
    for lease in (offered["lease"], theirs["lease"]):
        answer = worker_bee.post(url(offered, "label"), a_pass(offered, lease=lease))
        assert (answer.status_code, answer.json()["code"]) == (409, "lease_lost")
        assert other.username not in answer.json()["message"]
    item.refresh_from_db()
    assert item.state == ItemState.LEASED


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"ratings": [1, -1, 1]}, "ratings"),
        ({"ratings": [1, 1, 1, 1], "finish_reason": "solution"}, "ratings"),
        ({"ratings": [1, 1], "finish_reason": "solution"}, "ratings"),
        ({"ratings": [1, 1]}, "finish_reason"),
        ({"ratings": [2]}, "ratings"),
        ({"ratings": [True]}, "ratings"),
        ({"ratings": [1.0]}, "ratings"),
        ({"ratings": "1"}, "ratings"),
        ({"ratings": None}, "ratings"),
        ({"ratings": [1] * 600}, "ratings"),
        ({"ratings": [10**18]}, "ratings"),
        ({"finish_reason": "perhaps"}, "finish_reason"),
        ({"finish_reason": 1}, "finish_reason"),
        ({"finish_reason": "give_up"}, "reason"),
        ({"finish_reason": "give_up", "reason": "  "}, "reason"),
        ({"finish_reason": "give_up", "reason": "x" * 5001}, "reason"),
        ({"finish_reason": "give_up", "reason": "a\x00b"}, "reason"),
        ({"finish_reason": "give_up", "reason": 3}, "reason"),
        ({"total_time": -1}, "total_time"),
        ({"total_time": "4000"}, "total_time"),
        ({"total_time": 1e3}, "total_time"),
        ({"total_time": 10**9}, "total_time"),
        ({"step_times": [1] * 9}, "step_times"),
        ({"flagged": [5]}, "flagged"),
        ({"flagged": [0, 0]}, "flagged"),
        ({"submission_id": "x"}, "submission_id"),
        ({"submission_id": 7}, "submission_id"),
        ({"lease": None}, "lease"),
        ({"lease": 10**12}, "lease"),
        ({"alternatives": [{"text": "never offered", "rating": 1}]}, "alternatives"),
        ({"alternatives": [{"rating": 1}]}, "alternatives.0.text"),
    ],
)
def test_a_broken_rule_names_field_and_rule(
    worker_bee: APIClient, item: QueueItem, fields: dict[str, Any], field: str
) -> None:
    offered = worker_bee.post(NEXT).json()
    answer = worker_bee.post(url(offered, "label"), a_pass(offered, **fields))
    assert answer.status_code == 400, answer.json()
    assert list(answer.json()["fields"]) == [field]
    assert answer.json()["fields"][field]
    assert field in answer.json()["message"]
    assert not Label.objects.exists()
    item.refresh_from_db()
    assert item.state == ItemState.LEASED


@pytest.mark.parametrize("missing", ["lease", "submission_id", "ratings", "finish_reason", "total_time"])
def test_a_label_without_a_needed_key_is_refused(worker_bee: APIClient, item: QueueItem, missing: str) -> None:
    offered = worker_bee.post(NEXT).json()
    body = a_pass(offered)
    del body[missing]
    answer = worker_bee.post(url(offered, "label"), body)
    assert answer.status_code == 400
    assert list(answer.json()["fields"]) == [missing]


@pytest.mark.parametrize(
    "content",
    [
        b'{"lease": 1, "ratings": [NaN]}',
        b'{"lease": 1, "reason": "\\ud800"}',
        b'{"lease": 1, "reason": "\xff"}',
        b'{"lease": 1',
        b"",
        b"[" * 5000,
    ],
)
def test_a_body_that_is_no_json_is_refused_with_words(worker_bee: APIClient, item: QueueItem, content: bytes) -> None:
    offered = worker_bee.post(NEXT).json()
    answer = worker_bee.generic("POST", url(offered, "label"), content, content_type="application/json")
    assert answer.status_code == 400
    assert set(answer.json()) >= {"code", "message"}


def test_alternatives_of_the_first_error_are_rated(worker_bee: APIClient, campaign: Campaign) -> None:
    solution = make.make_solution(make.make_problem(campaign), alternatives={"1": ["$2 + 2 = 4$", "It is 4."]})
    make.make_item(solution, make.make_round(campaign))
    offered = worker_bee.post(NEXT).json()
    rated = [
        {"text": "$2 + 2 = 4$", "rating": 1, "flagged": False},
        {"text": "It is 4.", "rating": None, "flagged": True},
    ]
    refused = worker_bee.post(url(offered, "label"), a_pass(offered, alternatives=rated[:1]))
    assert (refused.status_code, list(refused.json()["fields"])) == (400, ["alternatives"])
    assert worker_bee.post(url(offered, "label"), a_pass(offered, alternatives=rated)).status_code == 201
    assert Label.objects.get().alternatives == rated


def test_labels_of_a_simulated_labeler_say_so(client_of: ClientOf, item: QueueItem, campaign: Campaign) -> None:
    account = make.make_membership(campaign).account
    make.make_labeler(campaign, account, kind="simulated")
    client = client_of(account)
    offered = client.post(NEXT).json()
    client.post(url(offered, "label"), a_pass(offered))
    assert Label.objects.get().origin == "simulated"


# --- whose


@pytest.mark.parametrize("what", ["label", "draft", "release"])
def test_items_of_other_campaigns_are_not_there(
    client_of: ClientOf, worker_bee: APIClient, stranger: User, item: QueueItem, what: str
) -> None:
    offered = worker_bee.post(NEXT).json()
    elsewhere = make.make_membership(make.make_campaign(), role="lead").account
    for account in (stranger, elsewhere):
        client = client_of(account)
        send = client.put if what == "draft" else client.post
        answer = send(url(offered, what), a_pass(offered))
        assert answer.status_code == 404
        assert answer.json()["code"] == "not_found"


def test_the_queue_of_another_campaign_is_not_there(client_of: ClientOf, stranger: User, item: QueueItem) -> None:
    assert client_of(stranger).post(NEXT).status_code == 404
    assert client_of(stranger).post("/api/v1/campaigns/nowhere/next/").status_code == 404


def test_who_left_a_campaign_reaches_nothing_of_it(worker_bee: APIClient, item: QueueItem, labeler: User) -> None:
    offered = worker_bee.post(NEXT).json()
    labeler.memberships.all().delete()
    assert worker_bee.post(NEXT).status_code == 404
    assert worker_bee.post(url(offered, "label"), a_pass(offered)).status_code == 404


def test_a_browser_session_needs_its_csrf_token(labeler: User, item: QueueItem) -> None:
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(labeler, backend="django.contrib.auth.backends.ModelBackend")
    refused = browser.post(NEXT)
    assert refused.status_code == 403
    assert refused.json()["code"] == "permission_denied"
    browser.cookies["csrftoken"] = "a" * 32
    headers = {"X-CSRFToken": "a" * 32}
    assert browser.post(NEXT, {}, content_type="application/json", headers=headers).status_code == 200


# --- cost


def test_a_label_takes_few_queries(
    worker_bee: APIClient,
    campaign: Campaign,
    person: Labeler,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    round_ = make.make_round(campaign)
    for _ in range(2):
        make.make_item(round=round_)
    offered = worker_bee.post(NEXT).json()
    with django_assert_max_num_queries(15):
        assert worker_bee.post(url(offered, "label"), a_pass(offered)).status_code == 201


def test_numbers_beyond_all_measure_find_nothing(worker_bee: APIClient, item: QueueItem) -> None:
    body = json.dumps({"lease": 1, "ratings": []})
    answer = worker_bee.put(f"/api/v1/items/{10**30}/draft/", body, content_type="application/json")
    assert answer.status_code == 404
