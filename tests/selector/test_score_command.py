"""What `score` does whichever kind scores: identical texts once, rows in the order of the files."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import orjson
import pytest

from selector import score_command
from selector.progress import Progress
from selector.records import ScoredSolution
from selector.score_rows import PoolSolution


class Lengths:
    """Scores a solution by its number of steps."""

    kind, reduction = "lengths", "count"

    def __init__(self) -> None:
        self.asked: list[str] = []

    def score(self, solutions: list[PoolSolution]) -> list[ScoredSolution]:
        self.asked += [found.solution_id for found in solutions]
        return [ScoredSolution(float(len(found.solution.steps)), ()) for found in solutions]


def test_a_text_is_scored_once_in_the_whole_pool(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    scorer = Lengths()
    monkeypatch.setattr(score_command, "_scorer", lambda *_: scorer)
    monkeypatch.setattr(score_command, "_CHUNK", 2)
    rows: list[dict[str, Any]] = [
        {"problem": "p", "id": name, "steps": steps}
        for name, steps in (("a", ["x"]), ("b", ["x"]), ("c", ["x", "y"]), ("d", ["x"]), ("e", ["x", "y"]))
    ]
    (tmp_path / "pool").write_bytes(b"\n".join(map(orjson.dumps, rows)))
    arguments = SimpleNamespace(data=[str(tmp_path / "pool")], out=str(tmp_path / "scores"))
    result = score_command.run_score(arguments, Progress(is_silent=True))  # type: ignore[arg-type]
    assert (result["solutions"], result["distinct"]) == (5, 2)
    assert scorer.asked == ["a", "c"]
    written = [orjson.loads(line) for line in (tmp_path / "scores").read_bytes().splitlines()]
    assert [(row["solution_id"], row["score"], row["duplicate_of"]) for row in written] == [
        ("a", 1, None), ("b", 1, "a"), ("c", 2, None), ("d", 1, "a"), ("e", 2, "c"),
    ]  # fmt: skip
