"""Problems and solutions as pages, and the decisions about them."""

import re

import pytest
from django.contrib.auth.models import User
from django.test import Client

from labeling.actions import adjudication, problems
from labeling.models import Campaign, Dispute, Job, Problem
from labeling.views.decisions import SHOWN
from tests import factories as make
from tests.labeling.pages import fill_pool, scored_by, signed_in, text_of


@pytest.fixture
def lead(owner: User) -> Client:
    return signed_in(owner)


def listed(client: Client, campaign: Campaign, query: str) -> set[int]:
    answer = client.get(f"/campaigns/{campaign.slug}/solutions/{query}")
    return {solution.pk for solution in answer.context["rows"].object_list}


def test_solutions_are_found_by_verdict_split_labels_and_text(campaign: Campaign, lead: Client) -> None:
    right = make.make_solution(make.make_problem(campaign), ["So $\\frac{1}{2}$."], answer="4", answer_is_correct=True)
    wrong = make.make_solution(make.make_problem(campaign, split="test"), ['Über 50% "more".'], answer="17")
    doubted = make.make_solution(make.make_problem(campaign, text="How many eggs?"))
    make.make_grade(doubted, "uncertain")
    make.make_label(wrong)
    elsewhere = make.make_solution()
    assert listed(lead, campaign, "") == {right.pk, wrong.pk, doubted.pk}
    assert listed(lead, campaign, "?verdict=correct") == {right.pk}
    assert listed(lead, campaign, "?verdict=uncertain") == {doubted.pk}
    assert listed(lead, campaign, "?split=test") == {wrong.pk}
    assert listed(lead, campaign, "?labeled=yes") == {wrong.pk}
    assert listed(lead, campaign, "?labeled=no&q=EGGS") == {doubted.pk}
    assert listed(lead, campaign, "?q=%5Cfrac%7B1%7D") == {right.pk}
    assert listed(lead, campaign, "?q=50%25+%22more") == {wrong.pk}
    assert listed(lead, campaign, f"?q={elsewhere.external_id}") == set()


def test_rows_of_an_unfinished_import_are_not_there(campaign: Campaign, lead: Client) -> None:
    coming = make.make_job(campaign, state="running")
    solution = make.make_solution(make.make_problem(campaign, import_job=coming))
    assert listed(lead, campaign, "") == set()
    assert lead.get(f"/campaigns/{campaign.slug}/solutions/{solution.pk}/").status_code == 404
    assert lead.get(f"/campaigns/{campaign.slug}/problems/{solution.problem_id}/").status_code == 404


def test_rows_of_other_campaigns_are_not_there(campaign: Campaign, lead: Client) -> None:
    theirs = make.make_solution()
    dispute = make.make_dispute()
    for path in (f"solutions/{theirs.pk}/", f"problems/{theirs.problem_id}/", f"decisions/disputes/{dispute.pk}/"):
        assert lead.get(f"/campaigns/{campaign.slug}/{path}").status_code == 404


def test_a_list_is_paged(campaign: Campaign, lead: Client) -> None:
    fill_pool(campaign, problems=26)
    assert "1 to 50 of 52 solutions" in text_of(lead.get(f"/campaigns/{campaign.slug}/solutions/"))
    assert len(listed(lead, campaign, "?page=2&verdict=wrong")) == 2


def test_a_bad_filter_is_told_beside_its_field(campaign: Campaign, lead: Client) -> None:
    assert "not one of the available choices" in text_of(lead.get(f"/campaigns/{campaign.slug}/solutions/?verdict=odd"))


def test_of_a_filter_what_is_understood_is_applied_and_the_rest_is_told(campaign: Campaign, lead: Client) -> None:
    fill_pool(campaign)
    answer = lead.get(f"/campaigns/{campaign.slug}/solutions/?split=zzz&verdict=correct")
    assert "Not understood, so left out: Split “zzz”" in text_of(answer)
    assert answer.context["rows"].paginator.count == 0
    make.make_round(campaign)
    assert "no state “zzz”" in text_of(lead.get(f"/campaigns/{campaign.slug}/rounds/0/?state=zzz"))


def test_what_graders_said_is_told_in_words(campaign: Campaign, lead: Client) -> None:
    solution = make.make_solution(make.make_problem(campaign))
    graders = {"number": False, "math_verify": True}
    make.make_grade(solution, "wrong", graders=graders)
    page = text_of(lead.get(f"/campaigns/{campaign.slug}/solutions/{solution.pk}/"))
    assert "against 4 (as numbers not equal, by Math-Verify equal)" in page


def test_a_solution_tells_its_story(campaign: Campaign, lead: Client) -> None:
    solution = make.make_solution(make.make_problem(campaign))
    make.make_selector(campaign, 1, state="retired", scored_at=make.A_MOMENT)
    version = scored_by(campaign, [solution], 2)
    make.make_score(campaign.selectors.get(number=1), solution, 0.3)
    item = make.make_item(solution, make.make_round(campaign), state="labeled", score=0.9, reason="convincing_wrong")
    make.make_label(item=item, labeler=make.make_labeler(campaign, make.make_account("ada")))
    page = text_of(lead.get(f"/campaigns/{campaign.slug}/solutions/{solution.pk}/"))
    assert "Wrong answer, wrong at step 2" in page
    assert f"Selector 1 gave it 0.30, selector {version.number} gives it 0.90." in page
    for words in (
        "Imported",
        "Scored 0.30",
        "for round 0, rank 1",
        "first error at step 2, in 12",
        "by selector 2, 0.67",
    ):
        assert words in page
    assert page.count('href="#negative"') == 1


def test_a_story_tells_rulings_gold_and_who_has_it_in_hand(campaign: Campaign, owner: User, lead: Client) -> None:
    solution = make.make_solution(make.make_problem(campaign))
    adjudication.decide(solution=solution, ratings=[1, -1], reason="It is plain.", by=owner, makes_gold=True)
    problems.decide(problem=solution.problem, state="active", by=owner, reason="Nothing is wrong with it.")
    ada = make.make_labeler(campaign, make.make_account("ada"))
    make.make_item(solution, make.make_round(campaign), state="leased", leased_by=ada)
    page = text_of(lead.get(f"/campaigns/{campaign.slug}/solutions/{solution.pk}/"))
    for words in (
        "first error: step 2 by owner",
        "It is plain.",
        "Nothing is wrong with it.",
        "First error: step 2 (step 1: 0/+, step 2: −) by owner",
        "<b>In hand</b> ada",
    ):
        assert words in page


def test_labels_that_differ_are_told(campaign: Campaign, lead: Client) -> None:
    solution = make.make_solution(make.make_problem(campaign), answer_is_correct=True)
    make.make_label(solution, ratings=[-1])
    make.make_label(solution, ratings=[1, 1, -1])
    page = text_of(lead.get(f"/campaigns/{campaign.slug}/solutions/{solution.pk}/"))
    assert "Right answer, first errors differ: steps 1, 3" in page


def test_text_from_a_file_is_never_markup(campaign: Campaign, lead: Client) -> None:
    problem = make.make_problem(campaign, "<b>4</b>", text="<script>alert(1)</script>")
    solution = make.make_solution(problem, ["<img src=x onerror=alert(1)>"], answer="<i>5</i>", generator="<u>")
    for path in ("solutions/", f"solutions/{solution.pk}/", "problems/", f"problems/{problem.pk}/", "rounds/plan/"):
        source = lead.get(f"/campaigns/{campaign.slug}/{path}").content.decode()
        assert not any(tag in source for tag in ("<script>alert", "<img src=x", "<i>5", "<b>4", "<u>"))


def test_a_problem_shows_its_guesses_and_solutions(campaign: Campaign, lead: Client) -> None:
    problem = make.make_problem(campaign, "7")
    make.make_earlier_reference(problem, "3", reason="dispute 2")
    make.make_earlier_reference(problem, "4", reason="dispute 3")
    make.make_solution(problem)
    page = text_of(lead.get(f"/campaigns/{campaign.slug}/problems/{problem.pk}/"))
    assert "1 solution to one problem" in page
    assert re.search(r"Guesses so far.*<b>7</b>.*dispute 3.*<b>4</b>.*dispute 2.*<b>3</b>", page, re.DOTALL)


@pytest.fixture
def dispute(campaign: Campaign) -> Dispute:
    solution = make.make_solution(make.make_problem(campaign, "4"), answer="5")
    return make.make_dispute(make.make_label(solution, ratings=[1, 1, 1]))


def test_an_accepted_dispute_changes_the_guess(campaign: Campaign, lead: Client, dispute: Dispute) -> None:
    address = f"/campaigns/{campaign.slug}/decisions/disputes/{dispute.pk}/"
    assert 'value="5"' in text_of(lead.get(address))
    lead.post(address, {"decision": "accepted", "reference_answer": "5", "reason": "They are right."})
    assert Problem.objects.get(pk=dispute.problem_id).reference_answer == "5"
    assert Job.objects.filter(kind="grade").exists()
    again = lead.post(address, {"decision": "declined"}, follow=True)
    assert "decided already" in text_of(again)


def test_a_declined_dispute_keeps_the_guess(campaign: Campaign, lead: Client, dispute: Dispute) -> None:
    lead.post(f"/campaigns/{campaign.slug}/decisions/disputes/{dispute.pk}/", {"decision": "declined", "reason": "No."})
    dispute.refresh_from_db()
    assert (dispute.state, dispute.decision_reason) == ("declined", "No.")
    assert Problem.objects.get(pk=dispute.problem_id).reference_answer == "4"


@pytest.mark.parametrize("body", [{"decision": "accepted", "reference_answer": " "}, {"decision": "perhaps"}, {}])
def test_an_odd_decision_decides_nothing(
    body: dict[str, str], campaign: Campaign, lead: Client, dispute: Dispute
) -> None:
    lead.post(f"/campaigns/{campaign.slug}/decisions/disputes/{dispute.pk}/", body)
    dispute.refresh_from_db()
    assert dispute.state == "open"


def test_a_held_problem_is_excluded_and_taken_back(campaign: Campaign, lead: Client) -> None:
    problem = make.make_problem(campaign, state="held")
    make.make_label(make.make_solution(problem), ratings=[], finish_reason="bad_problem", reason="No picture.")
    assert "1 decision waits" in text_of(lead.get(f"/campaigns/{campaign.slug}/decisions/"))
    address = f"/campaigns/{campaign.slug}/decisions/problems/{problem.pk}/"
    assert "No picture." in text_of(lead.get(address))
    for state in ("excluded", "active"):
        lead.post(address, {"state": state})
        assert Problem.objects.get(pk=problem.pk).state == state
    assert "active or excluded" in text_of(lead.post(address, {"state": "odd"}, follow=True))


def test_decisions_list_some_of_many_excluded_problems_and_lead_to_all(campaign: Campaign, lead: Client) -> None:
    for _ in range(SHOWN + 2):
        make.make_problem(campaign, state="excluded")
    page = text_of(lead.get(f"/campaigns/{campaign.slug}/decisions/"))
    assert page.count("/decisions/problems/") == SHOWN
    assert f'<a href="/campaigns/{campaign.slug}/problems/?state=excluded">All</a>' in page
    assert "problems/?state=held" not in page
