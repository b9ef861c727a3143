"""128-bit names: what makes a problem, a solution or an imported label the same one when it comes in again."""

from hashlib import blake2b

import orjson

from labeling.models import Split
from selector.rows import LabelRow, ProblemRow, RowError, SolutionRow

_TRAIN, _TEST = Split.TRAIN.value, Split.TEST.value
TEST_SHARE = 10  # one problem in so many goes to the test split


def digest(content: bytes) -> bytes:
    """16 bytes; as a UUID one narrow column, unique over all campaigns since each name holds its campaign."""
    return blake2b(content, digest_size=16).digest()


def split_of(problem: str, text_hash: bytes | None = None) -> str:
    """The split of a problem whose file says none: a stable hash of its text, white space apart.

    `text_hash` is the digest of the text where it is known: mostly there is no white space to set apart.
    """
    plain = _with_single_spaces(problem)
    if text_hash is None or plain != problem:
        text_hash = digest(plain.encode())
    return _TEST if int.from_bytes(text_hash) % TEST_SHARE == 0 else _TRAIN


def _with_single_spaces(text: str) -> str:
    if not text.isprintable():
        return " ".join(text.split())
    text = text.strip(" ")  # what is printable has no other white space; word by word it took ten times as long
    while "  " in text:
        text = text.replace("  ", " ")
    return text


def as_json(value: object, field: str) -> bytes:
    """JSON for a column; what nests too deep for the encoder is refused under the name of its field."""
    try:
        return orjson.dumps(value)
    except orjson.JSONEncodeError as error:
        raise RowError(field, f"JSON nested less than 250 levels deep ({error})") from None


class Names:
    """The names of one campaign's rows. Different kinds of names never meet: each begins with its kind."""

    def __init__(self, campaign_id: int) -> None:
        kinds = ("problem id", "problem text", "solution id", "solution text", "first error", "prm800k", "candidates")
        starts = [f"{campaign_id}\0{kind}\0".encode() for kind in kinds]
        (
            self._problem_id,
            self._problem_text,
            self._solution_id,
            self._solution_text,
            self._first_error,
            self._prm800k,
            self._candidates,
        ) = starts

    def problem(self, row: ProblemRow) -> bytes:
        """By the given id, else by the text."""
        if row.problem_id is not None:
            return self.given_problem(row.problem_id)
        return digest(self._problem_text + row.problem.encode())

    def given_problem(self, problem_id: str) -> bytes:
        """Of a problem that came with this id."""
        return digest(self._problem_id + problem_id.encode())

    def given_solution(self, solution_id: str) -> bytes:
        """Of a solution that came with this id."""
        return digest(self._solution_id + solution_id.encode())

    def text(self, problem: bytes, steps: bytes) -> bytes:
        """What solutions of one problem share exactly when their steps (as JSON) are identical."""
        return digest(problem + steps)

    def solution(self, row: SolutionRow, text: bytes) -> bytes:
        """By the given id within the campaign, else by problem, steps and generator."""
        if row.solution_id is not None:
            return self.given_solution(row.solution_id)
        generator = b"" if row.generator is None else row.generator.encode()
        return digest(self._solution_text + text + generator)

    def first_error(self, solution: bytes, labeler_id: int) -> bytes:
        """A first-error label is its solution and its labeler."""
        return digest(b"%b%b%d" % (self._first_error, solution, labeler_id))

    def prm800k(self, label: LabelRow) -> bytes:
        """A PRM800K label is its row, however its keys are ordered and spaced."""
        try:
            content = orjson.dumps(label.raw, option=orjson.OPT_SORT_KEYS)
        except orjson.JSONEncodeError as error:
            raise RowError("row", f"JSON nested less than 250 levels deep ({error})") from None
        return digest(self._prm800k + content)

    def candidates(self, problem: bytes, tree: bytes) -> bytes:
        """A candidate tree is its problem and its texts."""
        return digest(self._candidates + problem + tree)
