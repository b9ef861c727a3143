"""Best-of-N against counting by hand and by enumerating every subset."""

from itertools import combinations

import pytest

from selector.best_of_n import Sample, best_of_n, expected_top, interval, majority, pass_at
from selector.score_rows import ScoreRow


def row(problem: str, place: int, score: float | None, is_correct: bool | None, answer: str | None = "1") -> ScoreRow:
    return ScoreRow(problem, f"{problem}/{place}", score, (), answer, is_correct, None, None, None, {})


SAMPLES = [
    Sample(0.9, "2", False), Sample(0.8, "1", True), Sample(0.8, "3", False), Sample(0.1, "1", True),
    Sample(None, "2", False),
]  # fmt: skip


def test_the_expected_top_equals_the_mean_over_all_subsets() -> None:
    def top(subset: tuple[Sample, ...]) -> float:
        best = max(-1.0 if sample.score is None else sample.score for sample in subset)
        tied = [sample for sample in subset if (-1.0 if sample.score is None else sample.score) == best]
        return sum(sample.is_correct for sample in tied) / len(tied)

    for n in range(1, 6):
        subsets = list(combinations(SAMPLES, n))
        assert expected_top(SAMPLES, n) == pytest.approx(sum(map(top, subsets)) / len(subsets))


def test_pass_at_n_equals_the_share_of_subsets_with_a_right_solution() -> None:
    for n in range(1, 6):
        subsets = list(combinations(SAMPLES, n))
        share = sum(any(sample.is_correct for sample in subset) for subset in subsets) / len(subsets)
        assert pass_at(SAMPLES, n) == pytest.approx(share)


def test_majority_counts_votes_and_shares_ties() -> None:
    assert majority(SAMPLES, 5, seed=0) == 0.5  # "1" and "2" have two votes each
    assert majority(SAMPLES, 1, seed=0) == pytest.approx(0.4)
    assert majority([Sample(0.5, None, False)] * 2, 2, seed=0) == 0.0


def test_n_runs_in_powers_of_two_up_to_the_largest_common_number() -> None:
    rows = [row("a", i, i / 10, i == 5) for i in range(6)] + [row("b", i, i / 10, i == 0) for i in range(9)]
    rows.append(row("a", 9, 1.0, None))
    result = best_of_n(rows)
    assert list(result) == ["1", "2", "4"]
    assert result["1"]["score"] == pytest.approx((1 / 6 + 1 / 9) / 2)
    assert result["4"]["score"] == pytest.approx((4 / 6 + 0) / 2)
    assert result["4"]["problems"] == 2
    low, high = result["4"]["interval"]
    assert (low, high) == pytest.approx((0.0, 4 / 6))


def test_a_single_problem_has_figures_but_no_interval_and_none_has_neither() -> None:
    assert best_of_n([row("a", 0, 0.5, True)])["1"] == {
        "score": 1.0, "majority": 1.0, "pass": 1.0, "problems": 1, "interval": None,
    }  # fmt: skip
    assert best_of_n([]) == {}
    assert best_of_n([row("a", 0, 0.5, None)]) == {}
    assert interval([0.5], seed=0) is None
