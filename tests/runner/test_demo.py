"""`make demo` after its set-up: the runner with the real demo campaign, as a process of its own."""

import json
import os
import re
import stat
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from tests.live import eventually
from tests.plugins.servers import BASE

pytestmark = pytest.mark.xdist_group("demo")  # one process runs the file: its tests share one demo

ROOT = Path(__file__).resolve().parents[2]
OF_THE_TESTS = ("DATABASE_URL", "REDIS_SOCKET", "BROKER_URL", "SECRET_KEY", "DJANGO_ALLOW_ASYNC_UNSAFE", "MAKELEVEL")
IDLE_LIMIT_MB = 350


class Demo:
    """A running demo: its process, its folder, what it printed, what it wrote down."""

    def __init__(self, var: Path) -> None:
        self.var = var
        self.env = {name: value for name, value in os.environ.items() if name not in OF_THE_TESTS}
        self.env |= {"PLUMBLINE_VAR": str(var), "PORT": "0", "DJANGO_SETTINGS_MODULE": "tests.plugins.static_settings"}
        self.output = var / "terminal"
        self.env["TINY_PRETRAIN_STEPS"] = "2"  # the demo makes its base in the background, beside other tests
        (var / "env").write_text("SECRET_KEY=of-this-test\n")
        with self.output.open("wb") as output:
            self.process = subprocess.Popen(self.command, env=self.env, cwd=ROOT, stdout=output, stderr=output)
        try:
            eventually(lambda: "Ctrl-C" in self.output.read_text() or self.process.poll() is not None, seconds=100)
        except AssertionError:
            self.process.kill()  # else web, worker and Redis of it outlive the tests
            raise
        assert self.process.poll() is None, self.output.read_text()

    command = (sys.executable, "-m", "runner.run", "demo")

    def written(self) -> dict[str, Any]:
        return dict(json.loads((self.var / "demo.json").read_text()))

    def everything(self) -> list[psutil.Process]:
        """All processes of the demo."""
        runner = psutil.Process(self.process.pid)
        return [runner, *runner.children(recursive=True)]


@pytest.fixture(scope="module")
def demo() -> Iterator[Demo]:
    var = Path(os.environ[BASE], "demo")  # one in the whole run: a second process that makes it fails
    var.mkdir()
    demo = Demo(var)
    yield demo
    demo.process.terminate()
    demo.process.wait(timeout=30)


def test_the_demo_writes_its_address_and_accounts_for_the_owner_alone(demo: Demo) -> None:
    written = demo.written()
    assert set(written) == {"url", "campaign", "accounts"}
    assert [account["role"] for account in written["accounts"]] == ["lead", "labeler", "labeler"]
    assert all(set(account) == {"role", "username", "password", "token"} for account in written["accounts"])
    assert stat.S_IMODE((demo.var / "demo.json").stat().st_mode) == 0o600


def test_the_demo_prints_its_address_and_a_line_per_account(demo: Demo) -> None:
    lines = demo.output.read_text().splitlines()
    assert any(demo.written()["url"] in line for line in lines)
    for account in demo.written()["accounts"]:
        assert any(account["username"] in line and account["password"] in line for line in lines)


def test_bringing_the_database_up_to_date_says_how_far_it_is(demo: Demo) -> None:
    told = re.findall(r"migration (\d+) of (\d+): \w+", demo.output.read_text())
    count = int(told[-1][1])
    assert count > 60
    assert told == [(str(number), str(count)) for number in range(1, count + 1)]


def test_a_demo_account_gets_work_by_its_token(demo: Demo) -> None:
    written = demo.written()
    request = urllib.request.Request(
        f"{written['url']}/api/v1/campaigns/{written['campaign']}/next/",
        method="POST",
        headers={"Authorization": f"Token {written['accounts'][1]['token']}"},
    )
    with urllib.request.urlopen(request, timeout=20) as answer:
        assert json.load(answer)["steps"]


def test_the_demo_offers_candidates_in_a_campaign_beside_it(demo: Demo) -> None:
    written = demo.written()
    request = urllib.request.Request(
        f"{written['url']}/api/v1/campaigns/demo-steps/next/",
        method="POST",
        headers={"Authorization": f"Token {written['accounts'][2]['token']}"},
    )
    with urllib.request.urlopen(request, timeout=20) as answer:
        assert json.load(answer)["candidates"]


def test_the_idle_demo_is_small(demo: Demo) -> None:
    used = sum(process.memory_full_info().pss for process in demo.everything()) / 2**20
    assert used < IDLE_LIMIT_MB


def test_a_second_start_says_that_one_runs_already(demo: Demo) -> None:
    second = subprocess.run(demo.command, env=demo.env, cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert second.returncode == 1
    assert f"process {demo.process.pid}" in second.stderr


def test_a_taken_port_is_named(demo: Demo, tmp_path: Path) -> None:
    port = demo.written()["url"].rpartition(":")[2]
    env = demo.env | {"PORT": port, "PLUMBLINE_VAR": str(tmp_path)}
    second = subprocess.run(demo.command, env=env, cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert second.returncode == 1
    assert port in second.stderr
    assert "PORT=" in second.stderr


def test_a_killed_runner_leaves_no_process_and_the_next_start_keeps_the_accounts(demo: Demo) -> None:
    """The last one here: the shared demo ends."""
    accounts, everything = demo.written()["accounts"], demo.everything()
    demo.process.kill()
    demo.process.wait()
    psutil.wait_procs(everything, timeout=10)
    left = [process for process in everything if process.is_running() and process.status() != psutil.STATUS_ZOMBIE]
    assert left == []

    second = Demo(demo.var)
    again = second.written()["accounts"]
    second.process.terminate()

    assert again == accounts
    assert "migration" not in second.output.read_text()  # nothing was left to do, and nothing is said
    assert second.process.wait(timeout=30) == 0
