"""The rules of a pass over candidates: what a labeler can do is taken, and each step beyond it is refused by name."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labeling.actions import tree_passes
from labeling.actions.errors import RuleBroken
from labeling.actions.tree_passes import RatedCandidate, TreePass, TreeStep
from selector.rows import parse_row

RULES = ["none_positive", "all_negative"]
GOOD, SO_SO, BAD, UNSURE = RatedCandidate(1), RatedCandidate(0), RatedCandidate(-1), RatedCandidate(None, True)
OPEN = RatedCandidate()
TREE = [
    {"text": "Add.", "next": [{"text": "It is 4."}, {"text": "It is 5.", "next": []}]},
    {"text": "Subtract."},
    {"text": "Guess.", "next": [{"text": "It is 3."}]},
]


def a_pass(*steps: TreeStep, finish_reason: str = "solution", **fields: Any) -> TreePass:
    return TreePass(**{"steps": steps, "finish_reason": finish_reason, "total_time": 1_000} | fields)


def went(*candidates: RatedCandidate, to: int) -> TreeStep:
    return TreeStep(candidates, chosen=to)


def wrote(text: str, *candidates: RatedCandidate) -> TreeStep:
    return TreeStep(candidates, written=text)


def refusal(done: TreePass, write_step_when: str = "none_positive", tree: Any = TREE) -> dict[str, str]:
    with pytest.raises(RuleBroken) as refused:
        tree_passes.check(done, candidates=tree, write_step_when=write_step_when)
    return refused.value.fields


def is_taken(done: TreePass, write_step_when: str = "none_positive", tree: Any = TREE) -> bool:
    tree_passes.check(done, candidates=tree, write_step_when=write_step_when)
    return True


# --- what people do, made up at random


texts = st.text("abcdefgh $x^2=", min_size=1, max_size=12).filter(str.strip)
nodes = st.recursive(
    st.builds(lambda text: {"text": text}, texts),
    lambda children: st.builds(
        lambda text, following: {"text": text, "next": following}, texts, st.lists(children, max_size=3)
    ),
    max_leaves=12,
)
trees = st.lists(nodes, min_size=1, max_size=4)
rated = st.sampled_from([GOOD, SO_SO, BAD, UNSURE, RatedCandidate(1, True), RatedCandidate(-1, True)])


@st.composite
def a_labelers_pass(draw: st.DrawFn) -> tuple[TreePass, list[dict[str, Any]], str]:
    """A walk through a tree that keeps to the rules, ended somewhere."""
    tree, rule = draw(trees), draw(st.sampled_from(RULES))
    steps: list[TreeStep] = []
    offered = tree
    for number in range(draw(st.integers(1, 6))):
        candidates = [draw(rated) for _ in offered]
        good = tree_passes.may_go_on([one.rating for one in candidates], rule)
        if good:
            chosen = draw(st.sampled_from(good))
            steps.append(TreeStep(candidates, chosen=chosen))
            offered = offered[chosen].get("next", [])
        else:
            steps.append(TreeStep(candidates, written=f"Written {number}."))  # no text of the tree has capitals
            offered = []
    ending = draw(st.sampled_from(tree_passes.ENDS))
    if ending != "solution" and draw(st.booleans()):
        steps.append(TreeStep([draw(st.sampled_from([OPEN, GOOD, UNSURE])) for _ in offered]))
    return a_pass(*steps, finish_reason=ending, reason="" if ending == "solution" else "so it is"), tree, rule


@given(a_labelers_pass())
def test_what_keeps_to_the_rules_is_taken_and_reads_back_as_a_phase_one_row(
    walked: tuple[TreePass, list[dict[str, Any]], str],
) -> None:
    done, tree, rule = walked
    tree_passes.check(done, candidates=tree, write_step_when=rule)

    steps = tree_passes.as_prm800k(done.steps, tree)
    row = {
        "labeler": "somebody",
        "timestamp": "2022-07-30T23:23:32.118856",
        "generation": None,
        "is_quality_control_question": False,
        "is_initial_screening_question": False,
        "question": {"problem": "p", "ground_truth_answer": "4"},
        "label": {"steps": steps, "total_time": 1, "finish_reason": str(done.finish_reason)},
    }
    read = parse_row(row)
    assert read.label is not None
    assert read.label.prm800k is not None
    assert read.label.prm800k.mode == "candidates"
    assert len(tree_passes.trajectory(steps)) == sum(step.goes_on for step in done.steps)


@given(a_labelers_pass(), st.data())
def test_an_earlier_step_that_goes_nowhere_is_refused(walked: Any, data: st.DataObject) -> None:
    done, tree, rule = walked
    index = data.draw(st.integers(0, len(done.steps) - 1))
    stuck = [*done.steps]
    stuck[index] = replace(stuck[index], chosen=None, written=None)
    if index == len(stuck) - 1 and done.finish_reason != "solution":
        assert is_taken(replace(done, steps=stuck), rule, tree)
    else:
        assert set(refusal(replace(done, steps=stuck), rule, tree)) <= {"steps", "finish_reason"}


@given(a_labelers_pass(), st.data())
def test_a_candidate_that_was_not_looked_at_is_refused(walked: Any, data: st.DataObject) -> None:
    done, tree, rule = walked
    places = [(i, j) for i, step in enumerate(done.steps) if step.goes_on for j, _ in enumerate(step.candidates)]
    if not places:
        return
    i, j = data.draw(st.sampled_from(places))
    candidates = [*done.steps[i].candidates]
    candidates[j] = OPEN
    steps = [*done.steps]
    steps[i] = replace(steps[i], candidates=candidates)
    assert list(refusal(replace(done, steps=steps), rule, tree)) == [f"steps.{i}.completions"]


@given(st.lists(st.sampled_from([1, 0, -1, None]), max_size=6), st.sampled_from(RULES))
def test_there_is_always_exactly_one_way_on(ratings: list[int | None], rule: str) -> None:
    good = tree_passes.may_go_on(ratings, rule)
    assert bool(good) == (1 in ratings or (rule == "all_negative" and 0 in ratings))
    assert {ratings[index] for index in good} <= ({1} if 1 in ratings else {0})


# --- one rule each


def test_a_positive_candidate_goes_on_and_the_tree_says_what_follows() -> None:
    assert is_taken(a_pass(went(GOOD, BAD, SO_SO, to=0), went(GOOD, BAD, to=0)))


def test_a_solution_may_end_where_the_tree_knows_more() -> None:
    assert is_taken(a_pass(went(GOOD, BAD, SO_SO, to=0)))


def test_behind_a_leaf_and_behind_a_written_step_only_writing_goes_on() -> None:
    assert is_taken(a_pass(went(BAD, GOOD, BAD, to=1), wrote("It is 4."), wrote("That is all.")))
    assert refusal(a_pass(wrote("Count.", BAD, BAD, BAD), went(GOOD, to=0))) == {
        "steps.1.completions": "one for each of the 0 candidates at this place, in their order"
    }


@pytest.mark.parametrize("chosen", [1, 2, 3, -1])
def test_only_a_positive_one_that_is_there_goes_on(chosen: int) -> None:
    assert "a positive one" in refusal(a_pass(went(GOOD, SO_SO, BAD, to=chosen)))["steps.0.chosen_completion"]


def test_where_a_step_is_written_only_if_all_are_negative_a_neutral_one_goes_on() -> None:
    neutral = a_pass(went(SO_SO, BAD, BAD, to=0))
    written = a_pass(wrote("Count.", SO_SO, BAD, BAD))
    assert is_taken(neutral, "all_negative")
    assert is_taken(written, "none_positive")
    assert list(refusal(neutral, "none_positive")) == ["steps.0.chosen_completion"]
    assert refusal(written, "all_negative") == {
        "steps.0.human_completion": "a step is written only where all candidates are negative"
    }
    assert list(refusal(a_pass(went(SO_SO, GOOD, BAD, to=0)), "all_negative")) == ["steps.0.chosen_completion"]


def test_where_one_is_positive_nothing_is_written() -> None:
    assert list(refusal(a_pass(wrote("Count.", GOOD, BAD, BAD)))) == ["steps.0.human_completion"]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (" \n", "not blank"),
        ("x" * 1_001, "at most 1000 characters, not 1001"),
        ("  ADD. ", "repeats neither"),
    ],
)
def test_a_written_step_is_one_new_idea(text: str, told: str) -> None:
    assert told in refusal(a_pass(wrote(text, BAD, BAD, BAD)))["steps.0.human_completion"]


def test_a_written_step_repeats_not_the_step_before() -> None:
    assert list(refusal(a_pass(wrote("Count.", BAD, BAD, BAD), wrote("count. ")))) == ["steps.1.human_completion"]
    assert list(refusal(a_pass(went(BAD, GOOD, BAD, to=1), wrote("Subtract.")))) == ["steps.1.human_completion"]
    assert is_taken(a_pass(wrote("Count.", BAD, BAD, BAD), wrote("It is 4."), wrote("Count.")))


@pytest.mark.parametrize(
    ("candidates", "told"),
    [
        ([GOOD, BAD], "one for each of the 3 candidates"),
        ([GOOD, BAD, BAD, BAD], "one for each of the 3 candidates"),
        ([GOOD, BAD, RatedCandidate(2)], "each rating is -1, 0 or 1, not 2"),
        ([GOOD, BAD, OPEN], "rated -1, 0 or 1, or flagged"),
        ([GOOD, BAD, RatedCandidate(-1, False, "Guess!")], "unchanged"),
    ],
)
def test_every_candidate_is_rated_as_it_is(candidates: list[RatedCandidate], told: str) -> None:
    assert told in refusal(a_pass(TreeStep(candidates, chosen=0)))["steps.0.completions"]


def test_a_text_that_is_repeated_as_it_was_is_taken() -> None:
    assert is_taken(a_pass(went(GOOD, BAD, RatedCandidate(-1, False, "Guess."), to=0)))


def test_a_pass_may_end_early_with_a_reason_and_an_open_place() -> None:
    for ending in ("give_up", "bad_problem"):
        assert is_taken(a_pass(finish_reason=ending, reason="no idea"))
        assert is_taken(a_pass(TreeStep([GOOD, OPEN, OPEN]), finish_reason=ending, reason="no idea"))
        assert list(refusal(a_pass(finish_reason=ending, reason=" "))) == ["reason"]


@pytest.mark.parametrize(
    ("done", "field"),
    [
        (a_pass(), "finish_reason"),
        (a_pass(TreeStep([GOOD, BAD, BAD])), "finish_reason"),
        (a_pass(went(GOOD, BAD, BAD, to=0), finish_reason="found_error"), "finish_reason"),
        (a_pass(went(GOOD, BAD, BAD, to=0), finish_reason="bored"), "finish_reason"),
        (a_pass(TreeStep([GOOD, BAD, BAD], chosen=0, written="Both.")), "steps.0.human_completion"),
        (a_pass(*[wrote("Count.", BAD, BAD, BAD)] * 513), "steps"),
        (a_pass(went(GOOD, BAD, BAD, to=0), total_time=-1), "total_time"),
        (a_pass(went(GOOD, BAD, BAD, to=0), step_times=[1, 2, 3]), "step_times"),
        (a_pass(went(GOOD, BAD, BAD, to=0), reason="x" * 5_001), "reason"),
    ],
)
def test_other_broken_rules_name_their_field(done: TreePass, field: str) -> None:
    assert list(refusal(done)) == [field]


def test_a_labeler_sees_the_texts_of_a_tree_and_nothing_else() -> None:
    known = [{"text": "a", "score": 0.9, "next": [{"text": "b", "is_correct": True}]}, {"text": "c", "next": None}]
    assert tree_passes.offered(known) == [
        {"text": "a", "next": [{"text": "b", "next": []}]},
        {"text": "c", "next": []},
    ]


def test_the_trajectory_of_phase_one_steps_ends_where_nothing_was_chosen() -> None:
    steps = [
        {"completions": [{"text": "a"}, {"text": "b"}], "human_completion": None, "chosen_completion": 1},
        {"completions": None, "human_completion": {"text": "c"}, "chosen_completion": None},
        {"completions": [{"text": "d"}], "human_completion": None, "chosen_completion": None},
        {"completions": [{"text": "e"}], "human_completion": None, "chosen_completion": 0},
    ]
    assert tree_passes.trajectory(steps) == ["b", "c"]
