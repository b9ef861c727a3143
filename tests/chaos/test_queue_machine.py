"""Any order of claims, drafts, submits, expiries, revisions, skips, closing and reopening: rows do as the model does.

`CHAOS_EXAMPLES` and `CHAOS_STEPS` make it longer, as `make chaos` does, and then with examples of its own each time.
"""

import os
import uuid
from typing import Any

import pytest
from django.db import connection
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from labeling.actions import drafts, labels, queue, rounds
from labeling.actions.errors import Conflict, LeaseLost, SubmissionReused
from labeling.models import SIGNS, Label, QueueItem
from tests import factories as make
from tests.chaos.queue_model import Item, QueueModel
from tests.labeling.working import a_pass, run_out

EXAMPLES, STEPS = int(os.environ.get("CHAOS_EXAMPLES", "200")), int(os.environ.get("CHAOS_STEPS", "12"))
SOLUTIONS, OVERLAP, LABELERS = 3, 2, 3
WHO = st.integers(0, LABELERS - 1)
WHERE = st.integers(0, SOLUTIONS * OVERLAP - 1)
RATINGS = st.sampled_from([[-1], [1, -1], [1, 0, -1], [1, 1, 1]])
AGE = st.sampled_from([0, 0, 0, 1])  # of the lease number named: the newest, or the one before
NEAR = st.sampled_from([True, True, True, False])  # mostly what somebody holds, by whoever holds it


class Machine(RuleBasedStateMachine):
    """The real actions on a campaign of its own, step by step beside the model."""

    @initialize()
    def begin(self) -> None:
        campaign = make.make_campaign()
        self.campaign, self.of = campaign, make.make_round(campaign)
        problem = make.make_problem(campaign, reference=None)
        solutions = [make.make_solution(problem) for _ in range(SOLUTIONS)]
        self.items = [make.make_item(solutions[place % SOLUTIONS], self.of) for place in range(SOLUTIONS * OVERLAP)]
        self.people = [make.make_labeler(campaign) for _ in range(LABELERS)]
        self.model = QueueModel(SOLUTIONS, OVERLAP)
        self.sent: list[dict[str, Any]] = []
        self.acknowledged: dict[uuid.UUID, int] = {}

    def row(self, place: int) -> QueueItem:
        return QueueItem.objects.select_related("campaign", "solution__problem").get(pk=self.items[place].pk)

    def at(self, place: int) -> Item:
        return self.model.items[place]

    def leases(self) -> list[Item]:
        return [item for item in self.model.items if item.lease]

    def chosen(self, who: int, place: int, near: bool) -> tuple[int, int]:
        """A labeler and a place: those of some lease, where `near`."""
        if not near:
            return who, place
        item = self.leases()[place % len(self.leases())]
        return (item.lease.labeler if item.lease else who), item.place

    # --- labelers

    @rule(who=WHO, ahead=st.booleans())
    def claim(self, who: int, ahead: bool) -> None:
        got = queue.lease_next(campaign=self.campaign, labeler=self.people[who], ahead=ahead)
        expected = self.model.claim(who, ahead=ahead)
        assert (got and got.pk) == (expected and self.items[expected.place].pk)
        assert got is None or got.lease_number == (expected and expected.number)

    @precondition(lambda self: self.leases())
    @rule(who=WHO, place=WHERE, near=NEAR, age=AGE)
    def draft(self, who: int, place: int, near: bool, age: int) -> None:
        who, place = self.chosen(who, place, near)
        number = max(0, self.at(place).number - age)
        taken = self.model.holds(self.at(place), who, number)
        try:
            drafts.save(item=self.row(place), labeler=self.people[who], lease=number, content={"ratings": [1]})
            assert taken
            self.at(place).drafts[who] = self.model.now()
        except LeaseLost:
            assert not taken

    @precondition(lambda self: self.leases())
    @rule(who=WHO, place=WHERE, near=NEAR, age=AGE)
    def skip(self, who: int, place: int, near: bool, age: int) -> None:
        who, place = self.chosen(who, place, near)
        number = max(0, self.at(place).number - age)
        taken = self.model.holds(self.at(place), who, number)
        try:
            queue.release(item=self.row(place), labeler=self.people[who], lease=number)
            assert taken
            self.model.give_back(self.at(place))
            self.at(place).skips[who] = self.model.now()
        except LeaseLost:
            assert not taken

    @precondition(lambda self: self.leases())
    @rule(who=WHO, place=WHERE, near=NEAR, age=AGE, ratings=RATINGS)
    def submit_something(self, who: int, place: int, near: bool, age: int, ratings: list[int]) -> None:
        self.submit(*self.chosen(who, place, near), age, ratings)

    def submit(self, who: int, place: int, age: int, ratings: list[int]) -> None:
        sent = {"who": who, "place": place, "lease": max(0, self.at(place).number - age), "ratings": ratings}
        self.sent.append(sent | {"submission_id": uuid.uuid4()})
        self._send(**self.sent[-1])

    @rule(who=WHO, ratings=RATINGS)
    def work(self, who: int, ratings: list[int]) -> None:
        """Take what comes and label it: so that queues run empty and rounds end."""
        self.claim(who, ahead=False)
        held = self.model.living(who)
        if held:
            self.submit(who, held[0].place, age=0, ratings=ratings)

    @precondition(lambda self: self.sent)
    @rule(which=st.integers(0, 100))
    def submit_again(self, which: int) -> None:
        self._send(**self.sent[which % len(self.sent)])

    @precondition(lambda self: self.acknowledged)
    @rule(ratings=RATINGS)
    def submit_something_else_under_the_same_name(self, ratings: list[int]) -> None:
        sent = next(one for one in self.sent if one["submission_id"] in self.acknowledged)
        if ratings != sent["ratings"]:
            with pytest.raises(SubmissionReused):
                self._label(**sent | {"ratings": ratings})

    def _label(
        self, who: int, place: int, lease: int, ratings: list[int], submission_id: uuid.UUID
    ) -> tuple[Label, bool]:
        return labels.submit(
            item=self.row(place),
            labeler=self.people[who],
            lease=lease,
            submission_id=submission_id,
            done=a_pass(ratings),
        )

    def _send(self, **sent: Any) -> None:
        """New under a living lease; the same label again where it was taken before; else refused."""
        item, known = self.at(sent["place"]), self.acknowledged.get(sent["submission_id"])
        taken = self.model.holds(item, sent["who"], sent["lease"])
        try:
            label, is_new = self._label(**sent)
        except LeaseLost:
            assert known is None
            assert not taken
            return
        assert is_new is (known is None)
        assert known in (None, label.pk)
        if is_new:
            assert taken
            self.acknowledged[sent["submission_id"]] = label.pk
            self.model.label(item, sent["who"], signs(sent["ratings"]))

    @precondition(lambda self: self.acknowledged)
    @rule(place=WHERE, ratings=RATINGS)
    def revise(self, place: int, ratings: list[int]) -> None:
        labeled = [item for item in self.model.items if item.label]
        item = labeled[place % len(labeled)]
        current = Label.objects.select_related("labeler__campaign", "problem", "solution").get(
            item=self.items[item.place], is_current=True
        )
        labels.revise(label=current, done=a_pass(ratings), reason="I looked again.")
        if item.label is not None:
            item.label = (item.label[0], signs(ratings))

    # --- time and leads

    @precondition(lambda self: self.leases())
    @rule(place=WHERE)
    def expire(self, place: int) -> None:
        item = self.leases()[place % len(self.leases())]
        run_out(self.items[item.place])
        if item.lease is not None:
            item.lease.is_over = True

    @precondition(lambda self: any(item.lease.is_over for item in self.leases() if item.lease))
    @rule()
    def sweep(self) -> None:
        queue.take_back_expired(campaign=self.campaign)
        self.model.sweep()

    @precondition(lambda self: self.leases() or not self.model.is_open)
    @rule(is_possible=st.sampled_from([True, True, True, False]))
    def turn(self, is_possible: bool) -> None:
        """Close what is open, reopen what is closed; what is not possible is refused."""
        self.of.refresh_from_db()
        closes = self.model.is_open is is_possible
        turn = rounds.close_round if closes else rounds.reopen_round
        if is_possible and (closes or self.model.unfinished()):
            turn(of=self.of, by=None)
            (self.model.close if closes else self.model.reopen)()
        else:
            with pytest.raises(Conflict):
                turn(of=self.of, by=None)

    # --- what must hold

    @invariant()
    def rows_are_as_the_model_has_them(self) -> None:
        rows = QueueItem.objects.filter(round=self.of).order_by("place")
        there = list(rows.values_list("state", "lease_number", "leased_by"))
        numbers = [one.pk for one in self.people]
        assert there == [
            (item.state, item.number, numbers[item.lease.labeler] if item.lease else None) for item in self.model.items
        ]
        current = Label.objects.filter(item__round=self.of, is_current=True).order_by("item__place")
        assert list(current.values_list("labeler", "ratings")) == [
            (numbers[item.label[0]], item.label[1]) for item in self.model.items if item.label
        ]
        self.of.refresh_from_db()
        assert self.of.state == ("open" if self.model.is_open else "closed")

    @invariant()
    def acknowledged_labels_are_there(self) -> None:
        there = dict(Label.objects.filter(item__round=self.of, revises=None).values_list("submission_id", "pk"))
        assert there == self.acknowledged


def signs(ratings: list[int]) -> str:
    return "".join(SIGNS[rating] for rating in ratings)


@pytest.mark.timeout(0 if "CHAOS_EXAMPLES" in os.environ else 300)
@pytest.mark.django_db(transaction=True)
def test_rows_do_as_the_model_does_whatever_is_done_in_whatever_order() -> None:
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA synchronous = OFF")  # what is tried here does not outlive the run
    run_state_machine_as_test(
        Machine,
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=STEPS,
            phases=[Phase.generate],  # making a failure shorter takes minutes, and its steps are shown in any case
            derandomize="CHAOS_EXAMPLES" not in os.environ,
            database=None,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
