"""A labeler's work on candidate trees over the API."""

import uuid
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from labeling import simulation
from labeling.models import Campaign, CandidateTree, Draft, Label, QueueItem
from tests import factories as make

NEXT = "/api/v1/campaigns/campaign/next/"
TREE = [
    {"text": "Add.", "next": [{"text": "It is 4.", "score": 0.7315924}], "generator": "canary-generator"},
    {"text": "Subtract.", "is_correct": False},
]
GOOD, BAD = {"rating": 1}, {"rating": -1}
FIRST = {"completions": [GOOD, BAD], "chosen_completion": 0}
WRITTEN = {"completions": [BAD, {"rating": None, "flagged": True}], "human_completion": {"text": "Count."}}


@pytest.fixture
def tree(campaign: Campaign) -> CandidateTree:
    return make.make_candidate_tree(make.make_problem(campaign), TREE)


@pytest.fixture
def item(tree: CandidateTree) -> QueueItem:
    return make.make_item(tree=tree, round=make.make_round(tree.problem.campaign, mode="candidates"))


def a_pass(offered: dict[str, Any], *steps: dict[str, Any], **fields: Any) -> dict[str, Any]:
    """A body that labels the offered item, along the first candidate unless said otherwise."""
    return {
        "lease": offered["lease"],
        "submission_id": str(uuid.uuid4()),
        "steps": list(steps) or [FIRST],
        "finish_reason": "solution",
        "total_time": 4000,
    } | fields


def url(offered: dict[str, Any], what: str) -> str:
    return f"/api/v1/items/{offered['item']}/{what}/"


def test_next_gives_the_candidates_and_nothing_that_a_labeler_must_not_see(
    worker_bee: APIClient, item: QueueItem
) -> None:
    answer = worker_bee.post(NEXT)

    offered = answer.json()
    assert set(offered) == {"item", "lease", "lease_expires_at", "problem", "candidates", "write_step_when"}
    assert offered["problem"]["ground_truth_answer"] == "4"
    assert offered["write_step_when"] == "none_positive"
    assert offered["candidates"] == [
        {"text": "Add.", "next": [{"text": "It is 4.", "next": []}]},
        {"text": "Subtract.", "next": []},
    ]
    assert not [one for one in ("7315924", "canary", "is_correct", "score") if one in answer.content.decode()]


def test_a_tree_costs_as_many_queries_as_a_solution(worker_bee: APIClient, campaign: Campaign, item: QueueItem) -> None:
    make.make_item(round=item.round)
    assert "candidates" in worker_bee.post(NEXT).json()
    assert "steps" in worker_bee.post(f"{NEXT}?ahead=1").json()

    def cost(address: str) -> int:
        with CaptureQueriesContext(connection) as queries:
            assert worker_bee.post(address).status_code == 200
        return len(queries)

    assert cost(NEXT) == cost(f"{NEXT}?ahead=1")


def test_a_draft_comes_back_with_its_item(worker_bee: APIClient, item: QueueItem) -> None:
    offered = worker_bee.post(NEXT).json()
    parked = {"1": {"completions": [{"rating": 0}], "human_completion": None, "chosen_completion": None}}
    body = {"lease": offered["lease"], "replaces": None, "steps": [FIRST], "parked": parked, "total_time": 12}

    saved = worker_bee.put(url(offered, "draft"), body)

    again = worker_bee.post(NEXT).json()
    assert (saved.status_code, again["draft_saved_at"]) == (200, saved.json()["saved_at"])
    assert again["draft"] == {"steps": [FIRST], "parked": parked, "total_time": 12}
    assert worker_bee.put(url(offered, "draft"), body).status_code == 409  # it replaces another one


@pytest.mark.parametrize(
    ("fields", "field"),
    [({"steps": None}, "steps"), ({"steps": "x"}, "steps"), ({"steps": [1]}, "steps.0"), ({"parked": []}, "parked")],
)
def test_a_draft_of_another_shape_is_refused(
    worker_bee: APIClient, item: QueueItem, fields: dict[str, Any], field: str
) -> None:
    offered = worker_bee.post(NEXT).json()
    answer = worker_bee.put(url(offered, "draft"), {"lease": offered["lease"], "steps": []} | fields)
    assert answer.status_code == 400
    assert field in answer.json()["fields"]
    assert not Draft.objects.exists()


def test_a_submission_becomes_one_label_with_phase_one_steps(worker_bee: APIClient, item: QueueItem) -> None:
    offered = worker_bee.post(NEXT).json()
    body = a_pass(offered, WRITTEN, {"human_completion": {"text": "It is 4."}}, step_times=[3000, 900])

    first, again = worker_bee.post(url(offered, "label"), body), worker_bee.post(url(offered, "label"), body)
    other = worker_bee.post(url(offered, "label"), body | {"total_time": 1})

    assert (first.status_code, again.status_code, other.status_code) == (201, 200, 422)
    assert first.json() == again.json()
    human = {"rating": None, "source": "human", "flagged": None}
    assert first.json()["steps"] == [
        {
            "completions": [
                {"text": "Add.", "rating": -1, "flagged": False},
                {"text": "Subtract.", "rating": None, "flagged": True},
            ],
            "human_completion": {"text": "Count."} | human,
            "chosen_completion": None,
        },
        {"completions": [], "human_completion": {"text": "It is 4."} | human, "chosen_completion": None},
    ]
    label = Label.objects.get()
    assert (label.step_times_ms, label.total_time_ms, label.round) == ([3000, 900], 4000, item.round)


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"steps": []}, "finish_reason"),
        ({"steps": [{"completions": [GOOD, GOOD], "chosen_completion": 2}]}, "steps.0.chosen_completion"),
        ({"steps": [{"completions": [GOOD, BAD], "human_completion": {"text": "x"}}]}, "steps.0.human_completion"),
        ({"steps": [{"completions": [GOOD], "chosen_completion": 0}]}, "steps.0.completions"),
        ({"steps": [{"completions": [GOOD, {"rating": 7}], "chosen_completion": 0}]}, "steps.0.completions"),
        ({"steps": [{"completions": [GOOD, {"rating": "1"}]}]}, "steps.0.completions.1.rating"),
        ({"steps": [{"completions": [GOOD, BAD], "chosen_completion": -1}]}, "steps.0.chosen_completion"),
        ({"steps": [{"human_completion": "x"}]}, "steps.0.human_completion"),
        ({"finish_reason": "found_error"}, "finish_reason"),
        ({"finish_reason": "give_up"}, "reason"),
        ({"ratings": [1], "steps": None}, "steps"),
    ],
)
def test_a_broken_rule_names_its_field(
    worker_bee: APIClient, item: QueueItem, fields: dict[str, Any], field: str
) -> None:
    offered = worker_bee.post(NEXT).json()
    answer = worker_bee.post(url(offered, "label"), a_pass(offered) | fields)
    assert answer.status_code == 400, answer.json()
    assert field in answer.json()["fields"], answer.json()
    assert not Label.objects.exists()


def test_a_solution_takes_no_steps_and_a_tree_no_ratings(
    worker_bee: APIClient, campaign: Campaign, item: QueueItem
) -> None:
    tree = worker_bee.post(NEXT).json()
    make.make_item(round=item.round)
    solution = worker_bee.post(f"{NEXT}?ahead=1").json()
    ratings = {"ratings": [1, -1], "finish_reason": "found_error", "total_time": 1}
    assert worker_bee.post(url(solution, "label"), a_pass(solution)).status_code == 400
    wrong = {"lease": tree["lease"], "submission_id": str(uuid.uuid4())} | ratings
    assert worker_bee.post(url(tree, "label"), wrong).status_code == 400


def test_ones_own_label_reads_as_its_trajectory_and_can_be_revised(worker_bee: APIClient, item: QueueItem) -> None:
    offered = worker_bee.post(NEXT).json()
    number = worker_bee.post(url(offered, "label"), a_pass(offered)).json()["label"]
    mine = f"/api/v1/me/labels/{number}/"
    before = worker_bee.get(mine).json()
    revision = {
        "steps": [*before["candidate_steps"], {"completions": [GOOD], "chosen_completion": 0}],
        "finish_reason": "solution",
        "revision_reason": "I went on.",
    }

    after = worker_bee.put(mine, revision)

    assert (before["mode"], before["steps"], before["ratings"]) == ("candidates", ["Add."], [])
    assert after.status_code == 200, after.json()
    now = worker_bee.get("/api/v1/me/labels/").json()["results"]
    assert [(one["steps"], one["revises"], one["total_time"]) for one in now] == [(["Add.", "It is 4."], number, 4000)]


def test_giving_a_tree_back(worker_bee: APIClient, item: QueueItem) -> None:
    offered = worker_bee.post(NEXT).json()
    assert worker_bee.post(url(offered, "release"), {"lease": offered["lease"]}).status_code == 204
    item.refresh_from_db()
    assert item.state == "waiting"


# --- leads


def test_a_lead_plans_previews_and_opens_a_round_of_trees(lead: APIClient, tree: CandidateTree) -> None:
    rounds = "/api/v1/campaigns/campaign/rounds/"
    body = {"size": 1, "mode": "candidates", "seed": 3, "evaluation_share": 0}

    preview, planned = lead.post(rounds, body | {"preview": True}), lead.post(rounds, body)

    assert (preview.status_code, planned.status_code) == (200, 201), planned.json()
    for answer in (preview.json(), planned.json()):
        assert (answer["mode"], answer["strategy"], answer["selector"]) == ("candidates", "uniform", None)
        [pick] = answer["picks"]
        assert (pick["tree_id"], pick["solution_id"], pick["reason"]) == (f"tree-{tree.pk}", None, "uniform")
    assert lead.post(f"{rounds}0/open/").json()["state"] == "open"


def test_a_strategy_that_needs_scores_is_refused_for_trees(lead: APIClient, tree: CandidateTree) -> None:
    body = {"size": 1, "mode": "candidates", "strategy": "convincing_wrong"}
    answer = lead.post("/api/v1/campaigns/campaign/rounds/", body)
    assert (answer.status_code, list(answer.json()["fields"])) == (400, ["strategy"])


def test_a_lead_sees_the_steps_of_a_label(lead: APIClient, tree: CandidateTree) -> None:
    label = make.make_tree_label(tree)
    [row] = lead.get("/api/v1/campaigns/campaign/labels/").json()["results"]
    assert (row["tree_id"], row["solution_id"], row["candidate_steps"]) == (f"tree-{tree.pk}", None, label.steps)


# --- pages for leads


def test_plan_preview_round_and_tree_pages(client: Client, owner: Any, tree: CandidateTree) -> None:
    client.force_login(owner, backend="django.contrib.auth.backends.ModelBackend")
    base = "/campaigns/campaign/"
    query = "?mode=candidates&size=1&evaluation_share=0"

    plan = client.get(f"{base}rounds/plan/{query}")
    assert plan.context["preview"].problem_count == 1
    looked_at = {"previewed": plan.context["form"].in_short(), "open": "1"}
    asked = {"mode": "candidates", "size": "1", "evaluation_share": "0"}
    client.post(f"{base}rounds/plan/", plan.context["form"].data | asked | looked_at)

    human = {"text": "Count them on fingers.", "rating": None, "source": "human", "flagged": None}
    step = make.make_tree_step(tree.candidates, chosen=None) | {"human_completion": human}
    make.make_tree_label(tree, steps=[step], item=QueueItem.objects.get())
    assert f"{base}trees/{tree.pk}/" in client.get(f"{base}rounds/0/").content.decode()
    assert f"{base}trees/{tree.pk}/" in client.get(f"{base}problems/{tree.problem_id}/").content.decode()
    page = client.get(f"{base}trees/{tree.pk}/").content.decode()
    for text in ("Count them on fingers.", "Candidate tree, 1 label", "A A", "a solution of 1 step"):
        assert text in page


def test_a_campaign_with_trees_alone_says_so_before_its_first_round(
    client: Client, owner: Any, tree: CandidateTree
) -> None:
    client.force_login(owner, backend="django.contrib.auth.backends.ModelBackend")
    assert "1 candidate tree waits for a first round" in client.get("/campaigns/campaign/").content.decode()


def test_where_there_are_no_trees_a_plan_asks_nothing_about_them(
    client: Client, owner: Any, campaign: Campaign
) -> None:
    client.force_login(owner, backend="django.contrib.auth.backends.ModelBackend")
    make.make_solution(make.make_problem(campaign))
    assert 'name="mode"' not in client.get("/campaigns/campaign/rounds/plan/").content.decode()


# --- simulated labelers


def test_a_simulated_labeler_grows_a_solution_that_is_taken(worker_bee: APIClient, item: QueueItem) -> None:
    offered = worker_bee.post(NEXT).json()
    simulated = simulation.SimulatedLabeler(
        client=None, slug="campaign", known={}, error_rate=0, think_seconds=0, seed=1, summary=simulation.Summary()
    )
    assert worker_bee.post(url(offered, "label"), simulated._grown(offered)).status_code == 201
