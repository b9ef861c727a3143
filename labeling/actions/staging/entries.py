"""A parsed row with its names and its encoded parts: all that can be said of it without asking the database."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from labeling.actions.staging import labels
from labeling.actions.staging.labels import Labelers, ReadLabel
from labeling.actions.staging.names import Names, as_json
from selector.rows import CandidateNode, LabelRow, ProblemRow, RowError, SolutionRow

_NO_METADATA = b"{}"
_A_MOMENT = timedelta(microseconds=1)


@dataclass(slots=True)
class Line:
    """Where a row came from, to be named when it is refused."""

    file: int  # which of the import's files
    number: int
    content: bytes


@dataclass(slots=True)
class Sample:
    """A solution of a row."""

    row: SolutionRow
    where: str  # in front of the names of its fields
    steps: bytes
    text: bytes
    identity: bytes
    alternatives: bytes | None
    metadata: bytes
    label: ReadLabel | None


@dataclass(slots=True)
class Entry:
    """A row. `label` is one that belongs to the problem, not to a solution."""

    line: Line
    row: ProblemRow
    where: str
    problem: bytes
    samples: list[Sample]
    metadata: bytes = _NO_METADATA
    label: ReadLabel | None = None
    tree: bytes | None = None
    tree_identity: bytes = b""


class EntryReader:
    """Turns rows into entries. `labeler` is who labeled where a row does not say it."""

    def __init__(self, names: Names, labelers: Labelers, now: datetime, labeler: str) -> None:
        self.names = names
        self.labeler = labeler
        self._labelers = labelers
        self._submitted_at = now

    def read(self, line: Line, row: ProblemRow, problem: bytes) -> Entry:
        """Raises RowError for what the parser cannot know: times, labelers, JSON that cannot be written again."""
        if row.shape == "prm800k":
            return self._read_prm800k(line, row, problem)
        if row.shape == "steps":
            samples = [self._sample(row.solutions[0], "", problem)]
        else:
            samples = [self._sample(one, f"solutions[{i}].", problem) for i, one in enumerate(row.solutions)]
        entry = Entry(line, row, "", problem, samples)
        if row.metadata:
            entry.metadata = as_json(row.metadata, "row")
        if row.candidates is not None:
            entry.tree = _tree(row.candidates)
            entry.tree_identity = self.names.candidates(problem, entry.tree)
        return entry

    def _read_prm800k(self, line: Line, row: ProblemRow, problem: bytes) -> Entry:
        samples = [self._sample(solution, "question.pre_generated_", problem) for solution in row.solutions]
        entry = Entry(line, row, "question.", problem, samples, as_json(row.metadata, "question"))
        if row.label is not None:
            entry.label = self._prm800k(row.label)
        return entry

    def _sample(self, row: SolutionRow, where: str, problem: bytes) -> Sample:
        steps = as_json(row.steps, where + "steps")
        text = self.names.text(problem, steps)
        identity = self.names.solution(row, text)
        return Sample(
            row,
            where,
            steps,
            text,
            identity,
            as_json(with_text_keys(row.alternatives), where + "alternatives") if row.alternatives else None,
            as_json(row.metadata, where.rstrip(".") or "row") if row.metadata else _NO_METADATA,
            None if row.label is None else self._label(row.label, identity, len(row.steps)),
        )

    def _label(self, label: LabelRow, solution: bytes, step_count: int) -> ReadLabel:
        if label.kind == "prm800k":
            return self._prm800k(label)
        labeler_id = self._labelers.id_of(label.labeler or self.labeler, is_simulated=label.is_simulated)
        key = self.names.first_error(solution, labeler_id)
        # Each a moment later: as PRM800K rows, which have no ids, labels of identical texts stay apart by their times.
        self._submitted_at += _A_MOMENT
        return labels.first_error(
            label, step_count=step_count, key=key, labeler_id=labeler_id, submitted_at=self._submitted_at
        )

    def _prm800k(self, label: LabelRow) -> ReadLabel:
        labeler_id = self._labelers.id_of(label.labeler or self.labeler, is_simulated=label.is_simulated)
        return labels.prm800k(label, key=self.names.prm800k(label), labeler_id=labeler_id)


def with_text_keys(alternatives: dict[int, list[str]]) -> dict[str, list[str]]:
    """Alternatives as JSON has them, in the order of the steps."""
    return {str(index): alternatives[index] for index in sorted(alternatives)}


def _tree(candidates: list[CandidateNode]) -> bytes:
    try:
        nodes = [_node(node) for node in candidates]
    except RecursionError:  # deeper than the encoder takes, too
        raise RowError("candidates", "JSON nested less than 250 levels deep") from None
    return as_json(nodes, "candidates")


def _node(node: CandidateNode) -> dict[str, Any]:
    return {"text": node.text, "next": [_node(following) for following in node.next], **node.metadata}
