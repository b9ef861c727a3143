"""An installation whose every process can be killed by itself: two web processes, two workers, Redis, the database.

`make serve` starts the same programs under a supervisor that waits longer and longer before it starts one again; here
each is started again at once, since the kills are what time is spent on.
"""

import json
import random
import shutil
import sys
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import psutil
import psycopg

from bench.chaos.wanted import Wanted
from bench.site import END_SECONDS, ROOT, Site, for_a_while
from runner.parts import Part, answers
from tests.plugins.processes import Server, free_port, load_dump, start_redis

# Orphaned work is taken up again after seconds instead of a minute: each kill shows within the run.
QUICK = {"JOB_LEASE_SECONDS": "3", "JOB_HEARTBEAT_SECONDS": "1", "SWEEP_SECONDS": "1", "TRANSACTION_IDLE_SECONDS": "5"}
READY_SECONDS = 90
WORKERS = ("worker", "second worker")
PROCESSES_OF = {"web process": "web", "worker process": "worker", "postgresql process": "postgresql"}


class Stage(Site):
    """A site without a runner: `start` and `kill` take the name of a part."""

    def __init__(self, kind: str, folder: Path, tables: Path | None, **env: str) -> None:
        super().__init__(kind, folder)
        self.tables = tables  # a database file or a dump with all tables in it, where there is one already
        self.env |= QUICK | {"OMP_NUM_THREADS": "1", "LOG_LEVEL": "WARNING", "TINY_PRETRAIN_STEPS": "20"} | env
        self.redis: Server | None = None
        self.parts: dict[str, Part] = {}
        self.down: set[str] = set()  # killed and not started again yet
        self.logs = folder / "log"
        self.said = folder / "said"  # the labelers' records

    def install(self) -> None:
        """Tables, and all that does not serve requests yet."""
        self.logs.mkdir()
        self.said.mkdir()
        super().install()
        self._prepare()

    def make_tables(self) -> None:
        """By the migrations, which take a quarter of a minute, or from what they made before."""
        if self.tables is None:
            super().make_tables()
        elif self.postgres is None:
            shutil.copy(self.tables, self.folder / "var" / "plumbline.sqlite3")
        else:
            load_dump(self.postgres.socket.parent, "plumbline", self.tables)

    def _prepare(self) -> None:
        self.redis = start_redis(self.folder / "redis")
        port = free_port()
        self.url = f"http://127.0.0.1:{port}"
        self.env["REDIS_SOCKET"] = str(self.redis.socket)
        self.parts = {
            "web": self._part("web", self._web(port)),
            "worker": self._part("worker", self._worker("chaos1", "--beat", f"--schedule={self.folder / 'beat'}")),
            "second worker": self._part("second worker", self._worker("chaos2")),
        }

    def _part(self, name: str, command: list[str]) -> Part:
        return Part(name, [sys.executable, "-m", *command], self.env, self.logs / f"{name}.log", ROOT)

    def _web(self, port: int) -> list[str]:
        """As `make serve` has it beside PostgreSQL, as `make demo` beside SQLite."""
        application = "annotator.wsgi:application"
        if self.kind == "sqlite":
            return ["waitress", f"--listen=127.0.0.1:{port}", "--threads=8", application]
        options = ["--workers=2", "--threads=4", "--preload", "--timeout=120", "--no-control-socket"]
        return ["gunicorn", f"--bind=127.0.0.1:{port}", *options, application]

    def _worker(self, name: str, *more: str) -> list[str]:
        options = ["--queues=default,gpu", "--concurrency=1", "--without-gossip", "--without-mingle"]
        return ["celery", "--app=annotator", "worker", *options, f"--hostname={name}@chaos", *more]

    # --- all of it

    def serve(self) -> None:
        """Start web and workers and wait until the site is well."""
        for part in self.parts.values():
            part.start()
        self.await_health()

    def await_health(self) -> None:
        """Wait until /healthz says that database, broker and workers are well."""
        port, deadline = int(self.url.rpartition(":")[2]), time.monotonic() + READY_SECONDS
        while (said := answers("127.0.0.1", port, "/healthz"))[0] != 200:
            if time.monotonic() > deadline:
                raise TimeoutError(f"the site is not well: {said}; logs in {self.logs}")
            time.sleep(0.1)

    def stop(self) -> None:
        for name in self.parts:
            self.kill(name)
        if self.redis is not None:
            self.redis.stop()
        super().stop()

    def seed(self, wanted: Wanted) -> dict[str, Any]:
        """The tokens by name and the campaign's number."""
        code = f"from bench.chaos import seeding, wanted; seeding.make(wanted.{wanted!r})"
        return dict(json.loads(self.manage("shell", "--no-imports", "--command", code).strip().splitlines()[-1]))

    # --- one part of it

    def kill(self, name: str, chance: random.Random | None = None) -> None:
        """`kill -9` of a part and all below it at once; of one process below it where the name says `process`.

        A part that is down already stays so.
        """
        main = self._main(PROCESSES_OF.get(name, name))
        if main is None:
            return
        if name in PROCESSES_OF:
            below = main.children(recursive=True)
            _end([(chance or random.Random()).choice(below)] if below else [])
            return
        main.suspend()  # so that nothing new is started while the others are counted
        _end([*main.children(recursive=True), main])
        self.down.add(name)
        self._forget(name)

    @contextmanager
    def stopped(self, name: str, chance: random.Random) -> Iterator[None]:
        """One process below a part stands still meanwhile (SIGSTOP), and goes on afterwards."""
        main = self._main(PROCESSES_OF[name])
        below = main.children() if main else []
        one = chance.choice(below)
        one.suspend()
        try:
            yield
        finally:
            one.resume()

    def _main(self, name: str) -> psutil.Process | None:
        server = {"postgresql": self.postgres, "redis": self.redis}.get(name)
        process = server.process if server else self.parts[name].process if name in self.parts else None
        return psutil.Process(process.pid) if process is not None and process.poll() is None else None

    def _forget(self, name: str) -> None:
        server = {"postgresql": self.postgres, "redis": self.redis}.get(name)
        process = server.process if server else self.parts[name].process
        if process is not None:
            process.wait()  # else it stays as a zombie

    def start_again(self, name: str) -> None:
        """Start a part that was killed whole; what supervises single processes starts those by itself."""
        self.down.discard(name)
        if name == "postgresql" and self.postgres is not None:
            self.postgres.start_again()
        elif name == "redis" and self.redis is not None:
            self.redis.start_again()
        elif name in self.parts:
            self.parts[name].start()

    def tend(self) -> list[str]:
        """Start again what ended by itself, as the supervisor of `make serve` does; the names of those parts."""
        ended = [name for name, part in self.parts.items() if part.process is not None and not part.is_running()]
        ended = [name for name in ended if name not in self.down]
        for name in ended:
            self.parts[name].start()
        return ended

    def takes_connections(self) -> bool:
        """Whether the database answers."""
        try:
            with self.connect() as connection:
                connection.execute("SELECT 1")
        except psycopg.OperationalError:
            return False
        return True


def _end(processes: list[psutil.Process]) -> None:
    for process in processes:
        try:
            process.kill()
        except psutil.NoSuchProcess:
            continue
    deadline = time.monotonic() + END_SECONDS
    while any(_is_alive(process) for process in processes):
        if time.monotonic() > deadline:
            raise TimeoutError(f"killed and still there after {END_SECONDS} s: {processes}")
        time.sleep(0.005)


def _is_alive(process: psutil.Process) -> bool:
    """A zombie is dead: whoever should collect it may take seconds."""
    try:
        return bool(process.is_running() and process.status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


def staged(
    kind: str, tables: Path | None = None, place: Path | None = None, **env: str
) -> AbstractContextManager[Stage]:
    """A fresh stage on `postgresql` or `sqlite`, not serving yet; gone afterwards."""
    return for_a_while(lambda folder: Stage(kind, folder, tables, **env), place)
