"""The difference between two texts, for a person to read: lines as before, changed ones word by word."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher

CONTEXT = 2  # lines as before that are shown beside a change
MAX_WORDS = 2_000  # of a passage that is compared word by word; a longer one was rewritten


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of text: `same`, `added` or `removed`."""

    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class Passage:
    """Some lines together: `changed` with its pieces, `same`, or `skipped` with how many lines are as before."""

    kind: str
    pieces: list[Piece]
    skipped: int = 0


def difference(old: str, new: str) -> list[Passage]:
    """What changed from `old` to `new`; empty where nothing did."""
    before, after = old.split("\n"), new.split("\n")
    found: list[Passage] = []
    opcodes = SequenceMatcher(None, before, after).get_opcodes()
    for place, (kind, start, end, new_start, new_end) in enumerate(opcodes):
        if kind == "equal":
            found += _unchanged(before[start:end], is_first=place == 0, is_last=place == len(opcodes) - 1)
        else:
            pieces = list(_words("\n".join(before[start:end]), "\n".join(after[new_start:new_end])))
            found.append(Passage("changed", pieces))
    return found if any(passage.kind == "changed" for passage in found) else []


def _unchanged(lines: list[str], *, is_first: bool, is_last: bool) -> Iterator[Passage]:
    """The lines beside the changes around; how many there are between them."""
    head = 0 if is_first else CONTEXT
    tail = 0 if is_last else CONTEXT
    between = len(lines) - head - tail
    if between <= 1:  # one line takes no more room than saying so
        yield _same(lines)
        return
    if head:
        yield _same(lines[:head])
    yield Passage("skipped", [], between)
    if tail:
        yield _same(lines[-tail:])


def _same(lines: list[str]) -> Passage:
    return Passage("same", [Piece("same", "\n".join(lines))])


def _words(old: str, new: str) -> Iterator[Piece]:
    """The words of both, in the order in which they are read: removed ones before those that came for them."""
    before, after = re.findall(r"\s+|\w+|[^\w\s]", old), re.findall(r"\s+|\w+|[^\w\s]", new)
    if max(len(before), len(after)) > MAX_WORDS:
        before, after = [old], [new]
    for kind, start, end, new_start, new_end in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if kind == "equal":
            yield Piece("same", "".join(before[start:end]))
            continue
        if end > start:
            yield Piece("removed", "".join(before[start:end]))
        if new_end > new_start:
            yield Piece("added", "".join(after[new_start:new_end]))
