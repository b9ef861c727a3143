"""One's own work as pages: what was done, each label as it was made, and the way to its revision."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse_lazy
from django.utils import timezone

from labeling.actions import adjudication, people
from labeling.models import Campaign, Dispute, Draft, Label, Labeler, Problem, QueueItem
from tests import factories as make
from tests.labeling.pages import signed_in, text_of

WORK = reverse_lazy("my-work")


@pytest.fixture
def person(campaign: Campaign, labeler: User) -> Labeler:
    return make.make_labeler(campaign, labeler)


@pytest.fixture
def browser(person: Labeler, labeler: User) -> Client:
    return signed_in(labeler)


def made(campaign: Campaign, person: Labeler, *ratings: int, text: str = "What is $2 + 2$?", **fields: Any) -> Label:
    solution = make.make_solution(make.make_problem(campaign, text=text))
    return make.make_label(solution, person, list(ratings), **{"submitted_at": timezone.now()} | fields)


def listed(page: Any) -> list[int]:
    return [label.pk for label, _ in page.context["lines"]]


def test_who_has_done_nothing_is_told_what_comes(browser: Client) -> None:
    page = text_of(browser.get(WORK))
    assert "0 solutions labeled today" in page
    assert "What you submit appears here" in page


def test_the_page_opens_with_todays_work_and_lists_the_newest_first(
    browser: Client, campaign: Campaign, person: Labeler
) -> None:
    old = made(campaign, person, 1, -1, submitted_at=make.A_MOMENT, total_time_ms=3_600_000)
    new = made(campaign, person, 1, 1, 1, total_time_ms=240_000, flagged=[0, 2])
    made(campaign, make.make_labeler(campaign), 1, 1, 1, text="somebody else's")
    answer = browser.get(WORK)
    page = text_of(answer)
    assert listed(answer) == [new.pk, old.pk]
    assert "1 solution labeled today" in page
    assert "4\N{NO-BREAK SPACE}min of active time today. In all 2 solutions in 1\N{NO-BREAK SPACE}h 4" in page
    assert "2 steps unsure" in page
    assert "somebody else" not in page


def test_the_list_is_filtered_by_campaign_and_by_how_it_went(
    browser: Client, campaign: Campaign, person: Labeler, labeler: User
) -> None:
    other = make.make_campaign("other")
    people.add_member(campaign=other, account=labeler, role="labeler", by=None)
    elsewhere = made(other, Labeler.objects.get(account=labeler, campaign=other), -1)
    first = made(campaign, person, 1, 1, 1, is_current=False)
    revised = make.make_label(first.solution, person, [1, -1], revises=first, submitted_at=timezone.now(), flagged=[0])
    report = made(campaign, person, finish_reason="bad_problem", reason="No question.")
    given_up = made(campaign, person, 1, finish_reason="give_up", reason="Beyond me.")
    asked = make.make_dispute(made(campaign, person, 1, 1, 1)).label
    expected = {
        "": [asked, given_up, report, revised, elsewhere],
        "?campaign=other": [elsewhere],
        "?kind=found_error": [revised, elsewhere],
        "?kind=solution": [asked],
        "?kind=give_up": [given_up],
        "?kind=bad_problem": [report],
        "?kind=unsure": [revised],
        "?kind=revised": [revised],
        "?kind=asked": [asked, report],
        "?kind=asked&campaign=other": [],
        "?campaign=nowhere": [asked, given_up, report, revised, elsewhere],
    }
    assert {query: listed(browser.get(WORK + query)) for query in expected} == {
        query: [label.pk for label in labels] for query, labels in expected.items()
    }
    assert "Not understood, so left out: Campaign “nowhere”" in text_of(browser.get(f"{WORK}?campaign=nowhere"))


def test_unsure_of_an_alternative_or_a_candidate_is_told_and_found_as_of_a_step(
    browser: Client, campaign: Campaign, person: Labeler
) -> None:
    said = [{"text": "Or.", "rating": None, "flagged": True}, {"text": '"flagged":true', "rating": 1, "flagged": False}]
    other = made(campaign, person, 1, -1, flagged=[0], alternatives=said)
    sure = [{"text": '"flagged":true', "rating": 1, "flagged": False}]
    made(campaign, person, 1, -1, alternatives=sure)
    tree = make.make_candidate_tree(make.make_problem(campaign))
    step = {"completions": said[::-1], "human_completion": None, "chosen_completion": 0}
    grown = make.make_tree_label(tree, person, [step])
    assert "2 steps unsure" in text_of(browser.get(WORK))
    found = browser.get(f"{WORK}?kind=unsure")
    assert set(listed(found)) == {other.pk, grown.pk}
    assert "1 step unsure" in text_of(found)


def test_a_longer_list_takes_no_more_queries(browser: Client, campaign: Campaign, person: Labeler) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as context:
            assert browser.get(WORK).status_code == 200
        return len(context)

    made(campaign, person, 1, 1, 1)
    few = queries()
    for _ in range(6):
        make.make_dispute(made(campaign, person, 1, 1, 1))
        made(campaign, person, finish_reason="bad_problem", reason="No question.")
    assert queries() == few


def test_questions_to_a_lead_are_told_with_what_became_of_them(
    browser: Client, campaign: Campaign, person: Labeler
) -> None:
    dispute = make.make_dispute(made(campaign, person, 1, 1, 1))
    page = text_of(browser.get(WORK))
    assert "1 question of yours waits for a lead." in page
    assert "A lead has still to look at the guess." in page
    Dispute.objects.update(state="declined", decided_at=timezone.now(), decision_reason="Four is right.")
    page = text_of(browser.get(WORK))
    assert "A lead has answered 1 question of yours in the last seven days." in page
    assert "the guess stays." in page
    assert "Four is right." in text_of(browser.get(f"{WORK}labels/{dispute.label_id}/"))


def test_a_decision_is_told_only_to_who_had_labeled_the_solution_by_then(
    browser: Client, campaign: Campaign, person: Labeler, owner: User
) -> None:
    before = timezone.now() - timedelta(hours=1)
    label = made(campaign, person, 1, 1, 1, submitted_at=before)
    assert label.solution is not None
    adjudication.decide(solution=label.solution, ratings=[1, -1], reason="It is not.", by=owner)
    assert "the first error is elsewhere" in text_of(browser.get(WORK))
    make.make_label(label.solution, person, [1, -1], revises=label, submitted_at=timezone.now(), is_current=False)
    assert "the first error is elsewhere" in text_of(browser.get(WORK)), "a revision is of the same work"

    Label.objects.filter(labeler=person).update(submitted_at=timezone.now())  # gold by now, mixed in later
    for page in (WORK, f"{WORK}labels/{label.pk}/"):
        assert "A lead decided" not in text_of(browser.get(page))


def test_who_is_not_shown_the_answer_does_not_learn_of_it_from_an_open_question(
    browser: Client, campaign: Campaign, person: Labeler
) -> None:
    Campaign.objects.update(reference_answer="hidden")
    dispute = make.make_dispute(made(campaign, person, 1, 1, 1))
    for page in (WORK, f"{WORK}?kind=asked", f"{WORK}labels/{dispute.label_id}/"):
        text = text_of(browser.get(page))
        assert "current guess" not in text.lower()
        assert "question of yours" not in text
    assert listed(browser.get(f"{WORK}?kind=asked")) == []
    Dispute.objects.update(state="accepted", decided_at=timezone.now())
    assert "the guess was wrong and is changed" in text_of(browser.get(WORK))


def test_a_label_is_read_as_it_was_made(browser: Client, campaign: Campaign, person: Labeler) -> None:
    solution = make.make_solution(
        make.make_problem(campaign), ["Good.", "Wrong.", "Behind."], alternatives={"1": ["Better.", "Worse."]}
    )
    said = [{"text": "Better.", "rating": 1, "flagged": False}, {"text": "Worse.", "rating": None, "flagged": True}]
    label = make.make_label(
        solution, person, flagged=[0], alternatives=said, shown={"reference_answer": "shown", "reference": "42"}
    )
    answer = browser.get(f"{WORK}labels/{label.pk}/")
    good, wrong, behind = answer.context["lines"]
    assert (good.state, good.word, good.is_flagged) == ("positive", "positive", True)
    assert (wrong.state, wrong.word) == ("negative", "first error")
    assert [(one.name, one.text, one.state, one.is_flagged) for one in wrong.others] == [
        ("A", "Better.", "positive", False), ("B", "Worse.", "later", True),
    ]  # fmt: skip
    assert (behind.state, behind.word) == ("later", "not rated")
    page = text_of(answer)
    assert "First error at step 2" in page
    assert ">42</dd>" in page


def test_a_label_over_candidates_is_read_too(browser: Client, campaign: Campaign, person: Labeler) -> None:
    steps = [
        {
            "completions": [
                {"text": "Add.", "rating": 1, "flagged": False}, {"text": "Guess.", "rating": -1, "flagged": False},
            ],
            "human_completion": None, "chosen_completion": 0,
        },
        {
            "completions": [{"text": "Stop.", "rating": 0, "flagged": True}],
            "human_completion": {"text": "It is 4.", "rating": None, "source": "human", "flagged": None},
            "chosen_completion": None,
        },
    ]  # fmt: skip
    tree = make.make_candidate_tree(make.make_problem(campaign))
    label = make.make_tree_label(tree, person, steps)
    first, second = browser.get(f"{WORK}labels/{label.pk}/").context["lines"]
    assert (first.text, first.state, [one.text for one in first.others]) == ("Add.", "positive", ["Guess."])
    assert (second.text, second.word, [one.name for one in second.others]) == ("It is 4.", "written by you", ["A"])


def test_the_chain_is_shown_and_only_the_newest_version_leads_to_a_revision(
    browser: Client, campaign: Campaign, person: Labeler
) -> None:
    first = made(campaign, person, 1, 1, 1, is_current=False)
    second = make.make_label(first.solution, person, [1, -1], revises=first, revision_reason="I misread step 2.")
    page = text_of(browser.get(f"{WORK}labels/{second.pk}/"))
    assert f'href="{WORK}labels/{second.pk}/revise/"' in page
    assert f'<a data-line href="{WORK}labels/{first.pk}/">All steps good</a>' in page
    assert "I misread step 2." in page
    old = text_of(browser.get(f"{WORK}labels/{first.pk}/"))
    assert "This version was replaced." in old
    assert "/revise/" not in old
    newest = browser.get(f"{WORK}labels/{first.pk}/revise/", follow=True)
    assert newest.redirect_chain == [(f"{WORK}labels/{second.pk}/revise/", 302)]
    assert newest.context["offered"]["earlier"] == [first.pk]


def test_a_label_of_an_excluded_problem_says_why_it_is_not_revised(
    browser: Client, campaign: Campaign, person: Labeler
) -> None:
    label = made(campaign, person, 1, 1, 1)
    Problem.objects.update(state="excluded")
    page = text_of(browser.get(f"{WORK}labels/{label.pk}/"))
    assert "A lead has excluded this problem" in page
    assert "/revise/" not in page


@pytest.mark.parametrize("path", ["", "revise/"])
def test_a_label_of_somebody_else_is_not_there(
    path: str, campaign: Campaign, person: Labeler, owner: User, stranger: User
) -> None:
    label = made(campaign, person, 1, 1, 1)
    for who in (owner, stranger):
        assert signed_in(who).get(f"{WORK}labels/{label.pk}/{path}").status_code == 404
    assert Client().get(f"{WORK}labels/{label.pk}/{path}").status_code == 302


def test_who_left_the_campaign_reaches_none_of_it(
    browser: Client, campaign: Campaign, person: Labeler, labeler: User
) -> None:
    label = made(campaign, person, 1, 1, 1)
    labeler.memberships.all().delete()
    assert listed(browser.get(WORK)) == []
    assert browser.get(f"{WORK}labels/{label.pk}/").status_code == 404


def test_the_desk_of_a_revision_gets_what_any_desk_gets_and_nothing_more(
    browser: Client, campaign: Campaign, person: Labeler
) -> None:
    solution = make.make_solution(
        make.make_problem(campaign, reference="canary-reference"),
        alternatives={"1": ["Same.", "Same.", "Else."]},
        generator="canary-generator",
        metadata={"note": "canary-metadata"},
    )
    make.make_score(make.make_selector(campaign), solution, 0.7315924)
    item = make.make_item(
        solution, make.make_round(campaign), "labeled", purpose="gold", reserved_for=person, reason="canary-reason"
    )
    said = [{"text": "Same.", "rating": -1, "flagged": False}, {"text": "Same.", "rating": 1, "flagged": True}]
    label = make.make_label(item=item, labeler=person, alternatives=said, shown={})
    make.make_label(solution, make.make_labeler(campaign, make.make_account("canary-other")))
    answer = browser.get(f"{WORK}labels/{label.pk}/revise/")
    offered = answer.context["offered"]
    desk = {"item", "problem", "steps", "answer", "answer_differs", "alternatives", "draft"}
    assert set(offered) == desk | {"label", "earlier"}
    assert offered["problem"]["ground_truth_answer"] == "canary-reference"
    assert offered["draft"]["ratings"] == [1, -1]
    assert offered["draft"]["alternatives"] == {
        "1": [
            {"rating": -1, "flagged": False}, {"rating": 1, "flagged": True}, {"rating": None, "flagged": False},
        ]
    }  # fmt: skip
    Campaign.objects.update(reference_answer="hidden")
    hidden = browser.get(f"{WORK}labels/{label.pk}/revise/").context["offered"]
    assert "answer_differs" not in hidden
    assert "canary" not in json.dumps(hidden)
    for page in (WORK, f"{WORK}labels/{label.pk}/", f"{WORK}labels/{label.pk}/revise/"):
        text = text_of(browser.get(page))
        assert not [canary for canary in ("canary", "7315924", "gold", "is_correct") if canary in text], page


# --- drafts


@pytest.fixture
def draft(campaign: Campaign, person: Labeler) -> Draft:
    """Work that was begun on an item that somebody else has labeled since."""
    solution = make.make_solution(
        make.make_problem(campaign), ["One.", "Two.", "Three.", "Four."], alternatives={"1": ["Other.", "Another."]}
    )
    content = {
        "ratings": [1, -1], "parked": [0], "flagged": [0, "x"],
        "alternatives": {"1": [{"rating": 1, "flagged": True}, {"rating": [], "flagged": 1}]},
    }  # fmt: skip
    return make.make_draft(make.make_item(solution, make.make_round(campaign), "labeled"), person, content)


def test_a_draft_is_listed_and_read_as_it_was_left(browser: Client, draft: Draft) -> None:
    assert "what you began is kept for you alone" in text_of(browser.get(WORK))
    answer = browser.get(f"{WORK}drafts/{draft.item_id}/")
    lines = answer.context["lines"]
    assert [(line.state, line.mark, line.is_flagged) for line in lines] == [
        ("positive", "positive", True), ("negative", "negative", False), ("parked", "parked-neutral", False),
        ("later", "", False),
    ]  # fmt: skip
    assert lines[2].word == "parked: neutral"
    assert [(one.text, one.state, one.is_flagged) for one in lines[1].others] == [
        ("Other.", "positive", True), ("Another.", "later", False),
    ]  # fmt: skip
    page = text_of(answer)
    assert "Go on" not in page
    assert f'href="{WORK}drafts/{draft.item_id}/discard/"' in page


def test_a_draft_whose_item_waits_is_gone_on_with_at_the_desk(browser: Client, draft: Draft) -> None:
    QueueItem.objects.update(state="waiting")
    page = text_of(browser.get(f"{WORK}drafts/{draft.item_id}/"))
    assert "when you label, it comes after what you hold already" in page
    assert '/label/" data-go="label">Go on' in page


def test_a_draft_over_candidates_is_read_whatever_it_holds(
    browser: Client, campaign: Campaign, person: Labeler
) -> None:
    item = make.make_item(tree=make.make_candidate_tree(make.make_problem(campaign)), state="labeled")
    steps = [
        {"completions": [{"rating": 1}, {"rating": -1}], "chosen_completion": 0},
        {"completions": ["odd"], "chosen_completion": 7, "human_completion": {"text": "It must be 4."}},
        {"chosen_completion": None},
        "odd",
    ]
    make.make_draft(item, person, {"steps": steps, "parked": {}})
    lines = browser.get(f"{WORK}drafts/{item.pk}/").context["lines"]
    assert [(line.text, line.state, len(line.others)) for line in lines] == [
        ("Add them.", "positive", 1), ("It must be 4.", "written", 1), ("", "later", 0),
    ]  # fmt: skip


def test_a_draft_is_discarded_only_after_asking(browser: Client, draft: Draft) -> None:
    address = f"{WORK}drafts/{draft.item_id}/discard/"
    assert "Discard this draft?" in text_of(browser.get(address))
    assert Draft.objects.exists()
    answer = browser.post(address, follow=True)
    assert "The draft is discarded." in text_of(answer)
    assert not Draft.objects.exists()
    assert browser.get(address).status_code == 404


@pytest.mark.parametrize("path", ["", "discard/"])
def test_a_draft_of_somebody_else_is_not_there(path: str, draft: Draft, owner: User, stranger: User) -> None:
    for who in (owner, stranger):
        client = signed_in(who)
        assert client.get(f"{WORK}drafts/{draft.item_id}/{path}").status_code == 404
        assert client.post(f"{WORK}drafts/{draft.item_id}/discard/").status_code == 404
    assert Draft.objects.exists()


def test_a_place_among_others_is_shown_only_where_the_campaign_wants_it(
    browser: Client, campaign: Campaign, person: Labeler
) -> None:
    made(campaign, person, 1, 1, 1)
    for _ in range(4):
        made(campaign, make.make_labeler(campaign), 1, 1, 1)
    assert "place" not in text_of(browser.get(WORK)).partition("What you submitted")[0]
    Campaign.objects.update(show_ranking=True)
    page = text_of(browser.get(WORK))
    assert "1 labeled by you, place 1 of 5; the one in the middle labeled 1." in page
