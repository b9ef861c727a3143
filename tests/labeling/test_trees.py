"""Candidate trees in the queue: planned, leased, labeled, revised and withdrawn as solutions are."""

import uuid
from typing import Any

import pytest

from labeling.actions import campaigns, drafts, labels, problems, queue, rounds
from labeling.actions.errors import ActionError, Conflict, LeaseLost, RuleBroken, SubmissionReused
from labeling.actions.round_plans import RoundPlan
from labeling.actions.tree_passes import RatedCandidate, TreePass, TreeStep
from labeling.models import Campaign, CandidateTree, Draft, Label, Labeler, Problem, QueueItem, Round
from tests import factories as make
from tests.labeling.working import run_out, submit, take, work

pytestmark = pytest.mark.django_db

GOOD, BAD = RatedCandidate(1), RatedCandidate(-1)


@pytest.fixture
def blaise(campaign: Campaign) -> Labeler:
    return make.make_labeler(campaign)


def made(campaign: Campaign, count: int, **fields: Any) -> list[CandidateTree]:
    """Trees of a problem each."""
    return [make.make_candidate_tree(make.make_problem(campaign, **fields)) for _ in range(count)]


def planned(campaign: Campaign, **asked: Any) -> Round:
    wanted = RoundPlan.of(campaign, **{"mode": "candidates", "evaluation_share": 0.0} | asked)
    return rounds.plan(campaign=campaign, wanted=wanted, by=None)


def opened(campaign: Campaign, **asked: Any) -> Round:
    of = planned(campaign, **asked)
    rounds.open_round(of=of, by=None)
    return of


def grown(*steps: TreeStep, finish_reason: str = "solution", **fields: Any) -> TreePass:
    """A pass over `make_candidate_tree`'s tree; unless said otherwise along its first path, to its end."""
    steps = steps or (TreeStep([GOOD, BAD], chosen=0), TreeStep([GOOD], chosen=0))
    return TreePass(**{"steps": steps, "finish_reason": finish_reason, "total_time": 1_000} | fields)


def bad_problem() -> TreePass:
    return TreePass([], "bad_problem", 1, reason="A figure is missing.")


# --- rounds


def test_a_round_of_trees_wants_each_as_often_as_overlap_says(campaign: Campaign) -> None:
    trees = made(campaign, 3)
    make.make_solution(trees[0].problem)
    campaigns.change(campaign=campaign, by=make.make_account(), wanted={"overlap": 2})

    of = planned(campaign, size=6)

    places = list(of.items.order_by("place").values_list("tree_id", flat=True))
    assert sorted(places[:3]) == sorted(places[3:]) == [tree.pk for tree in trees]
    assert (of.mode, of.strategy, of.wrong_share, of.selector) == ("candidates", "uniform", 0.0, None)
    assert not of.items.filter(solution__isnull=False).exists()


def test_trees_are_drawn_by_the_seed_alone(campaign: Campaign) -> None:
    made(campaign, 30)

    def drawn(seed: int) -> list[int]:
        wanted = RoundPlan.of(campaign, mode="candidates", size=5, seed=seed, evaluation_share=0.0)
        _, items = rounds.preview(campaign, wanted)
        return [item.subject_id for item in items]

    assert drawn(1) == drawn(1)
    assert drawn(1) != drawn(2)


def test_trees_of_the_test_split_come_only_as_evaluation_items(campaign: Campaign) -> None:
    train, test = made(campaign, 8, split="train"), made(campaign, 8, split="test")

    of = planned(campaign, size=8, evaluation_share=0.25)

    by_purpose = {purpose: set() for purpose in ("round", "evaluation")}
    for item in of.items.all():
        by_purpose[item.purpose].add(item.tree_id)
    assert (len(by_purpose["round"]), len(by_purpose["evaluation"])) == (6, 2)
    assert by_purpose["round"] <= {tree.pk for tree in train}
    assert by_purpose["evaluation"] <= {tree.pk for tree in test}


def test_what_is_labeled_wanted_held_or_still_coming_in_is_not_chosen(campaign: Campaign) -> None:
    labeled, wanted, held, coming, free = made(campaign, 5)
    make.make_tree_label(labeled)
    make.make_item(tree=wanted)
    Problem.objects.filter(pk=held.problem_id).update(state="held")
    CandidateTree.objects.filter(pk=coming.pk).update(import_job=make.make_job(campaign, state="running"))

    of = planned(campaign, size=9)

    assert [item.tree for item in of.items.all()] == [free]
    assert of.shortfall == {"size": 8}


def test_where_no_tree_is_left_nothing_is_planned(campaign: Campaign) -> None:
    make.make_solution(make.make_problem(campaign))

    with pytest.raises(Conflict, match="every candidate tree is labeled"):
        planned(campaign)


@pytest.mark.parametrize("asked", [{"strategy": "convincing_wrong"}, {"wrong_share": 0.5}])
def test_nobody_knows_scores_or_answers_of_trees(asked: dict[str, Any], campaign: Campaign) -> None:
    with pytest.raises(ActionError) as refused:
        planned(campaign, **asked)
    assert list(refused.value.fields) == ["strategy"]


def test_a_campaign_of_candidates_goes_on_with_candidates(campaign: Campaign, ada: Labeler) -> None:
    made(campaign, 4)
    make.make_solution(make.make_problem(campaign))
    settings = {"mode": "candidates", "auto_advance": True, "round_size": 2}
    campaigns.change(campaign=campaign, by=make.make_account(), wanted=settings)
    first = opened(campaign, size=2)
    for _ in range(2):
        work(campaign, ada, grown())

    campaign.jobs.filter(kind="retrain").update(state="done", finished_at=make.A_MOMENT)
    second, said = rounds.advance(campaign)

    first.refresh_from_db()
    assert (first.state, said) == ("closed", "Round 1 is open.")
    assert second is not None
    assert {item.tree_id is None for item in second.items.all()} == {False}


# --- the queue


def test_a_tree_is_leased_labeled_once_by_each_and_closes_its_round(
    campaign: Campaign, ada: Labeler, blaise: Labeler
) -> None:
    campaigns.change(campaign=campaign, by=make.make_account(), wanted={"overlap": 2})
    [tree] = made(campaign, 1)
    of = opened(campaign, size=2)

    item = take(campaign, ada)
    assert (item.subject, item.subject.problem.text) == (tree, tree.problem.text)
    assert queue.lease_next(campaign=campaign, labeler=ada, ahead=True) is None  # the other copy is the same tree
    label = submit(item, ada, grown())
    assert queue.lease_next(campaign=campaign, labeler=ada) is None
    work(campaign, blaise, grown())

    of.refresh_from_db()
    assert (of.state, label.mode, label.tree, label.solution, label.ratings) == ("closed", "candidates", tree, None, "")
    assert [step["chosen_completion"] for step in label.steps] == [0, 0]
    assert label.shown == {"reference_answer": "shown", "reference": "4", "write_step_when": "none_positive"}
    assert not Draft.objects.exists()


def test_solutions_and_trees_wait_in_one_queue(campaign: Campaign, ada: Labeler) -> None:
    of = make.make_round(campaign)
    [tree] = made(campaign, 1)
    first, second = make.make_item(round=of), make.make_item(round=of, tree=tree)

    assert take(campaign, ada).pk == first.pk
    assert take(campaign, ada, ahead=True).pk == second.pk


def test_a_tree_given_back_comes_after_everything_else_and_its_draft_first(campaign: Campaign, ada: Labeler) -> None:
    of = make.make_round(campaign)
    items = [make.make_item(round=of, tree=tree) for tree in made(campaign, 3)]
    held = take(campaign, ada)
    queue.release(item=held, labeler=ada, lease=held.lease_number)
    begun = take(campaign, ada)
    drafts.save(item=begun, labeler=ada, lease=begun.lease_number, content={"steps": []})
    run_out(begun)

    assert take(campaign, ada).pk == begun.pk == items[1].pk
    submit(take(campaign, ada), ada, grown())
    assert take(campaign, ada).pk == items[2].pk
    submit(take(campaign, ada), ada, grown())
    assert take(campaign, ada).pk == items[0].pk


def test_a_stale_lease_and_a_broken_rule_leave_the_item_as_it_is(campaign: Campaign, ada: Labeler) -> None:
    made(campaign, 1)
    opened(campaign, size=1)
    item = take(campaign, ada)

    with pytest.raises(RuleBroken):
        submit(item, ada, grown(TreeStep([GOOD, BAD])))
    with pytest.raises(LeaseLost):
        submit(item, ada, grown(), lease=item.lease_number + 1)

    item.refresh_from_db()
    assert (item.state, Label.objects.exists()) == ("leased", False)


def test_a_submission_is_one_label_and_no_other(campaign: Campaign, ada: Labeler) -> None:
    made(campaign, 1)
    opened(campaign, size=1)
    item, name = take(campaign, ada), uuid.uuid4()
    first = submit(item, ada, grown(), submission_id=name)

    assert submit(item, ada, grown(), submission_id=name) == first
    with pytest.raises(SubmissionReused):
        submit(item, ada, grown(total_time=2), submission_id=name)


def test_reported_problems_take_their_trees_and_solutions_out_and_back(
    campaign: Campaign, ada: Labeler, blaise: Labeler
) -> None:
    of = make.make_round(campaign, overlap=2)
    problem = make.make_problem(campaign)
    trees = [make.make_candidate_tree(problem) for _ in range(3)]
    items = [make.make_item(round=of, tree=tree) for tree in trees]
    solution = make.make_item(make.make_solution(problem), of)
    other = make.make_item(round=of)

    for labeler in (ada, blaise):
        work(campaign, labeler, bad_problem())

    assert states(*items, solution, other) == ["labeled", "labeled", "withdrawn", "withdrawn", "waiting"]
    problems.decide(problem=problem, state="active", by=make.make_account())
    assert states(items[2], solution) == ["waiting", "waiting"]


def test_a_tree_whose_problem_was_held_is_withdrawn_when_its_round_opens_or_its_lease_ends(
    campaign: Campaign, ada: Labeler
) -> None:
    in_hand, coming = made(campaign, 2)
    make.make_item(round=make.make_round(campaign), tree=in_hand)
    item = take(campaign, ada)
    of = planned(campaign, size=1)
    Problem.objects.filter(pk__in=[in_hand.problem_id, coming.problem_id]).update(state="held")

    rounds.open_round(of=of, by=None)
    queue.release(item=item, labeler=ada, lease=item.lease_number)

    assert states(item, of.items.get()) == ["withdrawn", "withdrawn"]


def states(*items: QueueItem) -> list[str]:
    return [QueueItem.objects.get(pk=item.pk).state for item in items]


# --- revision, training, deletion


def test_a_revision_is_judged_under_the_rule_that_its_first_version_was_made_under(
    campaign: Campaign, ada: Labeler
) -> None:
    made(campaign, 1)
    opened(campaign, size=1)
    written = TreeStep([RatedCandidate(0), BAD], written="Count on fingers.")
    label = work(campaign, ada, grown(written))
    campaigns.change(campaign=campaign, by=make.make_account(), wanted={"write_step_when": "all_negative"})

    revision = labels.revise(label=label, done=grown(written, TreeStep(written="It is 4.")), reason="I went on.")

    assert (revision.revises, revision.tree, len(revision.steps)) == (label, label.tree, 2)
    assert revision.shown["write_step_when"] == "none_positive"
    assert list(Label.objects.current()) == [revision]


def test_a_campaign_with_labeled_trees_can_be_deleted(campaign: Campaign, ada: Labeler) -> None:
    made(campaign, 1)
    opened(campaign, size=1)
    work(campaign, ada, grown())

    campaigns.delete(campaign=campaign, by=make.make_account())

    assert not CandidateTree.objects.exists()
