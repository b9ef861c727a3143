"""The command line: `python -m bench.chaos [NAME…] --short|--long`; see docs/reliability.md."""

import argparse
import os
import secrets
import sys
import tempfile
import time
import traceback
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

from bench.chaos import mutations, report
from bench.chaos.experiments import BOTH, EXPERIMENTS, Experiment
from bench.chaos.outcome import Outcome
from bench.chaos.stage import Stage, staged
from bench.chaos.store import FOLDER, Store
from runner.parts import MARK, start_guard
from tests.plugins.processes import copy_file, dump

NAMES = [experiment.name for experiment in EXPERIMENTS] + ["mutations"]


def parse(argv: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.chaos", description="Faults on purpose, read back.")
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"some of: {', '.join(NAMES)} (default: all)")
    size = parser.add_mutually_exclusive_group()
    size.add_argument("--short", action="store_true", help="the short counts (the default)")
    size.add_argument("--long", action="store_true", help="the long ones; goes on where it stopped")
    parser.add_argument("--database", choices=BOTH, help="only on this one")
    parser.add_argument("--minutes", type=float, default=1e9, help="begin no further part after so long")
    parser.add_argument("--again", action="store_true", help="forget what was done before")
    parser.add_argument("--write-docs", action="store_true", help="put what is known into docs/reliability.md")
    arguments = parser.parse_args(argv)
    if unknown := set(arguments.names) - set(NAMES):
        parser.error(f"no experiment is called {', '.join(sorted(unknown))}; there are: {', '.join(NAMES)}")
    return arguments


class Stages:
    """One stage for each database and environment, kept between parts; made anew after an error."""

    def __init__(self, tables: Path) -> None:
        self._tables = tables
        self._open: dict[tuple[str, ...], tuple[Stage, ExitStack]] = {}

    def get(self, kind: str, env: dict[str, str]) -> Stage:
        key = (kind, *map(str, sorted(env.items())))
        if key not in self._open:
            stack = ExitStack()
            path = self._tables / f"tables.{kind}"
            stage = stack.enter_context(staged(kind, path if path.exists() else None, **env))
            self._open[key] = (stage, stack)
            if not path.exists():
                copy_tables(stage, path)
            stage.serve()
        return self._open[key][0]

    def close(self) -> None:
        while self._open:
            self._open.popitem()[1][1].close()


def copy_tables(stage: Stage, path: Path) -> None:
    """What the migrations made, for the next stage."""
    if stage.postgres is not None:
        dump(stage.postgres.socket.parent, "plumbline", path)
        return
    copy_file(stage.folder / "var" / "plumbline.sqlite3", path)


def parts(wanted: list[tuple[Experiment, str]], store: Store, is_long: bool) -> Iterator[tuple[Experiment, str]]:
    """What is left, one part of each in turn."""
    while True:
        left = [
            (one, database)
            for one, database in wanted
            if store.tried(one.name, database) < (one.long if is_long else one.short)
        ]
        if not left:
            return
        yield from left


def do(experiment: Experiment, database: str, stages: Stages, store: Store, is_long: bool) -> None:
    """One further part, kept as soon as it is done; an error in it is kept as something broken."""
    done = store.get(experiment.name, database)
    count = min(experiment.part, (experiment.long if is_long else experiment.short) - (done.count if done else 0))
    seed = (done.parts if done else 0) + int(time.time()) % 100_000 * 1_000  # other moments, other names in each run
    try:
        stage = stages.get(database, experiment.env) if experiment.is_staged else Stage(database, FOLDER, None)
        outcome = experiment.run(stage, count, seed)
    except Exception as error:
        traceback.print_exc()
        outcome = Outcome(experiment.name, database, "parts", 1, {"the run ended with an error": [repr(error)]})
        stages.close()
    print(outcome, flush=True)
    store.add(outcome)


def main(argv: list[str]) -> int:
    """Exit status 0 when nothing was broken."""
    arguments = parse(argv)
    mark = secrets.token_hex(8)
    start_guard(mark)  # a killed run leaves nothing running
    os.environ[MARK] = mark
    store = Store("long" if arguments.long else "short", again=arguments.again)
    names, until = arguments.names or NAMES, time.monotonic() + arguments.minutes * 60
    wanted = [
        (experiment, database)
        for experiment in EXPERIMENTS
        if experiment.name in names
        for database in ([arguments.database] if arguments.database else experiment.databases)
    ]
    with tempfile.TemporaryDirectory(prefix="plumbline-chaos-tables-") as tables:
        stages = Stages(Path(tables))
        try:
            for experiment, database in parts(wanted, store, arguments.long):
                if time.monotonic() > until:
                    break
                do(experiment, database, stages, store, arguments.long)
        finally:
            stages.close()
    if "mutations" in names:
        mutations.run(Store("mutations", again=arguments.again), until)
    if arguments.write_docs:
        report.write()
    print(report.table(store))
    return 0 if store.is_whole and Store("mutations").is_whole else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
