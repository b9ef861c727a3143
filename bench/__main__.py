"""The command line: `python -m bench [NAME…] [--quick] [--write-docs]`."""

import argparse
import json
import os
import sys
import time
import traceback
from pathlib import Path
from typing import Any

from bench import documents, machine
from bench.figures import Figure, text_table
from bench.measures import (
    Measure,
    browser,
    exports,
    idle,
    imports,
    labelers,
    leads,
    load,
    next_item,
    session,
    skill,
    tiny,
)

MEASURES = (
    Measure("import", "Import through manage.py import_solutions", imports.run),
    Measure("next", "The next item for one labeler", next_item.run),
    Measure("labelers", "Twenty labelers at once", labelers.run),
    Measure("load", "Two hundred labelers at the pace of people", load.run),
    Measure("leads", "The lead's pages of a large campaign", leads.run),
    Measure("browser", "The labeler's page in a browser", browser.run),
    Measure("session", "A session by keyboard and in clicks", session.run),
    Measure("export", "Labels out", exports.run),
    Measure("idle", "Idle memory of make demo", idle.run),
    Measure("skill", "Labelers of known skill: paused, spared, ranked", skill.run),
    Measure("tiny", "Retrain, score and select with the tiny base", tiny.run),
)
NAMES = [measure.name for measure in MEASURES]
OUT = Path(__file__).resolve().parent.parent / "var" / "bench"


def parse(argv: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description="Speed and memory, with goals.")
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"some of: {', '.join(NAMES)} (default: all)")
    parser.add_argument("--quick", action="store_true", help="small sizes: shows that it works, not how fast it is")
    parser.add_argument(
        "--write-docs", action="store_true", help="then put the last figures of each into docs/benchmark.md"
    )
    arguments = parser.parse_args(argv)
    unknown = set(arguments.names) - set(NAMES)
    if unknown:
        parser.error(f"no measure is called {', '.join(sorted(unknown))}; there are: {', '.join(NAMES)}")
    if arguments.write_docs and arguments.quick:
        parser.error("--write-docs puts figures of full size into the page: leave --quick out")
    return arguments


def now() -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())


def take(measure: Measure, is_quick: bool) -> dict[str, Any]:
    """Run one measure, showing each figure as it comes; an error in it is kept, so that the others still run."""
    print(f"\n{measure.title}", flush=True)
    record: dict[str, Any] = {
        "name": measure.name,
        "title": measure.title,
        "at": now(),
        "busy_before": machine.busy_share(),
    }
    started, found = time.monotonic(), []
    try:
        for figure in measure.run(is_quick):
            found.append(figure)
            print("  " + "  ".join(cell for cell in figure.as_cells() if cell), flush=True)
    except Exception as error:
        traceback.print_exc()
        record["error"] = f"{type(error).__name__}: {error}"
    return record | {"seconds": round(time.monotonic() - started, 1), "figures": found}


def main(argv: list[str]) -> int:
    """Exit status 0 when every measure could be taken, whatever it showed."""
    arguments = parse(argv)
    run: dict[str, Any] = {
        "at": now(),
        "quick": arguments.quick,
        "code": machine.code(),
        "machine": machine.describe(),
        "versions": machine.versions(),
    }
    os.sched_setaffinity(0, machine.LOAD_CORES)
    run["measures"] = [
        take(measure, arguments.quick) for measure in MEASURES if not arguments.names or measure.name in arguments.names
    ]
    figures: list[Figure] = [figure for measure in run["measures"] for figure in measure["figures"]]
    print(f"\n{text_table(figures)}\n\n{documents.setting(run)}\n{documents.summary(run)}")
    write(run)
    if arguments.write_docs:
        documents.write(documents.newest(OUT, NAMES))
    return 1 if any("error" in measure for measure in run["measures"]) else 0


def write(run: dict[str, Any]) -> None:
    """The run as JSON under var/bench/, once by its time and once as the latest."""
    OUT.mkdir(parents=True, exist_ok=True)
    text = json.dumps(run, indent=2, default=Figure.as_dict) + "\n"
    for name in (run["at"].replace(":", ""), "latest"):
        (OUT / f"{name}.json").write_text(text)
    print(f"JSON: {OUT / 'latest.json'}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
