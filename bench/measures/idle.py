"""Idle memory: everything that `make demo` starts, the `make` itself included."""

import json
import os
import random
import shutil
import subprocess
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil

from bench import memory
from bench.client import Labeler
from bench.figures import Figure, Goal
from bench.machine import ALL_CORES, on_cores
from bench.site import ROOT, end, wait_for_ready

IDLE_SHARE = 0.03  # of one core, all processes together: heartbeats and sweeps go on
WATCH_SECONDS = 10.0  # two sweeps
PATIENCE_SECONDS = 300.0
FIRST_ROUND = 10  # labels, as the demo campaign is set
PARTS = {"redis-server": "redis", "waitress": "web", "celery": "worker", "runner.run": "runner"}


def run(is_quick: bool) -> Iterator[Figure]:
    """At rest after the start, and at rest after its labelers have worked a little."""
    folder = Path(tempfile.mkdtemp(prefix="plumbline-bench-"))
    env = {name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "BROKER_URL")}
    env |= {"PLUMBLINE_VAR": str(folder / "var"), "PORT": "0"}
    log = folder / "demo.log"
    with log.open("wb") as output, on_cores(ALL_CORES):
        demo = subprocess.Popen(["make", "demo"], cwd=ROOT, env=env, stdout=output, stderr=output)
    try:
        wait_for_ready(demo, log)
        yield _figure("idle, everything of make demo", demo.pid, Goal(350), is_quick)
        _finish_round(json.loads((folder / "var" / "demo.json").read_text()))
        yield _figure("idle again, after a round, a training and the next round's plan", demo.pid, None, is_quick)
    finally:
        end(demo)
        shutil.rmtree(folder, ignore_errors=True)


def _figure(name: str, pid: int, goal: Goal | None, is_quick: bool) -> Figure:
    waited = _wait_until_idle(pid, watch_seconds=3.0 if is_quick else WATCH_SECONDS)
    parts, counts = Counter[str](), Counter[str]()
    for process in memory.tree(pid):
        part = _part(process)
        parts[part] += memory.pss([process])
        counts[part] += 1
    shown = {f"{part} ({counts[part]})": f"{size / memory.MB:.0f} MB" for part, size in sorted(parts.items())}
    total = sum(parts.values()) / memory.MB
    return Figure(name, total, "MB PSS", goal, "PORT=0 make demo", shown | {"quiet after": f"{waited:.0f} s"})


def _part(process: psutil.Process) -> str:
    command = " ".join(process.cmdline())
    return next((part for word, part in PARTS.items() if word in command), process.name())


def _wait_until_idle(pid: int, watch_seconds: float) -> float:
    """Wait until its processes have used next to no processor for a while; how long that took."""
    started = time.monotonic()
    while time.monotonic() - started < PATIENCE_SECONDS:
        before = _processor_seconds(pid)
        time.sleep(watch_seconds)
        if _processor_seconds(pid) - before < IDLE_SHARE * watch_seconds:
            return time.monotonic() - started
    raise TimeoutError(f"make demo was still busy after {PATIENCE_SECONDS:.0f} s")


def _processor_seconds(pid: int) -> float:
    return sum(sum(process.cpu_times()[:2]) for process in memory.tree(pid))


def _finish_round(demo: dict[str, Any]) -> None:
    """Label until the first round is complete and a selector, trained on it, has chosen the next."""
    tokens = [account["token"] for account in demo["accounts"] if account["role"] == "labeler"]
    labelers = [Labeler(demo["url"], token, demo["campaign"]) for token in tokens]
    chance, labels, until = random.Random(0), 0, time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < until:
        item = labelers[labels % len(labelers)].next()
        if item is not None and labels == FIRST_ROUND:
            return  # it is of the second round
        if item is None:
            time.sleep(1.0)
        else:
            labelers[labels % len(labelers)].label(item, chance)
            labels += 1
    raise TimeoutError(f"no second round was open after {PATIENCE_SECONDS:.0f} s and {labels} labels")
