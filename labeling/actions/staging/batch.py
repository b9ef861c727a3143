"""One batch of rows: what of it is new, what contradicts what is there, what is written. The hot path of an import."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from labeling.actions.staging import known
from labeling.actions.staging.bulk import Row, Store, Table
from labeling.actions.staging.entries import Entry, EntryReader, Line, Sample
from labeling.actions.staging.known import KnownProblem, KnownSolution, Seen
from labeling.actions.staging.labels import LABELS, ReadLabel
from labeling.actions.staging.names import digest, split_of
from labeling.models import CandidateTree, Problem, ProblemState, Solution
from selector.rows import ProblemRow, RowError

PROBLEMS = Table(
    Problem, "id", "campaign", "import_job", "identity", "external_id", "content_hash", "text",
    "reference_answer", "ground_truth_solution", "level", "subject", "split", "state", "metadata",
)  # fmt: skip
SOLUTIONS = Table(
    Solution, "id", "problem", "import_job", "identity", "external_id", "content_hash", "duplicate_of", "generator",
    "steps", "step_count", "answer", "answer_is_correct", "alternatives", "metadata",
)  # fmt: skip
TREES = Table(CandidateTree, "problem", "import_job", "identity", "candidates", "metadata")
_ACTIVE = ProblemState.ACTIVE.value


@dataclass(slots=True)
class Setting:
    """What all batches of one import share."""

    campaign_id: int
    job_id: int
    now: datetime
    store: Store
    reader: EntryReader
    seen: Seen


@dataclass(slots=True)
class Counts:
    """New rows, and entries of the file that brought nothing new."""

    problems: int = 0
    solutions: int = 0
    labels: int = 0
    trees: int = 0
    duplicates: int = 0
    ungraded: int = 0  # new answers without a verdict, with a reference to grade them against

    def add(self, other: "Counts") -> None:
        """Add another batch's counts."""
        for name in self.__slots__:
            setattr(self, name, getattr(self, name) + getattr(other, name))


@dataclass(slots=True)
class NewRows:
    """Rows to write, in the order in which they depend on one another."""

    problems: list[Row] = field(default_factory=list)
    solutions: list[Row] = field(default_factory=list)
    labels: list[Row] = field(default_factory=list)
    trees: list[Row] = field(default_factory=list)


class Batch:
    """Rows are added, then compared with what is there (`settle`), then written; in this order, each once."""

    def __init__(self, setting: Setting) -> None:
        self._setting = setting
        self._entries: list[Entry] = []
        self._identities: dict[str, bytes] = {}  # of problems: flat rows repeat them
        self._new = NewRows()
        self.counts = Counts()
        self.refused: list[tuple[Line, RowError]] = []
        self.weight = 0  # how much there is to write
        self.size = 0  # bytes of the file

    def __bool__(self) -> bool:
        return bool(self._entries)

    @property
    def last_line(self) -> Line:
        """The last one that was taken in."""
        return self._entries[-1].line

    def add(self, line: Line, row: ProblemRow) -> None:
        """Take in one row. Raises RowError for what the parser cannot know."""
        key = "t" + row.problem if row.problem_id is None else "i" + row.problem_id
        problem = self._identities.get(key)
        if problem is None:
            problem = self._identities[key] = self._setting.reader.names.problem(row)
        entry = self._setting.reader.read(line, row, problem)
        self._entries.append(entry)
        self.weight += 1 + len(entry.samples)
        self.size += len(line.content)

    # --- settling: comparing with what is there

    def settle(self) -> None:
        """Find out what is new, what was there, and what contradicts it (`refused`). Writes no rows."""
        store, entries = self._setting.store, self._entries
        samples = [sample for entry in entries for sample in entry.samples]
        seen = self._setting.seen
        self._problems = known.problems(store, seen.among(self._identities.values()))
        self._solutions = known.solutions(store, seen.among([sample.identity for sample in samples]))
        self._texts = known.texts(store, self._texts_to_look_up()) if self._problems else {}
        with_label: list[Sample | Entry] = [*samples, *entries]
        self._labels = known.labels(store, [one.label.key for one in with_label if one.label is not None])
        self._trees = known.trees(store, [entry.tree_identity for entry in entries if entry.tree is not None])
        self._problem_ids = store.take_ids(PROBLEMS, len(self._identities))
        self._solution_ids = store.take_ids(SOLUTIONS, len(samples))
        for entry in entries:
            try:
                problem, solutions = self._compare(entry)
            except RowError as error:  # the whole row: nothing of it was taken yet
                self.refused.append((entry.line, error))
            else:
                self._take(entry, problem, solutions)
        seen.add(self._problems)
        seen.add(self._solutions)

    def _texts_to_look_up(self) -> Iterator[tuple[int, bytes]]:
        """Only a problem that is there already can have a solution of the same text there."""
        for entry in self._entries:
            problem = self._problems.get(entry.problem)
            if problem is not None:
                for sample in entry.samples:
                    if sample.identity not in self._solutions:
                        yield problem.id, sample.text

    def _compare(self, entry: Entry) -> tuple[KnownProblem, list[KnownSolution]]:
        """The row's problem and solutions, known or new ones. Raises RowError where it contradicts what is known."""
        row = entry.row
        problem = self._problems.get(entry.problem)
        if problem is None:
            problem = self._new_problem(row, entry.metadata)
        else:
            known.check_problem(problem, row, entry.where)
        solutions: list[KnownSolution] = []
        within: dict[bytes, KnownSolution] = {}  # one row can name a solution twice
        for sample in entry.samples:
            identity = sample.identity
            solution = self._solutions.get(identity) or within.get(identity)
            if solution is None:
                solution = within[identity] = self._new_solution(sample, problem.id)
            else:
                known.check_solution(solution, sample, problem.id)
                if sample.row.metadata and sample.label is None and entry.label is None:
                    known.check_metadata(sample.row.metadata, solution.metadata, sample.where)
            if sample.label is not None:
                self._compare_label(sample.label, sample.where)
            solutions.append(solution)
        return problem, solutions

    def _new_problem(self, row: ProblemRow, metadata: bytes) -> KnownProblem:
        text_hash = digest(row.problem.encode())
        return KnownProblem(
            next(self._problem_ids),
            row.split or split_of(row.problem, text_hash),
            row.ground_truth_solution,
            row.level,
            row.subject,
            row.problem,
            text_hash,
            set() if row.ground_truth_answer is None else {row.ground_truth_answer},
            metadata,
        )

    def _new_solution(self, sample: Sample, problem_id: int) -> KnownSolution:
        row = sample.row
        return KnownSolution(
            next(self._solution_ids),
            problem_id,
            sample.text,
            row.generator,
            row.answer,
            row.answer_is_correct,
            sample.alternatives,
            sample.metadata,
        )

    def _compare_label(self, label: ReadLabel, where: str) -> None:
        ratings = self._labels.get(label.key, label.ratings)
        if ratings != label.ratings:
            error = ratings.find("-")
            before = "null" if error < 0 else str(error)
            raise RowError(where + "first_error_index", f"{before}, which this labeler gave for this solution before")

    # --- taking: nothing here can fail any more

    def _take(self, entry: Entry, problem: KnownProblem, solutions: list[KnownSolution]) -> None:
        counts = self.counts
        is_new = self._take_problem(entry, problem)
        for sample, solution in zip(entry.samples, solutions, strict=True):
            is_new = self._take_solution(sample, solution, problem)
            if sample.label is not None:
                is_new |= self._take_label(sample.label, problem, solution)
            if entry.label is None and not is_new:
                counts.duplicates += 1
        if entry.tree is not None:
            is_new = self._take_tree(entry, problem)
        if entry.label is not None:
            is_new = self._take_label(entry.label, problem, solutions[0] if solutions else None)
        if not is_new and (entry.label is not None or not entry.samples):
            counts.duplicates += 1

    def _take_problem(self, entry: Entry, problem: KnownProblem) -> bool:
        if entry.problem in self._problems:
            return False
        self._problems[entry.problem] = problem
        setting, row = self._setting, entry.row
        self._new.problems.append(
            (problem.id, setting.campaign_id, setting.job_id, entry.problem, row.problem_id,
             problem.text_hash, row.problem, row.ground_truth_answer, row.ground_truth_solution, row.level,
             row.subject, problem.split, _ACTIVE, entry.metadata)
        )  # fmt: skip
        self.counts.problems += 1
        return True

    def _take_solution(self, sample: Sample, solution: KnownSolution, problem: KnownProblem) -> bool:
        if sample.identity in self._solutions:
            return False
        self._solutions[sample.identity] = solution
        text_key = (problem.id, sample.text)
        first = self._texts.get(text_key)
        if first is None:
            self._texts[text_key] = solution.id
        row = sample.row
        self._new.solutions.append(
            (solution.id, problem.id, self._setting.job_id, sample.identity, row.solution_id, sample.text, first,
             row.generator, sample.steps, len(row.steps), row.answer, row.answer_is_correct, sample.alternatives,
             sample.metadata)
        )  # fmt: skip
        self.counts.solutions += 1
        if row.answer_is_correct is None and row.answer is not None and problem.answers:
            self.counts.ungraded += 1
        return True

    def _take_label(self, label: ReadLabel, problem: KnownProblem, solution: KnownSolution | None) -> bool:
        if label.key in self._labels:
            return False
        self._labels[label.key] = label.ratings
        solution_id = None if solution is None else solution.id
        self._new.labels.append(label.row(problem_id=problem.id, solution_id=solution_id, job_id=self._setting.job_id))
        self.counts.labels += 1
        return True

    def _take_tree(self, entry: Entry, problem: KnownProblem) -> bool:
        if entry.tree_identity in self._trees:
            return False
        self._trees.add(entry.tree_identity)
        self._new.trees.append((problem.id, self._setting.job_id, entry.tree_identity, entry.tree, entry.metadata))
        self.counts.trees += 1
        return True

    # --- writing

    def write(self) -> None:
        """Insert what is new. Inside a transaction that has made sure that the job is still ours."""
        store, new = self._setting.store, self._new
        store.write(PROBLEMS, new.problems)
        store.write(SOLUTIONS, new.solutions)
        store.write(LABELS, new.labels)
        store.write(TREES, new.trees)
