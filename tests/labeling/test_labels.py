"""Submitting and revising: once, under a living lease, and with everything that a label sets off."""

import uuid

import pytest

from labeling.actions import drafts, labels, passes, queue
from labeling.actions.errors import Conflict, LeaseLost, RuleBroken, SubmissionReused
from labeling.models import Campaign, Dispute, Draft, Label, Labeler, QueueItem, Round, Skip
from tests import factories as make
from tests.labeling.working import a_pass, make_items, run_out, submit, take, work

pytestmark = pytest.mark.django_db


@pytest.fixture
def item(campaign: Campaign, of: Round, ada: Labeler) -> QueueItem:
    """The first of three items, in ada's hands."""
    make_items(of, 3)
    return take(campaign, ada)


def send(item: QueueItem, labeler: Labeler, submission_id: uuid.UUID, **fields: object) -> tuple[Label, bool]:
    values = {"lease": item.lease_number, "done": a_pass()} | fields
    return labels.submit(item=item, labeler=labeler, submission_id=submission_id, **values)  # type: ignore[arg-type]


# --- submit


def test_a_submitted_pass_is_kept_whole(ada: Labeler, item: QueueItem, of: Round) -> None:
    done = a_pass([1, 0, -1], step_times=[10, 20, 30], flagged=[2, 0], reason="The sum is off.")

    label = submit(item, ada, done)

    label.refresh_from_db()
    assert (label.ratings, label.rating_values, label.first_error_index) == ("+0-", [1, 0, -1], 2)
    assert (label.finish_reason, label.reason, label.flagged) == ("found_error", "The sum is off.", [0, 2])
    assert (label.total_time_ms, label.step_times_ms) == (1_000, [10, 20, 30])
    assert (label.item, label.round, label.labeler, label.origin) == (item, of, ada, "here")
    assert label.problem == item.solution.problem
    assert label.is_current


def test_what_was_shown_is_kept_with_the_label(campaign: Campaign, ada: Labeler, item: QueueItem) -> None:
    Campaign.objects.filter(pk=campaign.pk).update(reference_answer="greyed")

    label = submit(QueueItem.objects.get(pk=item.pk), Labeler.objects.get(pk=ada.pk))

    assert label.shown == {"reference_answer": "greyed", "reference": "4"}


def test_a_submitted_item_is_labeled_and_forgets_its_draft_and_skips(
    ada: Labeler, bea: Labeler, item: QueueItem
) -> None:
    drafts.save(item=item, labeler=ada, lease=1, content={"ratings": [1]})
    theirs = make.make_draft(item, bea)
    queue.release(item=item, labeler=ada, lease=1)
    again = queue.lease_again(item=item, labeler=ada)
    assert Skip.objects.exists()

    submit(again, ada)

    item.refresh_from_db()
    assert (item.state, item.leased_by, item.leased_until, item.lease_number) == ("labeled", None, None, 2)
    assert Draft.objects.get() == theirs, "what somebody else began stays theirs"
    assert not Skip.objects.exists()


def test_alternatives_of_the_first_error_are_kept(campaign: Campaign, ada: Labeler, of: Round) -> None:
    solution = make.make_solution(make.make_problem(campaign), alternatives={"1": ["$2 + 2 = 4$", "$2 + 2 = 3$"]})
    make.make_item(solution, of)
    rated = [passes.Alternative("$2 + 2 = 4$", 1), passes.Alternative("$2 + 2 = 3$", None, flagged=True)]

    label = work(campaign, ada, a_pass([1, -1], alternatives=rated))

    assert label.alternatives == [
        {"text": "$2 + 2 = 4$", "rating": 1, "flagged": False},
        {"text": "$2 + 2 = 3$", "rating": None, "flagged": True},
    ]


def test_alternatives_of_another_step_are_refused(campaign: Campaign, ada: Labeler, of: Round) -> None:
    solution = make.make_solution(make.make_problem(campaign), alternatives={"1": ["$2 + 2 = 4$"]})
    make.make_item(solution, of)

    with pytest.raises(RuleBroken, match="alternatives"):
        work(campaign, ada, a_pass([1, 1, -1], alternatives=[passes.Alternative("$2 + 2 = 4$", 1)]))


def test_a_broken_rule_changes_nothing(ada: Labeler, item: QueueItem) -> None:
    with pytest.raises(RuleBroken):
        submit(item, ada, a_pass([1, 1, 1, 1]))

    item.refresh_from_db()
    assert (item.state, item.leased_by) == ("leased", ada)
    assert not Label.objects.exists()


def test_a_simulated_labelers_label_is_marked(campaign: Campaign, of: Round) -> None:
    make_items(of, 1)

    assert work(campaign, make.make_labeler(campaign, kind="simulated")).origin == "simulated"


# --- idempotence


def test_the_same_submission_twice_is_one_label(ada: Labeler, item: QueueItem) -> None:
    submission = uuid.uuid4()
    first, first_is_new = send(item, ada, submission)

    second, second_is_new = send(item, ada, submission)

    assert (first_is_new, second_is_new) == (True, False)
    assert second == first
    assert Label.objects.count() == 1


def test_a_submission_is_known_again_after_its_lease_and_a_revision(ada: Labeler, item: QueueItem) -> None:
    submission = uuid.uuid4()
    first, _ = send(item, ada, submission)
    labels.revise(label=first, done=a_pass([-1]), reason="Looked again.")

    again, is_new = send(item, ada, submission, lease=99)

    assert (again, is_new) == (first, False)


@pytest.mark.parametrize(
    "other",
    [
        a_pass([1, 0, -1]),
        a_pass(total_time=1_001),
        a_pass(reason="x"),
        a_pass(flagged=[0]),
        a_pass(step_times=[1]),
        a_pass([1, -1], "give_up", reason="x"),
    ],
)
def test_other_content_under_a_known_submission_is_refused(other: passes.Pass, ada: Labeler, item: QueueItem) -> None:
    submission = uuid.uuid4()
    send(item, ada, submission)

    with pytest.raises(SubmissionReused) as refused:
        send(item, ada, submission, done=other)

    assert refused.value.status == 422
    assert Label.objects.get().ratings == "+-"


def test_a_submission_of_another_item_is_refused(campaign: Campaign, ada: Labeler, item: QueueItem) -> None:
    submission = uuid.uuid4()
    send(item, ada, submission)
    second = take(campaign, ada)

    with pytest.raises(SubmissionReused):
        send(second, ada, submission)

    second.refresh_from_db()
    assert second.state == "leased"


def test_a_submission_id_of_somebody_else_is_refused(
    campaign: Campaign, ada: Labeler, bea: Labeler, item: QueueItem
) -> None:
    submission = uuid.uuid4()
    send(item, ada, submission)

    with pytest.raises(SubmissionReused):
        send(take(campaign, bea), bea, submission)


# --- stale leases


def test_an_expired_lease_is_refused_and_says_what_to_do(ada: Labeler, item: QueueItem) -> None:
    run_out(item)

    with pytest.raises(LeaseLost) as refused:
        submit(item, ada)

    assert "ran out" in refused.value.message
    assert "stays on your screen" in refused.value.message
    assert not Label.objects.exists()


def test_a_lease_that_somebody_else_has_now_is_refused(
    campaign: Campaign, ada: Labeler, bea: Labeler, item: QueueItem
) -> None:
    run_out(item)
    queue.take_back_expired()
    assert take(campaign, bea) == item

    with pytest.raises(LeaseLost, match="somebody else has it now"):
        submit(item, ada)

    item.refresh_from_db()
    assert item.leased_by == bea


def test_an_old_lease_number_is_refused(campaign: Campaign, ada: Labeler, item: QueueItem) -> None:
    drafts.save(item=item, labeler=ada, lease=1, content={"ratings": [1]})
    run_out(item)
    assert take(campaign, ada).lease_number == 2

    with pytest.raises(LeaseLost, match="opened again in another tab"):
        submit(item, ada, lease=1)

    assert not Label.objects.exists()


def test_somebody_elses_item_cannot_be_submitted(bea: Labeler, item: QueueItem) -> None:
    with pytest.raises(LeaseLost):
        submit(item, bea)

    assert not Label.objects.exists()


def test_an_item_is_not_labeled_twice(ada: Labeler, item: QueueItem) -> None:
    submit(item, ada)

    with pytest.raises(LeaseLost, match="has been labeled"):
        submit(item, ada)

    assert Label.objects.count() == 1


def test_a_second_label_of_a_solution_is_a_conflict(campaign: Campaign, ada: Labeler, item: QueueItem) -> None:
    make.make_label(item.solution, ada)

    with pytest.raises(Conflict, match="already labeled"):
        submit(item, ada)

    item.refresh_from_db()
    assert item.state == "leased", "nothing was changed"


# --- disputes


@pytest.mark.parametrize(
    ("verdict", "ratings", "is_disputed"),
    [
        (False, [1, 1, 1], True),
        (False, [1, -1], False),
        (True, [1, 1, 1], False),
        (None, [1, 1, 1], False),
    ],
)
def test_a_wrong_answer_found_right_is_disputed(
    verdict: bool | None, ratings: list[int], is_disputed: bool, campaign: Campaign, ada: Labeler, of: Round
) -> None:
    make.make_item(make.make_solution(make.make_problem(campaign), answer_is_correct=verdict), of)

    label = work(campaign, ada, a_pass(ratings))

    assert list(Dispute.objects.values_list("label", "problem", "state")) == (
        [(label.pk, label.problem_id, "open")] if is_disputed else []
    )


@pytest.mark.parametrize(("graded", "is_disputed"), [("correct", False), ("wrong", True), ("uncertain", False)])
def test_the_newest_grade_decides_whether_an_answer_is_disputed(
    graded: str, is_disputed: bool, campaign: Campaign, ada: Labeler, of: Round
) -> None:
    solution = make.make_solution(make.make_problem(campaign), answer_is_correct=None)
    make.make_grade(solution, graded)
    make.make_item(solution, of)

    work(campaign, ada, a_pass([1, 1, 1]))

    assert Dispute.objects.exists() == is_disputed


# --- revisions


def test_a_revision_takes_the_place_of_the_label_and_keeps_it(ada: Labeler, item: QueueItem) -> None:
    first = submit(item, ada)

    second = labels.revise(label=first, done=a_pass([1, 0, -1]), reason="The second step is fine.")

    first.refresh_from_db()
    assert (first.ratings, first.is_current) == ("+-", False)
    assert (second.ratings, second.is_current, second.revises) == ("+0-", True, first)
    assert second.revision_reason == "The second step is fine."
    assert (second.item, second.round) == (item, item.round)
    assert list(Label.objects.current()) == [second]


def test_revisions_form_a_chain(ada: Labeler, item: QueueItem) -> None:
    chain = [submit(item, ada)]
    for ratings in ([-1], [1, 1, 1], [1, -1]):
        chain.append(labels.revise(label=chain[-1], done=a_pass(ratings), reason="Looked again."))

    assert [label.revises for label in chain] == [None, *chain[:-1]]
    assert list(Label.objects.filter(is_current=True)) == [chain[-1]]


def test_only_the_newest_version_can_be_revised(ada: Labeler, item: QueueItem) -> None:
    first = submit(item, ada)
    labels.revise(label=first, done=a_pass([-1]), reason="Looked again.")

    with pytest.raises(Conflict, match="revised already"):
        labels.revise(label=first, done=a_pass([1, 1, 1]), reason="Looked again.")

    assert Label.objects.count() == 2


@pytest.mark.parametrize("reason", ["", "  \n"])
def test_a_revision_needs_a_reason(reason: str, ada: Labeler, item: QueueItem) -> None:
    label = submit(item, ada)

    with pytest.raises(RuleBroken, match="revision_reason"):
        labels.revise(label=label, done=a_pass([-1]), reason=reason)


def test_a_revision_keeps_the_rules_of_a_pass(ada: Labeler, item: QueueItem) -> None:
    label = submit(item, ada)

    with pytest.raises(RuleBroken, match="nothing behind the first error"):
        labels.revise(label=label, done=a_pass([-1, 1]), reason="Looked again.")

    label.refresh_from_db()
    assert label.is_current


def test_an_imported_label_cannot_be_revised(campaign: Campaign) -> None:
    label = make.make_label(make.make_solution(make.make_problem(campaign)), origin="first_error")

    with pytest.raises(Conflict, match="imported"):
        labels.revise(label=label, done=a_pass([-1]), reason="Looked again.")


def test_a_revision_withdraws_the_open_dispute_or_makes_one(ada: Labeler, item: QueueItem) -> None:
    label = submit(item, ada, a_pass([1, 1, 1]))
    assert Dispute.objects.filter(label=label).exists()

    second = labels.revise(label=label, done=a_pass([1, -1]), reason="There is one.")
    assert not Dispute.objects.exists()

    third = labels.revise(label=second, done=a_pass([1, 1, 0]), reason="There is none.")
    assert Dispute.objects.get().label == third
