"""The list of what an installation is made of."""

import json
from pathlib import Path

import pytest

from runner import packages, sbom


def test_it_names_what_is_pinned_and_what_pages_load(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sbom, "RESULT", tmp_path / "sbom.json")
    sbom.main()

    bill = json.loads((tmp_path / "sbom.json").read_text())
    pinned = packages.CONSTRAINTS.read_text().partition("# --- test")[0]
    named = {f"{one['name']}=={one['version'].partition('+')[0]}" for one in bill["components"]}
    assert {line for line in pinned.splitlines() if "==" in line} <= named
    assert any(one["purl"].startswith("pkg:npm/katex@") for one in bill["components"])
    assert len({one["bom-ref"] for one in bill["components"]}) == len(bill["components"])
    assert (bill["bomFormat"], bill["specVersion"]) == ("CycloneDX", "1.6")
