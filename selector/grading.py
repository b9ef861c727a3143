"""Whether a final answer is the reference answer: two graders that fail in different directions, and their rule.

A cheap comparison of normalized text comes first. Where it does not decide, the conservative grader
(`exact_answers`) and the lenient one (math-verify) are asked: they agree, or the answer is `uncertain`, as it is when
they take too long. Both run in a child process that is killed at the time limit, since an answer such as
`9^{9^{9^9}}` hangs any program that computes it.
"""

import os
import selectors
import subprocess
import sys
from dataclasses import dataclass, field
from importlib.metadata import version
from types import TracebackType
from typing import Any

import orjson

from selector.answer_text import final_answer, normalized, plain_number
from selector.records import Verdict

__all__ = ["GRADER_VERSION", "Grade", "Grader", "cheap_grade", "final_answer"]

GRADER_VERSION = f"plumbline 2, sympy {version('sympy')}, math-verify {version('math-verify')}"
MAX_CHARACTERS = 2_000
_START_SECONDS = 120.0


@dataclass(frozen=True, slots=True)
class Grade:
    """A verdict, and what each grader that was asked said (True: equal; an `error` says why there is no word)."""

    verdict: Verdict
    graders: dict[str, bool | str] = field(default_factory=dict)


def cheap_grade(answer: str | None, reference: str | None) -> Grade | None:
    """The verdict where plain text decides it; None where the two graders have to be asked."""
    if answer is None or reference is None or not answer.strip() or not reference.strip():
        return Grade("unknown")
    given, wanted = plain_number(answer), plain_number(reference)
    if given is not None and wanted is not None:
        return Grade("correct" if given == wanted else "wrong", {"number": given == wanted})
    if len(answer) > MAX_CHARACTERS or len(reference) > MAX_CHARACTERS:
        return Grade("uncertain", {"error": f"longer than {MAX_CHARACTERS:,} characters"})
    spelled = normalized(reference)
    if spelled and normalized(answer) == spelled:
        return Grade("correct", {"normalized": True})
    return None


def agreed(exact: bool | None, math_verify: bool | None) -> Grade:
    """The rule for the two graders; None is a grader that failed on the pair."""
    if exact is None or math_verify is None:
        return Grade("uncertain", {"error": "a grader failed on this answer"})
    graders: dict[str, bool | str] = {"exact": exact, "math_verify": math_verify}
    if exact != math_verify:
        return Grade("uncertain", graders)
    return Grade("correct" if exact else "wrong", graders)


class Grader:
    """Grades one pair after another, each within `limit_seconds`; a pair asked before is answered from memory.

    A context manager: it ends its child process on the way out.
    """

    def __init__(self, limit_seconds: float = 10.0) -> None:
        self.limit_seconds = limit_seconds
        self._known: dict[tuple[str | None, str | None], Grade] = {}
        self._child: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> "Grader":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end_child()

    def grade(self, answer: str | None, reference: str | None) -> Grade:
        pair = (answer, reference)
        if pair not in self._known:
            self._known[pair] = cheap_grade(answer, reference) or self._ask(pair)
        return self._known[pair]

    def _ask(self, pair: tuple[str | None, str | None]) -> Grade:
        child = self._child or self._start_child()
        self._child = child
        reply = self._exchange(child, pair, self.limit_seconds)
        if reply is None:
            self._end_child()
            return Grade("uncertain", {"error": f"no result within {self.limit_seconds:g} seconds"})
        return agreed(reply["exact"], reply["math_verify"])

    def _start_child(self) -> subprocess.Popen[bytes]:
        """A child that has loaded its libraries, so that the limit of a pair measures that pair alone."""
        command = [sys.executable, "-m", "selector.grading_child"]
        folder = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
        child = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=folder)
        if self._exchange(child, ("1+1", "2"), _START_SECONDS) is None:
            child.kill()
            child.wait()
            raise RuntimeError("the grading process did not start; are sympy and math-verify installed?")
        return child

    @staticmethod
    def _exchange(
        child: subprocess.Popen[bytes], pair: tuple[str | None, str | None], seconds: float
    ) -> dict[str, Any] | None:
        assert child.stdin is not None  # noqa: S101 (both are pipes: see _start_child)
        assert child.stdout is not None  # noqa: S101
        try:
            child.stdin.write(orjson.dumps(pair) + b"\n")
            child.stdin.flush()
        except BrokenPipeError:
            return None
        with selectors.DefaultSelector() as waiting:
            waiting.register(child.stdout, selectors.EVENT_READ)
            line = child.stdout.readline() if waiting.select(seconds) else b""
        return orjson.loads(line) if line else None

    def _end_child(self) -> None:
        child, self._child = self._child, None
        if child is not None:
            child.kill()
            child.wait()
            for pipe in (child.stdin, child.stdout):
                if pipe is not None:
                    pipe.close()
