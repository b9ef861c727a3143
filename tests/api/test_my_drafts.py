"""One's own unfinished work over the API: listed, kept without a lease, discarded; items that one never held."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.utils import timezone
from rest_framework.test import APIClient

from labeling.models import Campaign, Draft, Labeler, QueueItem
from tests import factories as make
from tests.api.conftest import ClientOf
from tests.api.test_work import NEXT, a_pass, url

MINE = "/api/v1/me/drafts/"


@pytest.fixture
def lost(worker_bee: APIClient, client_of: ClientOf, item: QueueItem, campaign: Campaign) -> dict[str, Any]:
    """What was offered to the labeler, whose lease then ran out; somebody else has the item."""
    offered = worker_bee.post(NEXT).json()
    QueueItem.objects.update(leased_until=timezone.now() - timedelta(seconds=1))
    assert client_of(make.make_membership(campaign).account).post(NEXT).status_code == 200
    return dict(offered)


def test_work_is_kept_read_and_discarded_though_the_item_is_gone(
    worker_bee: APIClient, lost: dict[str, Any], item: QueueItem
) -> None:
    content = {"ratings": [1, 0], "flagged": [1], "total_time": 1200}
    kept = worker_bee.put(f"{MINE}{item.pk}/", content)
    assert kept.status_code == 200
    [listed] = worker_bee.get(MINE).json()["results"]
    assert listed == {
        "item": item.pk,
        "campaign": "campaign",
        "state": "gone",
        "mode": "solution",
        "problem": item.solution.problem.text,
        "steps": item.solution.steps,
        "answer": "5",
        "draft": content,
        "saved_at": kept.json()["saved_at"],
    }
    assert worker_bee.get(f"{MINE}{item.pk}/").json() == listed
    assert worker_bee.delete(f"{MINE}{item.pk}/").status_code == 204
    assert worker_bee.delete(f"{MINE}{item.pk}/").status_code == 404
    assert worker_bee.get(f"{MINE}{item.pk}/").status_code == 404
    assert worker_bee.get(MINE).json()["count"] == 0


def test_work_on_candidates_is_kept_too(worker_bee: APIClient, campaign: Campaign) -> None:
    tree = make.make_candidate_tree(make.make_problem(campaign))
    item = make.make_item(tree=tree, round=make.make_round(campaign))
    offered = worker_bee.post(NEXT).json()
    QueueItem.objects.update(leased_until=timezone.now() - timedelta(seconds=1))
    content = {"steps": [{"completions": [{"rating": 1}, {"rating": None}], "chosen_completion": 0}]}
    assert worker_bee.put(f"{MINE}{item.pk}/", content).status_code == 200
    [listed] = worker_bee.get(MINE).json()["results"]
    assert (listed["mode"], listed["draft"], listed["steps"]) == ("candidates", content, None)
    assert listed["problem"] == tree.problem.text
    again = worker_bee.post(url(offered, "lease")).json()
    assert (again["candidates"], again["draft"]) == (offered["candidates"], content)


def test_drafts_are_found_by_what_has_become_of_them(
    worker_bee: APIClient, lost: dict[str, Any], item: QueueItem
) -> None:
    worker_bee.put(f"{MINE}{item.pk}/", {"ratings": [1]})
    counts = {state: worker_bee.get(f"{MINE}?state={state}").json()["count"] for state in ("gone", "in_hand")}
    assert counts == {"gone": 1, "in_hand": 0}
    assert worker_bee.get(f"{MINE}?campaign=campaign").json()["count"] == 1
    assert worker_bee.get(f"{MINE}?state=lost").status_code == 400


def test_work_kept_elsewhere_since_is_not_overwritten(
    worker_bee: APIClient, lost: dict[str, Any], item: QueueItem
) -> None:
    worker_bee.put(f"{MINE}{item.pk}/", {"ratings": [1]})
    answer = worker_bee.put(f"{MINE}{item.pk}/", {"ratings": [], "replaces": None})
    assert (answer.status_code, answer.json()["code"]) == (409, "draft_changed")
    assert answer.json()["draft"] == {"ratings": [1]}


@pytest.mark.parametrize(("body", "field"), [({}, "ratings"), ({"ratings": [1, 1, 1, 1]}, "ratings")])
def test_kept_work_is_checked_as_any_draft(
    worker_bee: APIClient, lost: dict[str, Any], item: QueueItem, body: dict[str, Any], field: str
) -> None:
    answer = worker_bee.put(f"{MINE}{item.pk}/", body)
    assert (answer.status_code, list(answer.json()["fields"])) == (400, [field])


def test_a_lease_that_ran_out_is_taken_again_and_the_same_submission_goes_in(
    worker_bee: APIClient, item: QueueItem
) -> None:
    offered = worker_bee.post(NEXT).json()
    QueueItem.objects.update(leased_until=timezone.now() - timedelta(seconds=1))
    body = a_pass(offered)
    refused = worker_bee.post(url(offered, "label"), body).json()
    assert (refused["code"], refused["opened_elsewhere"]) == ("lease_lost", False)
    again = worker_bee.post(url(offered, "lease"))
    assert again.status_code == 200
    assert {key for key in offered if offered[key] != again.json()[key]} == {"lease", "lease_expires_at"}
    assert worker_bee.post(url(offered, "label"), body | {"lease": again.json()["lease"]}).status_code == 201


def test_what_somebody_else_has_is_not_taken_again(worker_bee: APIClient, lost: dict[str, Any]) -> None:
    answer = worker_bee.post(url(lost, "lease"))
    assert (answer.status_code, answer.json()["code"]) == (409, "lease_lost")
    assert "somebody else has it now" in answer.json()["message"]


def test_another_device_takes_over_and_the_earlier_one_is_told(worker_bee: APIClient, item: QueueItem) -> None:
    there = worker_bee.post(NEXT).json()
    here = worker_bee.post(f"{NEXT}?take_over=1").json()
    assert (here["item"], here["lease"]) == (there["item"], there["lease"] + 1)
    told = worker_bee.put(url(there, "draft"), {"lease": there["lease"], "ratings": [1]})
    assert (told.status_code, told.json()["code"], told.json()["opened_elsewhere"]) == (409, "lease_lost", True)
    assert worker_bee.put(url(here, "draft"), {"lease": here["lease"], "ratings": [1]}).status_code == 200
    assert worker_bee.post(NEXT).json()["lease"] == here["lease"], "merely asking again takes nothing over"


# --- whose


@pytest.mark.parametrize("state", ["waiting", "leased", "labeled", "withdrawn", "planned"])
def test_an_item_that_one_never_held_is_not_there(
    worker_bee: APIClient, campaign: Campaign, person: Labeler, state: str
) -> None:
    item = make.make_item(round=make.make_round(campaign), state=state)
    body = a_pass({"lease": item.lease_number})
    calls = [
        worker_bee.put(f"/api/v1/items/{item.pk}/draft/", body),
        worker_bee.post(f"/api/v1/items/{item.pk}/label/", body),
        worker_bee.post(f"/api/v1/items/{item.pk}/release/", body),
        worker_bee.post(f"/api/v1/items/{item.pk}/lease/"),
        worker_bee.put(f"{MINE}{item.pk}/", body),
        worker_bee.get(f"{MINE}{item.pk}/"),
        worker_bee.delete(f"{MINE}{item.pk}/"),
    ]
    assert [answer.status_code for answer in calls] == [404] * len(calls)
    assert not Draft.objects.exists()


def test_drafts_of_others_and_of_campaigns_that_one_left_are_not_there(
    worker_bee: APIClient, lead: APIClient, labeler: User, person: Labeler, item: QueueItem
) -> None:
    make.make_draft(item, person)
    assert [client.get(MINE).json()["count"] for client in (lead, worker_bee)] == [0, 1]
    assert lead.get(f"{MINE}{item.pk}/").status_code == 404
    assert lead.delete(f"{MINE}{item.pk}/").status_code == 404
    labeler.memberships.all().delete()
    assert worker_bee.get(MINE).json()["count"] == 0
    assert worker_bee.get(f"{MINE}{item.pk}/").status_code == 404
    assert worker_bee.delete(f"{MINE}{item.pk}/").status_code == 404
    assert Draft.objects.exists()


def test_numbers_beyond_all_measure_are_no_items(worker_bee: APIClient, item: QueueItem) -> None:
    address = f"{MINE}{10**30}/"
    assert [worker_bee.get(address).status_code, worker_bee.delete(address).status_code] == [404, 404]
