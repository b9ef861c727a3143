"""What heads are told of log-probabilities: those of the base before any training, on a scale of their own."""

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson
import pytest
import torch
from safetensors.torch import load_file, save_file
from torch import nn

from selector import checkpoint
from selector.bases import Base
from selector.batches import Batch, collate
from selector.features import Features
from selector.heads import Evidence, Head
from selector.model import StepModel
from selector.progress import Progress
from selector.reading import read, running_of_steps
from selector.records import Dtype, LabeledSolution, Mode, TrainedKind, TrainingConfig
from selector.scoring import Scorer, score
from selector.training import train
from tests.selector.conftest import sums

Bases = Callable[[], Base]
TRAINED = [("prm", "full"), ("prm", "lora"), ("orm", "full"), ("orm", "lora")]
TEXTS = [(solution.problem, solution.steps) for solution in sums(10, seed=1)]


def batch_of(base: Base) -> Batch:
    encoded = base.encoder.encode_all(TEXTS)
    return collate([one for one in encoded if one is not None])


def test_evidence_is_on_the_scale_of_its_mean_and_spread_in_training() -> None:
    """Lowest of -1 and -3: mean -2, spread 1; sums of -2 and -10: mean -6, spread 4."""
    evidence = Evidence()
    evidence.measure(torch.tensor([[-1.0, -2.0], [-3.0, -10.0]]))
    assert (evidence.mean.tolist(), evidence.spread.tolist()) == ([-2.0, -6.0], [1.0, 4.0])
    assert evidence(torch.tensor([[-1.0, -14.0], [-30.0, -6.0]])).tolist() == [[1.0, -2.0], [-8.0, 0.0]]


def test_steps_that_are_all_alike_have_no_scale_of_their_own() -> None:
    evidence = Evidence()
    evidence.measure(torch.tensor([[-5.0, -50.0], [-5.0, -50.0]]))
    assert evidence(torch.tensor([[-15.0, -50.0]])).tolist() == [[-1.0, 0.0]]


def test_first_weights_of_the_evidence_are_those_of_two_inputs() -> None:
    """Of eight inputs they are drawn from within 1 / √8, of two from within 1 / √2: twice as far."""
    torch.manual_seed(3)
    norm = nn.LayerNorm(6)
    plain = nn.Linear(6 + 2, 128).weight
    torch.manual_seed(3)
    head = Head(6, 3)
    assert torch.equal(head.hidden.weight[:, :6], plain[:, :6])
    assert torch.allclose(head.hidden.weight[:, 6:], 2 * plain[:, 6:])
    assert 0.9 / math.sqrt(2) < head.hidden.weight[:, 6:].abs().max() < 1 / math.sqrt(2)
    assert norm.weight.shape == head.norm.weight.shape


@pytest.mark.parametrize(("kind", "mode"), TRAINED)
def test_log_probabilities_come_from_the_base_before_any_training(
    tiny_base: Bases, solutions: list[LabeledSolution], tmp_path: Path, kind: TrainedKind, mode: Mode
) -> None:
    base = tiny_base()
    train(base, solutions, TrainingConfig(kind, mode, learning_rate=1e-2), tmp_path, Progress())
    loaded, batch = checkpoint.load(tmp_path), batch_of(base)
    with torch.inference_mode():
        found, before = loaded.model.read(batch, with_tokens=True), read(base.model, batch, with_tokens=True)
        now = read(loaded.model.base, batch)
    assert torch.equal(found.log_probabilities, before.log_probabilities)
    assert torch.equal(found.tokens.running, before.tokens.running)  # type: ignore[union-attr]
    assert torch.equal(found.states, now.states)
    assert not torch.allclose(now.log_probabilities, before.log_probabilities, atol=0.1)


@pytest.mark.parametrize(("kind", "mode"), [*TRAINED, ("prm", "head"), ("orm", "head")])
def test_the_scale_is_that_of_the_training_steps_and_is_kept_with_the_model(
    tiny_base: Bases, solutions: list[LabeledSolution], tmp_path: Path, kind: TrainedKind, mode: Mode
) -> None:
    base = tiny_base()
    train(base, solutions, TrainingConfig(kind, mode, epochs=1), tmp_path, Progress())
    told = []
    for encoded in base.encoder.encode_all([(one.problem, one.steps) for one in solutions]):
        with torch.inference_mode():
            steps = read(base.model, collate([encoded])).log_probabilities  # type: ignore[list-item]
        told.append((running_of_steps(steps) if kind == "orm" else steps)[0])
    expected = torch.cat(told)
    kept = checkpoint.load(tmp_path).model.evidence
    assert kept is not None
    assert torch.allclose(kept.mean, expected.mean(dim=0), atol=1e-4)
    assert torch.allclose(kept.spread, expected.std(dim=0, correction=0), atol=1e-4)


@pytest.mark.parametrize(("kind", "mode"), TRAINED)
@pytest.mark.parametrize("dtype", ["float32", "bfloat16"])
def test_scores_by_kept_log_probabilities_are_those_of_asking_the_base(
    tiny_base: Bases, solutions: list[LabeledSolution], tmp_path: Path, kind: TrainedKind, mode: Mode, dtype: Dtype
) -> None:
    """To 1e-6; a second time the base is not asked, and training had asked it in the same folder."""
    cache = tmp_path / "cache"
    train(tiny_base(), solutions, TrainingConfig(kind, mode, dtype=dtype), tmp_path / "model", Progress(), cache=cache)
    loaded = checkpoint.load(tmp_path / "model")
    direct = score(loaded, TEXTS, dtype=dtype)
    first = Scorer(loaded, dtype=dtype, cache=cache)
    made = first.score(TEXTS)
    second = Scorer(loaded, dtype=dtype, cache=cache)
    assert second.score(TEXTS) == made
    assert (first.features.made, second.features.made) == (len(set(TEXTS)), 0)  # type: ignore[union-attr]
    for one, other in zip(direct, made, strict=True):
        assert one.step_scores == pytest.approx(other.step_scores, abs=1e-6)
    once_more = Scorer(loaded, dtype=dtype, cache=cache)
    once_more.score([(one.problem, one.steps) for one in solutions])
    assert once_more.features.made == 0  # type: ignore[union-attr]


@pytest.mark.parametrize(("kind", "mode"), [*TRAINED, ("prm", "head"), ("implicit", "full"), ("implicit", "lora")])
def test_the_base_has_been_asked_so_its_likelihood_comes_with_the_scores(
    tiny_base: Bases, solutions: list[LabeledSolution], tmp_path: Path, kind: TrainedKind, mode: Mode
) -> None:
    train(tiny_base(), solutions, TrainingConfig(kind, mode, learning_rate=1e-2), tmp_path, Progress())
    surprise = score(checkpoint.untrained(tiny_base(), "surprise"), TEXTS)
    for one, other in zip(score(checkpoint.load(tmp_path), TEXTS), surprise, strict=True):
        assert one.likelihood == pytest.approx(other.score, abs=1e-6)
        assert other.likelihood == other.score


def test_a_training_asks_the_base_once_a_text(
    tiny_base: Bases, solutions: list[LabeledSolution], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int] = []
    make = Features._make

    def counting(features: Features, texts: dict[str, Any]) -> Any:
        asked.append(len(texts))
        return make(features, texts)

    monkeypatch.setattr(Features, "_make", counting)
    for name in ("one", "other"):
        config = TrainingConfig(seed=len(name), epochs=3)
        train(tiny_base(), [*solutions, *solutions], config, tmp_path / name, Progress(), cache=tmp_path / "cache")
    assert asked == [len(solutions), 0]


def test_a_model_of_an_earlier_version_scores_as_it_did(
    tiny_base: Bases, solutions: list[LabeledSolution], tmp_path: Path
) -> None:
    """No base beside it, no scale: its heads were told a tenth and a hundredth of its own log-probabilities."""
    train(tiny_base(), solutions, TrainingConfig(learning_rate=1e-2), tmp_path, Progress())
    make_earlier(tmp_path)
    loaded = checkpoint.load(tmp_path)
    assert not loaded.knows_likelihood
    batch = batch_of(tiny_base())
    with torch.inference_mode():
        own = read(loaded.model.base, batch)
        told = own.log_probabilities * torch.tensor([0.1, 0.01])
        logs = loaded.model.head(own.states, told).log_softmax(dim=-1)[..., 1:].logsumexp(dim=-1)  # type: ignore[misc]
    for place, one in enumerate(score(loaded, TEXTS)):
        assert one.likelihood is None
        assert one.step_scores == pytest.approx(logs[place].exp().tolist()[: len(one.step_scores)], abs=1e-5)


def make_earlier(folder: Path) -> None:
    """The folder as one that was written before the base was kept in it."""
    tensors = load_file(folder / checkpoint.WEIGHTS)
    save_file(
        {name: one for name, one in tensors.items() if not name.startswith("evidence.")}, folder / checkpoint.WEIGHTS
    )
    (folder / checkpoint.REFERENCE).unlink()
    manifest = orjson.loads((folder / checkpoint.MANIFEST).read_bytes())
    del manifest["files"][checkpoint.REFERENCE]
    manifest["files"][checkpoint.WEIGHTS] = checkpoint._fingerprint(folder / checkpoint.WEIGHTS)
    (folder / checkpoint.MANIFEST).write_bytes(orjson.dumps(manifest))


@pytest.mark.parametrize("mode", ["full", "lora", "head"])
def test_scoring_in_bfloat16_leaves_a_base_that_others_use_exact(
    tiny_base: Bases, solutions: list[LabeledSolution], tmp_path: Path, mode: Mode
) -> None:
    base = tiny_base()
    before = {name: weight.clone() for name, weight in base.model.state_dict().items()}
    loaded = checkpoint.untrained(base, "surprise")
    exact = score(loaded, TEXTS)
    assert score(loaded, TEXTS, dtype="bfloat16") != exact
    assert score(loaded, TEXTS) == exact
    assert all(torch.equal(weight, before[name]) for name, weight in base.model.state_dict().items())
    train(base, solutions, TrainingConfig(mode=mode), tmp_path, Progress())
    trained: StepModel = checkpoint.load(tmp_path).model
    Scorer(checkpoint.Loaded(trained, loaded.kind, loaded.encoder, "min"), dtype="bfloat16").score(TEXTS)
    assert {weight.dtype for weight in trained.parameters()} == {torch.float32}
