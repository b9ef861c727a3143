"""Jobs whose process was killed right after it had claimed them: how long until somebody else has done them.

With the lease that ships (60 s) and a heartbeat of 15 s, on a stage of its own.
"""

import json
import time
from pathlib import Path
from typing import Any

from bench.chaos.outcome import Outcome
from bench.chaos.stage import Stage

ENV = {"JOB_LEASE_SECONDS": "60", "JOB_HEARTBEAT_SECONDS": "15", "SWEEP_SECONDS": "5"}
BOUND_SECONDS = 90.0
WAIT_SECONDS = 150.0
EPOCH = {"postgresql": "extract(epoch from finished_at)", "sqlite": "(julianday(finished_at) - 2440587.5) * 86400"}


def run(stage: Stage, count: int, seed: int = 0) -> Outcome:
    """So many orphans, each claimed at a moment of its own."""
    started, path = time.monotonic(), stage.folder / f"orphans-{seed}.jsonl"
    code = f"from bench.chaos import seeding; seeding.make_orphans({count}, {seed}, {str(path)!r})"
    process = stage.start("shell", "--no-imports", "--command", code)
    _, errors = process.communicate()
    claimed = _claimed(path)
    if len(claimed) != count:
        raise RuntimeError(f"{len(claimed)} of {count} jobs were claimed: {errors[-2000:]}")
    took = _until_done(stage, claimed)
    late = [f"{seconds:.1f} s" for seconds in sorted(took) if seconds > BOUND_SECONDS]
    missing = count - len(took)
    broken = {f"taken up after more than {BOUND_SECONDS:.0f} s": late, "never done": ["not within the wait"] * missing}
    outcome = Outcome("orphans", stage.kind, "orphaned jobs", count, seconds=time.monotonic() - started)
    outcome.broken = {name: examples for name, examples in broken.items() if examples}
    ordered = sorted(took) or [0.0]
    outcome.seen["p99, ms"] = round(ordered[min(len(ordered) - 1, int(0.99 * len(ordered)))] * 1000)
    outcome.seen["median, ms"] = round(ordered[len(ordered) // 2] * 1000)
    return outcome


def _claimed(path: Path) -> dict[int, float]:
    """When each job was claimed, the last sign of its process."""
    entries: list[dict[str, Any]] = [json.loads(line) for line in path.read_text().splitlines()]
    return {entry["job"]: entry["at"] for entry in entries}


def _until_done(stage: Stage, claimed: dict[int, float]) -> list[float]:
    """Seconds from the last sign of life to the end under somebody else, of those that ended."""
    numbers = ", ".join(map(str, claimed))
    statement = f"SELECT id, {EPOCH[stage.kind]} FROM labeling_job WHERE state = 'done' AND id IN ({numbers})"
    deadline = time.monotonic() + WAIT_SECONDS
    while True:
        with stage.connect() as connection:
            done = connection.execute(statement).fetchall()
        if len(done) == len(claimed) or time.monotonic() > deadline:
            return [float(finished) - claimed[job] for job, finished in done]
        time.sleep(1)
