"""Bases: which folders are none, and why."""

from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file
from transformers import BertConfig, BertLMHeadModel

from selector import bases
from selector.errors import InputError


def test_a_model_that_looks_ahead_is_no_base(hub_folder: Path, tmp_path: Path) -> None:
    bases.load(str(hub_folder))
    for file in hub_folder.glob("tokenizer*"):
        (tmp_path / file.name).write_bytes(file.read_bytes())
    small = {"hidden_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 16}
    BertLMHeadModel(BertConfig(vocab_size=300, **small)).save_pretrained(tmp_path)
    with pytest.raises(InputError, match="expected a causal language model; BertLMHeadModel looks ahead"):
        bases.load(str(tmp_path))


def test_a_base_that_would_run_code_or_pickle_is_refused(hub_folder: Path, tmp_path: Path) -> None:
    pickled = tmp_path / "pickled"
    pickled.mkdir()
    for file in hub_folder.iterdir():
        if file.name != "model.safetensors":
            (pickled / file.name).write_bytes(file.read_bytes())
    torch.save({}, pickled / "pytorch_model.bin")
    for name in (str(pickled), str(tmp_path / "nowhere")):
        with pytest.raises(InputError, match="safetensors"):
            bases.load(name)


@pytest.mark.parametrize(
    ("damage", "told"),
    [
        ("missing weights", "missing, such as"),
        ("cut-off weights", "safetensors weights"),
        ("other shapes", "safetensors weights"),
        ("too many tokens", "a tokenizer of at most"),
        ("no numbers", "NaN or infinite"),
    ],
)
def test_a_damaged_base_is_named(hub_folder: Path, tmp_path: Path, damage: str, told: str) -> None:
    base = bases.load(str(hub_folder))
    folder = tmp_path / "base"
    if damage == "no numbers":
        next(base.model.parameters()).data[0] = float("nan")
    if damage == "too many tokens":
        base.tokenizer.add_tokens(["<one more>"])
    base.model.save_pretrained(folder)
    base.tokenizer.save_pretrained(folder)
    weights = folder / "model.safetensors"
    if damage == "missing weights":
        kept = load_file(weights)
        del kept[next(name for name in kept if "h.0" in name or "layers.0" in name)]
        save_file(kept, weights, {"format": "pt"})
    if damage == "cut-off weights":
        weights.write_bytes(weights.read_bytes()[:-1000])
    if damage == "other shapes":
        save_file({name: tensor[..., :-1].contiguous() for name, tensor in load_file(weights).items()}, weights)

    with pytest.raises(InputError, match=told):
        bases.load(str(folder))
