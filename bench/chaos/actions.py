"""The state machine of `tests/chaos`, with more examples, in a test run of its own on the stage's kind of database."""

import os
import subprocess
import sys
import time

from bench.chaos.outcome import Outcome
from bench.chaos.stage import Stage
from bench.site import ROOT

STEPS = 50


def run(stage: Stage, count: int, seed: int = 0) -> Outcome:
    """So many examples of fifty steps."""
    started = time.monotonic()
    test = ["tests/chaos/test_queue_machine.py", "-n", "0", "-q", "-p", "no:cacheprovider", f"--hypothesis-seed={seed}"]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "--database", stage.kind, *test],
        cwd=ROOT,
        env=os.environ | {"CHAOS_EXAMPLES": str(count), "CHAOS_STEPS": str(STEPS), "OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
    )
    outcome = Outcome("actions", stage.kind, f"examples of {STEPS} steps", count)
    outcome.seconds = time.monotonic() - started
    if done.returncode:
        outcome.broken["rows unlike the model"] = [done.stdout[-3000:]]
    return outcome
