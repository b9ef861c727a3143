"""One installation for all these tests of a process, on the database of this run: what kills itself needs its own."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connection

from bench.chaos.outcome import Outcome
from bench.chaos.stage import Stage, staged
from tests.plugins.processes import copy_file, dump


@pytest.fixture(scope="package")
def stage(django_db_setup: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """Web, workers, Redis and database, all serving."""
    tables = tmp_path_factory.mktemp("chaos") / "tables"
    copy_tables(tables)
    with staged(connection.vendor, tables) as made:
        made.serve()
        yield made


def copy_tables(path: Path) -> None:
    """The test database as it is between tests: all tables, no rows but those of the migrations."""
    config = connection.settings_dict
    if connection.vendor == "postgresql":
        dump(Path(config["HOST"]), config["NAME"], path)
        return
    copy_file(config["NAME"], path)


def held(outcome: Outcome) -> None:
    """Nothing may have been broken."""
    assert outcome.is_whole, str(outcome)
