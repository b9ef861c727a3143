"""Problems, solutions and labels in, from JSON lines.

A file is read once. Its rows are staged in batches under the import's job and stay invisible until the job's one
transition to done; so the whole of it appears at once, labelers can submit meanwhile, and an import that was killed
leaves nothing but rows that the next one deletes.
"""

import gc
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NoReturn

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from labeling.actions import events, jobs
from labeling.actions.jobs import ClaimLost
from labeling.actions.staging.batch import Batch, Counts, Setting
from labeling.actions.staging.bulk import store
from labeling.actions.staging.discard import discard_after_losing, discard_leftovers, mark_start
from labeling.actions.staging.entries import EntryReader, Line
from labeling.actions.staging.known import Seen
from labeling.actions.staging.labels import Labelers
from labeling.actions.staging.lengths import Length
from labeling.actions.staging.names import Names
from labeling.actions.staging.rejects import RejectedLines
from labeling.models import Job, JobKind
from selector.rows import RowError, numbered_lines, parse_line

BATCH_WEIGHT = 6_000  # problems and solutions in one transaction: well under 0.3 s on either database
BATCH_BYTES = 6 * 1024 * 1024
MAX_REFUSALS_KEPT = 100
MAX_REFUSED = 10_000  # rows more than good ones; then it is no such file, and nobody waits for its end
MAX_REFUSED_BYTES = 64 * 1024 * 1024  # likewise: rows may be large
MAX_REFUSALS_TOLD = 5  # in the job's one-line error; all that are kept are in its result


@dataclass(slots=True)
class Progress:
    """How far an import is."""

    share: float
    lines: int
    counts: Counts
    refused: int
    lines_per_second: float


@dataclass(slots=True)
class ImportResult:
    """New rows, entries that were there already, and refusals: the first hundred, and how many there are."""

    problems: int = 0
    solutions: int = 0
    labels: int = 0
    duplicates: int = 0
    refused: list[dict[str, Any]] = field(default_factory=list)
    refused_count: int = 0
    ok: bool = True

    def as_dict(self) -> dict[str, Any]:
        """As a job's `result`."""
        return {
            "problems": self.problems,
            "solutions": self.solutions,
            "labels": self.labels,
            "duplicates": self.duplicates,
            "refused": self.refused,
            "refused_count": self.refused_count,
        }


def run(
    job: Job,
    paths: Sequence[Path],
    *,
    dry_run: bool = False,
    skip_invalid: bool = False,
    labeler: str | None = None,
    on_progress: Callable[[Progress], None] | None = None,
) -> ImportResult:
    """Do a claimed import job to its end: done, or failed where rows are refused and may not be skipped.

    `labeler` names who made labels whose rows do not say it (default: the file's name). A dry run ends like a real one,
    with its counts, and leaves no row. Raises ClaimLost when the job was given to somebody else or cancelled.
    """
    try:
        discard_leftovers(job)
        mark_start(job)
        one = _Import(job, paths, dry_run, skip_invalid, labeler, on_progress)
        with _rare_garbage_collection():
            one.read_all()
        return one.end()
    except ClaimLost:
        discard_after_losing(job)
        raise


@contextmanager
def _rare_garbage_collection() -> Iterator[None]:
    """Rows make no cycles; looking for some after every 700 objects took a third of an import's time.

    What counts is objects made less objects freed: batches stay far below this, only a leak of cycles gets there.
    """
    before = gc.get_threshold()
    gc.set_threshold(5_000_000, 10, 10)
    try:
        yield
    finally:
        gc.set_threshold(*before)


class _Stopped(Exception):
    """Reading on would only go on refusing, or meeting what is there already."""


class _Import:
    """One run over the files of one import."""

    def __init__(
        self,
        job: Job,
        paths: Sequence[Path],
        dry_run: bool,
        skip_invalid: bool,
        labeler: str | None,
        on_progress: Callable[[Progress], None] | None,
    ) -> None:
        self._job = job
        self._paths = paths
        self._dry_run = dry_run
        self._skip_invalid = skip_invalid
        self._labeler = labeler
        self._on_progress = on_progress
        self._counts = Counts()
        self._refused: list[dict[str, Any]] = []
        self._refused_count = 0
        self._refused_bytes = 0
        self._stopped = False
        self._lines = 0
        self._line_bytes = 0
        self._bytes_before = 0  # of the files read already
        self._bytes = sum(path.stat().st_size for path in paths if path.exists()) or 1
        self._started = time.monotonic()
        self._labelers = Labelers(job.campaign)
        self._names = Names(job.campaign_id)
        self._now = timezone.now()
        self._seen = Seen(campaign_is_empty=not job.campaign.problems.exists())
        self._length = Length(job)

    # --- reading

    def read_all(self) -> None:
        """Validate every file and stage what is good; after a refusal nothing more is staged, unless it is skipped."""
        try:
            for index, path in enumerate(self._paths):
                with RejectedLines(path, wanted=self._skip_invalid and not self._dry_run) as rejected:
                    self._read(index, path, rejected)
        except _Stopped:
            self._stopped = True

    def _read(self, index: int, path: Path, rejected: RejectedLines) -> None:
        setting = Setting(
            campaign_id=self._job.campaign_id,
            job_id=self._job.pk,
            now=self._now,
            store=store(),
            reader=EntryReader(self._names, self._labelers, timezone.now(), self._labeler or path.name),
            seen=self._seen,
        )
        batch = Batch(setting)
        self._length.begin_file()
        is_empty = True
        try:
            with path.open("rb") as file:
                for number, content in numbered_lines(file):
                    is_empty = False
                    line = Line(index, number, content)
                    self._lines += 1
                    self._line_bytes += len(content)
                    try:
                        batch.add(line, parse_line(content))
                    except RowError as error:
                        self._refuse(line, error, rejected)
                    if batch.weight >= BATCH_WEIGHT or batch.size >= BATCH_BYTES:
                        self._settle(batch, rejected, file.tell())
                        batch = Batch(setting)
        except RowError as error:  # the file itself: cut off, damaged, or not lines
            self._refuse(Line(index, error.line or 0, b""), error, rejected)
        except OSError as error:
            self._refuse(Line(index, 0, b""), RowError("file", f"a file that can be read ({error.strerror})"), rejected)
        else:
            if is_empty:
                self._refuse(Line(index, 1, b""), RowError("file", "at least one row; this file is empty"), rejected)
        self._bytes_before += path.stat().st_size if path.exists() else 0
        self._settle(batch, rejected, 0)

    def _settle(self, batch: Batch, rejected: RejectedLines, position: int) -> None:
        """Compare a batch with what is there and stage it, under proof that the job is still ours."""
        batch.settle()
        for line, error in batch.refused:
            self._refuse(line, error, rejected)
        self._counts.add(batch.counts)
        try:
            self._length.add(batch.counts, batch.size, is_written=not self._must_fail)
        except RowError as error:
            self._refused_count += 1
            self._stop(batch.last_line, error)
        with transaction.atomic():
            self._say_how_far(position)
            if not self._must_fail:
                batch.write()

    @property
    def _must_fail(self) -> bool:
        return self._stopped or (self._refused_count > 0 and not self._skip_invalid)

    def _refuse(self, line: Line, error: RowError, rejected: RejectedLines) -> None:
        self._refused_count += 1
        self._refused_bytes += len(line.content)
        if len(self._refused) < MAX_REFUSALS_KEPT:
            self._refused.append(self._told(line, error))
        rejected.add(line.content)
        if self._is_mostly_refused:
            self._stop(line, RowError("file", "mostly good rows; the reading stopped at this line"))

    def _stop(self, line: Line, why: RowError) -> NoReturn:
        """Read no further; why is told first."""
        self._refused = [self._told(line, why), *self._refused[: MAX_REFUSALS_KEPT - 1]]
        raise _Stopped

    @property
    def _is_mostly_refused(self) -> bool:
        rows = self._refused_count - (self._lines - self._refused_count)
        size = self._refused_bytes - (self._line_bytes - self._refused_bytes)
        return rows > MAX_REFUSED or size > MAX_REFUSED_BYTES

    def _told(self, line: Line, error: RowError) -> dict[str, Any]:
        place = {"file": _shown(self._paths[line.file]), "line": line.number}
        return {**place, "field": error.field, "expected": error.expected}

    def _say_how_far(self, position: int) -> None:
        share = min(1.0, (self._bytes_before + position) / self._bytes)
        speed = self._lines / max(time.monotonic() - self._started, 1e-3)
        lines, solutions = self._lines, self._counts.solutions
        message = f"lines: {lines:,}, new solutions: {solutions:,}, {speed:,.0f} lines/s"
        jobs.heartbeat(self._job, stage="import", progress=share, message=message)
        if self._on_progress:
            self._on_progress(Progress(share, self._lines, self._counts, self._refused_count, speed))

    # --- ending

    def end(self) -> ImportResult:
        """The one transition that makes everything visible, or the deletion of all that was staged."""
        if self._must_fail:
            return self._fail()
        counts = self._counts
        result = ImportResult(
            counts.problems, counts.solutions, counts.labels, counts.duplicates, self._refused, self._refused_count
        )
        if self._dry_run:
            discard_leftovers(self._job)
            jobs.heartbeat(self._job, message="only checked, nothing was changed")
        with transaction.atomic():
            jobs.finish(self._job, result=result.as_dict())
            if not self._dry_run:
                events.record(
                    campaign=self._job.campaign,
                    actor=self._job.requested_by,
                    verb="import.finished",
                    subject=f"job {self._job.pk}",
                    after={name: number for name, number in result.as_dict().items() if name != "refused"},
                )
                if counts.ungraded:
                    jobs.request(campaign=self._job.campaign, kind=JobKind.GRADE, by=self._job.requested_by)
        return result

    def _fail(self) -> ImportResult:
        discard_leftovers(self._job)
        result = ImportResult(refused=self._refused, refused_count=self._refused_count, ok=False)
        jobs.fail(self._job, error=_told(result), result=result.as_dict())
        return result


def _told(result: ImportResult) -> str:
    """The refusals in words, the first few of them."""
    told = [
        f"{refusal['file']}, line {refusal['line']}, {refusal['field']}: expected {refusal['expected']}"
        for refusal in result.refused[:MAX_REFUSALS_TOLD]
    ]
    more = result.refused_count - len(told)
    return "\n".join([*told, *([f"and {more:,} more"] if more > 0 else []), "Nothing was imported."])


def _shown(path: Path) -> str:
    """Uploaded files by their name, others as they were given."""
    return path.name if path.is_relative_to(settings.MEDIA_ROOT) else str(path)
