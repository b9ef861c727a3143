"""Training: repeatable, resumable, idempotent, and it learns."""

import errno
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson
import pytest
import torch
from safetensors.torch import load_file

from selector import bases, checkpoint, tensor_files, tiny
from selector.bases import Base
from selector.errors import InputError
from selector.progress import Progress
from selector.records import OWN_BASE, Dtype, LabeledSolution, Mode, Reduction, TrainedKind, TrainingConfig
from selector.scoring import TOO_LONG, score
from selector.training import train
from tests.selector.conftest import QUICK, sums

Bases = Callable[[], Base]


class Killed(Exception):
    """Stands for the process being killed between two updates."""


class KilledAfter(Progress):
    def __init__(self, updates: int) -> None:
        super().__init__()
        self.left = updates

    def report(self, stage: str, progress: float, message: str = "") -> None:
        self.left -= stage == "train"
        if self.left <= 0:
            raise Killed


def weights(folder: Path) -> dict[str, torch.Tensor]:
    return load_file(folder / checkpoint.WEIGHTS)


def same(one: dict[str, torch.Tensor], other: dict[str, torch.Tensor]) -> bool:
    return one.keys() == other.keys() and all(torch.equal(one[name], other[name]) for name in one)


WAYS = [
    ("prm", "full", "float32"), ("prm", "full", "bfloat16"), ("prm", "lora", "float32"), ("prm", "head", "float32"),
    ("prm", "last_block", "bfloat16"),
    ("orm", "full", "float32"), ("orm", "lora", "bfloat16"), ("orm", "head", "bfloat16"),
    ("implicit", "full", "float32"), ("implicit", "lora", "float32"),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "mode", "dtype"), WAYS)
def test_a_killed_training_ends_in_the_weights_of_an_undisturbed_one(
    tiny_base: Bases, solutions: list[LabeledSolution], tmp_path: Path, kind: TrainedKind, mode: Mode, dtype: Dtype
) -> None:
    heads = 1 if kind == "implicit" else 2
    config = TrainingConfig(kind, mode, batch_size=4, checkpoint_seconds=0, dtype=dtype, heads=heads)
    whole = train(tiny_base(), solutions, config, tmp_path / "whole", Progress())
    with pytest.raises(Killed):
        train(tiny_base(), solutions, config, tmp_path / "killed", KilledAfter(8))
    assert not (tmp_path / "killed" / checkpoint.MANIFEST).exists()
    resumed = train(tiny_base(), solutions, config, tmp_path / "killed", Progress())
    assert resumed["report"]["resumed_at"] == 7
    assert resumed["report"]["loss"] == whole["report"]["loss"]
    assert same(weights(tmp_path / "whole"), weights(tmp_path / "killed"))
    assert not (tmp_path / "killed" / checkpoint.RESUME).exists()


def test_a_training_killed_at_three_points_one_after_the_other_ends_in_the_same_weights(
    tiny_base: Bases, solutions: list[LabeledSolution], tmp_path: Path
) -> None:
    """In its second update, half-way, and in its last."""
    config = TrainingConfig(batch_size=4, checkpoint_seconds=0)
    train(tiny_base(), solutions, config, tmp_path / "whole", Progress())
    for reports in (2, 6, 6):
        with pytest.raises(Killed):
            train(tiny_base(), solutions, config, tmp_path / "killed", KilledAfter(reports))
    resumed = train(tiny_base(), solutions, config, tmp_path / "killed", Progress())
    assert resumed["report"]["resumed_at"] == 11
    assert same(weights(tmp_path / "whole"), weights(tmp_path / "killed"))


def test_the_same_seed_gives_the_same_weights_and_another_seed_others(
    tiny_base: Bases, solutions: list[LabeledSolution], tmp_path: Path
) -> None:
    for name, seed in (("a", 1), ("b", 1), ("c", 2)):
        train(tiny_base(), solutions, TrainingConfig(seed=seed), tmp_path / name, Progress())
    assert same(weights(tmp_path / "a"), weights(tmp_path / "b"))
    assert not same(weights(tmp_path / "a"), weights(tmp_path / "c"))


@pytest.mark.parametrize(("kind", "mode", "dtype"), WAYS)
def test_training_changes_what_its_mode_says_and_leaves_the_base_exact(
    tiny_base: Bases, solutions: list[LabeledSolution], tmp_path: Path, kind: TrainedKind, mode: Mode, dtype: Dtype
) -> None:
    base = tiny_base()
    before = {name: weight.clone() for name, weight in base.model.state_dict().items()}
    train(base, solutions, TrainingConfig(kind, mode, dtype=dtype, epochs=1), tmp_path, Progress())
    assert same(before, base.model.state_dict())
    loaded = checkpoint.load(tmp_path)
    own = dict(loaded.model.base.named_parameters())
    assert all(weight.dtype == torch.float32 for weight in own.values())
    plain = {name.replace(".base_layer", ""): weight for name, weight in own.items() if "lora_" not in name}
    untouched = [name for name, weight in plain.items() if torch.equal(weight, before[name])]
    assert (len(untouched) == len(plain)) == (mode not in OWN_BASE)
    if mode == "last_block":
        last = f"model.layers.{base.model.config.num_hidden_layers - 1}."
        assert {name for name in plain if name not in untouched} == {name for name in plain if name.startswith(last)}
    adapters = [weight for name, weight in own.items() if "lora_B" in name]
    assert bool(adapters) == (mode == "lora")
    assert all(bool(weight.any()) for weight in adapters)


def test_a_committees_heads_start_apart_and_disagree(
    tiny_base: Bases, solutions: list[LabeledSolution], tmp_path: Path
) -> None:
    train(tiny_base(), solutions, TrainingConfig(heads=3, epochs=1), tmp_path, Progress())
    for scored in score(checkpoint.load(tmp_path), [(s.problem, s.steps) for s in solutions[:4]]):
        assert len(scored.step_spreads) == len(scored.step_scores)
        assert min(scored.step_spreads) > 0


@pytest.mark.parametrize(("kind", "reduction"), [("prm", "mean_log"), ("prm", "min"), ("implicit", "product")])
def test_the_version_says_what_ranks(
    tiny_base: Bases,
    solutions: list[LabeledSolution],
    tmp_path: Path,
    kind: TrainedKind,
    reduction: Reduction,
) -> None:
    config = TrainingConfig(kind, epochs=1, reduction=reduction)
    assert train(tiny_base(), solutions, config, tmp_path, Progress())["reduction"] == reduction
    for scored in score(checkpoint.load(tmp_path), [(s.problem, s.steps) for s in solutions[:3]]):
        by_hand = {
            "product": math.prod(scored.step_scores),
            "mean_log": math.prod(scored.step_scores) ** (1 / len(scored.step_scores)),
            "min": min(scored.step_scores),
        }
        assert scored.score == pytest.approx(by_hand[reduction])
        assert scored.reduced == pytest.approx(by_hand)
        assert scored.mean_log_score == pytest.approx(math.log(by_hand["mean_log"]))


def test_the_reference_of_adapters_is_the_base_without_them(
    tiny_base: Bases, solutions: list[LabeledSolution], tmp_path: Path
) -> None:
    """Compared with itself a model would give every step the reward 0, which is a score of one half."""
    config = TrainingConfig("implicit", "lora", learning_rate=1e-2)
    train(tiny_base(), solutions, config, tmp_path, Progress())
    scored = score(checkpoint.load(tmp_path), [(s.problem, s.steps) for s in solutions[:3]])
    assert all(abs(step - 0.5) > 1e-4 for one in scored for step in one.step_scores)


def test_a_loss_that_is_no_number_ends_the_training_with_nothing_written(
    tiny_base: Bases, solutions: list[LabeledSolution], tmp_path: Path
) -> None:
    config = TrainingConfig(learning_rate=1e30, head_learning_rate=1e30, checkpoint_seconds=0, batch_size=2)
    with pytest.raises(InputError, match="the loss is no number any more"):
        train(tiny_base(), solutions, config, tmp_path / "model", Progress())
    assert list((tmp_path / "model").iterdir()) == []


def test_a_disk_that_fills_ends_with_words_and_the_training_goes_on_from_its_last_checkpoint(
    tiny_base: Bases, solutions: list[LabeledSolution], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = TrainingConfig(checkpoint_seconds=0, batch_size=4)
    train(tiny_base(), solutions, config, tmp_path / "undisturbed", Progress())
    save, saved = tensor_files.save_file, []

    def fill(tensors: dict[str, torch.Tensor], path: Path, metadata: dict[str, str]) -> None:
        save(tensors, path, metadata)
        saved.append(path)
        if len(saved) == 3:
            raise OSError(errno.ENOSPC, "No space left on device", str(path))

    monkeypatch.setattr(tensor_files, "save_file", fill)
    with pytest.raises(OSError, match="No space left"):
        train(tiny_base(), solutions, config, tmp_path / "disturbed", Progress())
    assert [path.name for path in (tmp_path / "disturbed").iterdir()] == [checkpoint.RESUME]
    monkeypatch.undo()
    manifest = train(tiny_base(), solutions, config, tmp_path / "disturbed", Progress())
    assert manifest["report"]["resumed_at"] == 2
    weights = [load_file(tmp_path / name / checkpoint.WEIGHTS) for name in ("undisturbed", "disturbed")]
    assert same(*weights)


def test_a_complete_model_is_left_as_it_is_and_other_inputs_replace_it(
    tiny_base: Bases, solutions: list[LabeledSolution], tmp_path: Path
) -> None:
    first = train(tiny_base(), solutions, TrainingConfig(), tmp_path, Progress())
    written = (tmp_path / checkpoint.WEIGHTS).stat().st_mtime_ns
    assert train(tiny_base(), solutions, TrainingConfig(), tmp_path, Progress()) == first
    assert (tmp_path / checkpoint.WEIGHTS).stat().st_mtime_ns == written
    other = train(tiny_base(), solutions[:-1], TrainingConfig(), tmp_path, Progress())
    assert other["inputs_hash"] != first["inputs_hash"]
    assert (tmp_path / checkpoint.WEIGHTS).stat().st_mtime_ns > written


def test_a_step_model_learns_what_makes_a_step_wrong(tiny_base: Bases, tmp_path: Path) -> None:
    train(tiny_base(), sums(60), TrainingConfig(epochs=8, learning_rate=2e-3), tmp_path, Progress())
    unseen = sums(30, seed=2)
    scored = score(checkpoint.load(tmp_path), [(s.problem, s.steps) for s in unseen])
    right = [
        p for s, x in zip(unseen, scored, strict=True) for p, r in zip(x.step_scores, s.ratings, strict=True) if r == 1
    ]
    wrong = [
        p for s, x in zip(unseen, scored, strict=True) for p, r in zip(x.step_scores, s.ratings, strict=True) if r == -1
    ]
    assert min(right) > max(wrong)


def test_scores_do_not_depend_on_what_else_is_in_the_batch(
    tiny_base: Bases, solutions: list[LabeledSolution], tmp_path: Path
) -> None:
    for kind in ("prm", "orm", "implicit", "surprise"):
        if kind == "surprise":
            loaded = checkpoint.untrained(tiny_base(), "surprise")
        else:
            train(tiny_base(), solutions[:8], TrainingConfig(kind, epochs=1), tmp_path / kind, Progress())
            loaded = checkpoint.load(tmp_path / kind)
        texts = [("p", ["a"]), ("p", ["a longer one", "", "c"]), *((s.problem, s.steps) for s in solutions)]
        together, alone = score(loaded, texts), [score(loaded, [text])[0] for text in texts]
        for one, other in zip(together, alone, strict=True):
            assert one.score == pytest.approx(other.score, abs=1e-5)
            assert one.step_scores == pytest.approx(other.step_scores, abs=1e-5)
            assert 0 <= (one.score or 0) <= 1
        assert [len(one.step_scores) for one in together] == [len(steps) for _, steps in texts]


def test_scores_in_bfloat16_are_near_those_in_float32(
    tiny_base: Bases, solutions: list[LabeledSolution], tmp_path: Path
) -> None:
    """Stated tolerance: 0.02 of a step score. bfloat16 keeps three digits of every weight."""
    train(tiny_base(), solutions, TrainingConfig(), tmp_path, Progress())
    texts = [(s.problem, s.steps) for s in solutions]
    exact = score(checkpoint.load(tmp_path), texts)
    rounded = score(checkpoint.load(tmp_path), texts, dtype="bfloat16")
    assert exact != rounded
    for one, other in zip(exact, rounded, strict=True):
        assert one.step_scores == pytest.approx(other.step_scores, abs=0.02)


def test_a_solution_too_long_for_the_base_has_no_score(hub_folder: Path, tmp_path: Path) -> None:
    train(bases.load(str(hub_folder)), sums(3), TrainingConfig(epochs=1), tmp_path, Progress())
    scored = score(checkpoint.load(tmp_path), [("p", ["a"]), ("p", ["b" * 500])])
    assert scored[0].score is not None
    assert scored[1] == TOO_LONG


@pytest.mark.parametrize("mode", ["full", "last_block", "lora", "head"])
def test_any_causal_model_in_a_folder_is_a_base_even_without_a_padding_token(
    hub_folder: Path, tmp_path: Path, mode: Mode
) -> None:
    base = bases.load(str(hub_folder))
    assert base.tokenizer.pad_token is None
    before = {name: weight.clone() for name, weight in base.model.state_dict().items()}
    manifest = train(base, sums(6), TrainingConfig(mode=mode), tmp_path, Progress())
    assert manifest["base"]["name"] == str(hub_folder)
    assert same(before, base.model.state_dict())
    assert score(checkpoint.load(tmp_path), [("p", ["a", "b"])])[0].step_scores != ()
    keeps_all = (tmp_path / checkpoint.WEIGHTS).stat().st_size > (hub_folder / "model.safetensors").stat().st_size
    assert keeps_all == (mode in OWN_BASE)


@pytest.mark.parametrize("damage", ["manifest", "weights", "config", "missing", "unfinished", "nothing"])
def test_a_damaged_model_folder_is_named(
    tiny_base: Bases, solutions: list[LabeledSolution], tmp_path: Path, damage: str
) -> None:
    train(tiny_base(), solutions[:4], TrainingConfig(epochs=1), tmp_path, Progress())
    folder = tmp_path
    if damage == "manifest":
        (folder / checkpoint.MANIFEST).write_text('{"format": 1')
    if damage == "weights":
        content = bytearray((folder / checkpoint.WEIGHTS).read_bytes())
        content[-100] ^= 1
        (folder / checkpoint.WEIGHTS).write_bytes(content)
    if damage == "config":
        (folder / "config.json").write_text("{}")
    if damage == "missing":
        (folder / checkpoint.WEIGHTS).unlink()
    if damage == "unfinished":
        (folder / checkpoint.MANIFEST).unlink()
    if damage == "nothing":
        folder = tmp_path / "nothing"
    with pytest.raises(InputError, match="model "):
        checkpoint.load(folder)


def test_a_checkpoint_of_other_inputs_is_not_gone_on_with(
    tiny_base: Bases, solutions: list[LabeledSolution], tmp_path: Path
) -> None:
    config = TrainingConfig(batch_size=4, checkpoint_seconds=0)
    with pytest.raises(Killed):
        train(tiny_base(), solutions, config, tmp_path, KilledAfter(4))
    manifest = train(tiny_base(), solutions[:-1], config, tmp_path, Progress())
    assert manifest["report"]["resumed_at"] == 0


def test_tiny_has_half_a_million_parameters_and_reads_2048_tokens(tiny_base: Bases) -> None:
    made = tiny.LlamaForCausalLM(tiny.new_config(tiny.Pretraining(), 2048))
    assert 400_000 < sum(weight.numel() for weight in made.parameters()) < 600_000
    assert tiny_base().encoder.max_tokens == 2048


def test_tiny_is_pretrained_once_for_the_same_text_and_never_half_there(cache: Path, tmp_path: Path) -> None:
    texts = [f"{place} and {place} is {2 * place}.\n" for place in range(40)]
    first = tiny.base(texts, tmp_path, QUICK, Progress())
    (made,) = list(tmp_path.iterdir())
    written = (made / "model.safetensors").stat().st_mtime_ns
    again = tiny.base(texts, tmp_path, QUICK, Progress())
    assert (made / "model.safetensors").stat().st_mtime_ns == written
    assert same(first.model.state_dict(), again.model.state_dict())
    tiny.base([*texts, "more"], tmp_path, QUICK, Progress())
    assert len(list(tmp_path.iterdir())) == 2


def test_two_that_pretrain_at_once_read_the_same_base(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second finds that the first has finished meanwhile, and uses what is there."""
    texts = ["one and one is two.\n"] * 20
    make = tiny._pretrained

    def slower(*arguments: Any) -> Any:
        monkeypatch.setattr(tiny, "_pretrained", make)
        tiny.base(texts, tmp_path, QUICK, Progress())
        return make(*arguments)

    monkeypatch.setattr(tiny, "_pretrained", slower)
    base = tiny.base(texts, tmp_path, QUICK, Progress())
    assert [folder.name for folder in tmp_path.iterdir()] == [base.revision]


def test_the_manifest_names_everything_a_reader_needs(
    tiny_base: Bases, solutions: list[LabeledSolution], tmp_path: Path
) -> None:
    train(tiny_base(), solutions, TrainingConfig(), tmp_path, Progress())
    manifest = orjson.loads((tmp_path / checkpoint.MANIFEST).read_bytes())
    assert manifest["kind"] == "prm"
    assert manifest["reduction"] == "product"
    assert manifest["examples"] == len(solutions)
    assert set(manifest["files"]) == {
        "model.safetensors", "reference.safetensors", "config.json", "tokenizer.json"
    }  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"kind": "implicit", "mode": "head"}, "mode full or lora"),
        ({"kind": "implicit", "heads": 2}, "no committee"),
        ({"kind": "orm", "reduction": "min"}, "kind orm knows last, not min"),
        ({"epochs": 0}, "epochs"),
        ({"heads": 0}, "heads"),
        ({"beta": 0}, "above 0"),
    ],
)
def test_a_contradictory_configuration_is_refused(changes: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        TrainingConfig(**changes)
