"""A Chromium for the browser tests: the machine's own, else Debian's package, else the one that playwright fetches."""

import os
import shutil
import subprocess
from pathlib import Path

from runner.paths import LOGS, VENV, VENV_PYTHON
from runner.progress import Progress, StepFailed, run_logged

PACKAGE = "chromium-headless-shell"  # pages without a desktop browser around them: tests take half the time
NAMES = (PACKAGE, "chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
REMEMBERED = VENV / "chromium"  # holds the path of the one that playwright fetched
MISSING = f"""\
There is no Chromium here, and the browser tests need one. Bring one with one of:
  apt-get install {PACKAGE}                    (as root)
  .venv/bin/playwright install --with-deps chromium          (as root)"""


def find() -> str | None:
    """The program to start: one on PATH, else playwright's."""
    for name in NAMES:
        if found := shutil.which(name):
            return found
    if REMEMBERED.exists() and Path(REMEMBERED.read_text()).exists():
        return REMEMBERED.read_text()
    return None


def is_there() -> bool:
    return find() is not None


def install(progress: Progress) -> None:
    """Nothing where there is one; else by apt as root; else by playwright."""
    if is_there():
        return
    if os.geteuid() == 0 and shutil.which("apt-get"):
        install_by_apt(progress)
    else:
        install_by_playwright(progress)
    found = find()
    said = found and subprocess.run([found, "--version"], capture_output=True, text=True)
    if not said or said.returncode:
        raise StepFailed(f"{MISSING}\n{said.stderr if said else ''}")


def install_by_apt(progress: Progress) -> None:
    """Debian's package, without the desktop things that it recommends."""
    log, env = LOGS / "setup.log", os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    try:
        run_logged(["apt-get", "update"], log, progress, lambda: "apt-get update", env=env)
        command = ["apt-get", "install", "-y", "--no-install-recommends", PACKAGE]
        run_logged(command, log, progress, lambda: f"apt-get install {PACKAGE}", env=env)
    except StepFailed as problem:
        raise StepFailed(f"{MISSING}\n{problem}") from problem


def install_by_playwright(progress: Progress) -> None:
    """The build that playwright was made with, in the home folder; its libraries must be on the machine."""
    log = LOGS / "setup.log"
    try:
        command: list[str | Path] = [VENV_PYTHON, "-m", "playwright", "install", "chromium"]
        run_logged(command, log, progress, lambda: "playwright install chromium")
    except StepFailed as problem:
        raise StepFailed(f"{MISSING}\n{problem}") from problem
    code = "from playwright.sync_api import sync_playwright as s\nwith s() as p: print(p.chromium.executable_path)"
    said = subprocess.run([VENV_PYTHON, "-c", code], capture_output=True, text=True, check=True)
    REMEMBERED.write_text(said.stdout.strip())
