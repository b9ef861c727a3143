"""`kill -9` of the real worker in every stage of every job: started again, the rows are those of an undisturbed run.

The same job is killed in all of its stages, one after the other: each takes it up where the one before was killed, a
training takes seconds, and a fault in any stage shows in the end.
"""

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from django.db import connection

from labeling.models import Job
from tests.live import Site, eventually
from tests.workers.outcomes import outcome
from tests.workers.work import (
    QUICK,
    SECONDS,
    agreement_job,
    ended,
    grade_job,
    import_job,
    multiplier_job,
    plan_job,
    retrain_job,
    undisturbed_outcome,
)

STOPPING = {"DJANGO_SETTINGS_MODULE": "tests.workers.stopping_settings"}
STOPS = {
    import_job: {
        "begun": "after:labeling.actions.jobs:heartbeat",
        "before-its-end": "before:labeling.actions.jobs:finish",
    },
    grade_job: {
        "while-grading": "after:workers.child:_progress",
        "before-its-end": "before:labeling.actions.jobs:finish",
    },
    retrain_job: {
        "snapshot-taken": "after:workers.retraining:_snapshot",
        "while-training": "after:workers.child:_progress:2",
        "trained": "after:workers.retraining:_train",
        "scores-kept": "after:workers.retraining:_keep_scores",
        "figures-not-kept": "after:workers.retraining:_measure",
        "half-published": "before:labeling.actions.jobs:finish",
    },
    agreement_job: {"before-its-end": "before:labeling.actions.jobs:finish"},
    multiplier_job: {
        "while-training": "after:workers.child:_progress:9",
        "before-its-end": "before:labeling.actions.jobs:finish",
    },
    plan_job: {"not-committed": "after:labeling.actions.rounds:advance"},
}
if connection.vendor == "sqlite":  # each of them leaves one row of figures, at its end: alike over either database
    del STOPS[agreement_job], STOPS[multiplier_job]


@pytest.mark.timeout(300)
@pytest.mark.parametrize(("prepare", "stops"), STOPS.items(), ids=[prepare.__name__ for prepare in STOPS])
def test_a_worker_killed_in_any_stage_leaves_the_rows_of_an_undisturbed_run(
    live_site: Site, prepare: Callable[[str], Job], stops: Mapping[str, str], tmp_path: Path
) -> None:
    disturbed = prepare("disturbed")
    for name, stop_at in stops.items():
        marker = tmp_path / name
        worker = live_site.start_worker(**QUICK, **STOPPING, STOP_AT=stop_at, STOP_MARKER=str(marker))
        eventually(marker.exists, SECONDS)
        worker.kill()
    again = live_site.start_worker("again", **QUICK)
    ended(disturbed)
    assert outcome(disturbed.campaign) == undisturbed_outcome(prepare)
    assert not again.has_ended()
    disturbed.refresh_from_db()
    assert disturbed.fence > len(stops), "each worker took the job over under a fence of its own"
