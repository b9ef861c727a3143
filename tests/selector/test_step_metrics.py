"""Agreement of step scores with labels, and the comparison of two versions, by hand."""

import math
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import pytest

from selector.comparison import compare, log_likelihood
from selector.evaluation import evaluate
from selector.rows import text_key
from selector.score_rows import ScoreRow
from selector.step_metrics import JudgedSolution, auc, calibrated_f1, ece, first_error_f1, step_metrics


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
    assert first_error_f1(LABELS, 0.5) == pytest.approx(2 * (1 / 2) * (2 / 3) / (1 / 2 + 2 / 3))
    report = step_metrics(LABELS)["first_error"]
    assert (report["erroneous"], report["clean"]) == (2, 3)
    assert report["accuracy_erroneous"] == pytest.approx(1 / 2)
    assert report["accuracy_clean"] == pytest.approx(2 / 3)


def test_steps_behind_the_first_error_count_nowhere() -> None:
    assert step_metrics(LABELS)["steps"] == 2 + 2 + 2 + 2 + 3


def test_auc_is_the_share_of_pairs_in_order_ties_half() -> None:
    scores = np.array([0.9, 0.5, 0.5, 0.1])
    assert auc(scores, np.array([True, True, False, False])) == pytest.approx((1 + 1 + 0.5 + 1) / 4)
    assert auc(scores, np.array([True] * 4)) is None


def test_ece_is_the_gap_between_score_and_share_weighted_by_steps() -> None:
    found = ece(np.array([0.95, 0.95, 0.15]), np.array([True, False, False]))
    assert found == pytest.approx((2 * 0.45 + 1 * 0.15) / 3)
    assert ece(np.array([1.0]), np.array([True])) == 0


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
    found = calibrated_f1(labels)
    assert found is not None
    assert found["f1"] == 0
    assert found["thresholds"][0] < 0.36 < 0.64 < found["thresholds"][1]
    assert calibrated_f1(labels[:10]) is None


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
