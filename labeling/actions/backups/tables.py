"""What is said of a database in a backup: the same words for both engines."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Table:
    """One table: its columns by name, how many rows it has, and the hash of all of them in the order of their keys.

    Columns by name, since their order in a database that grew by migrations is not that of a fresh one.
    """

    columns: list[str]
    rows: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Dump:
    """A database at one moment; its rows lie in files."""

    tables: dict[str, Table]
    counters: dict[str, int]  # the last numbers given out, also to rows that are gone
    migrations: list[tuple[str, str]]
    folders: list[str]  # of selector versions that are complete


MIGRATIONS = "SELECT app, name FROM django_migrations ORDER BY id"
FOLDERS = "SELECT folder FROM labeling_selectorversion WHERE scored_at IS NOT NULL ORDER BY id"
