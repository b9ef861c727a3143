"""The command line: `python -m bench.study [--budget MINUTES] [--seed N…] [--write-docs]`."""

import argparse
import os
import sys
import time
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
    parser.add_argument("--write-docs", action="store_true", help="write the page from what is there")
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
    """Exit status 1 where a seed is far off its preconditions or a process failed."""
    arguments = parse(argv)
    scale = SCALES[arguments.scale] if arguments.scale else fitting(arguments.budget)
    seeds = arguments.seed or list(range(scale.seeds))
    store = Store(arguments.folder / running.RESULTS)
    command = "python -m bench.study " + " ".join(argv)
    if arguments.budget > 0:
        store.add({"key": f"session/{time.time_ns()}", "scale": scale.key, "command": command})
    is_done = running.work(scale, seeds, arguments.budget, arguments.folder, arguments.only, arguments.processes)
    results = Results(scale, store.rows().values())
    print(report.left_out(results))
    if arguments.write_docs:
        page = report.page_of(results, arguments.folder)
        report.write(results, store, page)
        print(f"Written: {page}")
    return int(not is_done or bool(results.far_off))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
