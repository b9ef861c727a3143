"""The study's own parts: its statistics by hand, its store, and a whole run of the smallest scale."""

import math
import re
from dataclasses import replace
from pathlib import Path

import pytest

from bench.study import cells, report, running, sections
from bench.study.__main__ import main
from bench.study.results import UNIFORM, Results
from bench.study.running import Unit
from bench.study.scale import HOUR, SMALLEST, epochs
from bench.study.statistics import Mean, area_between, is_unstable, labels_ratio, over_seeds, paired, slope_ratio
from bench.study.store import Store

FLAT = [(100.0, 0.5), (1_000.0, 0.6)]  # .1 for each factor of ten
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
    assert slope_ratio(CHOSEN, FLAT) == pytest.approx(2.0)
    assert labels_ratio(CHOSEN, FLAT) == pytest.approx(10.0)  # uniform ones reach .7 at 10,000
    assert labels_ratio(FLAT, FLAT) == pytest.approx(1.0)
    assert area_between(CHOSEN, FLAT) == pytest.approx(0.05)
    assert slope_ratio(CHOSEN, [(100.0, 0.5), (1_000.0, 0.4)]) is None, "a curve that falls is no measure"
    same = over_seeds(area_between, {0: CHOSEN, 1: CHOSEN}, {0: FLAT, 1: FLAT})
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
    scale = replace(SMALLEST, seeds=1, labels=(8, 16), samples=4, deep_problems=3, deep_samples=6, **few)
    only = ["label_free", "uniform_distinct", "uncertain", "at_first_error", "orm_same-a", "ensemble", "uniform_again"]
    running.work(scale, [0], 1, tmp_path / "whole", only)
    running.work(scale, [0], 1, tmp_path / "halves", only[:2])
    running.work(scale, [0], 1, tmp_path / "halves", only)
    whole, halves = (Store(tmp_path / name / running.RESULTS).rows() for name in ("whole", "halves"))
    keys = {f"{scale.key}/0/{name}/{labels}" for name, labels in [("label_free", 0), ("uniform_distinct", 16)]}
    assert keys < whole.keys()
    for key, row in whole.items():
        assert _without_times(row) == _without_times(halves[key]), key

    once, again = (whole[f"{scale.key}/0/{name}/16"] for name in (UNIFORM, "uniform_again"))
    assert once["picks"] == again["picks"]
    assert once["ece"] != again["ece"]

    page = tmp_path / "study.md"
    page.write_text(f"before\n{report.BEGIN}\n{report.END}\nafter\n")
    report.write(Results(scale, whole.values()), Store(tmp_path / "whole" / running.RESULTS), page)
    text = page.read_text()
    assert text.startswith("before\n")
    assert text.endswith("after\n")
    assert "undecided by score" in text
    opponents = text.partition("### Opponents")[2]
    assert "| strict | step AUC |" in opponents
    assert "- 16 labels, any seed: convincing_wrong, uniform, orm_free-a" in text
    assert "](study/best_of_n.svg)" in text
    assert (tmp_path / "study" / "best_of_n.svg").read_text().startswith("<svg")
    assert "](study/gains.svg)" not in text, "one seed has no interval to draw"


def label_free(seed: int, majority: float = 0.4, auc: float = 0.7) -> dict:
    ways = {
        way: dict.fromkeys(("1", "4", "16", "64", "256"), value)
        for way, value in (("majority", majority), ("pass", 0.9))
    }
    key = f"{HOUR.key}/{seed}/label_free/0"
    surprise = dict.fromkeys(("1", "4", "16", "64"), 0.3)
    return {
        "key": key,
        "ways": ways,
        "best_of": surprise,
        "step_auc": auc,
        "right_with_wrong_step": 0.2,
        "seconds": 1.0,
    }


def model(seed: int, best: float, name: str = UNIFORM) -> dict:
    picks = {
        "steps_read": 4_000,
        "wrong_answers": 0.5,
        "right_answer_wrong_step": 0.1,
        "seconds": 9,
        "solutions": 1_000,
    }
    found = {
        "best_of": dict.fromkeys(("1", "4", "16", "64"), best),
        "picks": picks,
        "step_auc": 0.9,
        "first_error_f1": 0.7,
    }
    return {"key": f"{HOUR.key}/{seed}/{name}/1000", **found, "strict": 0.5, "ece": 0.1, "seconds": 3_600.0}


def test_a_seed_that_misses_a_precondition_is_marked_and_figures_are_told_with_and_without_it() -> None:
    chosen = [model(seed, value, "uncertain") for seed, value in ((0, 0.6), (1, 0.62), (2, 0.64))]
    uniform = [model(0, 0.6), model(1, 0.6), model(2, 0.49)]  # the third is .19 above surprise
    results = Results(HOUR, [*map(label_free, range(3)), *uniform, *chosen])
    assert results.far_off == set()
    said = report.in_short(results)
    assert "All three preconditions hold on 2 of 3 seeds (0, 1)." in said
    assert "Seed 2 misses: the process model is +0.190 over surprise" in said
    section = sections.arms(results)
    assert "seed 2\\*" in section
    row = next(line for line in section.splitlines() if line.startswith("| undecided by score"))
    with_it, without = (cells.gain(gain) for gain in (Mean.of([0.0, 0.02, 0.15]), Mean.of([0.0, 0.02])))
    assert row.endswith(f"| {with_it} | {without} |")


def test_no_labels_are_chosen_on_a_seed_far_off_its_preconditions_and_others_go_on(tmp_path: Path) -> None:
    store = Store(tmp_path / running.RESULTS)
    for row in (label_free(0), model(0, 0.39), label_free(1), model(1, 0.41)):  # .09 and .11 above surprise
        store.add(row)
    results = Results(HOUR, store.rows().values())
    assert results.far_off == {0}
    assert "no labels were chosen on it" in report.in_short(results)
    assert "of seeds far off their preconditions (0) none is made" in report.left_out(results)
    running.make(HOUR, Unit(tier=0, seed=0), math.inf, tmp_path, [])
    assert len(store.rows()) == 4, "with time without end, nothing further is run on it"


def test_a_page_of_one_scale_says_by_which_commands_it_came(tmp_path: Path) -> None:
    store = Store(tmp_path / running.RESULTS)
    store.add({"key": "session/1", "scale": HOUR.key, "command": "python -m bench.study --folder /x --scale hour"})
    store.add({"key": "session/2", "scale": SMALLEST.key, "command": "python -m bench.study --scale smallest"})
    said = report.setting(Results(HOUR, [model(0, 0.5), model(1, 0.5)]), store)
    assert "- `python -m bench.study --scale hour`" in said
    assert "smallest" not in said
    assert "2 runs, 2.0 hours of one core in them" in said


def test_a_scale_too_small_for_preconditions_leaves_the_page_in_docs_alone(tmp_path: Path) -> None:
    before = report.PAGE.read_text()
    asked = ["--scale", "smallest", "--budget", "0", "--folder", str(tmp_path), "--write-docs"]
    assert main(asked) == 0
    said = (tmp_path / "study.md").read_text()
    assert "too small for any precondition" in said
    assert re.search(r"(\d+) of \1 runs were not made", said)
    assert report.PAGE.read_text() == before


@pytest.mark.timeout(300)
def test_of_two_processes_one_that_fails_is_told_and_stops_no_other(tmp_path: Path) -> None:
    few = {"pool_problems": 4, "validation_problems": 3, "test_problems": 3, "base_texts": 60, "base_updates": 1}
    scale = replace(SMALLEST, samples=4, deep_problems=1, deep_samples=4, **few)
    own = tmp_path / "ranks" / scale.key
    own.mkdir(parents=True)
    (own / "0").write_text("no folder")
    assert not running.work(scale, [0, 1], 4, tmp_path, ["label_free"], processes=2)
    assert Store(tmp_path / running.RESULTS).rows().keys() == {f"{scale.key}/1/label_free/0"}


def test_labels_between_two_pilots_are_trained_on_for_as_long_as_lies_between() -> None:
    assert [epochs(labels, HOUR) for labels in (100, 300, 1_000, 3_000)] == [20, 33, 20, 10]
    assert epochs(333, HOUR) == round(10_000 * (333 / 300) ** (math.log(2) / math.log(10 / 3)) / 333)
    assert epochs(5, HOUR) == 200
    assert epochs(10_000, HOUR) == 3


def test_units_of_a_seed_are_made_one_after_the_other() -> None:
    left = [Unit(0, 0), Unit(0, 1), Unit(0, 2), Unit(1, 0), Unit(1, 1), Unit(1, 2)]
    assert running.startable(left, [], 2) == [Unit(0, 0), Unit(0, 1)]
    assert running.startable(left[2:], [Unit(0, 1)], 2) == [Unit(0, 2)]
    assert running.startable(left[3:], [Unit(0, 2)], 3) == [Unit(1, 0), Unit(1, 1)]
    assert running.startable(left[5:], [Unit(0, 2)], 2) == [], "its own unit of the tier before is still under way"


def test_figures_are_written_short_and_no_nought_within_them_is_lost() -> None:
    assert [cells.share(value) for value in (0.5, 10.0, 1.0, 0.05, None)] == [".500", "10.000", "1.000", ".050", ""]
    assert [cells.signed(value) for value in (0.05, -0.25, 10.0)] == ["+.050", "-.250", "+10.000"]
    assert cells.gain(Mean(0.1, 0.05, 0.15, 5)) == "**+.100 (+.050 to +.150; 5)**"
    assert cells.gain(Mean(0.1, -0.05, 0.25, 5)) == "+.100 (-.050 to +.250; 5)"


def _without_times(row: dict) -> dict:
    return {name: value for name, value in row.items() if name not in TIMES}
