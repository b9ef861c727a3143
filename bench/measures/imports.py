"""Import: solutions a second and memory, into PostgreSQL and SQLite, of flat rows and of problems with several."""

import json
import resource
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from bench import rows
from bench.figures import Figure, Goal
from bench.memory import CONSTANT, PeakMemory, processor_seconds
from bench.site import Site, finish, installed

FLAT = "flat rows"  # each of a problem of its own
EACH = (4, 20)  # solutions a problem, in the files of problems with several


@dataclass(frozen=True, slots=True)
class Taken:
    """What one import took, from starting its process to its end."""

    seconds: float
    peak_mb: float
    processor_seconds: float  # of the command and the database
    database_seconds: float  # of the database alone
    solutions: int


def run(is_quick: bool) -> Iterator[Figure]:
    """Both databases."""
    count = 4_000 if is_quick else 100_000
    for kind in ("postgresql", "sqlite"):
        with installed(kind) as site:
            yield from _into(site, count)


def _into(site: Site, count: int) -> Iterator[Figure]:
    one = _import(site, "one", rows.write(site.folder / "one.jsonl", rows.flat(1, seed=1)))
    above: dict[str, float] = {}
    for number, (shape, path) in enumerate(_files(site.folder, count).items()):
        taken = _import(site, f"shape-{number}", path)
        assert taken.solutions == count, f"{taken.solutions} of {count} solutions came in"
        above[shape] = taken.peak_mb - one.peak_mb
        yield _speed(site, shape, path, taken)
    quarter = _import(site, "quarter", rows.write(site.folder / "quarter.jsonl", rows.flat(count // 4)))
    yield from _memory(site, count, one.peak_mb, above, quarter.peak_mb)


def _files(folder: Path, count: int) -> dict[str, Path]:
    """So many solutions in each shape."""
    files = {FLAT: rows.write(folder / "flat.jsonl", rows.flat(count))}
    for each in EACH:
        path = folder / f"grouped-{each}.jsonl"
        files[f"{each} solutions a problem"] = rows.write(path, rows.grouped(count, each))
    return files


def _speed(site: Site, shape: str, path: Path, taken: Taken) -> Figure:
    return Figure(
        f"import, {site.kind}, {shape}",
        taken.solutions / taken.seconds,
        "solutions/s",
        Goal(20_000, is_least=True) if site.kind == "postgresql" else None,
        f"manage.py import_solutions --campaign NAME --create {path.name}",
        {
            "solutions": taken.solutions,
            "MB": round(path.stat().st_size / 1e6),
            "seconds": taken.seconds,
            "processor seconds": taken.processor_seconds,
            "of these the database's": taken.database_seconds,
            "solutions per processor second": taken.solutions / taken.processor_seconds,
        },
    )


def _memory(site: Site, count: int, idle: float, above: dict[str, float], quarter: float) -> Iterator[Figure]:
    is_goal = site.kind == "postgresql"
    whole = above[FLAT] + idle
    yield Figure(
        f"import, {site.kind}: memory above idle",
        max(above.values()),
        "MB PSS",
        Goal(150) if is_goal else None,
        "peak of the command's PSS, less that of the same command importing one row",
        {"idle MB": idle, **{f"above idle, {shape}": peak for shape, peak in above.items()}},
    )
    yield Figure(
        f"import, {site.kind}: memory, whole file to a quarter of it",
        whole / quarter,
        "×",
        Goal(CONSTANT) if is_goal else None,
        "peak of the command's PSS, flat rows",
        {"solutions": f"{count:,} to {count // 4:,}", "MB": f"{whole:.0f} to {quarter:.0f}"},
    )


def _import(site: Site, campaign: str, path: Path) -> Taken:
    before, started = _processor_seconds(site), time.monotonic()
    process = site.start("import_solutions", "--campaign", campaign, "--create", str(path))
    with PeakMemory([process]) as peak:
        output = finish(process)
    seconds = time.monotonic() - started
    solutions = json.loads(output.strip().splitlines()[-1])["solutions"]
    command, database = (now - then for now, then in zip(_processor_seconds(site), before, strict=True))
    return Taken(seconds, peak.megabytes, command + database, database, solutions)


def _processor_seconds(site: Site) -> tuple[float, float]:
    """Of all commands that have ended, and of the database: they tell work from waiting for a busy machine."""
    ended = resource.getrusage(resource.RUSAGE_CHILDREN)
    return ended.ru_utime + ended.ru_stime, processor_seconds(site.postgres_processes())
