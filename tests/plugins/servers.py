"""Starts the real servers that the tests use, once for a whole run, before Django's settings are read.

Loaded with `-p` because pytest-django reads the settings before any conftest.py. Under xdist the controller starts the
servers; its workers find them through the environment and take a Redis database and a var folder of their own.
"""

import os
import secrets
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Generator
from pathlib import Path

import psycopg
import pytest

from runner.parts import MARK, start_guard
from runner.static_files import NOT_SERVED
from tests.plugins.processes import Server, start_postgres, start_redis

ROOT = Path(__file__).resolve().parents[2]
PATTERN = "pattern"  # the name of the database that the test processes copy
BASE = "PLUMBLINE_TEST_FOLDER"  # set by the process that started the servers, inherited by xdist's workers


class Servers:
    """The servers of one run and the temporary folder in which everything they write lives."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="plumbline-test-"))
        self.folder.chmod(0o755)  # PostgreSQL may run as another user
        self.running: list[Server] = []

    def start(self, database: str) -> None:
        """Start what the chosen database needs and say in the environment where it is."""
        redis = start_redis(self.folder / "redis")
        self.running.append(redis)
        if database == "postgresql":
            postgres = start_postgres(self.folder / "postgres")
            self.running.append(postgres)
            with psycopg.connect(host=str(postgres.socket.parent), user="postgres", autocommit=True) as connection:
                connection.execute(f"CREATE DATABASE {PATTERN}")
            os.environ["DATABASE_URL"] = f"postgres://postgres@/{postgres.socket.parent}/{PATTERN}"
        else:
            os.environ["DATABASE_URL"] = f"sqlite:///{self.folder / PATTERN}"
        os.environ["REDIS_SOCKET"] = str(redis.socket)
        os.environ["TWO_FACTOR_FOR_LEADS"] = "false"  # as in the demo; the tests of it turn it on
        os.environ["SECRET_KEY"] = secrets.token_urlsafe(50)
        os.environ[BASE] = str(self.folder)

    def prepare(self) -> None:
        """Give every page its hashed scripts and styles, as an installation has them, and make the tables, at once.

        The database is the pattern of those that the test processes use: migrating takes longer than copying.
        """
        static = ["collectstatic", "--noinput", *(f"--ignore={name}" for name in NOT_SERVED)]
        both = [
            self._manage(*static, DJANGO_SETTINGS_MODULE="tests.plugins.static_settings"),
            self._manage("migrate", "--noinput", "--skip-checks"),  # which refuse a PostgreSQL that is in such haste
        ]
        for program in both:
            said, _ = program.communicate()
            if program.returncode:
                raise pytest.UsageError(f"{program.args!r} failed:\n{said}")

    def _manage(self, *arguments: str, **env: str) -> "subprocess.Popen[str]":
        return subprocess.Popen(
            [sys.executable, "manage.py", *arguments, "--verbosity=0"],
            env=os.environ | {"PLUMBLINE_VAR": str(self.folder)} | env,
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def stop(self) -> None:
        """End the servers, last started first, and remove the folder."""
        for server in reversed(self.running):
            server.stop()
        shutil.rmtree(self.folder, ignore_errors=True)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--database",
        choices=["sqlite", "postgresql"],
        default="sqlite",
        help="the database that the tests use: SQLite in a file, or a real PostgreSQL started for this run",
    )


def take_own_place() -> None:
    """Point this process (the only one, or one of xdist's) to its own var folder and its own Redis database."""
    base = Path(os.environ[BASE])
    worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
    redis_database = 0 if worker == "main" else 1 + int(worker.removeprefix("gw"))
    var = base / f"var-{worker}"
    var.mkdir()
    (var / "static").symlink_to(base / "static")
    os.environ["PLUMBLINE_VAR"] = str(var)
    os.environ["BROKER_URL"] = f"redis+socket://{os.environ['REDIS_SOCKET']}?virtual_host={redis_database}"
    # Playwright's synchronous API keeps an event loop in the main thread, which Django would take for a mistake.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"


def check_checkout(config: pytest.Config) -> None:
    """Refuse to try the code of another checkout, as a shared environment in which that one is installed would do."""
    if config.rootpath.resolve() != ROOT:
        command = "python -m pytest"
        raise pytest.UsageError(f"These are the tests of {config.rootpath}, but {ROOT} is imported: run {command}.")


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> Generator[None, object, object]:
    """Before anybody reads the settings: start the servers, or find those that the controller has started."""
    check_checkout(early_config)
    if BASE not in os.environ:
        mark = secrets.token_hex(8)
        start_guard(mark)  # so that a killed run leaves no site, worker or browser behind
        os.environ[MARK] = mark
        servers = Servers()
        early_config.add_cleanup(servers.stop)
        servers.start(early_config.known_args_namespace.database)
        servers.prepare()
    take_own_place()
    return (yield)


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """A skipped test fails the run: what a machine lacks must be said, with the command that brings it."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if reporter is not None and reporter.stats.get("skipped"):
        reporter.write_line("\nSkipped tests count as failures here: see the reasons with -rs.", red=True)
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
