"""`kill -9` of every part while labelers work: nothing acknowledged is lost or doubled, every import is whole."""

import pytest

from bench.chaos import kills
from bench.chaos.stage import Stage
from tests.chaos.conftest import held

KILLS = {"postgresql": 40, "sqlite": 12}  # SQLite: no database process to kill, and the same code otherwise


@pytest.mark.django_db  # whose tables the stage has
@pytest.mark.timeout(300)
@pytest.mark.xdist_group("chaos")
def test_nothing_acknowledged_is_lost_or_doubled_while_processes_are_killed(stage: Stage) -> None:
    held(kills.run(stage, KILLS[stage.kind]))
