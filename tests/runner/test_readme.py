"""README lists what can be set, and the commands that it gives exist."""

import re

from runner.paths import ROOT

README = (ROOT / "README.md").read_text()


def test_readme_lists_every_setting() -> None:
    read = set(re.findall(r'env\.\w+\(\s*"(\w+)"', (ROOT / "annotator" / "settings.py").read_text()))
    read |= set(re.findall(r'settings\.get\("(\w+)"', (ROOT / "runner" / "run.py").read_text()))
    assert len(read) > 10
    assert {name for name in read if f"| `{name}` |" not in README} == set()


def test_readme_lists_no_setting_that_nobody_reads() -> None:
    code = "".join(
        (ROOT / place).read_text() for place in ("annotator/settings.py", "runner/run.py", "runner/paths.py")
    )
    listed = re.findall(r"^\| `([A-Z_]+)` \|", README, re.MULTILINE)
    assert {name for name in listed if f'"{name}"' not in code} == set()


def test_every_make_command_in_the_documents_exists() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    texts = [README, *(path.read_text() for path in [ROOT / "CONTRIBUTING.md", *(ROOT / "docs").glob("*.md")])]
    named = {name for text in texts for name in re.findall(r"`(?:PORT=\d+ )?make ([a-z-]+)", text)}
    assert named <= targets


def test_every_file_that_readme_links_to_exists() -> None:
    links = [link for link in re.findall(r"\]\(([^)]+)\)", README) if not link.startswith("http")]
    assert {link for link in links if not (ROOT / link).exists() and not link.startswith("docs/screenshots/")} == set()
