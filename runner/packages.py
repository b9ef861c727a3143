"""The Python packages: which ones pyproject.toml asks for, and pip with signs of life."""

import contextlib
import os
import re
import tomllib
from pathlib import Path
from typing import Any

from runner.paths import LOGS, ROOT, SITE_PACKAGES, VENV, VENV_PYTHON
from runner.progress import Progress, StepFailed, run_logged

CONSTRAINTS = ROOT / "constraints.txt"


def _project() -> dict[str, Any]:
    return dict(tomllib.loads((ROOT / "pyproject.toml").read_text())["project"])


def requirements() -> list[str]:
    """What the product needs, by pyproject.toml."""
    return list(_project()["dependencies"])


def extra_requirements(name: str) -> list[str]:
    """What the extra of this name needs besides, by pyproject.toml."""
    return list(_project()["optional-dependencies"][name])


def expected_count(wanted_section: str) -> int:
    """How many packages constraints.txt pins in the section of this name."""
    count, section = 0, ""
    for line in CONSTRAINTS.read_text().splitlines():
        if line.startswith("# --- "):
            section = line.removeprefix("# --- ").split(":")[0]
        elif "==" in line and section == wanted_section:
            count += 1
    return count


class PipWatcher:
    """Understands enough of pip's output to say how far it is."""

    def __init__(self, expected: int, downloads: Path) -> None:
        self.expected = expected
        self.downloads = downloads
        self.seen: set[str] = set()
        self.current = ""
        self.installing = 0
        self.before = 0

    def read(self, line: str) -> None:
        if found := re.match(r"(?:Collecting|Requirement already satisfied:) ([\w.-]+)", line):
            self.seen.add(found[1].lower())
        elif found := re.match(r"\s+(?:Downloading|Using cached) (\S+?)-\d\S* \(([^)]+)\)", line):
            self.current = f"fetching {found[1].rsplit('/', 1)[-1]} ({found[2]})"
        elif line.startswith("Installing collected packages:"):
            self.installing = line.count(",") + 1
            self.before = self.installed()

    def installed(self) -> int:
        return sum(1 for _ in SITE_PACKAGES.glob("*.dist-info"))

    def describe(self) -> str:
        """How far pip is, in packages, and in bytes while something large comes in."""
        if self.installing:
            return f"installed {max(0, self.installed() - self.before)} of {self.installing} packages"
        size = sum(file.stat().st_size for file in self.downloads.rglob("*") if file.is_file()) >> 20
        # More than were pinned: a build of torch that brings CUDA.
        expected = f" of about {self.expected}" if len(self.seen) <= self.expected else ""
        counted = f"found {len(self.seen)}{expected} packages"
        return f"{counted}, {self.current}{f', {size} MB here' if size else ''}" if self.current else counted


def install(progress: Progress, wanted: list[str], expected: int) -> None:
    """Bring these requirements and what they need into .venv, at the pinned versions.

    pip's own settings (extra indexes, local links, proxies) hold.
    """
    downloads = VENV / "tmp"  # beside their destination: /tmp is small on some machines, and torch is not
    downloads.mkdir(exist_ok=True)
    watcher = PipWatcher(expected, downloads)
    command: list[str | Path] = [
        VENV_PYTHON,
        "-m",
        "pip",
        "install",
        "--no-compile",
        "--progress-bar=off",
        "--disable-pip-version-check",
    ]
    run_logged(
        [*command, "-c", CONSTRAINTS, *wanted],
        LOGS / "setup.log",
        progress,
        describe=watcher.describe,
        on_line=watcher.read,
        env=os.environ | {"TMPDIR": str(downloads)},
        cwd=ROOT,
    )
    compile_all(progress)
    # The project is found from any folder, as an editable install would do, without building anything.
    (SITE_PACKAGES / "plumbline.pth").write_text(f"{ROOT}\n")


def compile_all(progress: Progress) -> None:
    """The packages' bytecode, on every core: pip makes it file by file, which takes most of its time."""
    command: list[str | Path] = [VENV_PYTHON, "-m", "compileall", "-q", "-j", "0", SITE_PACKAGES]
    with contextlib.suppress(StepFailed):  # some packages carry files for other Pythons, as pip would not mind
        run_logged(command, LOGS / "setup.log", progress, lambda: "compiling the packages")
