"""Agreement of step scores with labels, and the comparison of two versions, by hand."""

import math
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import pytest

from selector.comparison import compare, compare_best_of_n, log_likelihood
from selector.evaluation import evaluate
from selector.judged import JudgedSolution
from selector.resampling import drawn, interval, mean_over_problems, point
from selector.rows import text_key
from selector.score_rows import ScoreRow
from selector.step_figures import StepTable
from selector.step_metrics import step_metrics


def judged(scores: list[float], ratings: list[int], problem: str = "p", key: str = "k") -> JudgedSolution:
    return JudgedSolution(key, problem, tuple(scores), tuple(ratings))


LABELS = [
    judged([0.9, 0.2, 0.1], [1, -1], "a", "1"),  # found at its step
    judged([0.3, 0.2], [1, -1], "b", "2"),  # found too early
    judged([0.9, 0.8], [1, 0], "c", "3"),  # clean and found so
    judged([0.9, 0.4], [1, 1], "d", "4"),  # clean, and called wrong
    judged([0.9, 0.6, 0.7], [1, 1, 1], "e", "5"),  # clean and found so
]


def test_first_error_f1_is_the_harmonic_mean_of_both_accuracies() -> None:
    report = step_metrics(LABELS)
    assert report["first_error_f1"] == pytest.approx(2 * (1 / 2) * (2 / 3) / (1 / 2 + 2 / 3))
    first_error = report["first_error"]
    assert (first_error["erroneous"], first_error["clean"]) == (2, 3)
    assert first_error["accuracy_erroneous"] == pytest.approx(1 / 2)
    assert first_error["accuracy_clean"] == pytest.approx(2 / 3)
    assert (first_error["threshold"], first_error["how"]) == (0.5, "fixed: fewer than 20 labels of both kinds")


def test_another_threshold_finds_other_first_errors() -> None:
    """At 0.35 nothing is called wrong too early any more, but the error of b still is at its first step."""
    report = step_metrics(LABELS, 0.35)
    assert report["first_error"]["accuracy_clean"] == 1.0
    assert report["first_error"]["accuracy_erroneous"] == 0.5
    assert report["first_error_f1"] == pytest.approx(2 * 0.5 / 1.5)
    assert report["first_error"]["f1_at_half"] == step_metrics(LABELS)["first_error_f1"]


def test_a_step_at_the_threshold_is_no_error() -> None:
    found = step_metrics([judged([0.9, 0.5], [1, -1], "a"), judged([0.9, 0.5], [1, 1], "b")], 0.5)["first_error"]
    assert (found["accuracy_erroneous"], found["accuracy_clean"]) == (0.0, 1.0)


def test_nothing_found_is_an_f1_of_zero() -> None:
    assert step_metrics(LABELS, 1.1)["first_error_f1"] == 0.0


def test_steps_behind_the_first_error_count_nowhere() -> None:
    assert step_metrics(LABELS)["steps"] == 2 + 2 + 2 + 2 + 3


def test_auc_is_the_share_of_pairs_in_order_ties_half() -> None:
    labels = [judged([0.9, 0.5], [1, -1], "a"), judged([0.5, 0.1], [1, -1], "b")]
    assert step_metrics(labels)["step_auc"] == pytest.approx((1 + 1 + 0.5 + 1) / 4)


def test_ece_is_the_gap_between_score_and_share_weighted_by_steps() -> None:
    labels = [judged([0.95], [1], "a"), judged([0.95], [-1], "b"), judged([0.15], [-1], "c")]
    assert step_metrics(labels)["ece"] == pytest.approx((2 * 0.45 + 1 * 0.15) / 3)
    assert step_metrics([judged([1.0], [1])])["ece"] == 0


def test_calibration_tells_how_often_steps_of_a_score_are_right() -> None:
    """Two steps at 0.93 and 0.97 of which one is right, one at 0.15 that is wrong; of one problem nothing is drawn."""
    labels = [judged([0.93], [1], "a"), judged([0.97], [-1], "b"), judged([0.15], [-1], "c")]
    low, high = step_metrics(labels)["calibration"]
    assert low == {"score": pytest.approx(0.15), "right": 0, "interval": [0, 0], "steps": 1}
    assert (high["score"], high["right"], high["steps"]) == (pytest.approx(0.95), 0.5, 2)
    assert high["interval"] == [0, 1]
    (alone,) = step_metrics([judged([1.0], [1])])["calibration"]
    assert (alone["right"], alone["interval"], alone["steps"]) == (1, None, 1)
    assert step_metrics([])["calibration"] == []


def test_a_problem_that_is_drawn_twice_counts_twice() -> None:
    """Problem a alone: one error found. b alone: found too early. Steps of a are in order, one of b is not."""
    table = StepTable(LABELS[:4], ["a", "b", "c", "d"])
    weights = np.array([[2.0, 0, 1, 0], [1, 1, 1, 0], [0, 1, 0, 0]])
    f1 = table.first_error_f1(weights, np.full(4, 0.5))
    assert f1[:2].tolist() == pytest.approx([1.0, 2 * 0.5 / 1.5])
    assert np.isnan(f1[2])
    assert table.auc(weights)[2] == 1.0  # 0.3 above 0.2
    assert table.auc(np.array([[1.0, 1, 0, 0]]))[0] == 1.0


def test_an_interval_is_that_of_the_figure_over_drawn_problems() -> None:
    figure = mean_over_problems(np.array([0.0, 1.0, np.nan]))
    assert (point(figure, 3), interval(figure, 3, seed=0)) == (0.5, [0.0, 1.0])
    assert drawn(3, seed=0).sum(axis=1).tolist() == [3.0] * 1000
    assert drawn(3, seed=0).mean() == pytest.approx(1.0)
    assert interval(mean_over_problems(np.array([1.0])), 1, seed=0) is None
    assert point(mean_over_problems(np.array([np.nan])), 1) is None


@pytest.mark.parametrize(
    ("labels", "missing"),
    [([], {"first_error_f1", "step_auc", "ece"}), (LABELS[2:], {"first_error_f1", "step_auc"})],
)
def test_what_cannot_be_measured_is_null_with_a_reason(labels: list[JudgedSolution], missing: set[str]) -> None:
    report = step_metrics(labels)
    assert set(report["why"]) == missing
    assert all(report[name] is None for name in missing)


def test_the_calibrated_threshold_is_never_measured_on_its_own_half() -> None:
    """Errors of even problems lie below 0.3, of odd ones below 0.7: each half's threshold misses the other's."""
    labels = []
    for place in range(40):
        wrong, right = (0.25, 0.35) if place % 2 == 0 else (0.65, 0.75)
        labels += [judged([right, wrong], [1, -1], f"{place:02}"), judged([right, right], [1, 1], f"{place:02}")]
    report = step_metrics(labels)
    assert report["first_error_f1"] == 0
    assert report["first_error"]["how"].startswith("calibrated on the labels of every other problem")
    assert report["intervals"]["first_error_f1"] == [0.0, 0.0]


def test_a_calibrated_threshold_lies_in_the_middle_of_what_serves_as_well() -> None:
    """Errors score 0.1, right steps 0.3: every threshold between them finds all."""
    labels = [
        judged([0.3, score], [1, 1 if score > 0.2 else -1], f"{place:02}")
        for place in range(20)
        for score in (0.1, 0.3)
    ]
    report = step_metrics(labels)
    assert report["first_error_f1"] == 1
    assert report["first_error"]["threshold"] == pytest.approx(0.2, abs=0.01)
    assert report["first_error"]["f1_at_half"] == 0


def test_the_likelihood_of_a_label_is_the_mean_over_its_rated_steps() -> None:
    label = judged([0.5, 0.75, 0.9], [0, -1])
    assert log_likelihood(label) == pytest.approx((math.log(0.5) + math.log(0.25)) / 2)
    assert log_likelihood(judged([1.0], [-1])) == pytest.approx(math.log(0.001))


def test_a_version_is_worse_only_when_its_whole_interval_is() -> None:
    good = [judged([0.9, 0.1], [1, -1], f"p{i}", str(i)) for i in range(10)]
    bad = [judged([0.6, 0.4], [1, -1], f"p{i}", str(i)) for i in range(10)]
    mixed = [*good[:5], *bad[5:]]
    assert compare(good, bad)["is_not_worse"] is True
    assert compare(bad, good)["is_not_worse"] is False
    assert compare(bad, good)["difference"] == pytest.approx(math.log(0.6) - math.log(0.9))
    assert compare(good, good)["is_not_worse"] is True
    assert compare(mixed, good)["is_not_worse"] is False
    assert compare([*good[:9], *bad[9:]], [*bad[:1], *good[1:]])["is_not_worse"] is True


def test_versions_are_compared_on_the_labels_that_both_scored() -> None:
    new = [judged([0.9], [1], f"p{i}", str(i)) for i in range(4)]
    report = compare(new, new[:3])
    assert (report["labels"], report["problems"]) == (3, 3)
    assert compare(new, [])["is_not_worse"] is None
    assert compare(new[:1], new[:1])["interval"] is None


def test_the_figures_that_people_read_are_compared_on_the_same_problems() -> None:
    """Every problem has an error and a clean solution; the new version finds all, the old one calls all clean."""
    new, old = [], []
    for place in range(10):
        for versions, wrong in ((new, 0.1), (old, 0.8)):
            versions.append(judged([0.9, wrong], [1, -1], f"p{place}", f"{place} wrong"))
            versions.append(judged([0.9, 0.8], [1, 1], f"p{place}", f"{place} right"))
    figures = compare(new, old)["figures"]
    assert figures["first_error_f1"] == {"new": 1.0, "old": 0.0, "difference": 1.0, "interval": [1.0, 1.0]}
    assert figures["step_auc"]["new"] == 1.0
    assert figures["step_auc"]["old"] == pytest.approx(5 / 6)
    assert figures["ece"]["difference"] < 0


def test_best_of_n_is_compared_on_the_solutions_that_both_have() -> None:
    def rows(scores: list[float]) -> list[ScoreRow]:
        return [
            score_row(problem_id=f"p{p}", solution_id=f"{p}/{i}", score=score, answer_is_correct=i == 0)
            for p in range(4)
            for i, score in enumerate(scores)
        ]

    found = compare_best_of_n([*rows([0.9, 0.1]), score_row(solution_id="only new")], rows([0.1, 0.9]))
    assert found["2"] == {"new": 1.0, "old": 0.0, "difference": 1.0, "interval": [1.0, 1.0]}
    assert found["1"]["difference"] == 0


def score_row(**changes: Any) -> ScoreRow:
    values: dict[str, Any] = {
        "problem_id": "p", "solution_id": "s", "score": 0.5, "step_scores": (0.9, 0.2), "answer": "1",
        "answer_is_correct": True, "split": None, "duplicate_of": None, "text_key": None, "raw": {},
    }  # fmt: skip
    return ScoreRow(**(values | changes))


def test_labels_join_by_id_else_by_text_and_the_rest_is_counted_with_its_reason(tmp_path: Path) -> None:
    rows = [
        {"problem": "p", "id": "s", "steps": ["a", "b"], "first_error_index": 1},
        {"problem": "p", "steps": ["c"], "first_error_index": None},
        {"problem": "p", "id": "other", "steps": ["x"], "first_error_index": 0},
        {"problem": "p", "id": "short", "steps": ["a", "b"], "first_error_index": 1},
    ]
    labels = tmp_path / "labels.jsonl"
    labels.write_bytes(b"\n".join(map(orjson.dumps, rows)))
    by_text = score_row(solution_id="t", step_scores=(0.8,), text_key=text_key("p", ["c"]))
    report = evaluate([score_row(), by_text, score_row(solution_id="short", step_scores=())], [str(labels)])
    assert report["labels"] == 2
    assert report["labels_left_out"] == {"not among the scores": 1, "without step scores": 1}
    assert report["first_error_f1"] == 1.0
