"""Brings a clone to where it can run: `python3 -m runner.install`, with `test` for what the tests need as well.

Each step is done once; a stamp in .venv remembers for which inputs, so that running it again costs a moment.
"""

import hashlib
import importlib.util
import json
import os
import secrets
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from runner import assets, chromium, packages
from runner.paths import ENV_FILE, LOGS, ROOT, VAR, VENV, VENV_PYTHON, write_private
from runner.progress import Progress, StepFailed, run_logged

STAMP = VENV / "plumbline-stamp.json"
OWN = ("annotator", "labeling", "selector", "workers", "runner")
SOCKET_PATH_LIMIT = 100  # the kernel's is 108 bytes
VENV_MISSING = f"""\
{sys.executable} cannot make virtual environments: its ensurepip module is missing. On Debian and Ubuntu:
  apt-get install python3-venv     (as root)"""


@dataclass(frozen=True)
class Step:
    """One step of the set-up; done again when what it depends on has another digest than the stamp says."""

    name: str
    title: str
    inputs: str
    run: Callable[[Progress], None]
    is_there: Callable[[], bool]

    def digest(self) -> str:
        return hashlib.sha256(f"{ROOT}|{sys.version_info[:2]}|{self.inputs}".encode()).hexdigest()


def make_venv(progress: Progress) -> None:
    """A fresh .venv; one that was made elsewhere, or by another Python, is replaced."""
    if importlib.util.find_spec("ensurepip") is None or importlib.util.find_spec("venv") is None:
        raise StepFailed(VENV_MISSING)
    if VENV.is_symlink():  # somebody else's, which is not ours to clear
        VENV.unlink()
    run_logged([sys.executable, "-m", "venv", "--clear", VENV], LOGS / "setup.log", progress)


def venv_works() -> bool:
    """Whether .venv holds a Python of this version that knows where it is and has pip."""
    code = "import pip, sys; print(sys.prefix, *sys.version_info[:2])"
    try:
        said = subprocess.run([VENV_PYTHON, "-c", code], capture_output=True, text=True, timeout=60)
    except OSError:
        return False
    return said.stdout.strip() == f"{VENV} {sys.version_info.major} {sys.version_info.minor}"


def write_settings(_progress: Progress) -> None:
    """A secret key for this installation, and where Redis listens when the usual path is too long for a socket."""
    lines = (
        ENV_FILE.read_text().splitlines() if ENV_FILE.exists() else ["# The settings of this installation; see README."]
    )
    if not any(line.startswith("SECRET_KEY=") for line in lines):
        lines.append(f"SECRET_KEY={secrets.token_urlsafe(50)}")
    socket = VAR / "redis" / "redis.sock"
    if len(os.fsencode(socket)) > SOCKET_PATH_LIMIT and not any(line.startswith("REDIS_SOCKET=") for line in lines):
        place = Path(tempfile.gettempdir()) / f"plumbline-{secrets.token_hex(8)}.sock"
        lines.append(f"REDIS_SOCKET={place}")
    write_private(ENV_FILE, "\n".join(lines) + "\n")


def python_packages(section: str, remark: str, wanted: list[str]) -> Step:
    """The packages of one section of constraints.txt."""
    expected = packages.expected_count(section)
    return Step(
        section,
        f"Python packages ({expected}, {remark})",
        "\n".join([*wanted, packages.CONSTRAINTS.read_text()]),
        lambda progress: packages.install(progress, wanted, expected),
        packages.SITE_PACKAGES.exists,
    )


def steps(with_tests: bool) -> list[Step]:
    """All steps in order."""
    found = [
        Step("venv", "Python environment in .venv", "", make_venv, venv_works),
        python_packages("runtime", "torch is the large one", packages.requirements()),
        Step("assets", "KaTeX for the pages", assets.inputs(), assets.install, assets.is_there),
        Step("settings", f"Settings in {ENV_FILE}", "", write_settings, ENV_FILE.exists),
    ]
    if with_tests:
        found.append(python_packages("test", "for the tests", packages.extra_requirements("test")))
        found.append(Step("chromium", "Chromium for the browser tests", "", chromium.install, chromium.is_there))
    return found


def compile_sources() -> None:
    """Our own bytecode, as pip made that of the packages: a tenth of what each command needs to start.

    Python writes it by itself only where it may, and many servers forbid that (PYTHONDONTWRITEBYTECODE).
    """
    subprocess.run([VENV_PYTHON, "-m", "compileall", "-q", *OWN], cwd=ROOT, check=False)


def read_stamp() -> dict[str, str]:
    """What was done for which inputs; nothing where there is no stamp or it cannot be read."""
    try:
        return dict(json.loads(STAMP.read_text()))
    except (OSError, ValueError):
        return {}


def is_done(step: Step, stamp: dict[str, str]) -> bool:
    """Whether nothing of this step is left to do."""
    if step.name == "venv" and not stamp:
        return step.is_there()  # made by hand: taken as it is
    return stamp.get(step.name) == step.digest() and step.is_there()


def set_up(with_tests: bool) -> None:
    """Do what is left to do, in numbered steps; quiet when there is nothing."""
    VAR.mkdir(mode=0o700, parents=True, exist_ok=True)  # it will hold accounts, labels and keys
    LOGS.mkdir(exist_ok=True)
    started = time.monotonic()
    todo, worked = steps(with_tests), False
    for number, step in enumerate(todo, 1):
        stamp = read_stamp()
        if is_done(step, stamp):
            continue
        progress, worked = Progress(number, len(todo), step.title), True
        step.run(progress)
        stamp = {} if step.name == "venv" else stamp  # a fresh environment holds nothing yet
        STAMP.write_text(json.dumps(stamp | {step.name: step.digest()}))
        progress.done()
    compile_sources()
    if worked:
        print(f"Set up in {time.monotonic() - started:.0f} s. Details: {LOGS / 'setup.log'}", flush=True)


def main() -> int:
    """Set up and say what is missing where that fails."""
    try:
        set_up("test" in sys.argv[1:])
    except StepFailed as problem:
        print(f"\n\nThe set-up stopped.\n{problem}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nThe set-up was interrupted; the next start goes on from here.", file=sys.stderr)
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
