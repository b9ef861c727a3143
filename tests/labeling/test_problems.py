"""A lead decides about reported problems: their items go and come, and nothing waits for what cannot be labeled."""

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from labeling.actions import adjudication, problems, requeue
from labeling.actions.errors import Conflict
from labeling.models import Campaign, Event, Labeler, Problem, QueueItem, Round
from tests import factories as make
from tests.labeling.pages import signed_in, text_of
from tests.labeling.working import make_items, work

pytestmark = pytest.mark.django_db


@pytest.fixture
def problem(campaign: Campaign) -> Problem:
    return make.make_problem(campaign)


def items_in(problem: Problem, of: Round, *states: str) -> list[QueueItem]:
    return [make.make_item(make.make_solution(problem), of, state=state) for state in states]


def states(items: list[QueueItem]) -> list[str]:
    return [QueueItem.objects.get(pk=item.pk).state for item in items]


def test_an_excluded_problem_leaves_the_queue_but_not_the_hands(
    campaign: Campaign, problem: Problem, owner: User
) -> None:
    items = items_in(problem, make.make_round(campaign), "waiting", "planned", "leased", "labeled")

    problems.decide(problem=problem, state="excluded", by=owner)

    assert states(items) == ["withdrawn", "withdrawn", "leased", "labeled"]
    problem.refresh_from_db()
    assert problem.state == "excluded"
    event = Event.objects.get(verb="problem.decided")
    assert (event.actor, event.before, event.after) == (owner, "active", "excluded")


@pytest.mark.parametrize(("round_state", "back"), [("open", "waiting"), ("planned", "planned"), ("closed", "planned")])
def test_a_restored_problem_comes_back_as_its_round_stands(
    round_state: str, back: str, campaign: Campaign, problem: Problem, owner: User
) -> None:
    items = items_in(problem, make.make_round(campaign, state=round_state), "withdrawn", "labeled")
    Problem.objects.filter(pk=problem.pk).update(state="held")

    problems.decide(problem=problem, state="active", by=owner)

    assert states(items) == [back, "labeled"]


def test_a_round_whose_last_items_are_excluded_closes(campaign: Campaign, problem: Problem, owner: User) -> None:
    first, second = make.make_round(campaign), make.make_round(campaign, number=1)
    items_in(problem, first, "waiting", "labeled")
    items_in(problem, second, "waiting")
    make.make_item(round=second)

    problems.decide(problem=problem, state="excluded", by=owner)

    assert list(Round.objects.order_by("number").values_list("state", flat=True)) == ["closed", "open"]


def test_a_planned_round_is_not_closed_by_an_exclusion(campaign: Campaign, problem: Problem, owner: User) -> None:
    items_in(problem, make.make_round(campaign, state="planned"), "planned")

    problems.decide(problem=problem, state="excluded", by=owner)

    assert Round.objects.get().state == "planned"


def test_other_problems_stay_where_they_are(campaign: Campaign, problem: Problem, owner: User) -> None:
    of = make.make_round(campaign)
    items_in(problem, of, "waiting")
    others = items_in(make.make_problem(campaign), of, "waiting", "planned")

    problems.decide(problem=problem, state="excluded", by=owner)

    assert states(others) == ["waiting", "planned"]


def test_a_problem_cannot_be_decided_to_be_held(problem: Problem, owner: User) -> None:
    with pytest.raises(Conflict, match="active or excluded"):
        problems.decide(problem=problem, state="held", by=owner)


def test_a_report_that_holds_nothing_yet_waits_for_a_lead_too(
    campaign: Campaign, problem: Problem, owner: User, labeler: User
) -> None:
    make.make_label(make.make_solution(problem), finish_reason="bad_problem", ratings=[], reason="No figure.")
    elsewhere = make.make_label(make.make_solution(make.make_problem(campaign)))
    make.make_label(elsewhere.solution, kind_of_elsewhere(campaign), [], finish_reason="bad_problem", origin="prm800k")
    client = signed_in(owner)
    decisions, decision = (f"/campaigns/{campaign.slug}/decisions/{path}" for path in ("", f"problems/{problem.pk}/"))

    assert list(problems.reported(campaign)) == [problem], "what was imported is nobody's here"
    page = text_of(client.get(decisions))
    assert "Some problems were reported as bad" in page
    assert "Reported as bad, still in the queue" in page
    assert "Keep it in the queue" in text_of(client.get(decision))
    said = client.post(decision, {"state": "active", "reason": "The text is enough."}, follow=True)
    assert "The problem stays in the queue." in text_of(said)
    assert "Reported as bad, still in the queue" not in text_of(said)

    make.make_label(
        make.make_solution(problem), finish_reason="bad_problem", ratings=[], reason="No.", submitted_at=timezone.now()
    )
    assert list(problems.reported(campaign)) == [problem], "somebody said so once more"


def kind_of_elsewhere(campaign: Campaign) -> Labeler:
    return make.make_labeler(campaign, kind="external")


def test_what_was_withdrawn_for_good_does_not_come_back(campaign: Campaign, owner: User, labeler: User) -> None:
    of = make.make_round(campaign)
    make_items(of, 1)
    make.make_item(round=of)  # the round stays open
    ada = make.make_labeler(campaign, labeler)
    label = work(campaign, ada)
    sent_back = requeue.requeue(labeler=ada, since=make.A_MOMENT, by=owner)
    requeue.undo(requeue=sent_back, by=owner)
    ruled = make.make_solution(label.problem)
    extra = make.make_item(ruled, of, purpose="extra")
    adjudication.decide(solution=ruled, ratings=[1, -1], reason="It is 4.", by=owner)
    wanted = make.make_item(make.make_solution(label.problem), of)

    for state in ("excluded", "active"):
        problems.decide(problem=label.problem, state=state, by=owner)

    undone = QueueItem.objects.get(pk=sent_back.items[0])
    assert states([undone, extra, wanted]) == ["withdrawn", "withdrawn", "waiting"]
