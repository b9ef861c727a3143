"""The real site and a real Celery worker as processes of their own, for browser, story and kill tests."""

import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar
from urllib.parse import parse_qs, urlsplit

import psutil
import redis
from django.conf import settings

from tests.plugins.processes import free_port

ROOT = Path(__file__).resolve().parents[1]
START_SECONDS = 45
T = TypeVar("T")


def eventually(condition: Callable[[], T], seconds: float = 30, every: float = 0.05) -> T:
    """Ask again until the answer is true and return it; fail with the last answer when time is up."""
    deadline = time.monotonic() + seconds
    while not (answer := condition()):
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {seconds} s: the last answer was {answer!r}")
        time.sleep(every)
    return answer


def redis_database() -> int:
    """The number of the Redis database that belongs to this process."""
    return int(parse_qs(urlsplit(settings.CELERY_BROKER_URL).query)["virtual_host"][0])


def end_all(processes: Sequence[psutil.Process]) -> None:
    """Kill these processes without a chance to tidy up, and wait until they are gone."""
    for process in processes:
        try:
            process.kill()
        except psutil.NoSuchProcess:
            continue
    psutil.wait_procs(processes, timeout=10)


class Program:
    """One program of the site as a process group: started, stopped or killed as often as a test likes."""

    def __init__(self, command: Sequence[str], env: dict[str, str], log: Path, is_ready: Callable[[], bool]) -> None:
        self.command = [sys.executable, *command]
        self.env = env
        self.log = log
        self.is_ready = is_ready
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        """The main process; it must be running."""
        assert self.process is not None, f"{self.command} is not running"
        return self.process.pid

    def start(self, **env: str) -> "Program":
        """Start it, with further environment variables if given, and return once it is ready for work."""
        assert self.process is None, f"{self.command} is running already"
        with self.log.open("wb") as output:
            self.process = subprocess.Popen(
                self.command, env=self.env | env, cwd=ROOT, stdout=output, stderr=output, start_new_session=True
            )
        eventually(lambda: self.is_ready() or self.has_ended(), START_SECONDS)
        assert not self.has_ended(), f"{self.command} ended:\n{self.output()[-4000:]}"
        return self

    def has_ended(self) -> bool:
        return self.process is None or self.process.poll() is not None

    def output(self) -> str:
        """What it has written since its last start."""
        return self.log.read_text(errors="replace")

    def kill(self, *, whole_tree: bool = True) -> None:
        """`kill -9` of the main process and, as when the machine loses power, of everything under it at once."""
        main = psutil.Process(self.pid)
        main.suspend()  # so that nothing new is started while the others are counted
        children = main.children(recursive=True) if whole_tree else []
        end_all([*children, main])
        self._reap()

    def stop(self) -> None:
        """Ask it to end (SIGTERM); kill what is still there after ten seconds. Nothing to do when it is not running."""
        if self.process is None:
            return
        if self.process.poll() is None:
            everything = [psutil.Process(self.pid), *psutil.Process(self.pid).children(recursive=True)]
            os.kill(self.pid, signal.SIGTERM)
            _, alive = psutil.wait_procs(everything, timeout=10)
            end_all(alive)
        self._reap()

    def _reap(self) -> None:
        if self.process is not None:
            self.process.wait()
            self.process = None


class Site:
    """The web server (waitress, a free port) on the test database, and workers when a test asks for one."""

    def __init__(self, database_url: str, folder: Path) -> None:
        self.folder = folder
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        cheap = {"OMP_NUM_THREADS": "1", "TINY_PRETRAIN_STEPS": "5", "MULTIPLIER_SEEDS": "1"}
        self.env = os.environ | cheap | {"DATABASE_URL": database_url}
        self.env.pop("DJANGO_ALLOW_ASYNC_UNSAFE", None)  # for the browser only; here it would hide mistakes
        serve = ["-m", "waitress", f"--listen=127.0.0.1:{self.port}", "annotator.wsgi:application"]
        self.web = self.program("web", serve)
        self.web.is_ready = self.answers
        self.programs: list[Program] = []

    def program(self, name: str, command: Sequence[str]) -> Program:
        """A program of this site that is ready once its log says so."""
        log = self.folder / f"{name}.log"
        return Program(command, self.env, log, lambda: log.exists() and " ready." in log.read_text(errors="replace"))

    def answers(self) -> bool:
        """Whether the web server takes requests."""
        try:
            urllib.request.urlopen(f"{self.url}/", timeout=10).close()
        except urllib.error.HTTPError:
            return True
        except OSError:
            return False
        return True

    def start_worker(self, name: str = "worker", queues: str = "default,gpu", beat: bool = True, **env: str) -> Program:
        """A Celery worker with two processes, as `make demo` starts it; `beat=False` for a second one."""
        options = [f"--queues={queues}", "--concurrency=2", "--loglevel=INFO", f"--hostname={name}@test"]
        if beat:
            options += ["--beat", f"--schedule={self.folder / 'beat-schedule'}"]
        worker = self.program(name, ["-m", "celery", "--app=annotator", "worker", *options])
        self.programs.append(worker)
        return worker.start(**env)

    def end_workers(self) -> None:
        """End every worker that tests have started, without waiting for its work, and forget waiting messages."""
        while self.programs:
            program = self.programs.pop()
            if not program.has_ended():
                program.kill()
        redis.Redis(unix_socket_path=settings.REDIS_SOCKET, db=redis_database()).flushdb()

    def manage(self, *arguments: str) -> str:
        """Run a management command in a process of its own and return what it printed; fail with its errors."""
        command = [sys.executable, "manage.py", *arguments]
        done = subprocess.run(command, env=self.env, cwd=ROOT, capture_output=True, text=True, timeout=100)
        assert done.returncode == 0, done.stderr
        return done.stdout
