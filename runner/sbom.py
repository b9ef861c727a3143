"""Writes var/sbom.json: what an installation is made of, in the form of CycloneDX (https://cyclonedx.org), offline."""

import json
import uuid
from datetime import UTC, datetime
from importlib import metadata
from typing import Any

from runner.lock import closure
from runner.packages import requirements
from runner.paths import ROOT, VAR

RESULT = VAR / "sbom.json"


def python_components() -> list[dict[str, Any]]:
    """Every Python package that the product needs, directly or through others, as it is installed."""
    return [_python(name) for name in sorted(closure(requirements()))]


def _python(name: str) -> dict[str, Any]:
    about = metadata.metadata(name)
    found = _component("pypi", name, about["Version"])
    said = [about[field] for field in ("License-Expression", "License") if field in about]
    named = [licence for licence in said if licence and "\n" not in licence]  # some give the whole text
    return found | ({"licenses": [{"license": {"name": named[0]}}]} if named else {})


def browser_components() -> list[dict[str, Any]]:
    """What the pages load, by the lock file of npm."""
    packages = json.loads((ROOT / "package-lock.json").read_text())["packages"]
    return [
        _component("npm", path.removeprefix("node_modules/"), of["version"]) for path, of in packages.items() if path
    ]


def _component(kind: str, name: str, version: str) -> dict[str, Any]:
    purl = f"pkg:{kind}/{name}@{version}"
    return {"type": "library", "name": name, "version": version, "purl": purl, "bom-ref": purl}


def bill() -> dict[str, Any]:
    """The whole list."""
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{uuid.uuid4()}",
        "version": 1,
        "metadata": {
            "timestamp": datetime.now(UTC).isoformat(timespec="seconds"),
            "component": {"type": "application", "name": "plumbline", "bom-ref": "plumbline"},
        },
        "components": [*python_components(), *browser_components()],
    }


def main() -> None:
    """Write it and say where."""
    made = bill()
    RESULT.write_text(json.dumps(made, indent=2) + "\n")
    print(f"{RESULT}: {len(made['components'])} components")


if __name__ == "__main__":
    main()
