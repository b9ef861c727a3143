"""Rounds: planned and previewed; what strategies and guard rails choose."""

import hashlib
import zlib
from typing import Any

import orjson
import pytest
from django.contrib.auth.models import User

from labeling.actions import candidates, reproducing, round_pools, rounds
from labeling.actions.errors import ActionError, Conflict
from labeling.actions.round_plans import RoundPlan
from labeling.models import Campaign, Event, Problem, QueueItem, Round, RoundPool, Solution, SolutionScore
from selector import strategies
from tests import factories as make
from tests.labeling.planning import make_pool, plan, states

pytestmark = pytest.mark.django_db


@pytest.fixture
def pool(campaign: Campaign) -> list[Solution]:
    return make_pool(campaign)


def chosen(of: Round) -> list[tuple[int, int, str, float | None]]:
    items = of.items.order_by("place").select_related("solution")
    return [(item.solution_id, item.rank, item.reason, item.score) for item in items]


# --- planning


def test_a_planned_round_keeps_what_chose_it(campaign: Campaign, owner: User, pool: list[Solution]) -> None:
    made = plan(campaign, owner, size=10, seed=7)

    assert (made.number, made.state, made.size, made.seed, made.strategy) == (0, "planned", 10, 7, "convincing_wrong")
    assert made.selector == campaign.selectors.get()
    assert (made.planned_by, made.overlap, made.shortfall) == (owner, 1, {})
    assert set(states(made)) == {"planned"}
    assert {reason for _, _, reason, _ in chosen(made)} == {"convincing_wrong", "convincing", "evaluation"}
    assert all(score is not None for *_, score in chosen(made))
    event = Event.objects.get(verb="round.planned")
    assert event.actor == owner
    assert event.after["strategy"] == made.strategy


def test_test_split_problems_come_in_only_to_be_measured_on(campaign: Campaign, pool: list[Solution]) -> None:
    made = plan(campaign, size=24)

    for item in made.items.select_related("solution__problem"):
        is_test = item.solution.problem.split == "test"
        assert (item.purpose == "evaluation") == is_test == (item.reason == "evaluation")


def test_a_choice_does_not_depend_on_how_many_digits_a_rows_number_has() -> None:
    """The same rows brought in twice, once where row 99 is followed by row 100."""

    def picked(slug: str, first: int) -> list[int]:
        problem = make.make_problem(make.make_campaign(slug))
        for number in range(first, first + 12):
            make.make_solution(problem, pk=number)
        wanted = RoundPlan.of(problem.campaign, size=5, strategy="uniform", seed=3)
        return [int(pick.solution_id) - first for pick in rounds.choose(problem.campaign, wanted)[0].picks]

    assert picked("over", 10**9 - 6) == picked("within", 2 * 10**9)


def test_the_same_seed_on_the_same_rows_chooses_the_same(campaign: Campaign, pool: list[Solution]) -> None:
    wanted = RoundPlan.of(campaign, size=12, strategy="uniform", seed=3)
    first, second = rounds.choose(campaign, wanted), rounds.choose(campaign, wanted)
    other, _ = rounds.choose(campaign, RoundPlan.of(campaign, size=12, strategy="uniform", seed=4))

    assert first == second
    assert other.picks != first[0].picks


def test_a_preview_chooses_what_the_plan_will_and_changes_nothing(campaign: Campaign, pool: list[Solution]) -> None:
    wanted = RoundPlan.of(campaign, size=10)

    preview, _ = rounds.choose(campaign, wanted)

    assert not Round.objects.exists()
    assert not QueueItem.objects.exists()
    made = rounds.plan(campaign=campaign, wanted=wanted, by=None)
    picked = {int(pick.solution_id): pick.rank for pick in preview.picks}
    assert {solution: rank for solution, rank, _, _ in chosen(made)} == picked


def test_overlap_wants_each_solution_from_several_people(campaign: Campaign, pool: list[Solution]) -> None:
    Campaign.objects.filter(pk=campaign.pk).update(overlap=2)

    made = plan(campaign, size=10)

    first, second = chosen(made)[:5], chosen(made)[5:]
    assert first == second, "all first copies, then all second ones"
    assert len({solution for solution, *_ in first}) == 5


def test_an_odd_size_with_overlap_is_kept(campaign: Campaign, pool: list[Solution]) -> None:
    Campaign.objects.filter(pk=campaign.pk).update(overlap=2)

    assert plan(campaign, size=7).items.count() == 7


def test_a_pool_too_small_says_how_much_is_missing(campaign: Campaign, pool: list[Solution]) -> None:
    made = plan(campaign, size=30, evaluation_share=0.2, wrong_share=0.8)

    assert made.items.count() == 24
    assert made.shortfall["size"] == 6
    assert made.shortfall["evaluation"] == 2


def test_what_is_labeled_wanted_or_held_is_not_chosen_again(campaign: Campaign, pool: list[Solution]) -> None:
    labeled, wanted, held, excluded, copy = pool[:5]
    make.make_label(labeled)
    make.make_item(wanted, make.make_round(campaign, number=5))
    Problem.objects.filter(pk=held.problem_id).update(state="held")
    Problem.objects.filter(pk=excluded.problem_id).update(state="excluded")
    Solution.objects.filter(pk=copy.pk).update(duplicate_of=make.make_solution(copy.problem))

    made = plan(campaign, size=100)

    assert not {labeled.pk, wanted.pk, held.pk, excluded.pk, copy.pk} & {solution for solution, *_ in chosen(made)}
    assert made.number == 6


def test_a_label_of_an_identical_text_counts(campaign: Campaign) -> None:
    problem = make.make_problem(campaign)
    first = make.make_solution(problem)
    make.make_label(make.make_solution(problem, duplicate_of=first))

    with pytest.raises(Conflict, match="nothing left to label"):
        plan(campaign)


def test_solutions_of_an_unfinished_import_are_not_chosen(campaign: Campaign) -> None:
    make.make_solution(make.make_problem(campaign), import_job=make.make_job(campaign, state="running"))

    with pytest.raises(Conflict, match="nothing left to label"):
        plan(campaign)


def test_nothing_left_to_label_leaves_no_round(campaign: Campaign) -> None:
    with pytest.raises(Conflict):
        plan(campaign)

    assert not Round.objects.exists()


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({"size": 0}, "size"),
        ({"strategy": "guess"}, "strategy"),
        ({"scope": "everywhere"}, "scope"),
        ({"wrong_share": 1.1}, "wrong_share"),
        ({"wrong_share": float("nan")}, "wrong_share"),
        ({"evaluation_share": -0.1}, "evaluation_share"),
        ({"wrong_share": 0.8, "evaluation_share": 0.3}, "wrong_share"),
    ],
)
def test_a_contradicting_plan_names_its_field(asked: dict[str, Any], field: str, campaign: Campaign) -> None:
    with pytest.raises(ActionError) as refused:
        RoundPlan.of(campaign, **asked)

    assert list(refused.value.fields) == [field]


def test_without_a_selector_convincing_wrong_is_uniform_and_says_so(campaign: Campaign) -> None:
    for _ in range(4):
        make.make_solution(make.make_problem(campaign))

    made = plan(campaign, size=2)

    assert made.selector is None
    assert {reason for _, _, reason, _ in chosen(made)} == {"uniform"}
    assert any("uniformly" in note for note in made.notes)


def test_a_popular_wrong_answer_is_told_by_every_sample_copies_and_labeled_ones_too(campaign: Campaign) -> None:
    """Of five samples three say 6: a labeled one, its copy, and the one that is chosen before 7."""
    problem = make.make_problem(campaign)
    make.make_solution(problem, answer="7")
    first = make.make_solution(problem, answer="6")
    make.make_solution(problem, answer="6", steps=first.steps, duplicate_of=first, content_hash=first.content_hash)
    popular = make.make_solution(problem, answer="6")
    make.make_solution(problem, answer=None)
    make.make_label(first)

    made = plan(campaign, size=1, strategy="popular_wrong", evaluation_share=0)

    assert chosen(made) == [(popular.pk, 0, "popular_wrong", None)]


@pytest.mark.parametrize("strategy", strategies.NAMES)
def test_every_registered_strategy_plans_a_round(strategy: str, campaign: Campaign, pool: list[Solution]) -> None:
    made = plan(campaign, size=5, strategy=strategy)

    assert (made.strategy, made.items.count()) == (strategy, 5)


def test_a_published_version_that_has_not_scored_the_pool_does_not_choose(campaign: Campaign) -> None:
    make.make_solution(make.make_problem(campaign))
    make.make_selector(campaign, state="evaluated")

    assert plan(campaign, size=1).selector is None


# --- what strategies need beside the score


@pytest.mark.parametrize(
    ("cold_start", "version", "strategy"),
    [
        ("uniform", None, "mixture"),
        ("popular_wrong", None, "popular_wrong"),
        ("popular_wrong", "prm", "mixture"),
        ("surprise", None, "surprise"),
        ("surprise", "surprise", "surprise"),
        ("surprise", "prm", "mixture"),
        ("orm", None, "mixture"),
        ("orm", "orm", "mixture"),
    ],
)
def test_the_cold_start_chooses_until_a_selector_of_labels_is_in_use(
    cold_start: str, version: str | None, strategy: str, campaign: Campaign
) -> None:
    Campaign.objects.filter(pk=campaign.pk).update(cold_start=cold_start, strategy="mixture")
    campaign.refresh_from_db()
    if version:
        make.make_selector(campaign, kind=version)
    assert RoundPlan.of(campaign).strategy == strategy
    assert RoundPlan.of(campaign, strategy="uniform").strategy == "uniform"


def test_surprise_ranks_by_stored_likelihoods_and_uncertain_by_the_committee(
    campaign: Campaign, pool: list[Solution]
) -> None:
    """Both against the order of the scores, which would choose otherwise."""
    wrong = [solution for solution in pool[:20] if not solution.answer_is_correct]
    SolutionScore.objects.filter(solution=wrong[0]).update(likelihood=0.9, spread=0.1, doubt=0.2)
    SolutionScore.objects.filter(solution=wrong[1]).update(likelihood=0.5, spread=0.3, doubt=0.2)
    SolutionScore.objects.filter(solution=wrong[2]).update(likelihood=0.7, spread=0.2, doubt=0.2)
    asked: dict[str, Any] = {"size": 3, "evaluation_share": 0.0, "wrong_share": 1.0}
    unsurprising, undecided = plan(campaign, strategy="surprise", **asked), None
    assert [pk for pk, *_ in chosen(unsurprising)] == [wrong[0].pk, wrong[2].pk, wrong[1].pk]
    unsurprising.delete()
    undecided = plan(campaign, strategy="uncertain", **asked)
    assert [pk for pk, *_ in chosen(undecided)] == [wrong[1].pk, wrong[2].pk, wrong[0].pk]
    assert not undecided.notes


def test_the_campaigns_guard_rails_hold_and_are_kept_with_the_round(campaign: Campaign) -> None:
    problem = make.make_problem(campaign, split="train")
    solutions = [make.make_solution(problem, answer_is_correct=None) for _ in range(10)]
    make.make_grade(solutions[0], verdict="uncertain")
    make.make_problem(campaign, split="train")
    asked: dict[str, Any] = {"size": 2, "strategy": "uniform", "evaluation_share": 0.0}
    Campaign.objects.filter(pk=campaign.pk).update(problem_cap=0.5, leave_out_uncertain=True)

    made = plan(campaign, **asked | {"size": 9})

    assert len(chosen(made)) == 9, "caps give way where the round could not be filled otherwise"
    assert solutions[0].pk not in {pk for pk, *_ in chosen(made)}
    assert made.rails["problem_cap"] == 0.5
    assert made.kept_out["uncertain_answer"] == 1


def test_what_the_selector_could_not_read_is_kept_out_of_what_chance_draws_and_told(campaign: Campaign) -> None:
    pool = make_pool(campaign)
    SolutionScore.objects.filter(solution__in=[pool[0], pool[21]]).update(score=None)
    made = plan(campaign, size=24, strategy="uniform", evaluation_share=0.1)

    assert {pool[0].pk, pool[21].pk}.isdisjoint(pk for pk, *_ in chosen(made))
    assert (made.kept_out["too_long"], made.shortfall["size"]) == (2, 2)
    assert reproducing.compare(made).is_same
    with pytest.raises(Conflict, match="nothing left to label but what is longer"):
        plan(campaign, size=2)


def test_a_record_from_before_chooses_what_it_chose(campaign: Campaign, monkeypatch: pytest.MonkeyPatch) -> None:
    """Then, what was too long came in by chance."""
    pool = make_pool(campaign)
    SolutionScore.objects.filter(solution=pool[0]).update(score=None)
    with monkeypatch.context() as before:
        before.setattr(candidates.Marks, "is_too_long", lambda *_: False)
        made = plan(campaign, size=24, strategy="uniform")
    record = RoundPool.objects.get(round=made)
    packed = orjson.loads(zlib.decompress(bytes(record.candidates)))
    del packed["too_long"]
    told = [orjson.loads(orjson.dumps(one)) for one in round_pools.read(record)]
    without = [orjson.dumps({name: told for name, told in one.items() if name != "is_too_long"}) for one in told]
    assert record.digest == hashlib.sha256(b"".join(without)).hexdigest()
    RoundPool.objects.update(candidates=zlib.compress(orjson.dumps(packed)))

    found = reproducing.compare(made)
    assert (found.is_same, found.is_pool_same, found.labels) == (True, True, len(pool))


@pytest.mark.parametrize("kept_out", ["too_long", "uncertain", "test_split"])
def test_what_planning_would_refuse_is_not_counted_as_left(campaign: Campaign, kept_out: str) -> None:
    settings: dict[str, Any] = {"leave_out_uncertain": kept_out == "uncertain", "evaluation_share": 0.0}
    Campaign.objects.filter(pk=campaign.pk).update(**settings)
    campaign.refresh_from_db()
    left = make.make_solution(make.make_problem(campaign, split="train"))
    out = make.make_solution(make.make_problem(campaign, split="test" if kept_out == "test_split" else "train"))
    make.make_grade(out, verdict="uncertain" if kept_out == "uncertain" else "wrong")
    version = make.make_selector(campaign)
    make.make_score(version, left, 0.9)
    make.make_score(version, out, None if kept_out == "too_long" else 0.8)
    assert candidates.unlabeled_count(campaign) == 1
    make.make_label(left)
    assert candidates.unlabeled_count(campaign) == 0
    with pytest.raises(Conflict, match="nothing left to label"):
        plan(campaign, size=1, evaluation_share=0.0)
