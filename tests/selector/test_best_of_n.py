"""Best-of-N against counting by hand and by enumerating every subset."""

from dataclasses import replace
from itertools import combinations

import pytest

from selector.best_of_n import Sample, best_of_n, expected_top, majority, pass_at
from selector.minima import minima_at_last_step
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


def test_a_majority_of_a_subset_is_the_mean_over_many_of_them() -> None:
    """Of the ten subsets of three the right answer "1" alone wins in four; in three it shares with others."""

    def vote(subset: tuple[Sample, ...]) -> float:
        counts = [sum(other.answer == answer for other in subset) for answer in ("1", "2", "3")]
        return (counts[0] == max(counts)) / counts.count(max(counts))

    subsets = list(combinations(SAMPLES, 3))
    assert majority(SAMPLES, 3, seed=1) == pytest.approx(sum(map(vote, subsets)) / len(subsets), abs=0.1)


def test_popular_ranks_by_the_votes_of_all_samples_and_surprise_by_likelihood() -> None:
    """Problem a: the popular answer is wrong (3 of 4), the likeliest solution right."""
    rows = [row("a", i, 0.5, i == 3, "7" if i < 3 else "8") for i in range(4)]
    rows = [replace(one, likelihood=place / 10) for place, one in enumerate(rows)]
    result = best_of_n(rows)
    assert (result["4"]["popular"], result["4"]["surprise"], result["4"]["score"]) == (0.0, 1.0, 0.25)
    assert result["2"]["popular"] == pytest.approx(0.0)  # two of four always hold one of the three
    assert result["1"]["popular"] == result["1"]["surprise"] == 0.25
    assert "surprise" not in best_of_n([row("a", 0, 0.5, True)])["1"]


def test_every_way_to_choose_has_an_interval() -> None:
    rows = [row(name, i, i / 10, i == ord(name) % 3) for name in "abcdef" for i in range(4)]
    for figures in best_of_n(rows).values():
        assert set(figures["intervals"]) == {"score", "majority", "popular", "pass"}
        for name, (low, high) in figures["intervals"].items():
            assert low <= figures[name] <= high


def test_a_single_problem_has_figures_but_no_interval_and_none_has_neither() -> None:
    alone = best_of_n([row("a", 0, 0.5, True)])["1"]
    assert {name: alone[name] for name in ("score", "majority", "popular", "pass", "problems", "interval")} == {
        "score": 1.0, "majority": 1.0, "popular": 1.0, "pass": 1.0, "problems": 1, "interval": None,
    }  # fmt: skip
    assert best_of_n([]) == {}
    assert best_of_n([row("a", 0, 0.5, None)]) == {}


def test_lowest_steps_at_the_end_are_counted_beside_what_chance_would_give() -> None:
    """a: one of two, b: none of one; ties and solutions of one step say nothing. Chance: (1/2 + 1/3)/2 and 1/4."""
    scores = [("a", (0.9, 0.1)), ("a", (0.9, 0.1, 0.2)), ("b", (0.5, 0.5, 0.9, 0.5)), ("b", (0.1,))]
    rows = [replace(row(name, place, 0.5, True), step_scores=steps) for place, (name, steps) in enumerate(scores)]
    rows.append(replace(rows[0], duplicate_of=rows[0].solution_id))
    found = minima_at_last_step(rows, seed=0)
    assert found is not None
    assert (found["share"], found["solutions"]) == (0.25, 3)
    assert found["by_chance"] == pytest.approx((5 / 12 + 1 / 4) / 2)
    assert found["interval"] == [0.0, 0.5]
    assert minima_at_last_step([row("a", 0, 0.5, True)], seed=0) is None
