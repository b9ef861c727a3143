"""Many at once, on real connections: nothing is handed out twice, nothing is lost, nobody waits for each other."""

import random
import threading
import uuid
from collections import Counter
from collections.abc import Callable
from functools import partial
from itertools import chain

import pytest
from django.contrib.auth.models import User
from django.db.models import F

from labeling.actions import drafts, labels, problems, queue, references, rounds, selectors
from labeling.actions.errors import ActionError
from labeling.actions.round_plans import RoundPlan
from labeling.models import Campaign, Event, Job, Label, Labeler, Problem, QueueItem, Reference, Round, SelectorVersion
from tests import factories as make
from tests.labeling.at_once import all_at_once, while_uncommitted
from tests.labeling.working import a_pass, bad_problem, make_items, run_out, submit, take, work

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def campaign(campaign: Campaign) -> Campaign:
    """One that goes on by itself."""
    campaign.auto_advance = True
    campaign.save()
    return campaign


def people(campaign: Campaign, count: int) -> list[Labeler]:
    return [make.make_labeler(campaign) for _ in range(count)]


def attempt(act: Callable[[], object]) -> object:
    """Its result, or the refusal with which it ended."""
    try:
        return act()
    except ActionError as refused:
        return refused


def refusals(results: list[object]) -> int:
    return sum(isinstance(result, ActionError) for result in results)


# --- the queue


def test_twenty_labelers_empty_a_queue_and_nothing_is_handed_out_twice(campaign: Campaign, of: Round) -> None:
    solutions = [make.make_solution(make.make_problem(campaign)) for _ in range(100)]
    for solution in solutions * 2:
        make.make_item(solution, of)

    def label_all(labeler: Labeler) -> list[tuple[int, int, int]]:
        done = []
        while item := queue.lease_next(campaign=campaign, labeler=labeler):
            submit(item, labeler)
            done.append((item.pk, labeler.pk, item.solution_id))
        return done

    done = list(chain(*all_at_once([partial(label_all, labeler) for labeler in people(campaign, 20)])))

    assert len({item for item, _, _ in done}) == len(done) == 200
    assert len({(labeler, solution) for _, labeler, solution in done}) == 200
    assert Label.objects.current().count() == 200
    assert set(QueueItem.objects.values_list("state", "lease_number")) == {("labeled", 1)}
    of.refresh_from_db()
    assert of.state == "closed"
    assert Event.objects.filter(verb="round.closed").count() == 1
    assert Counter(Job.objects.exclude(kind="import").values_list("kind", flat=True)) == {"retrain": 1, "plan": 1}


def test_twenty_labelers_claim_at_one_moment_and_each_gets_an_item(campaign: Campaign, of: Round) -> None:
    make_items(of, 20)

    items = all_at_once([partial(take, campaign, labeler) for labeler in people(campaign, 20)])

    assert len(set(items)) == 20


@pytest.mark.parametrize("ahead", [False, True])
def test_one_labeler_asking_many_times_at_once_holds_no_more_than_allowed(
    ahead: bool, campaign: Campaign, of: Round
) -> None:
    make_items(of, 40)
    [ada] = people(campaign, 1)

    items = all_at_once([partial(take, campaign, ada, ahead=ahead) for _ in range(8)])

    assert QueueItem.objects.filter(leased_by=ada).count() == (2 if ahead else 1)
    assert set(items) <= set(QueueItem.objects.filter(leased_by=ada))


def test_what_ran_out_is_handed_out_once(campaign: Campaign, of: Round) -> None:
    make_items(of, 5)
    for labeler in people(campaign, 5):
        run_out(take(campaign, labeler))

    items = all_at_once([partial(take, campaign, labeler) for labeler in people(campaign, 5)])

    assert len(set(items)) == 5
    assert {item.lease_number for item in items} == {2}


def test_an_item_given_back_while_its_round_closes_does_not_stay_in_the_queue(campaign: Campaign, of: Round) -> None:
    make_items(of, 2)
    [ada] = people(campaign, 1)
    item = take(campaign, ada)

    while_uncommitted(
        lambda: queue.release(item=item, labeler=ada, lease=1),
        lambda: rounds.close_round(of=Round.objects.get(pk=of.pk), by=None),
    )

    assert set(of.items.values_list("state", flat=True)) == {"planned"}


# --- labels


def test_the_same_submission_many_times_at_once_is_one_label(campaign: Campaign, of: Round) -> None:
    make_items(of, 2)
    [ada] = people(campaign, 1)
    item, submission = take(campaign, ada), uuid.uuid4()

    def send() -> tuple[Label, bool]:
        return labels.submit(
            item=QueueItem.objects.get(pk=item.pk), labeler=ada, lease=1, submission_id=submission, done=a_pass()
        )

    answers = all_at_once([send] * 8)

    assert Label.objects.count() == 1
    assert {label.pk for label, _ in answers} == {Label.objects.get().pk}
    assert sum(is_new for _, is_new in answers) == 1


def test_two_tabs_submitting_one_item_make_one_label(campaign: Campaign, of: Round) -> None:
    make_items(of, 2)
    [ada] = people(campaign, 1)
    item = take(campaign, ada)

    answers = all_at_once([lambda: attempt(lambda: submit(QueueItem.objects.get(pk=item.pk), ada))] * 6)

    assert Label.objects.count() == 1
    assert refusals(answers) == 5


@pytest.mark.parametrize("repetition", range(5))
def test_the_last_labels_at_once_close_the_round_once(repetition: int, campaign: Campaign, of: Round) -> None:
    make_items(of, 3)
    leased = [(take(campaign, labeler), labeler) for labeler in people(campaign, 3)]

    all_at_once([partial(submit, item, labeler) for item, labeler in leased])

    of.refresh_from_db()
    assert of.state == "closed"
    assert Event.objects.filter(verb="round.closed").count() == 1
    assert Counter(Job.objects.exclude(kind="import").values_list("kind", flat=True)) == {"retrain": 1, "plan": 1}


def test_labels_at_once_are_all_counted(campaign: Campaign, of: Round) -> None:
    make_items(of, 12)
    leased = [(take(campaign, labeler), labeler) for labeler in people(campaign, 9)]

    all_at_once([partial(submit, item, labeler) for item, labeler in leased])
    assert not Job.objects.filter(kind="retrain").exists(), "9 of 12 are fewer than 80 %"
    work(campaign, make.make_labeler(campaign))

    assert Job.objects.filter(kind="retrain").count() == 1


def test_a_label_revised_twice_at_once_has_one_current_version(campaign: Campaign, of: Round) -> None:
    make_items(of, 2)
    label = work(campaign, people(campaign, 1)[0])

    answers = all_at_once(
        [lambda: attempt(lambda: labels.revise(label=label, done=a_pass([-1]), reason="Looked again."))] * 6
    )

    assert Label.objects.filter(is_current=True).count() == 1
    assert Label.objects.count() == 2
    assert refusals(answers) == 5


def test_reports_at_once_see_each_other(campaign: Campaign, of: Round) -> None:
    solution = make.make_solution(make.make_problem(campaign))
    for _ in range(3):
        make.make_item(solution, of)
    leased = [(take(campaign, labeler), labeler) for labeler in people(campaign, 2)]

    all_at_once([partial(submit, item, labeler, bad_problem()) for item, labeler in leased])

    assert Problem.objects.get(pk=solution.problem_id).state == "held"
    assert of.items.filter(state="withdrawn").count() == 1
    of.refresh_from_db()
    assert of.state == "closed"


def test_a_label_and_a_report_of_one_problem_do_not_wait_for_each_other(campaign: Campaign, of: Round) -> None:
    """A label points to its problem and its round: what a report locks must leave room for that."""
    Campaign.objects.filter(pk=campaign.pk).update(bad_problem_quorum=1)
    for _ in range(5):
        solution = make.make_solution(make.make_problem(campaign))
        for _ in range(4):
            make.make_item(solution, of)
    for _ in range(5):
        leased = [(take(campaign, labeler), labeler) for labeler in people(campaign, 3)]
        passes = [a_pass(), a_pass([1, 1, 1]), bad_problem()]
        fresh = [QueueItem.objects.get(pk=item.pk) for item, _ in leased]

        all_at_once(
            [
                partial(submit, item, labeler, done)
                for item, (_, labeler), done in zip(fresh, leased, passes, strict=True)
            ]
        )

    assert Label.objects.count() == 15


# --- everything at once


def test_leads_and_labelers_in_each_others_way_leave_whole_rows(campaign: Campaign, owner: User) -> None:
    """Labels, reports, releases, drafts, expiries, closing and reopening, excluding and restoring, in random order."""
    Campaign.objects.filter(pk=campaign.pk).update(bad_problem_quorum=1)
    both = [make.make_round(campaign), make.make_round(campaign, number=1)]
    for _ in range(12):
        solution = make.make_solution(make.make_problem(campaign))
        for index in range(8):
            make.make_item(solution, both[index % 2])

    is_begun = threading.Event()

    def label(labeler: Labeler) -> None:
        chance = random.Random(labeler.pk)
        for _ in range(12):
            item = queue.lease_next(campaign=campaign, labeler=labeler)
            if item is None:
                continue
            act = chance.choice([labels_of, labels_of, reports_of, releases_of, drafts_of, expiry_of])
            attempt(partial(act, item, labeler))
            if Label.objects.filter(labeler=labeler).exists():
                is_begun.set()

    def lead(seed: int) -> None:
        chance = random.Random(seed)
        is_begun.wait(30)  # leads who are done before anybody labels would be in nobody's way
        for _ in range(15):
            of = Round.objects.get(pk=chance.choice(both).pk)
            problem = chance.choice(Problem.objects.filter(campaign=campaign))
            acts: list[Callable[[], object]] = [
                partial(rounds.close_round, of=of, by=owner),
                partial(rounds.reopen_round, of=of, by=owner),
                partial(problems.decide, problem=problem, state="excluded", by=owner),
                partial(problems.decide, problem=problem, state="active", by=owner),
                queue.take_back_expired,
            ]
            attempt(chance.choice(acts))

    acts = [partial(label, labeler) for labeler in people(campaign, 6)] + [partial(lead, seed) for seed in range(3)]
    all_at_once(acts)
    queue.take_back_expired()

    items = QueueItem.objects.all()
    assert Label.objects.current().count() == items.filter(state="labeled").count() > 0
    assert not items.filter(state="waiting").exclude(round__state="open").exists()
    assert not items.filter(state="planned", round__state="open").exists()
    assert not items.filter(state__in=["waiting", "planned"]).exclude(solution__problem__state="active").exists()
    assert not items.filter(state="withdrawn", solution__problem__state="active").exists()
    for of in Round.objects.with_counts().filter(counted_items__isnull=False, state="open", training_requested_at=None):
        assert (of.counted_items, of.counted_labels) == (of.item_count, of.labeled_count)
    for of in Round.objects.filter(state="open"):
        assert of.items.unfinished().exists(), "a round does not wait for nothing"


def labels_of(item: QueueItem, labeler: Labeler) -> None:
    submit(item, labeler)


def reports_of(item: QueueItem, labeler: Labeler) -> None:
    submit(item, labeler, bad_problem())


def releases_of(item: QueueItem, labeler: Labeler) -> None:
    queue.release(item=item, labeler=labeler, lease=item.lease_number)


def drafts_of(item: QueueItem, labeler: Labeler) -> None:
    drafts.save(item=item, labeler=labeler, lease=item.lease_number, content={"ratings": [1]})


def expiry_of(item: QueueItem, labeler: Labeler) -> None:
    held = QueueItem.objects.filter(pk=item.pk, leased_by=labeler, lease_number=item.lease_number)
    held.update(leased_until=F("leased_at"))


# --- rounds, selectors, references


def test_a_round_planned_and_opened_at_once_by_two_workers_is_one(campaign: Campaign) -> None:
    make.make_round(campaign, state="closed")
    for _ in range(6):
        make.make_solution(make.make_problem(campaign))

    made = all_at_once([partial(rounds.advance, campaign)] * 4)

    assert sum(of is not None for of, _ in made) == 1
    assert list(campaign.rounds.values_list("number", "state")) == [(0, "closed"), (1, "open")]


def test_rounds_planned_at_once_want_no_solution_twice(campaign: Campaign) -> None:
    for _ in range(12):
        make.make_solution(make.make_problem(campaign))
    wanted = RoundPlan.of(campaign, size=4)

    all_at_once([partial(rounds.plan, campaign=campaign, wanted=wanted, by=None)] * 3)

    assert QueueItem.objects.values("solution").distinct().count() == QueueItem.objects.count() == 12
    assert set(campaign.rounds.values_list("number", flat=True)) == {0, 1, 2}


def test_versions_published_at_once_leave_one_in_use(campaign: Campaign) -> None:
    versions = [make.make_selector(campaign, number, "evaluated", scored_at=make.A_MOMENT) for number in range(1, 6)]

    all_at_once([partial(selectors.publish, version=version, by=None, why="x") for version in versions])

    states = Counter(SelectorVersion.objects.values_list("state", flat=True))
    assert states == {"published": 1, "retired": 4}


def test_references_changed_at_once_are_all_kept(campaign: Campaign, owner: User) -> None:
    problem = make.make_problem(campaign)

    all_at_once(
        [
            partial(references.change, problem=problem, answer=answer, by=owner, reason="x")
            for answer in ("5", "6", "7", "8")
        ]
    )

    kept = [one.answer for one in Reference.objects.filter(problem=problem)]
    assert {*kept, Problem.objects.get(pk=problem.pk).reference_answer} == {"4", "5", "6", "7", "8"}
    assert Job.objects.filter(kind="grade").count() == 1
