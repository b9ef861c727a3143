"""Files of rows: gzip, blank lines, and what would make the reading go on without end."""

import gzip
import time
from pathlib import Path

import orjson
import pytest

from selector.row_types import MAX_BLANK_BYTES
from selector.rows import RowError, read_rows
from tests.selector.test_rows import flat


def test_files_may_be_gzip_and_may_have_a_bom_and_blank_lines(tmp_path: Path) -> None:
    rows = b"\xef\xbb\xbf" + orjson.dumps(flat()) + b"\r\n\n  \n" + orjson.dumps(flat(id="b"))
    (tmp_path / "plain").write_bytes(rows)
    (tmp_path / "packed").write_bytes(gzip.compress(rows))
    for name in ("plain", "packed"):
        assert [number for number, _ in read_rows(tmp_path / name)] == [1, 4]


def test_a_cut_off_gzip_file_says_so_with_its_line(tmp_path: Path) -> None:
    lines = b"".join(orjson.dumps(flat(id=str(i), x=str(i**7))) + b"\n" for i in range(5000))
    path = tmp_path / "cut.jsonl.gz"
    path.write_bytes(gzip.compress(lines)[:-2000])
    with pytest.raises(RowError, match="cut off") as caught:
        list(read_rows(path))
    assert caught.value.file == str(path)
    assert caught.value.line is not None
    assert 4000 < caught.value.line < 5000


def test_a_bad_row_names_its_file_and_line(tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_bytes(orjson.dumps(flat()) + b"\n\n{}\n")
    with pytest.raises(RowError) as caught:
        list(read_rows(path))
    assert str(caught.value).startswith(f"{path}, line 3, row: expected one of the keys")


def test_a_line_over_the_limit_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("selector.row_files.MAX_LINE_BYTES", 1024 * 1024)
    path = tmp_path / "bomb.gz"
    path.write_bytes(gzip.compress(b" " * 1024 * 1025))
    with pytest.raises(RowError, match="at most 1 MiB"):
        list(read_rows(path))


@pytest.mark.parametrize("blank", [b"\n", b"   \n", b" " * 1000 + b"\n"])
def test_a_sea_of_blank_lines_is_refused_where_it_passes_the_limit(tmp_path: Path, blank: bytes) -> None:
    path = tmp_path / "sea.gz"
    path.write_bytes(gzip.compress(orjson.dumps(flat()) + b"\n" + blank * (2 * MAX_BLANK_BYTES // len(blank))))
    with pytest.raises(RowError, match="1 MiB more of blank lines than of rows") as caught:
        list(read_rows(path))
    assert caught.value.line is not None
    assert caught.value.line == pytest.approx(2 + MAX_BLANK_BYTES / len(blank), abs=100)


@pytest.mark.parametrize("content", [b"", b"\n", b'{"problem": "'])
def test_a_sea_of_gzip_members_with_next_to_nothing_in_them_is_refused_soon(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "sea.gz"
    path.write_bytes(gzip.compress(orjson.dumps(flat()) + b"\n") + gzip.compress(content) * 300_000)
    began = time.monotonic()
    with pytest.raises(RowError, match="at most 100,000 gzip members of less than 16 bytes") as caught:
        list(read_rows(path))
    assert caught.value.file == str(path)
    assert time.monotonic() - began < 5


def test_rows_in_members_of_their_own_come_in_with_padding_between_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("selector.row_files.MAX_EMPTY_MEMBERS", 10)
    path = tmp_path / "rows.gz"
    members = [gzip.compress(orjson.dumps(flat(id=str(number))) + b"\n") for number in range(100)]
    path.write_bytes((b"\0" * 20_000).join([*members, gzip.compress(b""), b""]))
    assert [number for number, _ in read_rows(path)] == list(range(1, 101))


@pytest.mark.parametrize(
    ("tail", "expected"), [(b"no gzip", "an undamaged gzip file"), (b"\x1f", "a complete gzip file")]
)
def test_what_follows_the_last_gzip_member_is_no_row(tmp_path: Path, tail: bytes, expected: str) -> None:
    path = tmp_path / "rows.gz"
    path.write_bytes(gzip.compress(orjson.dumps(flat()) + b"\n") + tail)
    with pytest.raises(RowError, match=expected) as caught:
        list(read_rows(path))
    assert caught.value.line == 2


def test_a_gzip_member_with_a_long_name_is_read_at_once(tmp_path: Path) -> None:
    path = tmp_path / "rows.gz"
    packed = gzip.compress(orjson.dumps(flat()))
    path.write_bytes(packed[:3] + b"\x08" + packed[4:10] + b"n" * 50_000_000 + b"\0" + packed[10:])
    began = time.monotonic()
    assert len(list(read_rows(path))) == 1
    assert time.monotonic() - began < 3


def test_blank_lines_between_rows_are_no_sea(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("selector.row_files.MAX_BLANK_BYTES", 10)
    path = tmp_path / "rows.jsonl"
    path.write_bytes((orjson.dumps(flat()) + b"\n\n\r\n") * 100)
    assert len(list(read_rows(path))) == 100
