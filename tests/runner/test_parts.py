"""Parts are kept running while the runner lives, and none of them outlives it."""

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from runner import parts, run
from runner.parts import Part
from tests.live import eventually

SLEEPER = [sys.executable, "-c", "import time; time.sleep(300)"]


def make_part(folder: Path, command: list[str], **env: str) -> Part:
    return Part("sleeper", command, dict(os.environ) | env, folder / "log", folder)


def test_a_part_that_dies_is_started_again_after_a_growing_delay(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[str] = []
    now = [1000.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    part = make_part(tmp_path, SLEEPER)
    part.start()
    delays = []
    for _ in range(3):
        assert part.process is not None
        os.kill(part.process.pid, signal.SIGKILL)
        part.process.wait()
        part.tend(said.append)
        assert part.restart_at is not None
        delays.append(part.restart_at - now[0])
        part.tend(said.append)  # too early
        assert not part.is_running()
        now[0] = part.restart_at
        part.tend(said.append)
        assert part.is_running()
    part.ask_to_end()
    part.await_end(5)

    assert delays == [1, 2, 4]
    assert all("SIGKILL" in line and str(part.log) in line for line in said)


def test_a_part_that_does_not_end_when_asked_is_killed(tmp_path: Path) -> None:
    stubborn = (
        "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf', flush=True); time.sleep(300)"
    )
    part = make_part(tmp_path, [sys.executable, "-c", stubborn])
    part.start()
    eventually(lambda: part.log.read_text())
    assert part.process is not None
    process = psutil.Process(part.process.pid)

    part.ask_to_end()
    part.await_end(0.2)

    assert not process.is_running()


def test_what_carries_the_mark_is_found_in_any_session(tmp_path: Path) -> None:
    part = make_part(tmp_path, SLEEPER, **{parts.MARK: "test-mark"})
    part.start()
    assert part.process is not None
    eventually(lambda: parts.marked_processes("test-mark"))

    parts.kill_marked("test-mark")

    assert part.process.wait(timeout=5) == -signal.SIGKILL
    assert parts.marked_processes("test-mark") == []


def test_the_guard_kills_what_a_killed_runner_leaves_behind(tmp_path: Path) -> None:
    runner = f"""
import os, sys, time
from pathlib import Path
from runner import parts, run
parts.start_guard("guarded")
part = parts.Part("p", {SLEEPER!r}, dict(os.environ) | {{parts.MARK: "guarded"}}, Path("log"), Path("."))
part.start()
print(part.process.pid, flush=True)
time.sleep(300)
"""
    process = subprocess.Popen([sys.executable, "-c", runner], cwd=tmp_path, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    orphan = psutil.Process(int(process.stdout.readline()))
    process.kill()
    process.wait()
    process.stdout.close()

    eventually(lambda: not orphan.is_running() or orphan.status() == psutil.STATUS_ZOMBIE, seconds=5)


def test_web_processes_of_serve_share_what_they_measure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run, "VAR", tmp_path)
    monkeypatch.setenv("PORT", "0")

    assert run.Installation("serve").web.env["PROMETHEUS_MULTIPROC_DIR"] == str(tmp_path / "metrics")
    assert "PROMETHEUS_MULTIPROC_DIR" not in run.Installation("demo").web.env


def test_what_web_processes_measure_begins_anew(tmp_path: Path) -> None:
    (tmp_path / "metrics").mkdir()
    (tmp_path / "metrics" / "histogram_1.db").write_bytes(b"of a process that is gone")

    assert list(run.fresh_folder(tmp_path / "metrics").iterdir()) == []


def test_answers_gives_status_zero_where_nobody_listens() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound but not listening: nobody else answers there meanwhile
        assert parts.answers("127.0.0.1", taken.getsockname()[1], "/healthz") == (0, "")
