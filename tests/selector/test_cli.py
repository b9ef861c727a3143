"""The command line from outside: files in, files out, exit codes, signs of life."""

import json
import math
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import orjson
import pytest
import torch
from safetensors.torch import load_file

from selector import __main__ as cli

DATA = Path(__file__).parent.parent / "data"
LABELS = str(DATA / "mr_ben_math_human_first_error.jsonl")
POOL = str(DATA / "gsm8k_solutions.jsonl")
ROOT = Path(__file__).parent.parent.parent

Run = Callable[..., dict[str, Any]]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    """Run a command in this process; its result."""

    def run_command(*arguments: str) -> dict[str, Any]:
        code = cli.main([str(argument) for argument in arguments])
        captured = capsys.readouterr()
        assert code == 0, captured.err
        assert captured.out.count("\n") == 1
        result: dict[str, Any] = json.loads(captured.out)
        return result

    return run_command


@pytest.fixture
def refused(capsys: pytest.CaptureFixture[str]) -> Callable[..., str]:
    """Run a command that has to refuse its input; the line it says."""

    def run_command(*arguments: str) -> str:
        assert cli.main([str(argument) for argument in arguments]) == 2
        captured = capsys.readouterr()
        assert captured.out == ""
        assert "Traceback" not in captured.err
        return captured.err.splitlines()[-1]

    return run_command


def train_arguments(cache: Path, out: Path, *more: str, data: str = LABELS) -> list[str]:
    quick = ["--base", "tiny", "--pretrain-steps", "3", "--cache", str(cache), "--epochs", "1"]
    return ["train", "--data", data, *quick, "--out", str(out), *more]


@pytest.fixture
def few_labels(tmp_path: Path) -> str:
    path = tmp_path / "few.jsonl"
    path.write_bytes(b"".join(Path(LABELS).read_bytes().splitlines(keepends=True)[:10]))
    return str(path)


def rows_of(path: Path) -> list[dict[str, Any]]:
    return [orjson.loads(line) for line in path.read_bytes().splitlines()]


@pytest.fixture(scope="session")
def model(cache: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("model") / "prm"
    assert cli.main(train_arguments(cache, out)) == 0
    return out


def write(path: Path, *rows: object) -> str:
    path.write_bytes(b"".join(orjson.dumps(row) + b"\n" for row in rows))
    return str(path)


def test_from_labels_to_picks_and_figures(run: Run, cache: Path, tmp_path: Path) -> None:
    trained = run(*train_arguments(cache, tmp_path / "model"))
    assert (trained["labels"], trained["examples"], trained["too_long"]) == (45, 45, 0)
    scored = run("score", "--model", tmp_path / "model", "--data", POOL, LABELS, "--out", tmp_path / "scores")
    assert scored["solutions"] == 96 + 45
    picked = run(
        "select", "--scores", tmp_path / "scores", "--size", 10, "--out", tmp_path / "picks", "--labels", LABELS
    )
    assert picked["reasons"] == {"convincing_wrong": 8, "convincing": 2}
    report = run("evaluate", "--scores", tmp_path / "scores", "--labels", LABELS)
    assert report["labels"] == 45
    assert 0 <= report["first_error_f1"] <= 1
    assert 0 <= report["step_auc"] <= 1

    scores = {row["solution_id"]: row for row in rows_of(tmp_path / "scores")}
    picks = rows_of(tmp_path / "picks")
    assert [row["rank"] for row in picks] == list(range(10))
    assert all(scores[row["solution_id"]]["answer_is_correct"] is False for row in picks[:8])
    assert [row["score"] for row in picks[:8]] == sorted((row["score"] for row in picks[:8]), reverse=True)
    assert len({row["problem_id"] for row in picks}) == 10


def test_a_base_that_was_pretrained_ahead_is_the_one_that_a_training_starts_from(run: Run, tmp_path: Path) -> None:
    """Found by the text, in whatever file it comes; with another number of updates it would be another base."""
    how = ["--cache", tmp_path / "bases", "--pretrain-steps", "3"]
    made = run("pretrain", "--data", POOL, *how)
    assert run("pretrain", "--data", POOL, *how)["revision"] == made["revision"]
    trained = run("train", "--data", LABELS, "--base", "tiny", "--pool", POOL, *how, "--out", tmp_path / "model")
    assert trained["base"] == {"name": "tiny", "revision": made["revision"]}
    assert [folder.name for folder in (tmp_path / "bases").glob("tiny-*")] == [made["revision"]]


def test_scores_hold_one_row_for_each_solution_in_order(run: Run, model: Path, tmp_path: Path) -> None:
    rows = [
        {"problem": "p", "problem_id": "1", "solutions": [{"solution_id": "a", "steps": ["x", ""], "answer": "1"}]},
        {"problem": "p", "problem_id": "1", "split": "test", "id": "b", "steps": ["x", ""], "answer_is_correct": True},
        {"problem": "p", "problem_id": "1", "id": "long", "steps": ["7 " * 3000, "A: 3"]},
        {"problem": "p", "steps": ["no id"]},
        {"problem": "p", "steps": ["no id"]},
    ]
    result = run("score", "--model", model, "--data", write(tmp_path / "pool", *rows), "--out", tmp_path / "out")
    assert (result["solutions"], result["distinct"], result["too_long"]) == (5, 3, 1)
    a, b, long, c, d = rows_of(tmp_path / "out")
    contract = [
        "problem_id",
        "solution_id",
        "score",
        "step_scores",
        "answer",
        "answer_is_correct",
        "split",
        "duplicate_of",
    ]
    assert list(a)[:8] == contract
    assert len(a["step_scores"]) == 2
    assert (b["score"], b["duplicate_of"], b["split"], b["answer_is_correct"]) == (a["score"], "a", "test", True)
    assert (long["score"], long["step_scores"], long["answer"]) == (None, [], "3")
    assert d["duplicate_of"] == c["solution_id"] != d["solution_id"]


def test_label_free_kinds_score_without_a_model(
    run: Run, refused: Callable[..., str], cache: Path, tmp_path: Path
) -> None:
    answers = ["7", "7.0", "8", None]
    rows = [
        {"problem": "p", "id": str(i), "steps": ["2 and 5", f"makes {i}"], "answer": answer}
        for i, answer in enumerate(answers)
    ]
    score = ["score", "--data", write(tmp_path / "pool", *rows), "--out", tmp_path / "scores", "--kind"]
    assert run(*score, "popular")["reduction"] == "vote share"
    assert [(row["score"], row["step_scores"]) for row in rows_of(tmp_path / "scores")] == [
        (0.25, []), (0.25, []), (0.25, []), (0, []),
    ]  # fmt: skip
    base = ["--base", "tiny", "--pretrain-steps", "3", "--cache", cache]
    assert run(*score, "surprise", *base)["reduction"] == "mean_log"
    first = rows_of(tmp_path / "scores")[0]
    assert first["score"] == pytest.approx(math.prod(first["step_scores"]) ** 0.5)
    assert first["likelihood"] == first["score"]
    assert "expected --base" in refused(*score, "surprise")


def test_a_committee_in_mode_head_writes_its_spread_step_by_step(
    run: Run, cache: Path, tmp_path: Path, few_labels: str
) -> None:
    more = ["--mode", "head", "--heads", "3", "--reduction", "mean_log"]
    trained = run(*train_arguments(cache, tmp_path / "model", *more, data=few_labels))
    assert (trained["mode"], trained["reduction"]) == ("head", "mean_log")
    score = ["score", "--model", tmp_path / "model", "--data", few_labels, "--cache", cache, "--out"]
    run(*score, tmp_path / "scores")
    first = rows_of(tmp_path / "scores")[0]
    assert len(first["step_spreads"]) == len(first["step_scores"])
    assert first["score"] == pytest.approx(math.exp(first["mean_log_score"]))
    assert first["min_score"] == pytest.approx(min(first["step_scores"]))
    assert first["product_score"] == pytest.approx(math.prod(first["step_scores"]))
    select = ["select", "--scores", tmp_path / "scores", "--size", 3, "--out", tmp_path / "picks"]
    run(*select, "--strategy", "uncertain", "--undecided-by", "committee")
    assert {row["reason"] for row in rows_of(tmp_path / "picks")} == {"uncertain"}


def test_two_processes_train_and_score_what_one_does(run: Run, cache: Path, tmp_path: Path, few_labels: str) -> None:
    """Ten labels in batches of three leave one to the last: then one process has nothing of its own to do."""
    more = ["--batch-size", "3", "--dtype", "float32", "--heads", "2"]
    alone = run(*train_arguments(cache, tmp_path / "one", *more, data=few_labels))
    score = ["score", "--model", tmp_path / "one", "--data", few_labels, "--dtype", "float32", "--out"]
    together = ["-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2", "-m", "selector"]

    def both(arguments: list[Any]) -> dict[str, Any]:
        command = [sys.executable, *together, *map(str, arguments)]
        done = subprocess.run(command, cwd=ROOT, env=environment(), text=True, capture_output=True, check=False)
        assert done.returncode == 0, done.stderr
        assert done.stdout.count("\n") == 1
        result: dict[str, Any] = json.loads(done.stdout)
        return result

    assert both(train_arguments(cache, tmp_path / "two", *more, data=few_labels))["loss"] == pytest.approx(
        alone["loss"]
    )
    one, other = (load_file(tmp_path / name / "model.safetensors") for name in ("one", "two"))
    assert all(bool(torch.allclose(one[name], other[name], atol=1e-5)) for name in one)
    run(*score, tmp_path / "scores of one")
    both([*score, tmp_path / "scores of two"])
    for a, b in zip(rows_of(tmp_path / "scores of one"), rows_of(tmp_path / "scores of two"), strict=True):
        assert a["solution_id"] == b["solution_id"]
        assert a["step_scores"] == pytest.approx(b["step_scores"], abs=1e-5)  # other batches round otherwise


def test_select_leaves_out_the_test_split_unless_asked(run: Run, tmp_path: Path) -> None:
    rows = [
        {"problem_id": f"p{i}", "solution_id": f"s{i}", "score": i / 10, "answer_is_correct": False, "split": split}
        for i, split in enumerate(["train", "test", None, "test"])
    ]
    scores = write(tmp_path / "scores", *rows)
    result = run("select", "--scores", scores, "--size", 4, "--out", tmp_path / "picks")
    assert (result["picks"], result["test_split_left_out"]) == (2, 2)
    assert [row["solution_id"] for row in rows_of(tmp_path / "picks")] == ["s2", "s0"]
    asked = ["--evaluation-share", "0.5", "--wrong-share", "0.5"]
    assert run("select", "--scores", scores, "--size", 4, "--out", tmp_path / "picks", *asked)["reasons"] == {
        "convincing_wrong": 2, "evaluation": 2,
    }  # fmt: skip


def test_select_knows_every_strategy_and_its_settings(run: Run, refused: Callable[..., str], tmp_path: Path) -> None:
    rows = [
        {
            "problem_id": f"p{i // 4}", "solution_id": f"s{i}", "score": i / 12, "answer_is_correct": False,
            "answer": "7" if i < 3 else str(i), "likelihood": 1 - i / 12, "step_scores": [0.9, 0.4],
            "step_spreads": [0.0, i / 100],
        }
        for i in range(12)
    ]  # fmt: skip
    likelihoods = write(tmp_path / "other", *({**row, "score": abs(i - 5)} for i, row in enumerate(rows)))
    select = ["select", "--scores", write(tmp_path / "scores", *rows), "--size", 2, "--out", tmp_path / "picks"]

    def first(*more: str) -> dict[str, Any]:
        run(*select, "--problem-cap", "1", *more)
        return rows_of(tmp_path / "picks")[0]

    popular = first("--strategy", "popular_wrong")
    assert (popular["solution_id"], popular["utility_parts"]) == ("s0", {"votes": 3, "samples": 4, "vote_share": 0.75})
    assert first("--strategy", "uncertain")["solution_id"] == "s6"
    assert first("--strategy", "uncertain", "--undecided-by", "committee")["utility_parts"]["spread"] == 0.11
    assert first("--strategy", "surprise")["solution_id"] == "s0"
    assert first("--strategy", "surprise", "--likelihoods", likelihoods)["solution_id"] == "s11"
    assert first("--strategy", "mixture", "--mixture", "uncertain=1")["reason"] == "uncertain"
    assert run(*select)["mean_score"] == {"convincing_wrong": pytest.approx((11 + 7) / 24)}
    assert run(*select)["kept_out"] == {"cap": 3}
    assert "mixture: expected strategies with weights" in refused(*select, "--mixture", "half")


def test_evaluate_ranks_by_scores_that_a_pool_carries(run: Run) -> None:
    best_of_16 = DATA / "math_best_of_16.jsonl"
    result = run("evaluate", "--data", best_of_16, "--score-key", "prm_score")
    assert list(result["best_of_n"]) == ["1", "2", "4", "8", "16"]
    assert result["best_of_n"]["1"]["score"] == pytest.approx(result["best_of_n"]["1"]["pass"])
    problems = [row["solutions"] for row in rows_of(best_of_16)]
    top = [max(solutions, key=lambda s: s["prm_score"])["answer_is_correct"] for solutions in problems]
    assert result["best_of_n"]["16"]["score"] == pytest.approx(sum(top) / len(top))


def test_evaluate_reads_the_exported_shape(run: Run, tmp_path: Path) -> None:
    rows = [{"problem": "p", "answer": str(i), "is_correct": i == 1, "orm_score": i} for i in range(2)]
    result = run("evaluate", "--scores", write(tmp_path / "scored", *rows), "--score-key", "orm_score")
    assert result["best_of_n"]["2"]["score"] == 1.0


def test_two_versions_are_compared_on_the_same_labels(run: Run, tmp_path: Path) -> None:
    def scores(name: str, right: float) -> str:
        rows = ({"problem_id": f"p{i}", "solution_id": f"s{i}", "score": 0.5, "step_scores": [right]} for i in range(5))
        return write(tmp_path / name, *rows)

    labels = ({"problem": f"p{i}", "id": f"s{i}", "steps": ["a"], "first_error_index": None} for i in range(5))
    against = ["--against", scores("old", 0.9), "--labels", write(tmp_path / "labels", *labels)]
    report = run("evaluate", "--scores", scores("new", 0.6), *against)
    assert report["comparison"]["is_not_worse"] is False
    assert run("evaluate", "--scores", scores("new", 0.9), *against)["comparison"]["is_not_worse"] is True


def test_grade_answers_row_by_row(run: Run, tmp_path: Path) -> None:
    pairs = [("18", "$18"), ("5", "7"), (None, "7"), ("10\\%", "0.1"), ("9^{9^{9^9}}", "x")]
    rows = ({"id": str(i), "answer": a, "reference": r} for i, (a, r) in enumerate(pairs))
    result = run("grade", "--data", write(tmp_path / "pairs", *rows), "--out", tmp_path / "out", "--limit", "3")
    verdicts = [row["verdict"] for row in rows_of(tmp_path / "out")]
    assert verdicts[:4] == ["correct", "wrong", "unknown", "uncertain"]
    assert verdicts[4] != "correct"
    assert result["graded"] == 5


def test_empty_files_get_clear_answers(run: Run, refused: Callable[..., str], model: Path, tmp_path: Path) -> None:
    empty = write(tmp_path / "empty")
    assert run("score", "--model", model, "--data", empty, "--out", tmp_path / "scores")["solutions"] == 0
    assert run("select", "--scores", empty, "--size", 3, "--out", tmp_path / "picks")["shortfall"]["size"] == 3
    assert run("evaluate", "--scores", empty)["why"]["best_of_n"] == "needs solutions with answer_is_correct"
    assert "nothing to train on" in refused("train", "--data", empty, "--base", "tiny", "--out", tmp_path / "model")
    right = write(tmp_path / "right", {"problem": "p", "steps": ["a"], "answer_is_correct": True})
    said = refused("train", "--kind", "orm", "--data", right, "--base", "tiny", "--out", tmp_path / "model")
    assert "all 1 outcomes are the same" in said
    assert not (tmp_path / "model").exists()
    assert not (tmp_path / "model").exists()


@pytest.mark.parametrize(
    ("row", "words"),
    [(b'{"problem": "p", "steps": [1]}', "steps[0]: expected a string"), (b"{", "one JSON object on each line")],
)
def test_bad_rows_are_named_by_file_line_and_field(
    refused: Callable[..., str], model: Path, tmp_path: Path, row: bytes, words: str
) -> None:
    bad = tmp_path / "bad.jsonl"
    bad.write_bytes(b'{"problem": "p", "steps": ["a"]}\n' + row + b"\n")
    for command in (
        ["train", "--data", bad, "--base", "tiny", "--out", tmp_path / "m"],
        ["score", "--model", model, "--data", bad, "--out", tmp_path / "s"],
        ["evaluate", "--data", bad],
    ):
        line = refused(*command)
        assert line.startswith(f"{bad}, line 2, ")
        assert words in line
    assert sorted(path.name for path in tmp_path.iterdir()) == ["bad.jsonl"]


def test_what_is_not_there_is_named(refused: Callable[..., str], model: Path, tmp_path: Path) -> None:
    nowhere = tmp_path / "nowhere"
    assert "No such file" in refused("evaluate", "--scores", nowhere)
    assert "expected a folder made by" in refused("score", "--model", nowhere, "--data", POOL, "--out", tmp_path / "s")
    assert "expected one that is there" in refused(
        "score", "--model", model, "--data", POOL, "--out", tmp_path / "s", "--device", "cuda:99"
    )
    assert "no row has the key 'x'" in refused("evaluate", "--data", POOL, "--score-key", "x")
    assert "size: expected at least 1" in refused(
        "select", "--scores", write(tmp_path / "e"), "--size", 0, "--out", "x"
    )


def environment() -> dict[str, str]:
    return {**os.environ, "OMP_NUM_THREADS": "1", "PYTHONPATH": str(ROOT)}


def started(arguments: list[str], **more: Any) -> "subprocess.Popen[str]":
    command = [sys.executable, "-m", "selector", *map(str, arguments)]
    return subprocess.Popen(command, cwd=ROOT, env=environment(), text=True, stderr=subprocess.PIPE, **more)


def test_a_killed_process_goes_on_where_it_was(run: Run, cache: Path, tmp_path: Path, few_labels: str) -> None:
    more = ["--batch-size", "1", "--checkpoint-seconds", "0", "--epochs", "2"]
    run(*train_arguments(cache, tmp_path / "whole", *more, data=few_labels))
    killed = started(train_arguments(cache, tmp_path / "killed", *more, "--progress", "json", data=few_labels))
    assert killed.stderr is not None
    for line in killed.stderr:
        state = json.loads(line)
        if state["stage"] == "train" and state["progress"] > 0.2:
            break
    killed.send_signal(signal.SIGKILL)
    killed.communicate()
    assert not (tmp_path / "killed" / "manifest.json").exists()
    resumed = run(*train_arguments(cache, tmp_path / "killed", *more, data=few_labels))
    assert resumed["resumed_at"] > 0
    one, other = (load_file(tmp_path / name / "model.safetensors") for name in ("whole", "killed"))
    assert all(bool((one[name] == other[name]).all()) for name in one)


def test_signs_of_life_come_at_least_every_two_seconds(cache: Path, tmp_path: Path) -> None:
    process = started(train_arguments(cache, tmp_path, "--progress", "json"), stdout=subprocess.PIPE)
    assert process.stderr is not None
    assert process.stdout is not None
    states, times = [], []
    for line in process.stderr:
        states.append(json.loads(line))
        times.append(time.monotonic())
    assert process.wait() == 0
    assert json.loads(process.stdout.read())["examples"] == 45
    process.stdout.close()
    process.stderr.close()
    assert all(set(state) == {"stage", "progress", "message"} for state in states)
    assert all(0 <= state["progress"] <= 1 for state in states)
    assert states[-1]["stage"] == "train"
    assert max(b - a for a, b in pairwise(times)) < 4  # 1.5 as meant; slack for a busy machine


def test_a_process_ends_with_the_one_that_holds_its_input(cache: Path, tmp_path: Path) -> None:
    arguments = train_arguments(cache, tmp_path, "--epochs", "1000", "--exit-with-parent", "--progress", "json")
    process = started(arguments, stdin=subprocess.PIPE)
    assert process.stderr is not None
    assert process.stdin is not None
    assert any('"train"' in line for line in process.stderr)
    process.stdin.close()
    process.stderr.read()
    assert process.wait(timeout=60) == 3
    process.stderr.close()
