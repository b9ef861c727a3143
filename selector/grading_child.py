"""The process that runs the two graders: JSON pairs [answer, reference] in, one JSON verdict each out.

Started, timed and killed by `grading.Grader`. Its memory is bounded, since a tower of powers eats memory before time.
"""

import contextlib
import logging
import re
import resource
import signal
import sys
from collections.abc import Callable

import orjson
from math_verify import LatexExtractionConfig, parse, verify

from selector.exact_answers import are_equal

MEMORY_BYTES = 3 * 1024**3
_WITH_UNIT = re.compile(r"\s*(-?[\d.,]*\d)\s+[a-zA-Z][a-zA-Z ./]*")


def is_loosely_equal(answer: str, reference: str) -> bool:
    """The lenient grader: math-verify, reading both as LaTeX; a number's unit in plain words is passed over.

    Its other way of reading hands the text to sympy's parser, which runs it as Python: it is not used.
    """
    return bool(verify(_parsed(reference), _parsed(answer), timeout_seconds=None))


def _parsed(text: str) -> list[object]:
    with_unit = _WITH_UNIT.fullmatch(text)
    bare = with_unit.group(1) if with_unit else text.strip().strip("$")
    return parse(f"${bare}$", extraction_config=[LatexExtractionConfig()], parsing_timeout=None)


def _asked(grader: Callable[[str, str], bool], answer: str, reference: str) -> bool | None:
    try:
        return grader(answer, reference)
    except Exception:  # both libraries raise whatever their depths raise, out of memory included; the next pair goes on
        return None


def main() -> None:
    logging.disable()  # both libraries warn that time limits are off; ours is outside
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with contextlib.suppress(ValueError, OSError):  # the operator's own limit may be lower
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, resource.getrlimit(resource.RLIMIT_AS)[1]))
    for line in sys.stdin.buffer:
        answer, reference = orjson.loads(line)
        reply = {
            "exact": _asked(are_equal, answer, reference),
            "math_verify": _asked(is_loosely_equal, answer, reference),
        }
        sys.stdout.buffer.write(orjson.dumps(reply) + b"\n")
        sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
