"""The `tiny` selector: retrained on two hundred labels, the demo pool scored, a round selected, on all cores."""

import json
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bench import rows
from bench.figures import Figure, Goal
from bench.machine import ALL_CORES, on_cores
from bench.site import ROOT, CommandFailed

POOL = [ROOT / "labeling" / "demo" / name for name in ("gsm8k.jsonl", "math_level5.jsonl")]
LABELS, PICKS = 200, 100


def run(is_quick: bool) -> Iterator[Figure]:
    """The first training also pretrains tiny on the pool's text and keeps that; each later one finds it."""
    labels = 40 if is_quick else LABELS
    with tempfile.TemporaryDirectory(prefix="plumbline-bench-") as name:
        folder = Path(name)
        data = rows.write(folder / "labels.jsonl", iter(_labels(labels)))
        first = _train(folder, data, "first")
        train = _train(folder, data, "second")
        scored = ["--model", str(folder / "second"), "--data", *map(str, POOL), "--out", str(folder / "scores")]
        score, _ = _selector("score", *scored)
        select, _ = _selector(
            "select", "--scores", str(folder / "scores"), "--size", str(PICKS), "--out", str(folder / "picks")
        )
        solutions = sum(1 for _ in (folder / "scores").open())
    counts: dict[str, Any] = {
        "labels": labels,
        "solutions": solutions,
        "train s": train,
        "score s": score,
        "select s": select,
    }
    command = "python -m selector train, score, select"
    yield Figure("tiny: retrain, score the demo pool, select", train + score + select, "s", Goal(60), command, counts)
    counts = {"pretraining, once a pool": f"{first - train:.0f} s"}
    yield Figure("tiny: the same with its first pretraining", first + score + select, "s", None, command, counts)


def _train(folder: Path, data: Path, out: str) -> float:
    where = ["--out", str(folder / out), "--cache", str(folder / "cache")]
    seconds, _ = _selector("train", "--data", str(data), "--base", "tiny", *where, "--pool", *map(str, POOL))
    return seconds


def _selector(*arguments: str) -> tuple[float, dict[str, Any]]:
    """Run one command of the selector on all cores; how long it took, process start and all, and its result."""
    started = time.monotonic()
    with on_cores(ALL_CORES):
        done = subprocess.run([sys.executable, "-m", "selector", *arguments], cwd=ROOT, capture_output=True, text=True)
    if done.returncode:
        raise CommandFailed(f"selector {arguments[0]} ended with status {done.returncode}:\n{done.stderr[-4000:]}")
    return time.monotonic() - started, dict(json.loads(done.stdout.strip().splitlines()[-1]))


def _labels(count: int) -> list[dict[str, Any]]:
    """Rows with a first error for solutions of the pool: known where the answer is right (none), else drawn."""
    chance = random.Random(0)
    problems = [json.loads(line) for path in POOL for line in path.open()]
    solutions = [
        {"problem": problem["problem"], **solution} for problem in problems for solution in problem["solutions"]
    ]
    for row in solutions:
        row["first_error_index"] = None if row["answer_is_correct"] else chance.randrange(len(row["steps"]))
    return chance.sample(solutions, count)
