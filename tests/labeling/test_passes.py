"""The rules of a labeling pass: only what `product.md` allows goes through, and each refusal names field and rule."""

from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labeling.actions import passes
from labeling.actions.errors import RuleBroken
from labeling.actions.passes import MAX_REASON, MAX_TIME_MS, Alternative, Pass
from labeling.models import FinishReason

OFFERED = ["one way", "another way"]
FIELDS = {"ratings", "finish_reason", "total_time", "step_times", "reason", "flagged", "alternatives"}


def check(done: Pass, step_count: int = 3, offered: Sequence[str] = ()) -> None:
    passes.check(done, step_count=step_count, alternatives=offered)


def refusal(done: Pass, step_count: int = 3, offered: Sequence[str] = ()) -> RuleBroken:
    with pytest.raises(RuleBroken) as refused:
        check(done, step_count, offered)
    return refused.value


def found_error(ratings: list[Any] | None = None, **fields: Any) -> Pass:
    values = {"ratings": [1, -1] if ratings is None else ratings, "finish_reason": "found_error", "total_time": 5}
    return Pass(**values | fields)


# --- generated passes


def ways_to_end(ratings: list[int], step_count: int) -> set[str]:
    """`product.md`, points 1 to 4, told once more and differently: how a pass with these ratings may end."""
    if len(ratings) > step_count or ratings.count(-1) > 1 or (-1 in ratings and ratings.index(-1) != len(ratings) - 1):
        return set()
    ends = {"give_up", "bad_problem"}
    if -1 in ratings:
        ends.add("found_error")
    elif len(ratings) == step_count:
        ends.add("solution")
    return ends


@given(
    ratings=st.lists(st.sampled_from([1, 1, 1, 0, -1]), max_size=7),
    step_count=st.integers(1, 6),
    finish_reason=st.sampled_from([*FinishReason.values, "", "solved"]),
    reason=st.sampled_from(["", "  ", "because"]),
)
def test_a_pass_goes_through_exactly_when_the_rules_allow_it(
    ratings: list[int], step_count: int, finish_reason: str, reason: str
) -> None:
    done = Pass(ratings, finish_reason, total_time=1, reason=reason)
    needs_reason = finish_reason in ("give_up", "bad_problem")
    allowed = finish_reason in ways_to_end(ratings, step_count) and (reason == "because" or not needs_reason)

    if allowed:
        check(done, step_count)
    else:
        assert set(refusal(done, step_count).fields) <= FIELDS


@given(
    st.builds(
        Pass,
        ratings=st.lists(st.integers(-3, 3), max_size=5),
        finish_reason=st.sampled_from([*FinishReason.values, "x"]),
        total_time=st.integers(-5, MAX_TIME_MS * 2),
        step_times=st.lists(st.integers(-1, MAX_TIME_MS + 1), max_size=6),
        reason=st.text(max_size=20),
        flagged=st.lists(st.integers(-1, 5), max_size=4),
        alternatives=st.lists(
            st.builds(
                Alternative,
                text=st.sampled_from([*OFFERED, "made up"]),
                rating=st.none() | st.integers(-2, 2),
                flagged=st.booleans(),
            ),
            max_size=3,
        ),
    )
)
def test_every_refusal_names_a_field_of_the_contract_and_its_rule(done: Pass) -> None:
    refused: RuleBroken | None = None
    try:
        check(done, offered=OFFERED)
    except RuleBroken as broken:
        refused = broken

    if refused:
        [(field, rule)] = refused.fields.items()
        assert field in FIELDS
        assert len(rule) > 8
        assert rule in refused.message
    else:
        assert done.signs == "".join({1: "+", 0: "0", -1: "-"}[rating] for rating in done.ratings)
        assert len(done.ratings) <= 3
        assert set(done.flagged) <= set(range(len(done.ratings)))


# --- each rule by name


@pytest.mark.parametrize(
    ("done", "field", "words"),
    [
        (found_error([2, -1]), "ratings", "-1, 0 or 1"),
        (found_error([1, None]), "ratings", "-1, 0 or 1"),
        (found_error([1, 1, 1, -1]), "ratings", "has 3 steps, not 4"),
        (found_error([-1, 1]), "ratings", "nothing behind the first error"),
        (found_error([-1, -1]), "ratings", "nothing behind the first error"),
        (found_error([1, 1]), "finish_reason", "found_error needs a negative rating"),
        (found_error([]), "finish_reason", "found_error needs a negative rating"),
        (found_error([1, -1], finish_reason="solution"), "finish_reason", "as found_error, not as solution"),
        (found_error([1, 1], finish_reason="solution"), "ratings", "each of the 3 steps, got 2"),
        (found_error([], finish_reason="solution"), "ratings", "each of the 3 steps, got 0"),
        (found_error([1], finish_reason="give_up"), "reason", "give_up needs a written reason"),
        (found_error([1], finish_reason="bad_problem", reason=" \n"), "reason", "bad_problem needs a written reason"),
        (found_error([1], finish_reason="done"), "finish_reason", "one of found_error, solution"),
        (found_error(reason="x" * (MAX_REASON + 1)), "reason", "at most 5000"),
        (found_error(total_time=-1), "total_time", "from 0 to one day"),
        (found_error(total_time=MAX_TIME_MS + 1), "total_time", "from 0 to one day"),
        (found_error(step_times=[1, 1, 1, 1]), "step_times", "one time a rated step"),
        (found_error(step_times=[1, -1]), "step_times", "from 0 to one day"),
        (found_error(flagged=[2]), "flagged", "indexes of rated steps"),
        (found_error(flagged=[-1]), "flagged", "indexes of rated steps"),
        (found_error(flagged=[1, 1]), "flagged", "each step once"),
    ],
)
def test_a_broken_rule_is_named(done: Pass, field: str, words: str) -> None:
    refused = refusal(done)

    assert list(refused.fields) == [field]
    assert words in refused.fields[field]
    assert refused.status == 400


@pytest.mark.parametrize(
    "done",
    [
        found_error([-1]),
        found_error([0, 0, -1]),
        found_error([0, 1, 0], finish_reason="solution"),
        found_error([], finish_reason="give_up", reason="too hard"),
        found_error([1, -1], finish_reason="give_up", reason="not sure of it"),
        found_error([1], finish_reason="bad_problem", reason="a figure is missing"),
        found_error(step_times=[10, 20], flagged=[0, 1], reason="a remark"),
        found_error(step_times=[10, 20, 30]),
        found_error(total_time=MAX_TIME_MS, step_times=[MAX_TIME_MS, 0]),
    ],
)
def test_an_allowed_pass_goes_through(done: Pass) -> None:
    check(done)


# --- alternatives to the step of the first error

ONE, ANOTHER = Alternative("one way", 1), Alternative("another way", None, flagged=True)


@pytest.mark.parametrize(
    ("done", "words"),
    [
        (
            found_error(alternatives=[]),
            "each of the 2 alternatives to the step of the first error is rated",
        ),
        (found_error(alternatives=[ONE]), "unsure; 1 missing"),
        (found_error(alternatives=[ONE, Alternative("made up", 1)]), "unchanged"),
        (found_error(alternatives=[ONE, ONE]), "comes once"),
        (found_error(alternatives=[ONE, Alternative("another way", None)]), "or flagged as unsure"),
        (found_error(alternatives=[ONE, Alternative("another way", 2)]), "-1, 0 or 1, not 2"),
        (found_error([1, 1, 1], finish_reason="solution", alternatives=[ONE]), "only the step of the first error"),
        (found_error([1], finish_reason="give_up", reason="r", alternatives=[ONE]), "only the step of the first error"),
    ],
)
def test_alternatives_are_judged_as_the_rules_say(done: Pass, words: str) -> None:
    refused = refusal(done, offered=OFFERED)

    assert list(refused.fields) == ["alternatives"]
    assert words in refused.fields["alternatives"]


@pytest.mark.parametrize(
    "done",
    [
        found_error(alternatives=[ANOTHER, ONE]),
        found_error(),
        found_error([1, 1, 1], finish_reason="solution"),
        found_error(finish_reason="give_up", reason="too hard"),
        found_error(finish_reason="give_up", reason="too hard", alternatives=[ONE]),
    ],
)
def test_a_found_error_needs_every_alternative_that_was_shown_and_giving_up_keeps_some(done: Pass) -> None:
    check(done, offered=OFFERED)


def test_a_text_that_is_offered_twice_is_rated_twice() -> None:
    check(found_error(alternatives=[ONE, ONE]), offered=["one way", "one way"])

    assert "1 missing" in refusal(found_error(alternatives=[ONE]), offered=["one way", "one way"]).message
