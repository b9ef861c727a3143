"""Static files, hashed and compressed under var/static; only when one of them has changed, for it takes seconds."""

import hashlib
import subprocess
from pathlib import Path

from runner.paths import ROOT, VAR, VENV_PYTHON

SOURCES = (ROOT / "labeling" / "static", ROOT / "node_modules" / "katex" / "dist")
# Of what packages bring: viewers of the API that no address serves, and readable doubles of minified files. Compressing
# them would take most of the first start.
NOT_SERVED = (
    "rest_framework",
    "contrib",
    "katex.js",
    "katex.mjs",
    "katex.css",
    "katex-swap*",
    "jquery.js",
    "xregexp.js",
    "select2.full.js",
    "htmx-4*",
    "hx-*",
    "htmax*",
)
RESULT = VAR / "static" / "staticfiles.json"
STAMP = VAR / "static.digest"


def fingerprint() -> str:
    """A digest of names, sizes and times of our files, and of the pinned packages, which bring the others."""
    digest = hashlib.sha256((ROOT / "constraints.txt").read_bytes() + (ROOT / "annotator" / "settings.py").read_bytes())
    files = sorted(file for source in SOURCES for file in source.rglob("*") if file.is_file())
    for file in files:
        facts = file.stat()
        digest.update(f"{file.relative_to(ROOT)} {facts.st_size} {facts.st_mtime_ns}\n".encode())
    return digest.hexdigest()


def collected() -> str:
    """The fingerprint of what was collected last."""
    return STAMP.read_text() if STAMP.exists() and RESULT.exists() else ""


def collect_static(env: dict[str, str]) -> bool:
    """Collect if something has changed; whether it did."""
    wanted = fingerprint()
    if collected() == wanted:
        return False
    options = ["--noinput", "--clear", "--verbosity=0", *(f"--ignore={name}" for name in NOT_SERVED)]
    command: list[str | Path] = [VENV_PYTHON, "manage.py", "collectstatic", *options]
    subprocess.run(command, env=env, cwd=ROOT, check=True)
    STAMP.write_text(wanted)
    return True
