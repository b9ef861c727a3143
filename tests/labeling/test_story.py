"""A solution's page tells its whole story: who had it when, gold, what was sent back, what befell its problem."""

from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from labeling.actions import adjudication, bulk, gold, queue, requeue
from labeling.models import BulkKind, Campaign, Labeler, Problem, QueueItem, Round, Solution
from labeling.views.story import solution_story
from tests import factories as make
from tests.labeling.pages import signed_in, text_of
from tests.labeling.working import bad_problem, run_out, submit, take, work

pytestmark = pytest.mark.django_db


@pytest.fixture
def of(campaign: Campaign) -> Round:
    return make.make_round(campaign)


@pytest.fixture
def item(campaign: Campaign, of: Round) -> QueueItem:
    return make.make_item(make.make_solution(make.make_problem(campaign)), of)


def person(campaign: Campaign, name: str) -> Labeler:
    return make.make_labeler(campaign, make.make_account(name))


def told(solution: Solution | None) -> list[tuple[str, str]]:
    """What happened, in order."""
    found = make.Solution.objects.all().with_verdict().select_related("problem", "import_job")
    return [(one.what, one.words) for one in solution_story(found.get(pk=solution and solution.pk))["happenings"]]


def test_who_had_it_in_hand_and_when_is_told(campaign: Campaign, item: QueueItem) -> None:
    ada, ben, cleo = (person(campaign, name) for name in ("ada", "ben", "cleo"))
    run_out(take(campaign, ada))
    queue.take_back_expired()
    given = take(campaign, ben)
    queue.release(item=given, labeler=ben, lease=given.lease_number)
    assert told(item.solution)[-1] == ("Given back", "by ben")
    work(campaign, cleo)

    found = told(item.solution)
    assert [words for what, words in found if what == "In hand"] == [
        "ada (went back to the queue)",
        "ben (went back to the queue)",
        "cleo",
    ]
    item.refresh_from_db()
    assert [who for who, _at in item.leases()] == [ada.pk, ben.pk, cleo.pk]
    assert all(at and abs(timezone.now() - at) < timedelta(minutes=1) for _who, at in item.leases())


def test_leases_from_before_times_were_kept_are_told_without(campaign: Campaign, of: Round) -> None:
    ada, ben = person(campaign, "ada"), person(campaign, "ben")
    item = make.make_item(round=of, holders=f"{ada.pk} {ben.pk}@1795852800 ")
    assert item.leases() == [(ada.pk, None), (ben.pk, datetime(2026, 11, 28, 8, tzinfo=UTC))]
    assert ("In hand", "ada (went back to the queue)") in told(item.solution)


def test_gold_is_told_from_its_making_to_its_retirement(campaign: Campaign, owner: User, lead: Client) -> None:
    solution = make.make_solution(make.make_problem(campaign))
    made = gold.make(solution=solution, by=owner, sets=["+", "-0", "-"])
    gold.make(solution=solution, by=owner, sets=["0+", "-"])
    gold.retire(gold=made, by=owner)

    assert [one for one in told(solution) if "old" in one[0]] == [
        ("Made gold", "in rounds. First error: step 2, step 3 (step 1: +, step 2: −/0, step 3: −) by owner"),
        ("Gold changed", "in rounds. First error: step 2 (step 1: 0/+, step 2: −) by owner"),
        ("Gold retired", "by owner"),
    ]
    page = text_of(lead.get(f"/campaigns/campaign/solutions/{solution.pk}/"))
    assert "<b>Gold retired</b> by owner" in page


@pytest.fixture
def lead(owner: User) -> Client:
    return signed_in(owner)


def test_to_whom_it_was_given_as_gold_is_told(campaign: Campaign, of: Round) -> None:
    ada = person(campaign, "ada")
    solution = make.make_gold(make.make_solution(make.make_problem(campaign))).solution
    make.make_item(solution, of, purpose="gold", reserved_for=ada)
    work(campaign, ada)
    assert ("In hand", "ada (gold)") in told(solution)
    assert "Chosen" not in dict(told(solution))


def test_a_label_that_was_sent_back_is_told(campaign: Campaign, owner: User, item: QueueItem) -> None:
    ada = person(campaign, "ada")
    work(campaign, ada)
    requeue.requeue(labeler=ada, since=ada.created_at, by=owner)
    assert ("ada", "first error at step 2, in 1\N{NO-BREAK SPACE}s (counts no more)") in told(item.solution)
    assert ("Sent back to the queue", "the label of ada by owner") in told(item.solution)
    assert [what for what, _words in told(item.solution)].count("Chosen") == 1


def test_what_befell_its_problem_is_told(campaign: Campaign, owner: User, item: QueueItem) -> None:
    Campaign.objects.filter(pk=campaign.pk).update(bad_problem_quorum=1)
    campaign.refresh_from_db()
    submit(take(campaign, ada := person(campaign, "ada")), ada, bad_problem())
    rows = Problem.objects.filter(campaign=campaign)
    made = bulk.change(kind=BulkKind.EXCLUDE, campaign=campaign, rows=rows, by=owner, sought={}, reason="No figure.")
    bulk.undo(change=made, by=owner)
    of_problem = [one for one in told(item.solution) if one[0] in ("Held", "Its problem, with others", "Undone")]
    assert of_problem == [
        ("Held", "its problem was reported as bad"),
        ("Its problem, with others", "1 problem excluded by owner"),
        ("Undone", "1 problem excluded by owner"),
    ]
    elsewhere = make.make_solution(make.make_problem(campaign))
    assert not {"Held", "Undone"} & set(dict(told(elsewhere)))


def test_a_long_story_costs_no_query_more(campaign: Campaign, of: Round, lead: Client) -> None:
    solution = make.make_solution(make.make_problem(campaign))

    def queries() -> int:
        with CaptureQueriesContext(connection) as asked:
            lead.get(f"/campaigns/campaign/solutions/{solution.pk}/")
        return len(asked)

    def happen(*names: str) -> None:
        for name in names:
            who = person(campaign, name)
            item = make.make_item(solution, of, "labeled", holders=f"{who.pk}@1795852800 ")
            make.make_label(item=item, labeler=who)
            make.make_skip(item, who)

    happen("ada")
    few = queries()
    happen("ben", "cleo", "dora")
    assert queries() == few


def test_a_solution_opens_with_what_people_and_selectors_come_to(campaign: Campaign, owner: User) -> None:
    solution = make.make_solution(make.make_problem(campaign), steps=["a", "b", "c"])
    lead, here = signed_in(owner), f"/campaigns/{campaign.slug}/solutions/{solution.pk}/"

    def opening() -> str:
        return " ".join(text_of(lead.get(here)).partition("<h1>")[2].partition("</div>")[0].split())

    assert "not labeled yet" in opening()
    assert "No label yet. No selector has scored it." in opening()
    for name in ("ada", "ben"):
        make.make_label(item=make.make_item(solution, state="labeled"), labeler=person(campaign, name), ratings=[1, -1])
    make.make_score(make.make_selector(campaign, 1, "retired"), solution, 0.55)
    assert "2 labels, at one. Selector 1 gives it 0.55." in opening()
    make.make_label(solution, person(campaign, "cleo"), ratings=[1, 1, -1])
    make.make_score(make.make_selector(campaign, 2), solution, 0.04)
    assert "3 labels. Selector 1 gave it 0.55, selector 2 gives it 0.04." in opening()
    assert "first errors differ: steps 2, 3" in opening()

    adjudication.decide(solution=solution, ratings=[1, -1], reason="It is plain.", by=owner)

    assert "wrong at step 2</h1>" in opening()
    assert "3 labels; first errors differ. A lead decided. Selector 1 gave" in opening()
    page = text_of(lead.get(here))
    assert page.count('<th class="who decided">Decided</th>') == 1
    assert page.count('<td class="who decided">') == 3
    assert page.count("data-first-error") == 1, "what holds is the decision"
    assert ("Ruled", "first error: step 2 by owner") in told(solution)
    assert not [what for what, _words in told(solution) if what == "adjudication"], "told once"


def test_a_solutions_labels_go_back_from_its_page(campaign: Campaign, owner: User) -> None:
    item = make.make_item(make.make_solution(make.make_problem(campaign)), make.make_round(campaign), "labeled")
    label = make.make_label(item=item, labeler=person(campaign, "ada"))
    gold = make.make_item(item.solution, item.round, "labeled", purpose="gold")
    make.make_label(item=gold, labeler=person(campaign, "ben"))
    here = f"/campaigns/{campaign.slug}/solutions/{item.solution_id}/"
    page = signed_in(owner).get(here).content.decode()
    assert page.count('<input type="hidden" name="pk"') == 1, "gold stays"
    asked = text_of(signed_in(owner).get(f"/campaigns/{campaign.slug}/bulk/requeue/?pk={label.pk}"))
    assert "Send 1 label back to the queue?" in asked
    assert f'action="/campaigns/{campaign.slug}/bulk/requeue/"' in page


def test_a_choice_that_several_people_label_is_told_once(campaign: Campaign, of: Round) -> None:
    solution = make.make_solution(make.make_problem(campaign))
    for _overlap in range(3):
        make.make_item(solution, of, rank=4, reason="uniform")
    make.make_item(solution, make.make_round(campaign, 1), rank=0, reason="convincing_wrong")
    assert [words for what, words in told(solution) if what == "Chosen"] == [
        "for round 0, rank 5: drawn uniformly",
        "for round 1, rank 1: wrong answer, among the most convincing",
    ]
