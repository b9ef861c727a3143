"""The command line: `python -m bench.study [--budget MINUTES] [--seed N…] [--write-docs]`."""

import argparse
import multiprocessing
import os
import sys
from pathlib import Path

from bench.study import report, running
from bench.study.results import Results
from bench.study.scale import FULL, HOUR, REDUCED, SCALES, Scale
from bench.study.store import Store
from bench.study.tasks import tasks

FOLDER = Path(__file__).resolve().parents[2] / "var" / "study"
REDUCED_UNDER, HOUR_UNDER = 30, 240  # minutes


def parse(argv: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.study", description=__doc__)
    parser.add_argument("--budget", type=float, default=600, metavar="MINUTES", help="time to spend now (default 600)")
    parser.add_argument("--seed", type=int, nargs="+", metavar="N", help="these seeds alone (default: all)")
    parser.add_argument("--only", nargs="+", default=[], metavar="NAME", help="these runs alone, such as uncertain")
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1, metavar="N", help="seeds at once")
    parser.add_argument("--scale", choices=SCALES, help="default: what fits the budget")
    parser.add_argument("--folder", type=Path, default=FOLDER, help="where results are kept, and gone on with")
    parser.add_argument("--write-docs", action="store_true", help="write docs/study.md from what is there")
    found = parser.parse_args(argv)
    if found.processes < 1:
        parser.error(f"--processes: expected at least 1, not {found.processes}")
    known = sorted({task.name for scale in SCALES.values() for task in tasks(scale, list(range(scale.seeds)))})
    if unknown := sorted(set(found.only) - set(known)):
        parser.error(f"--only: there is no run named {unknown[0]!r}; known are {', '.join(known)}")
    return found


def fitting(minutes: float) -> Scale:
    """The largest scale of which so much time makes enough to be worth a look."""
    return REDUCED if minutes < REDUCED_UNDER else HOUR if minutes < HOUR_UNDER else FULL


def main(argv: list[str]) -> int:
    """Exit status 1 where the preconditions do not hold or a process failed."""
    arguments = parse(argv)
    scale = SCALES[arguments.scale] if arguments.scale else fitting(arguments.budget)
    seeds = arguments.seed or list(range(scale.seeds))
    shares = [seeds[start :: arguments.processes] for start in range(min(arguments.processes, len(seeds)))]
    context = multiprocessing.get_context("spawn")
    started = [
        context.Process(
            target=running.in_process, args=(scale, share, arguments.budget, arguments.folder, arguments.only)
        )
        for share in shares
    ]
    for process in started:
        process.start()
    for process in started:
        process.join()
    store = Store(arguments.folder / running.RESULTS)
    results = Results(scale, store.rows().values())
    print(report.left_out(results, report.stopped_seeds(results, store)))
    if arguments.write_docs:
        report.write(results, store, "python -m bench.study " + " ".join(argv))
    return max(int(process.exitcode != 0) for process in started)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
