"""What a chosen label is worth: the multiplier by hand, the trainings it takes, and the command that does them."""

import json
import math
from collections.abc import Sequence
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import pytest

from selector import __main__ as cli
from selector import multiplier_command
from selector.judged import JudgedSolution
from selector.multiplier import FEW_LABELS, FEW_PROBLEMS, FLAT, figures, multiplier
from selector.score_rows import ScoreRow
from selector.trials import MEASURES, Trial, trials

COUNTS = [10, 20, 40]


def always(*values: float) -> Any:
    """A figure at each number of labels that no resample moves."""
    return np.tile(np.array(values), (101, 1))


def test_labels_are_read_off_the_line_of_the_uniform_ones() -> None:
    """The line rises .1 for each doubling, so .1 more is twice the labels."""
    assert multiplier(COUNTS, always(0.1, 0.2, 0.3), always(0.2, 0.3, 0.4)) == {
        "multiplier": pytest.approx(2.0), "low": pytest.approx(2.0), "high": pytest.approx(2.0), "why": "",
    }  # fmt: skip
    # Chosen ones reach .2, .2 and .35: as many as 20, 20 and 40√2 uniform ones; 2 · 1 · √2 has the cube root √2.
    found = multiplier(COUNTS, always(0.1, 0.2, 0.3), always(0.2, 0.2, 0.35))
    assert found["multiplier"] == pytest.approx(math.sqrt(2))
    worse = multiplier(COUNTS, always(0.1, 0.2, 0.3), always(0.0, 0.1, 0.2))
    assert worse["multiplier"] == pytest.approx(0.5)


def test_what_lies_beyond_the_numbers_that_were_tried_is_cut_there() -> None:
    assert multiplier(COUNTS, always(0.1, 0.2, 0.3), always(0.5, 0.6, 0.7))["multiplier"] == 4.0
    assert multiplier(COUNTS, always(0.5, 0.6, 0.7), always(0.1, 0.1, 0.1))["multiplier"] == 0.25


@pytest.mark.parametrize(("falling", "is_known"), [(2, True), (3, False)])
def test_a_line_that_may_not_rise_tells_nothing(falling: int, is_known: bool) -> None:
    """Of 100 resamples at most the 2.5 % of one tail may fall."""
    uniform = always(0.1, 0.2, 0.3)
    uniform[1 : 1 + falling] = (0.3, 0.2, 0.1)
    found = multiplier(COUNTS, uniform, always(0.2, 0.3, 0.4))
    assert (found["multiplier"] is not None) is is_known
    assert found["why"] == ("" if is_known else FLAT)
    assert multiplier(COUNTS, always(0.2, 0.2, 0.2), always(0.2, 0.3, 0.4))["why"] == FLAT


def test_trainings_are_on_nested_parts_of_either_ways_labels() -> None:
    planned = trials(43)
    assert len(planned) == 18
    assert {trial.labels for trial in planned} == {10, 21, 43}
    small, middle, all_of_them = (Trial("chosen", labels, 1).places(60) for labels in (10, 21, 43))
    assert set(small) < set(middle) < set(all_of_them) < set(range(60))
    assert small != Trial("chosen", 10, 2).places(60)
    assert Trial("uniform", 43, 1).places(43) == list(range(43))


def rows(right_first: int, problems: int) -> list[ScoreRow]:
    """Two solutions a problem, one of them right: it is ranked first in so many problems."""
    return [
        ScoreRow(f"p{place:03}", f"s{place}-{is_right}", 0.9 if is_right == (place < right_first) else 0.1, (), None,
                 is_right, "test", None, None, {})
        for place, is_right in product(range(problems), (True, False))
    ]  # fmt: skip


def scores(problems: int, **of_way: Sequence[int]) -> dict[Trial, list[ScoreRow]]:
    return {
        Trial(way, labels, seed): rows(right, problems)  # type: ignore[arg-type]
        for way, counts in of_way.items()
        for labels, right in zip(COUNTS, counts, strict=True)
        for seed in range(3)
    }


def test_best_of_two_is_read_from_the_scores() -> None:
    """.4, .5 and .6 right, chosen ones .1 more: a doubling."""
    found = scores(100, uniform=(40, 50, 60), chosen=(50, 60, 70))
    measures = figures(found, {trial: [] for trial in found})
    best = measures["best_of_n"]
    assert (best["n"], best["multiplier"]) == (2, pytest.approx(2.0))
    assert best["low"] < 2 < best["high"]
    assert [point["value"] for point in best["curves"]["chosen"]] == pytest.approx([0.5, 0.6, 0.7])
    assert best["curves"]["uniform"][0]["labels"] == 10
    assert {measures[name]["why"] for name in ("first_error_f1", "step_auc")} == {FEW_LABELS}


def judged(low: int, problems: int) -> list[JudgedSolution]:
    """One error a problem, its second step: in so many it scores below the first, else above. One more is clean."""
    erroneous = [
        JudgedSolution(f"k{place}", f"p{place:03}", (0.6, 0.3 if place < low else 0.9), (1, -1))
        for place in range(problems)
    ]
    return [*erroneous, JudgedSolution("clean", "q", (0.6,), (1,))]


def test_steps_are_read_from_the_evaluation_labels() -> None:
    """All right steps score .6, so the step AUC is the share of errors below: .4, .5 and .6, chosen ones .1 more."""
    found = scores(100, uniform=(40, 50, 60), chosen=(50, 60, 70))
    labels = {
        trial: judged(low + 10 * (trial.way == "chosen"), 100)
        for trial in found
        for low in [{10: 40, 20: 50, 40: 60}[trial.labels]]
    }
    measures = figures(found, labels)
    assert measures["step_auc"]["multiplier"] == pytest.approx(2.0)
    assert [point["value"] for point in measures["step_auc"]["curves"]["uniform"]] == pytest.approx([0.4, 0.5, 0.6])
    assert measures["first_error_f1"]["curves"], "measured, whatever it tells"


def test_few_problems_cannot_tell_whether_the_line_rises() -> None:
    """Of ten problems two make the rise: a tenth of the resamples has neither."""
    found = scores(10, uniform=(4, 5, 6), chosen=(5, 6, 7))
    assert figures(found, {trial: [] for trial in found})["best_of_n"]["why"] == FLAT
    found = scores(9, uniform=(4, 5, 6), chosen=(5, 6, 7))
    assert figures(found, {trial: [] for trial in found})["best_of_n"]["why"] == FEW_PROBLEMS


def pool_rows(problems: int, split: str) -> list[dict[str, Any]]:
    """First-error rows, two a problem: whose second step says "maybe" is wrong there, and so is its answer."""
    return [
        {
            "problem": f"What is {place} and {split}?", "split": split, "solution_id": f"{split}{place}{is_right}",
            "steps": [f"It begins with {place}.", f"Then it is {'surely' if is_right else 'maybe'} {place + 1}."],
            "answer_is_correct": is_right, "first_error_index": None if is_right else 1,
        }
        for place, is_right in product(range(problems), (True, False))
    ]  # fmt: skip


def write(path: Path, rows: list[dict[str, Any]]) -> str:
    path.write_bytes(b"".join(orjson.dumps(row) + b"\n" for row in rows))
    return str(path)


@pytest.fixture
def command(tmp_path: Path, cache: Path) -> list[str]:
    drawn = pool_rows(50, "train")
    test = write(tmp_path / "test", pool_rows(20, "test"))
    return [
        "multiplier", "--uniform", write(tmp_path / "uniform", drawn[:41]),
        "--chosen", write(tmp_path / "chosen", drawn[50:] + pool_rows(1, "test")), "--test", test, "--labels", test,
        "--base", "tiny", "--pretrain-steps", "3", "--cache", str(cache), "--epochs", "1", "--seeds", "1",
        "--out", str(tmp_path / "out"),
    ]  # fmt: skip


def test_the_command_trains_measures_and_when_killed_goes_on(
    command: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed in the scoring of its fourth training it has three; asked again it makes the others."""
    seen: list[str] = []
    scored = multiplier_command.run_score

    def killed_in_the_fourth(arguments: Any, progress: Any) -> dict[str, Any]:
        seen.append(arguments.model)
        if len(seen) == 4:
            raise KeyboardInterrupt
        return scored(arguments, progress)

    monkeypatch.setattr(multiplier_command, "run_score", killed_in_the_fourth)
    assert cli.main(command) == 130
    assert cli.main(command) == 0
    assert len(seen) == 4 + 3, "six trainings; the three that were done are not done again, the fourth is scored again"
    found = json.loads(capsys.readouterr().out)
    assert [found[name] for name in ("trainings", "uniform", "chosen", "trained_on")] == [6, 41, 50, 41]
    assert (found["evaluation_labels"], found["problems"]) == (40, 20), "the row of a measured problem taught nothing"
    assert set(found["measures"]) == set(MEASURES)
    curve = found["measures"]["step_auc"]["curves"]["uniform"]
    assert [point["labels"] for point in curve] == [10, 20, 41]
    assert not list((tmp_path / "out").glob("*-model")), "models are no result"
    again = len(seen)
    assert cli.main(command) == 0
    assert json.loads(capsys.readouterr().out)["measures"] == found["measures"]
    assert len(seen) == again


def test_too_few_labels_are_refused_before_any_training(
    command: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    few = write(tmp_path / "few", pool_rows(20, "train")[:39])
    assert cli.main([*command, "--chosen", few]) == 2
    assert "expected at least 40 labels of either way" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()
