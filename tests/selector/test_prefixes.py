"""Solutions that begin alike: which token runs they share, and that sharing changes no score."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from selector import bases, checkpoint
from selector.bases import Base
from selector.encoding import Encoded
from selector.prefixes import Run, can_share, saved_share, tree
from selector.progress import Progress
from selector.records import LabeledSolution, TrainedKind, TrainingConfig
from selector.scoring import Scorer
from selector.training import train

Bases = Callable[[], Base]


def spelled(run: Run | None) -> list[tuple[int, ...]]:
    return [] if run is None else [*spelled(run.parent), run.ids]


def test_a_tree_holds_what_is_shared_once_and_branches_where_texts_part() -> None:
    texts = [(1, 2, 3, 4), (1, 2, 3, 5, 6), (1, 2, 3, 5, 7), (8, 9), (1, 2, 3)]
    runs, last = tree(texts, least=2)
    assert [sum(spelled(run), ()) for run in last] == texts
    assert spelled(last[0]) == [(1, 2, 3), (4,)]
    assert spelled(last[1]) == [(1, 2, 3), (5, 6)]  # one token more in common is too little to hand on
    assert [run.start for run in runs if run.ids == (5, 7)] == [3]
    assert sum(len(run.ids) for run in runs) == 3 + 1 + 2 + 2 + 2
    shared = [run for run in runs if run.has_children]
    assert [run.ids for run in shared] == [(1, 2, 3)]


def test_a_text_that_ends_within_another_and_shares_too_little_stands_alone() -> None:
    texts = [(1, 2), (1, 2, 3, 4), (1, 2, 3, 5)]
    runs, last = tree(texts, least=3)
    assert [sum(spelled(run), ()) for run in last] == texts
    assert {run.ids: run.level for run in runs} == {(1, 2): 0, (1, 2, 3): 0, (4,): 1, (5,): 1}


def test_identical_texts_are_one_run() -> None:
    runs, last = tree([(1, 2), (1, 2)], least=5)
    assert (len(runs), last[0]) == (1, last[1])


def test_what_is_saved_is_a_share_of_all_tokens() -> None:
    prompt = tuple(range(20))
    solutions = [Encoded((*prompt, 100 + place), (20,), 20) for place in range(4)]
    assert saved_share(solutions) == pytest.approx(3 * 20 / 84)
    assert saved_share([]) == 0


def texts() -> list[tuple[str, list[str]]]:
    """Problems of some length, solutions that part at the first, the second and the last step."""
    made = []
    for problem in ("A farmer has many cows and wants to know how many legs.", "What is one and one and one and one?"):
        for first in ("Count all of the legs one after the other.", "No."):
            for second in ("Then add them.", "Then add them all up, slowly and with great care."):
                made += [(problem, [first, second, "It is 4."]), (problem, [first, second, "", "It is maybe 5."])]
    return [*made, ("Short.", ["Yes."])]


@pytest.mark.parametrize("kind", ["prm", "orm", "implicit"])
def test_scores_are_the_same_whether_beginnings_are_shared_or_not(
    tiny_base: Bases, solutions: list[LabeledSolution], tmp_path: Path, kind: TrainedKind
) -> None:
    """Stated tolerance: 1e-5 of a step score, in float32."""
    train(tiny_base(), solutions, TrainingConfig(kind, learning_rate=1e-2), tmp_path, Progress())
    loaded = checkpoint.load(tmp_path)
    sharing = Scorer(loaded, shares_prefixes=True, max_tokens=300)
    assert sharing.shares_prefixes
    assert saved_share([text for text in loaded.encoder.encode_all(texts()) if text]) > 0.3
    for one, other in zip(sharing.score(texts()), Scorer(loaded).score(texts()), strict=True):
        assert one.step_scores == pytest.approx(other.step_scores, abs=1e-5)


def test_features_are_the_same_whether_beginnings_are_shared_or_not(
    tiny_base: Bases, solutions: list[LabeledSolution], tmp_path: Path
) -> None:
    train(tiny_base(), solutions, TrainingConfig(mode="head"), tmp_path / "model", Progress())
    loaded = checkpoint.load(tmp_path / "model")
    sharing = Scorer(loaded, shares_prefixes=True, cache=tmp_path / "cache")
    for one, other in zip(sharing.score(texts()), Scorer(loaded).score(texts()), strict=True):
        assert one.step_scores == pytest.approx(other.step_scores, abs=1e-5)


def test_an_architecture_that_cannot_hand_on_is_read_in_one_go(
    hub_folder: Path, tiny_base: Bases, monkeypatch: pytest.MonkeyPatch
) -> None:
    base = bases.load(str(hub_folder)).model
    assert can_share(base, "cpu")  # positions that are learned, not turned
    forward = type(base.base_model).forward

    def refusing(self: Any, input_ids: Any) -> Any:
        return forward(self, input_ids=input_ids)

    def misplacing(self: Any, position_ids: Any = None, **given: Any) -> Any:
        return forward(self, position_ids=None if position_ids is None else 0 * position_ids, **given)

    for other in (refusing, misplacing):
        monkeypatch.setattr(type(base.base_model), "forward", other)
        assert not can_share(base, "cpu")
