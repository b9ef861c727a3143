"""Strict accuracy by hand: right in answer and steps, beside right in the answer alone."""

import pytest

from selector.judged import JudgedSolution
from selector.score_rows import ScoreRow
from selector.strict import strict_best_of_n


def row(name: str, score: float, is_right: bool | None) -> ScoreRow:
    return ScoreRow(name[0], name, score, (score,), None, is_right, "test", None, None, {})


def label(name: str, *ratings: int, has_verdict: bool = True) -> JudgedSolution:
    return JudgedSolution(f"{name}{ratings}", name[0], (0.5,) * len(ratings), ratings, has_verdict, name)


ROWS = [
    row("a1", 0.9, True), row("a2", 0.5, True), row("a3", 0.1, False),  # the best is right over a wrong step
    row("b1", 0.9, True), row("b2", 0.8, False),
    row("c1", 0.7, True),
]  # fmt: skip
LABELS = [label("a1", 1, -1), label("a2", 1, 1), label("a3", -1), label("b1", 1), label("b2", 1, 1), label("c1", 1)]


def test_of_n_labeled_solutions_the_top_scored_is_right_in_answer_and_steps() -> None:
    """N = 1: a 1/3, b 1/2, c 1. N = 2: of a's three pairs a1 tops two (wrong step) and a2 one; b1 is right."""
    found = strict_best_of_n(ROWS, LABELS)
    assert list(found) == ["1", "2"], "four labeled solutions has no problem"
    assert found["1"]["strict"] == pytest.approx((1 / 3 + 1 / 2 + 1) / 3)
    assert found["1"]["lenient"] == pytest.approx((2 / 3 + 1 / 2 + 1) / 3)
    assert (found["1"]["problems"], found["2"]["problems"]) == (3, 2)
    assert found["2"]["strict"] == pytest.approx((1 / 3 + 1) / 2)
    assert found["2"]["lenient"] == 1.0
    low, high = found["2"]["intervals"]["strict"]
    assert (low, high) == pytest.approx((1 / 3, 1.0))


def test_one_labeler_who_found_an_error_is_enough_and_a_pass_without_verdict_says_nothing() -> None:
    doubted = [*LABELS, label("b1", -1), label("c1", -1, has_verdict=False)]
    assert strict_best_of_n(ROWS, doubted)["1"]["strict"] == pytest.approx((1 / 3 + 0 + 1) / 3)


def test_what_is_not_labeled_or_not_graded_counts_nowhere() -> None:
    more = [*ROWS, row("b3", 1.0, True), row("c2", 1.0, None)]
    assert strict_best_of_n(more, [*LABELS, label("c2", 1)]) == strict_best_of_n(ROWS, LABELS)
    assert strict_best_of_n(ROWS[:3], LABELS) == {}, "one problem alone"
