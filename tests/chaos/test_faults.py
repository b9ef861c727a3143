"""Faults against real processes, in counts that fit into every run of the tests; `make chaos` goes on from there.

One installation for all of them. On PostgreSQL kills, races and accidents of Redis are as many as the short run of
`make chaos` has; of the others there are fewer, and fewer still on SQLite, where one process serves the web and nothing
can be killed below it.
"""

import pytest

from bench.chaos import claims, imports, kills, redis_gone, repeats, stale
from bench.chaos.stage import Stage
from tests.chaos.conftest import held

pytestmark = [
    pytest.mark.django_db,  # whose tables the stage has
    pytest.mark.timeout(300),
    pytest.mark.xdist_group("chaos"),
]
KILLS = {"postgresql": 40, "sqlite": 4}
CLAIMS = {"postgresql": 500, "sqlite": 150}
SUBMISSIONS = {"postgresql": 100, "sqlite": 40}
RACES = {"postgresql": 50, "sqlite": 10}
ACCIDENTS = {"postgresql": 4, "sqlite": 1}


def test_nothing_acknowledged_is_lost_or_doubled_while_processes_are_killed(stage: Stage) -> None:
    held(kills.run(stage, KILLS[stage.kind]))


def test_nobody_holds_what_another_holds_while_leases_run_out(stage: Stage) -> None:
    held(claims.run(stage, CLAIMS[stage.kind]))


def test_a_submission_sent_many_times_across_restarts_is_one_label(stage: Stage) -> None:
    held(repeats.run(stage, SUBMISSIONS[stage.kind]))


def test_what_a_stopped_process_submits_too_late_is_refused_and_kept(stage: Stage) -> None:
    held(stale.run(stage, RACES[stage.kind]))


def test_without_redis_every_job_ends_and_no_labeler_meets_an_error(stage: Stage) -> None:
    held(redis_gone.run(stage, ACCIDENTS[stage.kind]))


def test_an_hour_taken_from_every_lease_at_once_loses_nothing(stage: Stage) -> None:
    held(imports.run_clock(stage, 1))
