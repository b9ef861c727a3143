"""How long one file may go on.

A file may come in again, and the same text may be drawn several times. But a small gzip file can hold one row a
thousand million times; where nothing new comes of it, and nothing is refused, it would keep a worker for days.
"""

from typing import Any

from django.db.models import QuerySet

from labeling.actions.staging.batch import Counts
from labeling.models import CandidateTree, Job, Label, Solution
from selector.rows import RowError

MAX_REPEATED = 50_000  # rows, for a campaign with hardly any
TIMES = 100  # that a file may hold as many rows as the campaign: drawn without ids, short solutions come again
ROW_BYTES = 10_000  # larger ones count as several
MAX_CHECKED = 200_000  # rows of which nothing comes, since one before them was refused
MAX_CHECKED_BYTES = 1024 * 1024 * 1024


class Length:
    """Rows of the files of one import, against those that its campaign has."""

    def __init__(self, job: Job) -> None:
        self._job = job
        self._before: int | None = None
        self._new = 0
        self._checked = self._checked_bytes = 0
        self._of_file = 0

    def begin_file(self) -> None:
        """Each file may hold the same again."""
        self._of_file = 0

    def add(self, counts: Counts, size: int, *, is_written: bool) -> None:
        """Count a batch of so many bytes. Raises RowError where the file has gone on for too long."""
        new = counts.solutions + counts.labels + counts.trees
        rows = new + (max(counts.duplicates, size // ROW_BYTES) if counts.duplicates else 0)
        if is_written:
            self._new += new + counts.problems
            self._of_file += rows
            self._check_repeated()
        else:
            self._checked += rows
            self._checked_bytes += size
            if self._checked > MAX_CHECKED or self._checked_bytes > MAX_CHECKED_BYTES:
                raise RowError("file", "good rows only; the reading stopped at this line")

    def _check_repeated(self) -> None:
        limit = MAX_REPEATED + TIMES * self._new
        if self._of_file > limit:  # only then is it worth counting
            limit += TIMES * self._rows_before()
        if self._of_file > limit:
            raise RowError("file", f"at most {limit:,} rows, most are there already; the reading stopped at this line")

    def _rows_before(self) -> int:
        if self._before is None:
            campaign = self._job.campaign
            of_problems = [
                model.objects.filter(problem__campaign=campaign) for model in (Solution, Label, CandidateTree)
            ]
            rows: list[QuerySet[Any]] = [campaign.problems.all(), *of_problems]
            self._before = sum(some.exclude(import_job=self._job).count() for some in rows)
        return self._before
