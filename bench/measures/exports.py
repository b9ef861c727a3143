"""Labels out: ten thousand of them in a moment, a million in the same memory."""

import random
import time
from collections.abc import Iterator

from bench import filling, rows
from bench.client import Labeler, Person, open_round
from bench.figures import Figure, Goal
from bench.memory import CONSTANT, PeakMemory
from bench.site import Site, finish, installed

CAMPAIGN, EMPTY = "labels", "empty"
SMALL, LARGE = 10_000, 1_000_000
FORMATS = ("prm800k", "stepwise", "first-error", "parquet")
REPEATS = 3


def run(is_quick: bool) -> Iterator[Figure]:
    """By command and over HTTP, first few labels, then many."""
    small, times = (300, 9) if is_quick else (SMALL, LARGE // SMALL - 1)
    with installed("postgresql") as site:
        lead = _prepare(site, small)
        for form in FORMATS:
            yield _by_command(site, form, small)
            yield _over_http(lead, form, small)
        few = _peaks(site, lead, small)
        with site.connect() as connection:
            filling.multiply(connection, times, state="labeled")
        many = _peaks(site, lead, small * (times + 1))
        for how, peak in few.items():
            counts = {"labels": f"{small * (times + 1):,} to {small:,}", "MB": f"{many[how]:.0f} to {peak:.0f}"}
            yield Figure(
                f"export of many labels, {how}: peak memory", many[how] / peak, "×", Goal(CONSTANT), "prm800k", counts
            )


def _prepare(site: Site, small: int) -> Person:
    """A campaign in which every solution is labeled, and one without labels; the connection of their lead."""
    for name, count in ((CAMPAIGN, small), (EMPTY, 1)):
        path = rows.write(site.folder / f"{name}.jsonl", rows.pool(count))
        site.manage("import_solutions", "--campaign", name, "--create", str(path))
    tokens = {role: site.create_account(role, CAMPAIGN, role) for role in ("lead", "labeler")}
    site.serve()
    lead, labeler = Person(site.url, tokens["lead"], CAMPAIGN), Labeler(site.url, tokens["labeler"], CAMPAIGN)
    open_round(lead, small)
    item = labeler.next()
    assert item is not None, "there is nothing to label"
    labeler.label(item, random.Random(0))
    with site.connect() as connection:
        made = filling.label_all(connection)
    assert made == small - 1, f"{made} labels were made from the first, not {small - 1}"
    return lead


def _by_command(site: Site, form: str, labels: int) -> Figure:
    seconds = min(_command_seconds(site, CAMPAIGN, form) for _ in range(REPEATS))
    start = min(_command_seconds(site, EMPTY, form) for _ in range(REPEATS))
    counts = {"labels": labels, "without process start": f"{max(seconds - start, 0):.2f} s"}
    command = f"manage.py export_labels --campaign {CAMPAIGN} --format {form} --out FILE"
    return Figure(f"export, {form}, by command", seconds, "s", Goal(1.0), command, counts)


def _command_seconds(site: Site, campaign: str, form: str) -> float:
    started = time.monotonic()
    site.manage("export_labels", "--campaign", campaign, "--format", form, "--out", str(site.folder / "out"))
    return time.monotonic() - started


def _over_http(lead: Person, form: str, labels: int) -> Figure:
    took = []
    for _ in range(REPEATS):
        started = time.monotonic()
        lines, size = lead.stream(_path(form))
        took.append(time.monotonic() - started)
    assert form == "parquet" or lines == labels, f"{lines} of {labels} labels came"
    counts = {"labels": labels, "MB": size / 1e6}
    return Figure(f"export, {form}, over HTTP", min(took), "s", Goal(1.0), f"GET /api/v1/{_path(form)}", counts)


def _path(form: str) -> str:
    return f"campaigns/{CAMPAIGN}/export/?format={form}"


def _peaks(site: Site, lead: Person, labels: int) -> dict[str, float]:
    """Peak PSS in MB of the command, and of all web processes together while one of them streams."""
    process = site.start(
        "export_labels", "--campaign", CAMPAIGN, "--format", "prm800k", "--out", str(site.folder / "out")
    )
    with PeakMemory([process]) as by_command:
        finish(process)
    with PeakMemory(site.web_processes()) as over_http:
        lines, _ = lead.stream(_path("prm800k"))
    assert lines == labels, f"{lines} of {labels} labels came"
    return {"by command": by_command.megabytes, "over HTTP": over_http.megabytes}
