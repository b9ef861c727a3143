"""Files that are whole or not there, and what is no file of its own."""

from pathlib import Path

import pytest

from selector.files import replaced


def test_a_file_is_there_when_all_of_it_is(tmp_path: Path) -> None:
    path = tmp_path / "rows"
    path.write_text("before")
    with pytest.raises(ValueError, match="half way"):
        stop_half_way(path)
    assert path.read_text() == "before"
    with replaced(str(path)) as file:
        file.write(b"new")
    assert path.read_text() == "new"
    assert list(tmp_path.iterdir()) == [path]


def stop_half_way(path: Path) -> None:
    with replaced(str(path)) as file:
        file.write(b"new")
        raise ValueError("half way")


def test_a_link_keeps_its_place(tmp_path: Path) -> None:
    """As /dev/stdout does: a file in its place would be everybody's standard output."""
    path, link = tmp_path / "rows", tmp_path / "link"
    link.symlink_to(path)
    with replaced(str(link)) as file:
        file.write(b"new")
    assert link.is_symlink()
    assert path.read_text() == "new"
