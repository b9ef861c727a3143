"""The engine of this installation's database."""

from pathlib import Path
from typing import Protocol

from django.db import connection

from labeling.actions.backups import postgresql, sqlite
from labeling.actions.backups.tables import Dump, Table


class Engine(Protocol):
    """What both can do; the functions' own words say how."""

    def dump(self, folder: Path) -> Dump: ...

    def tables(self) -> dict[str, Table]: ...

    def names(self) -> list[str]: ...

    def hold(self) -> None: ...

    def load(self, folder: Path, dumped: Dump) -> None: ...


ENGINES: dict[str, Engine] = {"postgresql": postgresql, "sqlite": sqlite}


def engine() -> Engine:
    """The one that the settings name."""
    return ENGINES[connection.vendor]
