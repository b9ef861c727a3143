"""Several commands in one process that loads torch once: each as if it had been run alone."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.live import eventually


@pytest.fixture
def session() -> Iterator["subprocess.Popen[str]"]:
    pipe = subprocess.PIPE
    command = [sys.executable, "-m", "selector.session"]
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, text=True) as process:
        yield process
        process.kill()


def ask(session: "subprocess.Popen[str]", *arguments: str) -> tuple[list[str], list[str]]:
    """What the command says on each stream, up to its end."""
    print(json.dumps([*arguments, "--exit-with-parent"]), file=session.stdin, flush=True)
    said: tuple[list[str], list[str]] = ([], [])
    for stream, lines in zip((session.stdout, session.stderr), said, strict=True):
        assert stream is not None
        while not lines or "ended" not in lines[-1]:
            lines.append(stream.readline())
    return said


def test_commands_end_with_their_own_status_and_the_session_goes_on(
    session: "subprocess.Popen[str]", tmp_path: Path
) -> None:
    missing = str(tmp_path / "missing.jsonl")
    output, error = ask(session, "evaluate", "--scores", missing)
    assert output == ['{"ended": 2}\n']
    assert error[-2:] == [f"{missing}: No such file or directory\n", '{"ended": 2}\n']

    output, error = ask(session, "evaluate", "--scores", missing, "--no-such-option")
    assert output == error[-1:] == ['{"ended": 2}\n']
    assert "--no-such-option" in error[-2]

    pool, scores = tmp_path / "pool.jsonl", tmp_path / "scores.jsonl"
    row = {"problem": "1 + 1?", "ground_truth_answer": "2", "solutions": [{"steps": ["2"], "answer": "2"}]}
    pool.write_text(json.dumps(row) + "\n")
    output, _ = ask(session, "score", "--kind", "popular", "--data", str(pool), "--out", str(scores))
    assert json.loads(output[0])["solutions"] == 1
    assert output[1] == '{"ended": 0}\n'
    assert len(scores.read_text().splitlines()) == 1


def test_a_session_ends_with_whoever_asks_it(session: "subprocess.Popen[str]") -> None:
    assert session.stdin is not None
    session.stdin.close()
    eventually(lambda: session.poll() is not None, 20)
    assert session.returncode == 0
