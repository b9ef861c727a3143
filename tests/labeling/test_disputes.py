"""Answer disputes: a lead decides once, and an accepted one changes the reference."""

import pytest
from django.contrib.auth.models import User

from labeling.actions import adjudication, disputes, problems, requeue
from labeling.actions.errors import ActionError, Conflict
from labeling.models import Campaign, Dispute, Event, Job, Problem
from tests import factories as make
from tests.labeling.pages import signed_in, text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def dispute(campaign: Campaign) -> Dispute:
    """The reference says 4, the solution 5, and a labeler found every step good."""
    solution = make.make_solution(make.make_problem(campaign, reference="4"), answer="5")
    return make.make_dispute(make.make_label(solution, ratings=[1, 1, 1]))


def answer_now(dispute: Dispute) -> str | None:
    return Problem.objects.get(pk=dispute.problem_id).reference_answer


def test_an_accepted_dispute_makes_the_solutions_answer_the_reference(dispute: Dispute, owner: User) -> None:
    decided = disputes.decide(dispute=dispute, decision="accepted", by=owner, reason="It is 5.")

    assert (decided.state, decided.decided_by, decided.decision_reason) == ("accepted", owner, "It is 5.")
    assert decided.decided_at is not None
    assert answer_now(dispute) == "5"
    assert Job.objects.filter(kind="grade", state="requested").count() == 1


def test_a_lead_may_give_another_answer(dispute: Dispute, owner: User) -> None:
    disputes.decide(dispute=dispute, decision="accepted", by=owner, reference_answer="6")

    assert answer_now(dispute) == "6"


def test_a_declined_dispute_changes_no_reference(dispute: Dispute, owner: User) -> None:
    disputes.decide(dispute=dispute, decision="declined", by=owner, reference_answer="6")

    assert answer_now(dispute) == "4"
    assert not Job.objects.filter(kind="grade").exists()
    assert Event.objects.get(verb="dispute.decided").after == "declined"


@pytest.mark.parametrize("second", ["accepted", "declined"])
def test_a_dispute_is_decided_once(second: str, dispute: Dispute, owner: User) -> None:
    disputes.decide(dispute=dispute, decision="declined", by=owner)

    with pytest.raises(Conflict, match="decided already"):
        disputes.decide(dispute=dispute, decision=second, by=owner, reference_answer="6")

    assert answer_now(dispute) == "4"


@pytest.mark.parametrize("decision", ["open", "", "maybe"])
def test_an_unknown_decision_is_refused(decision: str, dispute: Dispute, owner: User) -> None:
    with pytest.raises(ActionError) as refused:
        disputes.decide(dispute=dispute, decision=decision, by=owner)

    assert refused.value.fields == {"decision": "one of accepted, declined"}


def test_accepting_without_any_answer_is_refused(campaign: Campaign, owner: User) -> None:
    solution = make.make_solution(make.make_problem(campaign), answer=None)
    dispute = make.make_dispute(make.make_label(solution, ratings=[1, 1, 1]))

    with pytest.raises(ActionError, match="new reference answer"):
        disputes.decide(dispute=dispute, decision="accepted", by=owner)

    dispute.refresh_from_db()
    assert dispute.state == "open"


def test_open_disputes_that_say_the_same_answer_are_decided_together(dispute: Dispute, owner: User) -> None:
    answers = {}
    for answer in (answer_of(dispute), "another answer"):
        solution = make.make_solution(dispute.problem, ["x", answer], answer=answer)
        answers[answer] = make.make_dispute(make.make_label(solution, ratings=[1, 1]))

    disputes.decide(dispute=dispute, decision="accepted", by=owner)

    states = {answer: Dispute.objects.get(pk=other.pk).state for answer, other in answers.items()}
    assert states == {answer_of(dispute): "accepted", "another answer": "open"}


def answer_of(dispute: Dispute) -> str:
    assert dispute.label.solution is not None
    assert dispute.label.solution.answer is not None
    return dispute.label.solution.answer


def test_each_dispute_that_is_decided_is_an_event(dispute: Dispute, owner: User) -> None:
    solution = make.make_solution(dispute.problem, ["x", "y"], answer=answer_of(dispute))
    same = make.make_dispute(make.make_label(solution, ratings=[1, 1]))

    disputes.decide(dispute=dispute, decision="accepted", by=owner)

    told = Event.objects.filter(verb="dispute.decided").values_list("actor", "subject", "before", "after")
    assert sorted(told) == sorted((owner.pk, f"dispute {one.pk}", "open", "accepted") for one in (dispute, same))


def test_a_reference_that_is_changed_elsewhere_accepts_the_disputes_that_said_so(dispute: Dispute, owner: User) -> None:
    other = make.make_dispute(make.make_label(make.make_solution(dispute.problem, answer="6"), ratings=[1, 1, 1]))

    adjudication.change_reference(problem=dispute.problem, answer=answer_of(dispute), reason="It is 5.", by=owner)

    dispute.refresh_from_db()
    other.refresh_from_db()
    assert (dispute.state, dispute.decided_by, dispute.decision_reason) == ("accepted", owner, "It is 5.")
    assert other.state == "open"
    assert Event.objects.get(verb="dispute.decided").subject == f"dispute {dispute.pk}"


def test_no_dispute_waits_for_a_decision_that_would_change_nothing(
    campaign: Campaign, dispute: Dispute, owner: User
) -> None:
    """That of an excluded problem, and that of a label which was sent back."""
    item = make.make_item(round=make.make_round(campaign), state="labeled")
    sent_back = make.make_dispute(make.make_label(item=item, ratings=[1, 1, 1]))
    page, stats = f"/campaigns/{campaign.slug}/decisions/", f"/api/v1/campaigns/{campaign.slug}/stats/"
    assert set(disputes.waiting(campaign)) == {dispute, sent_back}

    made = requeue.requeue(
        labeler=sent_back.label.labeler, since=sent_back.label.labeler.created_at.replace(2000), by=owner
    )
    problems.decide(problem=dispute.problem, state="excluded", reason="Two questions.", by=owner)

    lead = signed_in(owner)
    assert list(disputes.waiting(campaign)) == []
    assert lead.get(stats).json()["open_disputes"] == 0
    assert f'/disputes/{dispute.pk}/"' not in text_of(lead.get(page))
    requeue.undo(requeue=made, by=owner)
    problems.decide(problem=dispute.problem, state="active", reason="It is one.", by=owner)
    assert set(disputes.waiting(campaign)) == {dispute, sent_back}
    assert f'/disputes/{dispute.pk}/"' in text_of(lead.get(page))
