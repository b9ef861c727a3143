"""What a frozen base made of each text: kept on disk, found again, gone on with, and the same as made directly."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
import torch

from selector import checkpoint, features
from selector.bases import Base
from selector.encoding import Encoded
from selector.model import StepModel
from selector.progress import Progress
from selector.records import LabeledSolution, TrainedKind, TrainingConfig
from selector.scoring import Scorer
from selector.training import train
from tests.selector.conftest import sums

Bases = Callable[[], Base]


@pytest.fixture
def trained(tiny_base: Bases, solutions: list[LabeledSolution], tmp_path: Path) -> Callable[[TrainedKind], Path]:
    def train_kind(kind: TrainedKind, cache: Path | None = None) -> Path:
        config = TrainingConfig(kind, "head", heads=2)
        train(tiny_base(), solutions, config, tmp_path / kind, Progress(), cache=cache)
        return tmp_path / kind

    return train_kind


def counted(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many solutions go through a base from now on, one number a pass."""
    passes: list[int] = []
    read = StepModel.read

    def counting(model: StepModel, batch: features.Reading, **more: Any) -> features.Reading:
        passes.append(len(batch.step_mask))
        return read(model, batch, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(StepModel, "read", counting)
    return passes


def texts_of(solutions: Sequence[LabeledSolution]) -> list[tuple[str, tuple[str, ...]]]:
    return [(solution.problem, solution.steps) for solution in solutions]


@pytest.mark.parametrize("kind", ["prm", "orm"])
def test_scores_of_kept_features_are_those_of_the_base_itself(
    trained: Callable[..., Path], tmp_path: Path, kind: TrainedKind, monkeypatch: pytest.MonkeyPatch
) -> None:
    """To 1e-6: the same numbers go into the head, in other batches. A second time no base is asked."""
    loaded, texts = checkpoint.load(trained(kind)), texts_of(sums(20, seed=1))
    texts += texts[:2]
    direct = Scorer(loaded).score(texts)
    made = Scorer(loaded, cache=tmp_path / "cache").score(texts)
    passes = counted(monkeypatch)
    kept = Scorer(checkpoint.load(tmp_path / kind), cache=tmp_path / "cache").score(texts)
    assert passes == []
    for one, two, three in zip(direct, made, kept, strict=True):
        assert two == three
        assert one.step_scores == pytest.approx(two.step_scores, abs=1e-6)
        assert one.step_spreads == pytest.approx(two.step_spreads, abs=1e-6)
        assert one.score == pytest.approx(two.score, abs=1e-6)


def test_training_and_scoring_share_what_is_kept_and_identical_texts_go_through_once(
    tiny_base: Bases, trained: Callable[..., Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    solutions = sums(6)
    passes = counted(monkeypatch)
    config = TrainingConfig(mode="head", epochs=3)
    train(tiny_base(), [*solutions, *solutions], config, tmp_path / "one", Progress(), cache=tmp_path / "cache")
    assert sum(passes) == 6
    train(tiny_base(), solutions, config, tmp_path / "other", Progress(), cache=tmp_path / "cache")
    Scorer(checkpoint.load(tmp_path / "one"), cache=tmp_path / "cache").score(texts_of(solutions))
    assert sum(passes) == 6


def test_what_a_killed_process_kept_is_used_and_only_the_rest_is_made(
    tiny_base: Bases, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(features, "_SHARD_SECONDS", 0.0)
    model = StepModel(tiny_base().model, "head", classes=0)
    encoded = tiny_base().encoder.encode_all(texts_of(sums(10)))
    texts: dict[str, Encoded] = {str(place): text for place, text in enumerate(encoded) if text is not None}

    def killed(done: float) -> None:
        if done > 0.5:
            raise KeyboardInterrupt

    longest = max(len(text.ids) for text in texts.values())
    with pytest.raises(KeyboardInterrupt):
        features.Features(model, tmp_path, longest).of(texts, killed)
    again = features.Features(model, tmp_path, longest)
    found = again.of(texts)
    assert again.made == 5
    fresh = features.Features(model, None, longest).of(texts)
    assert found.keys() == fresh.keys()
    assert all(torch.equal(found[key][part], fresh[key][part]) for key in texts for part in (0, 1))


def test_a_damaged_shard_is_made_again(tiny_base: Bases, tmp_path: Path) -> None:
    model = StepModel(tiny_base().model, "head", classes=0)
    encoded = tiny_base().encoder.encode_all(texts_of(sums(3)))
    texts = {str(place): text for place, text in enumerate(encoded) if text is not None}
    features.Features(model, tmp_path, 1000).of(texts)
    shard = next(tmp_path.glob("*.safetensors"))
    shard.write_bytes(shard.read_bytes()[:-10])
    again = features.Features(model, tmp_path, 1000)
    assert len(again.of(texts)) == again.made == 3


def test_another_revision_or_arithmetic_has_a_folder_of_its_own(tmp_path: Path) -> None:
    one = features.folder_of(tmp_path, "some/base", "revision", "float32")
    assert one == features.folder_of(tmp_path, "some/base", "revision", "float32")
    assert one.name.startswith("base-")
    others = [
        ("some/base", "newer", "float32"),
        ("some/base", "revision", "bfloat16"),
        ("x/base", "revision", "float32"),
    ]
    without_states = features.folder_of(tmp_path, "some/base", "revision", "float32", keeps_states=False)
    assert len({one, without_states, *(features.folder_of(tmp_path, *other) for other in others)}) == 5  # type: ignore[arg-type]
