"""Adjudication: what waits for a decision, its sides without names, the final label, and precedents."""

import pytest
from django.contrib.auth.models import User
from django.urls import reverse
from django.utils import timezone
from rest_framework.test import APIClient

from labeling.actions import adjudication, exporting, problems
from labeling.actions.errors import RuleBroken
from labeling.models import Campaign, Event, Gold, Label, Labeler, Problem, QueueItem, Ruling, Solution
from tests import factories as make
from tests.labeling.pages import signed_in, text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def solution(campaign: Campaign, labeler: User) -> Solution:
    """Two see the error in the second step, one in the third; another solution on which all agree lies beside it."""
    solution = make.make_solution(make.make_problem(campaign))
    others = [make.make_labeler(campaign, make.make_account(f"canary-{number}")) for number in range(2)]
    make.make_label(solution, make.make_labeler(campaign, labeler), [1, -1])
    make.make_label(solution, others[0], [0, -1])
    make.make_label(solution, others[1], [1, 0, -1], flagged=[1])
    agreed = make.make_solution(make.make_problem(campaign))
    for one in others:
        make.make_label(agreed, one, [1, -1])
    return solution


def test_sides_are_those_of_the_labels_and_nobody_is_named(campaign: Campaign, solution: Solution, owner: User) -> None:
    assert list(adjudication.disagreements(campaign)) == [solution]
    assert list(adjudication.unsure(campaign)) == [solution]
    sides = [(side.letter, side.first_error, side.count, side.flagged) for side in adjudication.sides(solution)]
    assert sides == [("A", 1, 2, []), ("B", 2, 1, [1])]
    client = signed_in(owner)
    listed = text_of(client.get(f"/campaigns/{campaign.slug}/decisions/"))
    assert "Some solutions can be decided" in listed
    assert "People put the first error at different steps" in listed
    assert listed.count("<td>step 2 (2); step 3</td>") == 2, "once as a disagreement, once as unsure"
    page = text_of(client.get(f"/campaigns/{campaign.slug}/decisions/solutions/{solution.pk}/"))
    assert "A, 2 labels: step 2." in page
    assert "canary-" not in page
    assert '<option value="1" selected>' in page  # what most said


def test_a_ruling_makes_the_final_label_closes_the_question_and_is_told(
    campaign: Campaign, solution: Solution, owner: User, labeler: User, worker_bee: APIClient
) -> None:
    extra = make.make_item(solution, make.make_round(campaign), purpose="extra")
    here = f"/campaigns/{campaign.slug}/decisions/solutions/{solution.pk}/"
    client = signed_in(owner)
    assert client.post(here, {"first_error": "2", "reason": ""}).status_code == 400
    sent = {"first_error": "2", "reason": "Rounding is no error.", "makes_gold": "on"}
    assert client.post(here, sent).status_code == 302

    final = Label.objects.get(labeler__kind="final")
    assert (final.ratings, final.finish_reason) == ("+0-", "found_error")
    assert not adjudication.disagreements(campaign).exists()
    assert not adjudication.unsure(campaign).exists()
    assert list(Label.objects.for_training().filter(solution=solution)) == [final]
    assert Gold.objects.get().accepted == "661"
    extra.refresh_from_db()
    assert extra.state == "withdrawn"
    mine = worker_bee.get("/api/v1/me/labels/").json()["results"]
    assert [(one["ruling"]["state"], one["ruling"]["reason"]) for one in mine] == [("differs", "Rounding is no error.")]
    assert "the first error is elsewhere" in text_of(signed_in(labeler).get(reverse("my-work")))
    assert "first error: step 3" in text_of(client.get(f"/campaigns/{campaign.slug}/rulings/?q=rounding"))
    assert "No ruling speaks of it." in text_of(client.get(f"/campaigns/{campaign.slug}/rulings/?q=triangle"))

    again = adjudication.decide(solution=solution, ratings=[1, 1, 1], reason="On a second look.", by=owner)
    assert again.label.revises == final  # type: ignore[union-attr]
    assert Gold.objects.get().accepted == "666"  # gold of the first ruling follows the second
    told = Event.objects.filter(verb="ruling.made").order_by("pk").values_list("before", "after")
    assert list(told) == [(None, "+0-"), ("+0-", "+++")]
    assert Label.objects.current().filter(labeler__kind="final").count() == 1
    assert len(list(exporting.rows(campaign, "first-error"))) == 6


def test_other_decisions_are_precedents_too(
    campaign: Campaign, solution: Solution, owner: User, lead: APIClient
) -> None:
    here = f"/campaigns/{campaign.slug}/decisions/solutions/{solution.pk}/"
    signed_in(owner).post(here, {"reference_answer": "5", "reason": "The key was wrong."})
    assert Problem.objects.get(pk=solution.problem_id).reference_answer == "5"
    assert campaign.jobs.filter(kind="grade").exists()
    item = make.make_item(solution)
    for state, then in (("excluded", "withdrawn"), ("active", "waiting")):
        problems.decide(problem=solution.problem, state=state, by=owner, reason="No figure.")
        assert QueueItem.objects.get(pk=item.pk).state == then
    listed = lead.get(f"/api/v1/campaigns/{campaign.slug}/rulings/?q=figure").json()["results"]
    assert [(one["about"], one["outcome"]) for one in listed] == [("problem", "active"), ("problem", "excluded")]
    base = f"/api/v1/campaigns/{campaign.slug}/rulings/"
    assert lead.get(f"{base}{listed[1]['id']}/").json() == listed[1]
    elsewhere = make.make_ruling(make.make_problem())
    assert [lead.get(f"{base}{pk}/").status_code for pk in (0, elsewhere.pk)] == [404, 404]
    assert lead.get(f"{base}{listed[1]['id']}/?q=figure").status_code == 400


def test_the_api_asks_and_decides(campaign: Campaign, solution: Solution, lead: APIClient) -> None:
    base = f"/api/v1/campaigns/{campaign.slug}/adjudication/"
    questions = [{"solution": solution.pk, "why": "disagreement"}, {"solution": solution.pk, "why": "unsure"}]
    assert lead.get(base).json() == {"count": 2, "next": None, "previous": None, "results": questions}
    second = lead.get(f"{base}?page_size=1&page=2").json()
    assert (second["count"], second["results"]) == (2, questions[1:])
    assert lead.post(f"{base}{solution.pk}/", {"ratings": [-1, 1], "reason": "x"}).status_code == 400
    assert lead.post(f"{base}{solution.pk}/", {"ratings": [1, -1], "reason": "It is plain."}).status_code == 201
    assert lead.get(base).json()["results"] == []


def test_a_ruling_says_why(solution: Solution, owner: User) -> None:
    with pytest.raises(RuleBroken):
        adjudication.decide(solution=solution, ratings=[-1], reason=" ", by=owner)
    assert not Ruling.objects.exists()
    assert not Labeler.objects.filter(kind="final").exists()


def test_who_gave_up_unsure_of_a_step_is_heard_too(campaign: Campaign, owner: User, labeler: User) -> None:
    solution = make.make_solution(make.make_problem(campaign))
    who = make.make_labeler(campaign, labeler)
    make.make_label(solution, who, [1, 0], flagged=[1], finish_reason="give_up", reason="Beyond me.")
    assert list(adjudication.unsure(campaign)) == [solution]
    page = text_of(signed_in(owner).get(f"/campaigns/{campaign.slug}/decisions/solutions/{solution.pk}/"))
    assert "gave up (unsure: step 2): Beyond me." in page
    assert labeler.username not in page


def test_who_was_unsure_of_an_alternative_is_heard_too(campaign: Campaign, owner: User) -> None:
    solution = make.make_solution(make.make_problem(campaign))
    said = [{"text": "Or $3$.", "rating": None, "flagged": True}, {"text": "Or 4.", "rating": 1, "flagged": False}]
    make.make_label(solution, ratings=[1, -1], alternatives=said)
    make.make_label(make.make_solution(make.make_problem(campaign)), ratings=[1, -1], alternatives=said[1:])
    assert list(adjudication.unsure(campaign)) == [solution]
    page = text_of(signed_in(owner).get(f"/campaigns/{campaign.slug}/decisions/solutions/{solution.pk}/"))
    assert "A, unsure of an alternative: Or $3$." in page
    assert "Or 4." not in page
    adjudication.decide(solution=solution, ratings=[1, -1], reason="Plain.", by=owner)
    assert not adjudication.unsure(campaign).exists()


def test_who_was_unsure_of_a_candidate_is_heard_until_somebody_decides(campaign: Campaign, owner: User) -> None:
    tree, sure = (make.make_candidate_tree(make.make_problem(campaign)) for _ in range(2))
    step = make.make_tree_step(tree.candidates, chosen=0)
    step["completions"][-1] |= {"rating": None, "flagged": True}
    make.make_tree_label(tree, steps=[step], submitted_at=timezone.now())
    make.make_tree_label(sure)
    assert list(adjudication.unsure_trees(campaign)) == [tree]
    client = signed_in(owner)
    decisions = client.get(f"/campaigns/{campaign.slug}/decisions/").content.decode()
    assert "Somebody was unsure of a candidate" in decisions
    assert f"/campaigns/{campaign.slug}/trees/{tree.pk}/" in decisions
    there = f"/campaigns/{campaign.slug}/decisions/problems/{tree.problem_id}/"
    assert "Keep it in the queue" in client.get(there).content.decode()
    client.post(there, {"state": "active", "reason": "Rate it neutral."})
    assert not adjudication.unsure_trees(campaign).exists()
    assert Ruling.objects.get().reason == "Rate it neutral."
