"""Commands one after the other, with torch loaded once for all of them: `python -m selector.session`.

Loading torch and transformers takes longer than training `tiny`. Each line of standard input is a JSON list, the
arguments of one command; each command is a fork of this process, so it starts as a process of its own would and gives
its memory back. Its end is told by a line {"ended": exit status} on standard output and on standard error, after all
that it said there. The session ends with its input.
"""

import importlib
import json
import os
import sys
import traceback
from collections.abc import Sequence

from selector.__main__ import MODULES, TORCH, main, settle_threads


def serve() -> None:
    """Run what is asked for until the input ends."""
    settle_threads()
    os.environ["PYTORCH_NVML_BASED_CUDA_CHECK"] = "1"  # so that asking for a GPU does not keep forks from using it
    for line in sys.stdin:
        status = _run(json.loads(line))
        for stream in (sys.stdout, sys.stderr):
            print(json.dumps({"ended": status}), file=stream, flush=True)


def _run(arguments: Sequence[str]) -> int:
    """One command in a fork; its exit status, negative for the signal that ended it."""
    if arguments[0] in MODULES:
        importlib.import_module(TORCH)
    child = os.fork()
    if child == 0:
        os._exit(_status(arguments))
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def _status(arguments: Sequence[str]) -> int:
    try:
        return main(arguments)
    except SystemExit as ended:  # arguments that the command line does not know
        return ended.code if isinstance(ended.code, int) else 1
    except BaseException:
        traceback.print_exc()
        return 1
    finally:
        sys.stdout.flush()
        sys.stderr.flush()


if __name__ == "__main__":
    serve()
