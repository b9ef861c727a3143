"""The study's own parts: its statistics by hand, its store, and a whole run of the smallest scale."""

import math
from dataclasses import replace
from pathlib import Path

import pytest

from bench.study import report, running
from bench.study.preconditions import Unmet
from bench.study.results import Results
from bench.study.scale import SMALLEST
from bench.study.statistics import Mean, area_between, is_unstable, labels_ratio, over_seeds, paired, slope_ratio
from bench.study.store import Store

UNIFORM = [(100.0, 0.5), (1_000.0, 0.6)]  # .1 for each factor of ten
CHOSEN = [(100.0, 0.5), (1_000.0, 0.7)]  # .2


def test_a_paired_difference_has_students_interval_over_seeds() -> None:
    found = paired({0: 0.5, 1: 0.6, 2: 0.9}, {0: 0.4, 1: 0.4, 2: 0.6, 3: 0.1})
    assert found is not None  # differences .1, .2, .3: mean .2, deviation .1
    half = 4.303 * 0.1 / math.sqrt(3)
    assert (found.value, found.low, found.high, found.seeds) == pytest.approx((0.2, 0.2 - half, 0.2 + half, 3))
    assert not found.is_above_0
    assert Mean.of([0.4]) == Mean(0.4, None, None, 1)
    assert paired({0: 0.5}, {1: 0.5}) is None


def test_what_a_label_is_worth_is_told_by_slopes_by_labels_and_by_area() -> None:
    assert slope_ratio(CHOSEN, UNIFORM) == pytest.approx(2.0)
    assert labels_ratio(CHOSEN, UNIFORM) == pytest.approx(10.0)  # uniform ones reach .7 at 10,000
    assert labels_ratio(UNIFORM, UNIFORM) == pytest.approx(1.0)
    assert area_between(CHOSEN, UNIFORM) == pytest.approx(0.05)
    assert slope_ratio(CHOSEN, [(100.0, 0.5), (1_000.0, 0.4)]) is None, "a curve that falls is no measure"
    same = over_seeds(area_between, {0: CHOSEN, 1: CHOSEN}, {0: UNIFORM, 1: UNIFORM})
    assert same == Mean(pytest.approx(0.05), pytest.approx(0.05), pytest.approx(0.05), 2)


def test_unstable_are_seeds_far_apart_or_a_deep_fall() -> None:
    steady = [[0.5, 0.6], [0.6, 0.65]]
    assert not is_unstable([0.6, 0.65], [0.6, 0.64], steady, error=0.03)
    assert is_unstable([0.5, 0.7], [0.6, 0.64], steady, error=0.03)
    assert is_unstable([0.6, 0.65], [0.6, 0.64], [[0.7, 0.6]], error=0.03)


def test_a_line_that_was_cut_off_is_run_again_and_spoils_no_other(tmp_path: Path) -> None:
    store = Store(tmp_path / "results.jsonl")
    store.add({"key": "a", "value": 1})
    with store.path.open("a") as opened:
        opened.write('{"key": "b", "val')
    store.add({"key": "c"})
    store.add({"key": "a", "value": 2})
    assert store.rows() == {"a": {"key": "a", "value": 2}, "c": {"key": "c"}}


TIMES = {"at", "seconds", "train_seconds", "score_seconds"}


@pytest.mark.timeout(300)
def test_a_resumed_study_equals_an_uninterrupted_one_and_says_what_it_left_out(tmp_path: Path) -> None:
    few = {"pool_problems": 30, "fresh_problems": 30, "validation_problems": 6, "test_problems": 6, "base_updates": 2}
    scale = replace(SMALLEST, seeds=1, labels=(8, 16), samples=4, deep_samples=4, **few)
    only = ["label_free", "uniform_distinct", "uncertain", "at_first_error", "orm_same-a", "ensemble"]
    running.work(scale, [0], 1, tmp_path / "whole", only)
    running.work(scale, [0], 1, tmp_path / "halves", only[:2])
    running.work(scale, [0], 1, tmp_path / "halves", only)
    whole, halves = (Store(tmp_path / name / running.RESULTS).rows() for name in ("whole", "halves"))
    keys = {f"{scale.key}/0/{name}/{labels}" for name, labels in [("label_free", 0), ("uniform_distinct", 16)]}
    assert keys < whole.keys()
    for key, row in whole.items():
        if not key.startswith("session/"):
            assert _without_times(row) == _without_times(halves[key]), key

    page = tmp_path / "study.md"
    page.write_text(f"before\n{report.BEGIN}\n{report.END}\nafter\n")
    report.write(Results(scale, whole.values()), Store(tmp_path / "whole" / running.RESULTS), "a command", page)
    text = page.read_text()
    assert text.startswith("before\n")
    assert text.endswith("after\n")
    assert "undecided by score" in text
    opponents = text.partition("### Opponents")[2]
    assert "| strict | step AUC |" in opponents
    assert "mixture, 16 labels (1 of 1 seeds)" in text
    assert (tmp_path / "study" / "best_of_n.svg").read_text().startswith("<svg")


def test_runs_of_a_stopped_seed_are_not_said_to_have_wanted_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stops(*_: object) -> None:
        raise Unmet("majority is too good")

    monkeypatch.setattr(running, "work", stops)
    with pytest.raises(SystemExit, match="majority is too good"):
        running.in_process(SMALLEST, [1], 1, tmp_path, [])
    store = Store(tmp_path / running.RESULTS)
    results = Results(SMALLEST, store.rows().values())
    said = report.left_out(results, report.stopped_seeds(results, store)).split("\n\n")
    assert said[1].startswith("Runs that were not made, since the preconditions do not hold")
    assert "label_free (1 of 2 seeds)" in said[1]
    assert said[2].startswith("Runs that were not reached in the time given, or not asked for")
    assert "label_free (1 of 2 seeds)" in said[2]


def _without_times(row: dict) -> dict:
    return {name: value for name, value in row.items() if name not in TIMES}
