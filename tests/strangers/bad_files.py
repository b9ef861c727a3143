"""Files that no import may take as they are, or that it may stumble over: one shape of row, one kind of fault, a seed.

Each holds good rows and one fault among them, so that the refusal has one place to name.
"""

import gzip
import json
import random
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.strangers.good_rows import SHAPES, Path, places, put, written

MIB = 1024 * 1024
PLACEHOLDER = "@@here@@"
DIGITS = 1_000_000
DEPTH = 100_000
STRANGE_NAMES = "strange names"


@dataclass(frozen=True, slots=True)
class BadFile:
    """A file as somebody uploads it.

    `line` and `field` are where its fault is, None where that depends; one that `may_come_in` must then do so whole.
    """

    content: bytes
    kind: str
    line: int | None = None
    field: str | None = None
    may_come_in: bool = False
    name: str = "rows.jsonl"


class Maker:
    """Makes files of one shape; every draw comes from `chance`."""

    def __init__(self, shape: str, chance: random.Random) -> None:
        self.shape, self.chance, self.kind = shape, chance, ""
        self._rows = 0

    def file(self) -> BadFile:
        """One of any kind, heavy ones seldom."""
        kinds = list(KINDS)
        weights = [weight for _, weight in KINDS.values()]
        self.kind = self.chance.choices(kinds, weights)[0]
        return KINDS[self.kind][0](self)

    # --- pieces

    def row(self) -> dict[str, Any]:
        self._rows += 1
        return SHAPES[self.shape](f"{self.chance.getrandbits(64):x}-{self._rows}")

    def good(self) -> bytes:
        return json.dumps(self.row()).encode()

    def place(self, row: dict[str, Any], *, known: bool = False, text: bool = False) -> Path:
        """Somewhere in the row; `known`: where its shape says what belongs there; `text`: where a text is."""
        found = [
            (path, value)
            for path, value in places(row)
            if not (known and path[0] == "more") and not (text and type(value) is not str)
        ]
        return self.chance.choice(found)[0]

    def with_raw(self, raw: bytes, path: Path | None = None, *, quoted: bool = False) -> tuple[bytes, Path]:
        """A row with these very bytes as (or, `quoted`, in) one of its values."""
        row = self.row()
        where = path or self.place(row, text=quoted)
        put(row, where, f"a {PLACEHOLDER} b" if quoted else PLACEHOLDER)
        line = json.dumps(row).encode()
        here = PLACEHOLDER.encode() if quoted else b'"' + PLACEHOLDER.encode() + b'"'
        return line.replace(here, raw), where

    def around(self, line: bytes, path: Path | None = None, *, field: str | None = None, **more: Any) -> BadFile:
        """The line among good ones."""
        before, after = self.chance.randrange(3), self.chance.randrange(2)
        lines = [*(self.good() for _ in range(before)), line, *(self.good() for _ in range(after))]
        field = written(path) if path is not None else field
        return BadFile(b"\n".join(lines) + b"\n", self.kind, before + 1, field, **more)


def wrong_type(make: Maker) -> BadFile:
    row = make.row()
    path = make.place(row, known=True)
    now = type(dict(places(row))[path])
    others = [one for one in (17.5, 10**9, True, "text", {"a": 1}, [[]]) if type(one) is not now]
    put(row, path, make.chance.choice(others))
    # A number may stand for a text (level), a text for an id: what is refused must be named, the rest comes in.
    return make.around(json.dumps(row).encode(), may_come_in=True)


def missing(make: Maker) -> BadFile:
    row = make.row()
    path = make.place(row, known=True)
    put(row, path, make.chance.choice([None, "", "   ", [], {}]))
    return make.around(json.dumps(row).encode(), may_come_in=True)


def no_number(make: Maker) -> BadFile:
    line, path = make.with_raw(make.chance.choice([b"NaN", b"Infinity", b"-Infinity", b"1e999", b"-1e400"]))
    return make.around(line, path)


def nul(make: Maker) -> BadFile:
    line, path = make.with_raw(make.chance.choice([b"\\u0000", b"\x00"]), quoted=True)
    return make.around(line, path)


def surrogate(make: Maker) -> BadFile:
    raw = make.chance.choice([b"\\ud800", b"\\udfff", b"\\udc00\\ud800", b"\xed\xa0\x80"])
    line, path = make.with_raw(raw, quoted=True)
    return make.around(line, path)


def cut_utf8(make: Maker) -> BadFile:
    raw = make.chance.choice(
        [b"\xe4\xbd", b"\xf0\x9f\x98", b"\xc3", b"\xff", b"\x80", b"\xc0\xaf", b"\xf8\x88\x80\x80\x80"]
    )
    line, path = make.with_raw(raw, quoted=True)
    return make.around(line, path)


def hostile_key(make: Maker) -> BadFile:
    raw = make.chance.choice([b"\\u0000", b"\\ud800", b"\xe4\xbd", b"\x00", b"\x1f"])
    line = make.good()
    return make.around(b'{"k' + raw + b'": 1, ' + line[1:])


def long_number(make: Maker) -> BadFile:
    digits = make.chance.choice(
        [b"9" * DIGITS, b"-" + b"1" * DIGITS, b"1" + b"0" * DIGITS + b".5", b"1e" + b"9" * DIGITS]
    )
    line, path = make.with_raw(digits)
    return make.around(line, path)


def long_fraction(make: Maker) -> BadFile:
    raw = make.chance.choice([b"0." + b"3" * DIGITS, b"1e-" + b"9" * DIGITS, b"0e" + b"9" * DIGITS])
    line, _ = make.with_raw(raw)
    return make.around(line, may_come_in=True)


def deep(make: Maker) -> BadFile:
    depth = make.chance.choice([DEPTH, 2_000, 300])
    opening, closing = make.chance.choice([(b"[", b"]"), (b'{"a":', b"}")])
    line, _ = make.with_raw(opening * depth + b"1" + closing * depth)
    return make.around(line)


def deep_tree(make: Maker) -> BadFile:
    depth = make.chance.choice([DEPTH, 2_000, 600])
    line = b'{"problem": "P", "candidates": ' + b'[{"text": "a", "next": ' * depth + b"[]" + b"}]" * depth + b"}"
    return make.around(line)


def duplicate_keys(make: Maker) -> BadFile:
    """The last one counts: the earlier value is no matter."""
    line, key = make.good(), make.chance.choice(list(make.row()))
    earlier = make.chance.choice([b"1", b"null", b'"x"', b"[]", b'{"a": {"a": 1, "a": 2}}'])
    return make.around(b"{" + json.dumps(key).encode() + b": " + earlier + b", " + line[1:], may_come_in=True)


def duplicate_keys_at_last(make: Maker) -> BadFile:
    line, key = make.good(), make.chance.choice([key for key in make.row() if key != "more"])
    return make.around(line[:-1] + b", " + json.dumps(key).encode() + b": [[]]}")


def bom(make: Maker) -> BadFile:
    lines = [make.good(), make.good(), make.good()]
    inside = make.chance.randrange(1, 3)
    lines[inside] = b"\xef\xbb\xbf" + lines[inside]
    return BadFile(b"\xef\xbb\xbf" + b"\n".join(lines), make.kind, inside + 1, "row")


def utf16(make: Maker) -> BadFile:
    coding = make.chance.choice(["utf-16", "utf-16-be", "utf-32", "utf-7"])
    text = "\n".join(make.good().decode() for _ in range(2))
    content = text.replace("is", "\u00ec\u00df").encode(coding)
    return BadFile(content, make.kind, 1, may_come_in=coding == "utf-7")


def line_ends(make: Maker) -> BadFile:
    end = make.chance.choice([b"\r\n", b"\r", b"\r\r\n", b"\n\r", b"\x0b", b"\xe2\x80\xa8", b"\x85"])
    lines = [make.good(), b"{", make.good()]
    return BadFile(end.join(lines) + end, make.kind, 2 if b"\n" in end else 1)


def cut_gzip(make: Maker) -> BadFile:
    packed = gzip.compress(b"\n".join(make.good() for _ in range(20)))
    return BadFile(packed[: make.chance.randrange(2, len(packed))], make.kind, name="rows.jsonl.gz")


def damaged_gzip(make: Maker) -> BadFile:
    packed = bytearray(gzip.compress(b"\n".join(make.good() for _ in range(20))))
    packed[make.chance.randrange(2, len(packed))] ^= 1 << make.chance.randrange(8)
    return BadFile(bytes(packed), make.kind, may_come_in=True, name="rows.jsonl.gz")  # its head may say other times


def bomb(make: Maker) -> BadFile:
    filler = make.chance.choice([b"\n", b" ", b"a", b"[", b"\0", b'"', b"{", b"[1],"])
    content = make.good() + b"\n" + filler * (make.chance.choice([40, 200]) * MIB // len(filler))
    return BadFile(gzip.compress(content, 9), make.kind, name="rows.jsonl.gz")


def bomb_of_members(make: Maker) -> BadFile:
    empty = gzip.compress(make.chance.choice([b"", b"\n"]), 9)
    return BadFile(gzip.compress(make.good()) + empty * 150_000, make.kind, name="rows.jsonl.gz")


def bomb_of_rows(make: Maker) -> BadFile:
    """One row a million times."""
    packer = zlib.compressobj(9, wbits=31)
    rows = (make.good() + b"\n") * 1_000
    content = b"".join(packer.compress(rows) for _ in range(1_000)) + packer.flush()
    return BadFile(content, make.kind, name="rows.jsonl.gz")


def crowded(make: Maker) -> BadFile:
    raw = make.chance.choice([b"[" + b"1," * 600_000 + b"1]", b"[" + b"{}," * 600_000 + b"{}]"])
    line, _ = make.with_raw(raw)
    return make.around(line)


def long_text(make: Maker) -> BadFile:
    row = make.row()
    put(
        row,
        make.place(row, text=True),
        make.chance.choice(["x", "𝔛", "\n", "$"]) * make.chance.choice([100_001, 2_000_000]),
    )
    return make.around(json.dumps(row).encode(), may_come_in=True)


def long_key(make: Maker) -> BadFile:
    row = {"k" * 1_000_000: [float(one) for one in range(50)]} | make.row()
    return make.around(json.dumps(row).encode().replace(b"49.0", b"NaN"))


def cut_off(make: Maker) -> BadFile:
    lines = [make.good(), make.good()]
    return BadFile(lines[0] + b"\n" + lines[1][: make.chance.randrange(1, len(lines[1]))], make.kind, 2)


def flipped(make: Maker) -> BadFile:
    content = bytearray(make.good() + b"\n" + make.good())
    for _ in range(make.chance.randrange(1, 6)):
        content[make.chance.randrange(len(content))] = make.chance.randrange(256)
    return BadFile(bytes(content), make.kind, may_come_in=True)


def noise(make: Maker) -> BadFile:
    heads = [
        b"",
        b"\x1f\x8b",
        b"PK\x03\x04",
        b"%PDF-1.7\n",
        b"\x7fELF",
        b"SQLite format 3\0",
        b"\x80\x04\x95",
        b"<html>",
        b"[{",
        b"a,b\n",
    ]
    content = make.chance.choice(heads) + make.chance.randbytes(make.chance.randrange(1, 3_000))
    return BadFile(content, make.kind)


def nothing(make: Maker) -> BadFile:
    content = make.chance.choice(
        [b"\n", b" ", b"\xef\xbb\xbf", gzip.compress(b""), b"[]", b"{}", b"null", b'""', b"\x1f\x8b"]
    )
    return BadFile(content, make.kind, may_come_in=False)


def strange_name(make: Maker) -> BadFile:
    names = [
        "../../../etc/passwd", "..", ".", "a/b\\c.jsonl", "\u202elnosj.exe", "数" * 200 + ".jsonl", "e\u0301" * 90,
        "x" * 255, "x" * 194 + ".jsonl", "-rf", "a\nb.jsonl", "%2e%2e%2f", "~", "a\tb", "\ufeff", "🖊" * 70, "con",
        "rows.jsonl.rejected.jsonl", "'; DROP TABLE labeling_label; --", "<img src=x onerror=pwned()>", "$(id)", "|id",
        "{0}", "%s%n", "", " ", "a;b=c", 'a"b.jsonl', "a\r\nX: y", "\x7f",
    ]  # fmt: skip
    file = make.around(b"{", field="row")
    return BadFile(file.content, make.kind, file.line, "row", name=make.chance.choice(names))


KINDS: dict[str, tuple[Callable[[Maker], BadFile], float]] = {
    "wrong types": (wrong_type, 10),
    "missing values": (missing, 5),
    "NaN": (no_number, 5),
    "NUL": (nul, 5),
    "lone surrogates": (surrogate, 5),
    "cut UTF-8": (cut_utf8, 5),
    "hostile keys": (hostile_key, 3),
    "numbers of a million digits": (long_number, 3),
    "fractions of a million digits": (long_fraction, 1),
    "depth": (deep, 4),
    "deep trees": (deep_tree, 2),
    "duplicate keys": (duplicate_keys, 4),
    "duplicate keys, the last one bad": (duplicate_keys_at_last, 2),
    "BOM": (bom, 4),
    "other encodings": (utf16, 3),
    "CRLF and other line ends": (line_ends, 5),
    "cut gzip": (cut_gzip, 5),
    "damaged gzip": (damaged_gzip, 5),
    "bombs": (bomb, 0.4),
    "bombs of empty members": (bomb_of_members, 0.2),
    "bombs of one row": (bomb_of_rows, 0.1),
    "too many values": (crowded, 1),
    "long texts": (long_text, 3),
    "long keys": (long_key, 1),
    "cut-off files": (cut_off, 5),
    "flipped bytes": (flipped, 5),
    "noise": (noise, 5),
    "nothing": (nothing, 2),
    STRANGE_NAMES: (strange_name, 4),
}
