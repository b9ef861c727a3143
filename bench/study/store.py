"""Results, one JSON line a run: what is there already is not run again."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

Row = dict[str, Any]


class Store:
    """The lines of one file; several processes may add to it at once, each line whole."""

    def __init__(self, path: Path) -> None:
        self.path = path
        path.parent.mkdir(parents=True, exist_ok=True)

    def rows(self) -> dict[str, Row]:
        """By key; a line that a killed process left unfinished does not count, and of two the later does."""
        return {row["key"]: row for row in self._lines()}

    def add(self, row: Row) -> None:
        line = json.dumps(row, sort_keys=True)
        with self.path.open("ab") as opened:
            opened.write(f"\n{line}\n".encode())  # begun anew, should the line before be unfinished

    def _lines(self) -> Iterator[Row]:
        if not self.path.exists():
            return
        for line in self.path.read_text().splitlines():
            try:
                row = json.loads(line)
            except ValueError:
                continue
            if isinstance(row, dict) and "key" in row:
                yield row
