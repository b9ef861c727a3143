"""The table of who reaches what: read, compared, written anew.

One row for the methods of an address that answer everybody alike; `whose` says whose rows the address names: `ours` are
the labeler's own and the campaign's, `theirs` those of another campaign, asked for inside this one. A cell is the
status: `sign-in` a redirect to the form, `-` not asked.
"""

import csv
from collections.abc import Iterable, Iterator
from pathlib import Path

from tests.strangers.routes import METHODS, Route
from tests.strangers.world import ROLES

FILE = Path(__file__).with_name("access_table.csv")
HEAD = ("address", "whose", "methods", *ROLES)
NOT_ASKED, NO_METHOD = "-", "405"
# In nobody's campaign, so that for them rows of both are alike: asked of the first alone.
OUTSIDE = ("nobody", "admin", "deactivated", "revoked")
INSIDE = tuple(role for role in ROLES if role not in OUTSIDE)

Key = tuple[str, str, str]  # address, whose, method
Cells = dict[str, str]  # by role


def keys_of(routes: Iterable[Route]) -> Iterator[Key]:
    """All that there is to ask."""
    for route in routes:
        for whose in ("ours", "theirs") if route.names_rows else ("ours",):
            for method in route.methods:
                yield route.pattern, whose, method


def read() -> dict[Key, Cells]:
    """Every method of its own, though the file has them together."""
    found: dict[Key, Cells] = {}
    with FILE.open(newline="") as file:
        for row in csv.DictReader(file):
            for method in row["methods"].split():
                key = (row["address"], row["whose"], method)
                if key in found:
                    raise ValueError(f"{FILE.name} has {' '.join(key)} twice")
                found[key] = {role: row[role] for role in ROLES}
    return found


def methods_of(cells: dict[Key, Cells], role: str) -> dict[tuple[str, str], set[str]]:
    """By address and whose: the methods that are there, for this role."""
    found: dict[tuple[str, str], set[str]] = {}
    for (address, whose, method), row in cells.items():
        found.setdefault((address, whose), set()).update({method} if row[role] != NO_METHOD else ())
    return found


def write(cells: dict[Key, Cells]) -> None:
    """Methods with the same cells share a row; sorted, so that a difference shows what changed and nothing else."""
    rows: dict[tuple[str, ...], list[str]] = {}
    kept = {key: row for key, row in cells.items() if key[1] == "ours" or not is_no_method(row)}
    for (address, whose, method), row in sorted(kept.items(), key=_place):
        rows.setdefault((address, whose, *(row[role] for role in ROLES)), []).append(method)
    with FILE.open("w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(HEAD)
        writer.writerows(
            (address, whose, " ".join(methods), *rest) for (address, whose, *rest), methods in rows.items()
        )


def is_no_method(row: Cells) -> bool:
    """Whether nobody of either campaign has this method here: of other people's rows it need not be asked again."""
    return all(row[role] == NO_METHOD for role in INSIDE)


def _place(entry: tuple[Key, Cells]) -> tuple[str, str, int]:
    (address, whose, method), _row = entry
    return address, whose, METHODS.index(method)


def together(cells: dict[Key, Cells]) -> Iterator[list[Key]]:
    """The keys that share a row of the file."""
    rows: dict[tuple[str, ...], list[Key]] = {}
    for key, row in cells.items():
        rows.setdefault((*key[:2], *row.values()), []).append(key)
    yield from rows.values()
