"""Everything that is said of agreement in a campaign, from a file of labels: `python -m labeling.agreement_report`.

A process of its own, so that numpy, pandas and the coefficients are loaded by it alone and their memory goes with it. A
line of the file is `{"solution", "labeler", "ratings", "round", "subject", "is_check"}`, one of what is known (gold,
decisions) `{"solution", "source", "first_errors": [index or null for none]}`; the report goes to standard output as one
JSON object, in which labelers are numbers. Progress goes to standard error.

Labels of gold (`is_check`) are compared apart: everybody labels the same gold, whose errors are known to be plain, and
with the work it would be most of the pairs. The consensus learns from them too.
"""

import argparse
import json
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import orjson

from labeling.agreement import Pair, Rated, grouped, measure, measure_by_position, pairs_of
from labeling.consensus import Known, consensus_of
from selector.parent import end_with_parent
from selector.progress import Progress

SIGNS = {"+": 1, "0": 0, "-": -1}
Key = int | str | tuple[int, int]


@dataclass(frozen=True, slots=True)
class Labels:
    """The labels of a file, with what the solutions belong to."""

    rated: list[Rated]
    rounds: dict[int, set[int]]  # by solution: the rounds that its labels are of
    subjects: dict[int, str]
    checks: set[tuple[int, int]]  # solution and labeler

    @classmethod
    def of(cls, rows: Iterable[dict[str, Any]]) -> "Labels":
        """From the file's rows."""
        rated: list[Rated] = []
        rounds: dict[int, set[int]] = {}
        subjects: dict[int, str] = {}
        checks: set[tuple[int, int]] = set()
        for row in rows:
            solution = row["solution"]
            rated.append(Rated(solution, row["labeler"], tuple(SIGNS[sign] for sign in row["ratings"])))
            if row["round"] is not None:
                rounds.setdefault(solution, set()).add(row["round"])
            if row["subject"]:
                subjects[solution] = row["subject"]
            if row.get("is_check"):
                checks.add((solution, row["labeler"]))
        return cls(rated, rounds, subjects, checks)

    def pairs(self) -> tuple[list[Pair], list[Pair]]:
        """Those of two labels of work, and those with one of gold."""
        work: list[Pair] = []
        gold: list[Pair] = []
        for pair in pairs_of(self.rated):
            is_work = self.checks.isdisjoint((pair.solution, labeler) for labeler in pair.labelers)
            (work if is_work else gold).append(pair)
        return work, gold

    def groups(self, pairs: Sequence[Pair]) -> dict[str, dict[Key, list[Pair]]]:
        """The pairs of each labeler, two labelers, round and subject."""
        keys: dict[str, Callable[[Pair], Iterable[Key]]] = {
            "labelers": lambda pair: pair.labelers,
            "pairs": lambda pair: [pair.labelers],
            "rounds": lambda pair: self.rounds.get(pair.solution, ()),
            "subjects": lambda pair: [self.subjects[pair.solution]] if pair.solution in self.subjects else [],
        }
        return {name: dict(sorted(grouped(pairs, key).items())) for name, key in keys.items()}


def report(
    rows: Iterable[dict[str, Any]], say: Callable[[int, int], None], known: Iterable[dict[str, Any]] = ()
) -> dict[str, Any]:
    """All figures; `say` is told after each group how many of how many are done."""
    labels = Labels.of(rows)
    pairs, gold = labels.pairs()
    groups = labels.groups(pairs)
    total = 4 + sum(map(len, groups.values()))
    done = 0

    def counted(group: Sequence[Pair]) -> dict[str, Any]:
        nonlocal done
        found = asdict(measure(group))
        done += 1
        say(done, total)
        return found

    found: dict[str, Any] = {"all": counted(pairs), "gold": counted(gold)}
    for name, of_name in groups.items():
        found[name] = [[key, counted(group)] for key, group in of_name.items()]
    found["steps"] = [[index, _flat(asdict(step))] for index, step in measure_by_position(pairs).items()]
    say(total - 1, total)
    consensus = consensus_of(labels.rated, _known(known))
    found["consensus"] = consensus and asdict(consensus)
    say(total, total)
    return found


def _known(rows: Iterable[dict[str, Any]]) -> Known:
    return {row["solution"]: (row["source"], row["first_errors"]) for row in rows}


def _flat(step: dict[str, Any]) -> dict[str, Any]:
    """The share of same ratings in front, the other figures beside it."""
    same: dict[str, Any] = step.pop("same_rating")
    return same | step


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m labeling.agreement_report", description=(__doc__ or "")[:90])
    parser.add_argument("--data", required=True, metavar="LABELS")
    parser.add_argument("--known", required=True, metavar="KNOWN", help="solutions whose first error is known")
    parser.add_argument("--progress", choices=("text", "json"), default="text", help="on standard error")
    parser.add_argument("--exit-with-parent", action="store_true", help="end when standard input ends")
    arguments = parser.parse_args(argv)
    if arguments.exit_with_parent:
        end_with_parent()
    with (
        open(arguments.data, "rb") as lines,
        open(arguments.known, "rb") as known,
        Progress(is_json=arguments.progress == "json") as progress,
    ):
        found = report(
            map(orjson.loads, lines),
            lambda done, total: progress.report("compare", done / total, f"{done} of {total} groups"),
            map(orjson.loads, known),
        )
    sys.stdout.write(json.dumps(found))
    return 0


if __name__ == "__main__":
    sys.exit(main())
