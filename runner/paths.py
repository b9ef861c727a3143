"""Where this installation keeps its things, and the settings that the runner itself reads."""

import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
VENV_PYTHON = VENV / "bin" / "python"
SITE_PACKAGES = VENV / "lib" / f"python{sys.version_info.major}.{sys.version_info.minor}" / "site-packages"
VAR = Path(os.environ.get("PLUMBLINE_VAR", ROOT / "var")).absolute()
ENV_FILE = VAR / "env"
LOGS = VAR / "log"


def read_env() -> dict[str, str]:
    """The lines `NAME=value` of var/env, with the environment on top, as the Django settings see them."""
    lines = ENV_FILE.read_text().splitlines() if ENV_FILE.exists() else []
    pairs = (line.partition("=") for line in lines if "=" in line and not line.lstrip().startswith("#"))
    return {name.strip(): value.strip().strip("'\"") for name, _, value in pairs} | dict(os.environ)


def write_private(path: Path, text: str) -> None:
    """Write a file that only its owner may read, in one rename: a reader sees the old text or the new."""
    beside = path.with_name(f".{path.name}.new")
    beside.unlink(missing_ok=True)
    with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
    beside.replace(path)
