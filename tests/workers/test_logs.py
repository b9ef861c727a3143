"""Every line of a worker's log says for which job it was written."""

import io
import json
import logging

import pytest

from labeling.models import Campaign, Job
from tests import factories as make
from workers import pipeline, tasks


@pytest.mark.django_db
def test_a_line_of_any_library_holds_the_job(
    campaign: Campaign, log: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    def run(_: Job) -> None:
        logging.getLogger("a.library").warning("something")

    monkeypatch.setattr(pipeline, "run", run)
    job = make.make_job(campaign, kind="grade", state="requested")

    tasks.run_job(job.pk)
    logging.getLogger("a.library").warning("afterwards")

    first, second = (json.loads(line) for line in log.getvalue().splitlines())
    assert (first["event"], first["job"], first["kind"]) == ("something", job.pk, "grade")
    assert "job" not in second
