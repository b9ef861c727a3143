"""The experiments, and how often each is tried: in parts, so that a long run can stop and go on."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

from bench.chaos import claims, disk, imports, in_tests, kills, orphans, redis_gone, repeats, stale
from bench.chaos.outcome import Outcome
from bench.chaos.stage import Stage
from bench.measures import load

BOTH = ("postgresql", "sqlite")


@dataclass(frozen=True, slots=True)
class Experiment:
    """`run` tries `part` times; `short` and `long` are how often in all."""

    name: str
    promise: str
    run: Callable[[Stage, int, int], Outcome]
    part: int
    short: int
    long: int
    databases: tuple[str, ...] = BOTH
    env: dict[str, str] = field(default_factory=dict)
    is_staged: bool = True  # else it makes what it needs by itself


EXPERIMENTS = (
    Experiment(
        "kills",
        "No acknowledged label is lost or doubled, no import is half there, while web, worker, Redis and PostgreSQL "
        "are killed (`kill -9`) at random moments; unknown answers are asked again under the same submission_id",
        kills.run,
        part=40,
        short=40,
        long=1_000,
    ),
    Experiment(
        "claims",
        "Nobody holds what another holds, no solution gets more labels than wanted, nobody labels one twice, while "
        "leases run out and the sweep goes round",
        partial(claims.run, labelers=50),
        part=1_000,
        short=5_000,
        long=100_000,
    ),
    Experiment(
        "stale",
        "A process that was stopped past its lease submits too late: refused, and the text is kept",
        stale.run,
        part=50,
        short=50,
        long=1_000,
    ),
    Experiment(
        "repeats",
        "A submission sent one to five times, at once and across restarts, is one label",
        repeats.run,
        part=250,
        short=500,
        long=50_000,
    ),
    Experiment(
        "redis",
        "Redis wiped, stopped, standing still, its file deleted: every job ends, no labeler sees an error",
        redis_gone.run,
        part=4,
        short=4,
        long=100,
    ),
    Experiment(
        "orphans",
        "A job whose process was killed is done by another one within 90 s (lease 60 s, heartbeat 15 s)",
        orphans.run,
        part=100,
        short=100,
        long=1_000,
        env=orphans.ENV,
    ),
    Experiment(
        "imports",
        "A file of 20,000 rows is imported while people label: it appears whole, and no labeler sees an error",
        imports.run,
        part=1,
        short=1,
        long=10,
    ),
    Experiment(
        "load",
        "200 labelers (SQLite: 25) at the pace of people: answers to next and submit under 300 ms for 95 %, no error, "
        "memory of the web grows by less than 5 %",
        load.run_chaos,
        part=120,
        short=10,
        long=120,
    ),
    Experiment(
        "clock",
        "The clock jumps an hour ahead: every lease is over at once, and nothing is lost",
        imports.run_clock,
        part=1,
        short=3,
        long=100,
    ),
    Experiment(
        "disk",
        "The disk is full for four seconds: no label is acknowledged that is not there afterwards, and work goes on",
        disk.run,
        part=2,
        short=2,
        long=50,
        is_staged=False,
    ),
    Experiment(
        "actions",
        "Claim, draft, submit, expire, revise, skip, close, reopen in any order: the rows do as the model does",
        partial(
            in_tests.run,
            name="actions",
            unit=f"examples of {in_tests.STEPS} steps",
            test="tests/chaos/test_queue_machine.py",
        ),
        part=200,
        short=200,
        long=10_000,
        is_staged=False,
    ),
    Experiment(
        "files",
        "Files that are no good, 10,000 for each of five shapes of rows: no fault of ours, none takes 10 s or 512 MB, "
        "each refusal names file, line and field, and no row changes",
        partial(in_tests.run, name="files", unit="bad files", test="tests/strangers/test_bad_files.py", tests=5),
        part=500,
        short=1_000,
        long=50_000,
        is_staged=False,
    ),
    Experiment(
        "texts",
        "A text that would run, load or break out (HTML, SVG, Markdown, formulas) stands in every field, every page "
        "is opened in a browser: nothing of it does anything, nothing is refused by the content security policy, "
        "nothing is asked of another host",
        partial(
            in_tests.run,
            name="texts",
            unit="hostile texts",
            test="tests/strangers/test_hostile_text.py::test_no_text_does_anything_on_any_page",
        ),
        part=10,
        short=10,
        long=500,
        databases=("sqlite",),
        is_staged=False,
    ),
    Experiment(
        "names",
        "Hostile names of models: no code runs, no network is asked, and nothing is opened but what a name may be for",
        partial(
            in_tests.run,
            name="names",
            unit="hostile names of models",
            test="tests/selector/test_hostile_models.py::test_a_hostile_name_is_no_model_and_nothing_is_opened_for_it",
        ),
        part=500,
        short=500,
        long=1_000,
        databases=("sqlite",),
        is_staged=False,
    ),
)
