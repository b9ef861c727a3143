"""An installation of its own in a temporary folder, database and all, on one core: what `make serve` starts."""

import json
import os
import secrets
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import psutil
import psycopg

from bench import memory
from bench.machine import SERVER_CORE, on_cores
from tests.plugins.processes import Server, start_postgres

ROOT = Path(__file__).resolve().parent.parent
START_SECONDS = 180
END_SECONDS = 30
DEFAULTS = {"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on"}


class CommandFailed(Exception):
    """A command of ours ended with an error; what it printed."""


class Site:
    """Made and migrated by `installed`; web, worker and Redis run once `serve` was called."""

    def __init__(self, kind: str, folder: Path) -> None:
        self.kind = kind
        self.folder = folder
        self.url = ""
        self.postgres: Server | None = None
        self._runner: subprocess.Popen[bytes] | None = None
        self.env = {name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "BROKER_URL")}
        self.env |= {"PLUMBLINE_VAR": str(folder / "var"), "SECRET_KEY": secrets.token_urlsafe(50), "PORT": "0"}

    def install(self) -> None:
        """A database with all tables in it."""
        (self.folder / "var").mkdir(mode=0o700)
        if self.kind == "postgresql":
            with on_cores(SERVER_CORE):
                self.postgres = start_postgres(self.folder / "postgres", is_durable=True)
            socket = self.postgres.socket.parent
            with psycopg.connect(host=str(socket), user="postgres", autocommit=True) as connection:
                connection.execute("CREATE DATABASE plumbline")
            self.env["DATABASE_URL"] = f"postgres://postgres@/{socket}/plumbline"
            self._check_defaults()
        self.make_tables()

    def make_tables(self) -> None:
        self.manage("migrate", "--noinput", "--verbosity=0")

    def _check_defaults(self) -> None:
        """Speed that was bought with durability is none."""
        with self.connect() as connection:
            found = {name: connection.execute(f"SHOW {name}").fetchone()[0] for name in DEFAULTS}
        assert found == DEFAULTS, f"PostgreSQL runs with {found}"

    def connect(self) -> Any:
        """A connection of our own to its database, for filling and checking; commits each statement."""
        if self.postgres is None:
            return sqlite3.connect(self.folder / "var" / "plumbline.sqlite3", isolation_level=None)
        socket = str(self.postgres.socket.parent)
        return psycopg.connect(host=socket, user="postgres", dbname="plumbline", autocommit=True)

    # --- commands

    def start(self, *arguments: str) -> psutil.Popen:
        """Start `manage.py` with these arguments, on the core of server and database."""
        with on_cores(SERVER_CORE):
            return psutil.Popen(
                [sys.executable, "manage.py", *arguments],
                cwd=ROOT,
                env=self.env,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
            )

    def manage(self, *arguments: str) -> str:
        """Run a command to its end; what it printed. Raises CommandFailed."""
        return finish(self.start(*arguments))

    def create_account(self, username: str, campaign: str, role: str) -> str:
        """An account in the campaign; its API token."""
        return self.create_person(username, campaign, role)["token"]

    def create_person(self, username: str, campaign: str, role: str) -> dict[str, str]:
        """An account in the campaign: its `username`, `password` and `token`."""
        said = self.manage("create_account", username, "--campaign", campaign, "--role", role)
        return dict(json.loads(said.strip().splitlines()[-1]))

    # --- servers

    def serve(self) -> None:
        """Start web, worker and Redis as `make serve` does, on one core, and wait until the site is well."""
        log = self.folder / "serve.log"
        with log.open("wb") as output, on_cores(SERVER_CORE):
            self._runner = subprocess.Popen(
                [sys.executable, "-m", "runner.run", "serve"], cwd=ROOT, env=self.env, stdout=output, stderr=output
            )
        self.url = wait_for_ready(self._runner, log)

    def web_processes(self) -> list[psutil.Process]:
        """The web server's parent and its processes."""
        assert self._runner is not None
        return [process for process in memory.tree(self._runner.pid) if "gunicorn" in " ".join(process.cmdline())]

    def postgres_processes(self) -> list[psutil.Process]:
        return [] if self.postgres is None else memory.tree(self.postgres.process.pid)

    def stop(self) -> None:
        if self._runner is not None:
            end(self._runner)
        if self.postgres is not None:
            self.postgres.stop()


Installed = TypeVar("Installed", bound=Site)


def installed(kind: str) -> AbstractContextManager[Site]:
    """A fresh installation on `postgresql` or `sqlite`, without a row; gone afterwards."""
    return for_a_while(partial(Site, kind))


@contextmanager
def for_a_while(make: Callable[[Path], Installed], place: Path | None = None) -> Iterator[Installed]:
    """An installation in a folder of its own (inside `place`, if given), installed; gone afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="plumbline-bench-", dir=place))
    folder.chmod(0o755)  # PostgreSQL may run as another user
    site = make(folder)
    try:
        site.install()
        yield site
    finally:
        site.stop()
        shutil.rmtree(folder, ignore_errors=True)


def wait_for_ready(runner: subprocess.Popen[bytes], log: Path) -> str:
    """The address that a runner prints once its site is well."""
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and runner.poll() is None:
        for line in log.read_text().splitlines():
            if "ready: " in line:
                return line.partition("ready: ")[2].strip()
        time.sleep(0.1)
    raise CommandFailed(f"{runner.args!r} did not become ready:\n{log.read_text()[-4000:]}")


def finish(process: psutil.Popen) -> str:
    """Wait for a command's end; what it printed. Raises CommandFailed."""
    output, errors = process.communicate()
    if process.returncode:
        raise CommandFailed(f"{process.args} ended with status {process.returncode}:\n{errors[-4000:]}")
    return str(output)


def end(process: "subprocess.Popen[bytes]") -> None:
    """Ask a runner to end what it has started, then itself."""
    process.terminate()
    try:
        process.wait(END_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def shown(arguments: Sequence[str]) -> str:
    """A command as a person would type it."""
    return " ".join(["manage.py", *arguments])
