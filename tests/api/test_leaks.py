"""What a labeler must never see, looked for in every answer that a labeler can get."""

import uuid
from typing import Any

import pytest
from django.contrib.auth.models import User
from rest_framework.test import APIClient

from labeling.models import Campaign
from tests import factories as make

SCORE = 0.7315924
CANARIES = [
    "7315924",
    "canary-owner",
    "canary-mail",
    "canary-reason",
    "canary-generator",
    "canary-metadata",
    "canary-other",
    "gold",
    "purpose",
    "rank",
    "score",
    "evaluation",
    "verdict",
    "is_correct",
]


@pytest.fixture
def seeded(campaign: Campaign, labeler: User) -> None:
    """A scored gold item next to somebody else's label of the same solution, with canaries wherever they fit."""
    person = make.make_labeler(campaign, labeler)
    owner = make.make_account("canary-owner", email="canary-mail@example.org")
    make.make_membership(campaign, owner, "lead")
    other = make.make_labeler(campaign, make.make_account("canary-other"))
    round_ = make.make_round(campaign, strategy="canary-reason")
    problem = make.make_problem(campaign, metadata={"note": "canary-metadata"})
    for _ in range(2):
        solution = make.make_solution(problem, generator="canary-generator", metadata={"note": "canary-metadata"})
        make.make_score(make_version(campaign), solution, SCORE)
        make.make_item(
            solution, round_, purpose="gold", reserved_for=person, score=SCORE, rank=7, reason="canary-reason"
        )
        make.make_label(solution, other)


def make_version(campaign: Campaign) -> Any:
    return campaign.selectors.first() or make.make_selector(campaign, why="canary-reason")


def test_no_answer_to_a_labeler_holds_what_they_must_not_see(worker_bee: APIClient, seeded: None) -> None:
    base = "/api/v1/campaigns/campaign/"
    offered = worker_bee.post(f"{base}next/")
    item = f"/api/v1/items/{offered.json()['item']}/"
    body = {
        "lease": offered.json()["lease"],
        "submission_id": str(uuid.uuid4()),
        "ratings": [1, -1],
        "finish_reason": "found_error",
        "total_time": 1,
    }
    answers = [
        offered,
        worker_bee.post(f"{base}next/?ahead=1"),
        worker_bee.put(f"{item}draft/", body),
        worker_bee.post(f"{item}lease/"),
        worker_bee.get("/api/v1/me/drafts/"),
        worker_bee.post(f"{item}label/", body | {"lease": 99}),
        worker_bee.post(f"{item}label/", body | {"ratings": [1, 1]}),
        worker_bee.post(f"{item}label/", body),
        worker_bee.post(f"{item}label/", body),
        worker_bee.post(f"{item}label/", body | {"submission_id": str(uuid.uuid4())}),
        worker_bee.get("/api/v1/me/"),
        worker_bee.get("/api/v1/me/labels/"),
        worker_bee.get("/api/v1/campaigns/"),
        worker_bee.get(base),
        worker_bee.get(f"{base}labels/"),
        worker_bee.get(f"{base}rounds/0/"),
        worker_bee.get(f"{base}members/canary-owner/"),
    ]
    label = worker_bee.get("/api/v1/me/labels/").json()["results"][0]["id"]
    revision = {"ratings": [1, 1, 1], "finish_reason": "solution", "revision_reason": "misread"}
    answers += [
        worker_bee.get(f"/api/v1/me/labels/{label}/"),
        worker_bee.put(f"/api/v1/me/labels/{label}/", revision),
        worker_bee.post(f"{base}next/"),
        worker_bee.post(f"{item}release/", {"lease": 1}),
    ]
    assert {200, 201, 400, 403, 409} <= {answer.status_code for answer in answers}
    for answer in answers:
        text = answer.content.decode() + str(dict(answer.headers))
        found = [canary for canary in CANARIES if canary in text]
        assert not found, f"{answer.request['PATH_INFO']} shows {found}: {text}"
