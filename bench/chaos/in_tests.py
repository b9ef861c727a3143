"""Experiments that are tests of ours with more examples, each part in a test run of its own (see `tests.often`)."""

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bench.chaos.outcome import Outcome
from bench.chaos.stage import Stage
from bench.site import ROOT

STEPS = 50  # of the state machine


def run(stage: Stage, count: int, seed: int = 0, *, name: str, unit: str, test: str, tests: int = 1) -> Outcome:
    """So many examples, shared out among the tests that `test` stands for."""
    started = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        told = Path(folder, "told")
        more = {"CHAOS_EXAMPLES": str(count // tests), "CHAOS_STEPS": str(STEPS), "CHAOS_SEED": str(seed)}
        done = subprocess.run(
            [sys.executable, "-m", "pytest", "--database", stage.kind, test, "-n", "0", "-q", "-p", "no:cacheprovider",
             f"--hypothesis-seed={seed}", "--timeout=0"],
            cwd=ROOT,
            env=os.environ | more | {"CHAOS_TOLD": str(told), "OMP_NUM_THREADS": "1"},
            capture_output=True,
            text=True,
        )  # fmt: skip
        outcome = Outcome(name, stage.kind, unit, count)
        for line in told.read_text().splitlines() if told.exists() else ():
            outcome.see(json.loads(line))
    outcome.seconds = time.monotonic() - started
    if done.returncode:
        outcome.broken["otherwise than it should be"] = [done.stdout[-3000:]]
    return outcome
