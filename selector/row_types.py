"""What one row of a file of solutions holds once it is parsed and checked."""

from dataclasses import dataclass, field
from typing import Any, Literal

MAX_STEPS = 512
MAX_CHARACTERS = 100_000
MAX_LINE_BYTES = 32 * 1024 * 1024
MAX_SOLUTIONS = 50_000  # in one row
MAX_VALUES = 500_000  # in one row: a value of two bytes takes a hundred in memory
MAX_BLANK_BYTES = 1024 * 1024  # of blank lines more than of rows
MIN_MEMBER_BYTES = 16  # less than any row: a member of a gzip file with less in it is as good as empty
MAX_EMPTY_MEMBERS = 100_000
_FIELD_SHOWN, _EXPECTED_SHOWN = 200, 500  # a key may be as long as its line


class RowError(ValueError):
    """A row that cannot be taken in: which field (`solutions[3].steps[2]`), and what was expected there.

    `file` and `line` (1 is the first) are filled in by whoever knows them.
    """

    def __init__(self, field: str, expected: str, *, line: int | None = None, file: str | None = None) -> None:
        super().__init__(field, expected)
        self.field = _clipped(field, _FIELD_SHOWN)
        self.expected = _clipped(expected, _EXPECTED_SHOWN)
        self.line = line
        self.file = file

    def __str__(self) -> str:
        place = [self.file or "", f"line {self.line}" if self.line is not None else "", self.field]
        return ", ".join(part for part in place if part) + f": expected {self.expected}"


def _clipped(text: str, length: int) -> str:
    return text if len(text) <= length else text[: length - 1] + "…"


# Not frozen: building a frozen slotted dataclass costs three times as much, and imports build millions.
@dataclass(slots=True)
class Prm800kFacts:
    """What a reader needs of a PRM800K label without walking through it.

    `mode` is `solution` where the whole solution existed beforehand and the rated steps are a prefix of it that ends
    at the first -1; anything else is `candidates`. `ratings` are those of each step's first completion, up to and
    including the first -1 and ending before the first unrated one.
    """

    mode: Literal["solution", "candidates"]
    ratings: list[int]
    finish_reason: str
    total_time: int
    timestamp: str
    generation: int | None
    is_quality_control_question: bool
    is_initial_screening_question: bool


@dataclass(slots=True)
class LabelRow:
    """A label that came with a row.

    `first_error_index` None means "no error" for kind `first_error`; for `prm800k` it means that no step of the main
    pass was rated -1, which is "no error" only where the finish reason is `solution`.
    `raw` is the PRM800K row, `text` its JSON exactly as it came in, `prm800k` what was read from it.
    `is_simulated`: no person made it, as the row itself says.
    """

    kind: Literal["first_error", "prm800k"]
    labeler: str | None
    first_error_index: int | None
    raw: dict[str, Any] | None = None
    text: str | None = None
    prm800k: Prm800kFacts | None = None
    is_simulated: bool = False


@dataclass(slots=True)
class SolutionRow:
    """One solution: steps as they came, blank ones included. None is unknown throughout."""

    steps: list[str]
    solution_id: str | None = None
    generator: str | None = None
    answer: str | None = None
    answer_is_correct: bool | None = None
    alternatives: dict[int, list[str]] = field(default_factory=dict)
    metadata: dict[str, Any] = field(default_factory=dict)
    label: LabelRow | None = None


@dataclass(slots=True)
class CandidateNode:
    """One candidate text for a step, and the candidates for the step after it (empty: none known)."""

    text: str
    next: list["CandidateNode"] = field(default_factory=list)
    metadata: dict[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class ProblemRow:
    """One row of any shape: a problem, and the solutions or candidates that came with it.

    `shape` is the key by which the row was recognized, which is also how its fields are called.
    `label` is set for PRM800K rows in candidates mode: such a label belongs to the problem, since its steps were
    made while labeling. `solutions` is then empty, or holds the generated solution, without a label.
    """

    problem: str
    problem_id: str | None = None
    ground_truth_answer: str | None = None
    ground_truth_solution: str | None = None
    level: str | None = None
    subject: str | None = None
    split: Literal["train", "test"] | None = None
    metadata: dict[str, Any] = field(default_factory=dict)
    solutions: list[SolutionRow] = field(default_factory=list)
    candidates: list[CandidateNode] | None = None
    label: LabelRow | None = None
    shape: Literal["solutions", "steps", "candidates", "prm800k"] = "solutions"
