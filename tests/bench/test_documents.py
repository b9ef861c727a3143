"""The page of figures: each measure as it was last taken in full size, with its time, its code and its machine."""

import json
from pathlib import Path
from typing import Any

import pytest

from bench import documents
from bench.figures import Figure, Goal

MACHINE = {"cores": 2, "cpu": "A", "memory_gib": 8, "system": "Linux", "python": "3.11"}


def keep(folder: Path, at: str, *, quick: bool = False, cpu: str = "A", **values: float) -> None:
    """A run's file: one figure a measure, at most 10 is its goal."""
    measures: list[dict[str, Any]] = [
        {
            "name": name,
            "title": name.title(),
            "at": at,
            "busy_before": 0.5 if value > 10 else 0.0,
            "figures": [Figure(f"{name} took", value, "s", Goal(10), f"run {name}", {"rows": 3}).as_dict()],
        }
        for name, value in values.items()
    ]
    run = {"at": at, "quick": quick, "code": f"c{at}", "machine": MACHINE | {"cpu": cpu}, "versions": {"Django": "5"}}
    (folder / f"2{at}.json").write_text(json.dumps(run | {"measures": measures}))


@pytest.fixture
def page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "page.md"
    path.write_text(f"before\n{documents.BEGIN}\nold\n{documents.END}\nafter\n")
    monkeypatch.setattr(documents, "PAGE", path)
    return path


def written(folder: Path, page: Path) -> str:
    documents.write(documents.newest(folder, ["in", "out"]))
    return page.read_text()


def test_each_measure_stands_as_last_taken_in_full_size(tmp_path: Path, page: Path) -> None:
    keep(tmp_path, "1", **{"in": 7, "out": 12})
    keep(tmp_path, "2", **{"in": 8})
    keep(tmp_path, "3", quick=True, **{"in": 1, "out": 1})
    text = written(tmp_path, page)
    assert "| in took | 8 s | ≤ 10 s | met | rows 3 |" in text
    assert "| out took | 12 s | ≤ 10 s | MISSED | rows 3 |" in text
    assert "Taken 2, code c2." in text
    assert "Taken 1, code c1. All cores were busy with other things to 50% just before." in text
    assert "1 of 2 goals met.\n\nMissed: out took" in text
    assert text.count("2 cores of A") == 1  # one machine is named once
    assert text.startswith("before\n")
    assert text.endswith(f"{documents.END}\nafter\n")
    assert "old" not in text


def test_another_machine_is_named_with_its_measure(tmp_path: Path, page: Path) -> None:
    keep(tmp_path, "1", **{"in": 7, "out": 9})
    keep(tmp_path, "2", cpu="B", **{"in": 8})
    text = written(tmp_path, page)
    assert text.index("### In") < text.index("2 cores of B") < text.index("### Out") < text.index("2 cores of A")


def test_a_page_without_its_place_is_refused(tmp_path: Path, page: Path) -> None:
    page.write_text("nothing here\n")
    keep(tmp_path, "1", **{"in": 7})
    with pytest.raises(ValueError, match="has no lines"):
        written(tmp_path, page)
    assert page.read_text() == "nothing here\n"
