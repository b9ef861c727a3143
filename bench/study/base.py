"""The study's base: of the shape of the product's `tiny`, and like it from nothing but text; here the policy's own.

Unlike there, the text of problems carries no loss (it is chance, and a third of all tokens), texts are read from their
start, every third batch holds sums by themselves, and matrices are learned by Muon: with Adam a model of this size
takes three times as long until it finds where in the text its quantities stand.
"""

import hashlib
import os
import random
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import partial
from itertools import count
from pathlib import Path

import orjson
import torch
from torch import Tensor, nn
from torch.nn import functional
from torch.optim.lr_scheduler import LambdaLR
from transformers import LlamaForCausalLM, PreTrainedTokenizerFast

from bench.study.domain import policy
from bench.study.fingerprint import of_domain
from bench.study.groups import base_texts
from selector import tiny
from selector.bases import Base, quiet
from selector.batches import shuffled_batches
from selector.machine import dtype_for
from selector.masters import Masters

IGNORED = -100
SUMS, EVERY = 192, 3  # sums in such a batch; one batch in so many is one
WARMUP, FALL = 0.05, 0.4  # shares of the updates in which the rate rises, and falls
_MANIFEST = "manifest.json"


@dataclass(frozen=True, slots=True)
class Pretraining:
    """Two bases of the same settings and seed are the same."""

    seed: int
    texts: int
    updates: int
    batch_size: int = 40
    width: int = 96
    layers: int = 3
    learning_rate: float = 6e-3


def base(settings: Pretraining, cache: Path) -> Base:
    """From the cache, else pretrained and put there."""
    quiet()
    name = hashlib.sha256(orjson.dumps([of_domain(), asdict(settings)])).hexdigest()[:16]
    folder = cache / f"base-{settings.seed}-{name}"
    if not (folder / _MANIFEST).exists():
        _make(settings, folder)
    tokenizer = PreTrainedTokenizerFast.from_pretrained(folder)
    # Attention in one piece: on a processor in bfloat16 its fused form trains at two thirds of the speed.
    model = LlamaForCausalLM.from_pretrained(folder, use_safetensors=True, attn_implementation="eager")
    model.eval()
    return Base("tiny", model, tokenizer, folder.name)


def _make(settings: Pretraining, folder: Path) -> None:
    folder.parent.mkdir(parents=True, exist_ok=True)
    beside = Path(tempfile.mkdtemp(prefix=".base-", dir=folder.parent))
    try:
        model, tokenizer, loss = _pretrained(settings)
        tokenizer.save_pretrained(beside)
        model.save_pretrained(beside)
        (beside / _MANIFEST).write_bytes(orjson.dumps(asdict(settings) | {"loss": loss}))
        os.rename(beside, folder)
    finally:
        shutil.rmtree(beside, ignore_errors=True)


def _pretrained(settings: Pretraining) -> tuple[LlamaForCausalLM, PreTrainedTokenizerFast, float]:
    """Model, tokenizer, and the mean loss over the last tenth."""
    shape = replace(
        tiny.Pretraining(), vocabulary=300, width=settings.width, heads=settings.width // 32, layers=settings.layers
    )
    texts = base_texts(settings.seed, settings.texts)
    tokenizer = tiny.new_tokenizer(texts, shape)
    torch.manual_seed(settings.seed)
    config = tiny.new_config(shape, len(tokenizer))
    model = LlamaForCausalLM._from_config(config, attn_implementation="eager")
    masters = Masters(nn.ModuleDict({"base": model}), dtype_for("auto", "cpu", "prm"))
    optimizers = _optimizers(masters.weights, settings.learning_rate)
    rates = [LambdaLR(one, partial(rate_share, updates=settings.updates)) for one in optimizers]
    exercises, lessons = _exercises(tokenizer, settings), _lessons(tokenizer, texts, settings)
    losses = []
    for update in range(settings.updates):
        tokens, targets = next(lessons if update % EVERY else exercises)
        logits = model(input_ids=tokens).logits.float()
        loss = functional.cross_entropy(logits.flatten(0, 1), targets.flatten(), ignore_index=IGNORED)
        loss.backward()
        masters.take_gradients()
        nn.utils.clip_grad_norm_(masters.weights.values(), 1.0)
        for one, rate in zip(optimizers, rates, strict=True):
            one.step()
            rate.step()
            one.zero_grad()
        masters.hand_out()
        losses.append(loss.item())
    masters.restore_exact()
    last = losses[-max(2, settings.updates // 10) :]
    return model, tokenizer, sum(last) / len(last)


def _optimizers(weights: Mapping[str, Tensor], rate: float) -> list[torch.optim.Optimizer]:
    """Muon for the matrices within the layers, Adam for what is left."""
    within = [weight for name, weight in weights.items() if weight.ndim == 2 and "embed" not in name]
    others = [weight for name, weight in weights.items() if weight.ndim < 2 or "embed" in name]
    return [
        torch.optim.Muon(within, lr=rate, weight_decay=0.01, adjust_lr_fn="match_rms_adamw"),
        torch.optim.AdamW(others, lr=rate, betas=(0.9, 0.98), weight_decay=0.0),
    ]


def rate_share(update: int, updates: int) -> float:
    """Share of the highest rate: it rises in a line, stays, and falls in a line to a twentieth."""
    done = (update + 1) / updates
    return min(1.0, done / WARMUP, max(0.05, (1 - done) / FALL))


def _exercises(tokenizer: PreTrainedTokenizerFast, settings: Pretraining) -> Iterator[tuple[Tensor, Tensor]]:
    """Batches of sums, of which the two digits of each result carry loss."""
    draw = random.Random(f"exercises {settings.seed}")
    while True:
        ids = tokenizer([policy.exercise(draw) for _ in range(SUMS)], add_special_tokens=False)["input_ids"]
        yield padded([([0, *some], len(some) - 1) for some in ids])


def _lessons(
    tokenizer: PreTrainedTokenizerFast, texts: Sequence[str], settings: Pretraining
) -> Iterator[tuple[Tensor, Tensor]]:
    """Batches of whole texts, epoch after epoch."""
    ids = [[0, *some] for some in tokenizer(list(texts), add_special_tokens=False)["input_ids"]]
    line_end = tokenizer("\n", add_special_tokens=False)["input_ids"][0]
    begins = [some.index(line_end) + 2 for some in ids]  # behind the blank line
    lengths = [len(some) for some in ids]
    for epoch in count():
        for indices in shuffled_batches(lengths, settings.batch_size, settings.seed, epoch):
            yield padded([(ids[index], begins[index]) for index in indices])


def padded(batch: Sequence[tuple[list[int], int]]) -> tuple[Tensor, Tensor]:
    """(B, T - 1) tokens and what follows each; IGNORED up to where each text begins to carry loss, and on padding."""
    width = max(len(ids) for ids, _ in batch)
    tokens = torch.zeros(len(batch), width, dtype=torch.long)
    targets = torch.full((len(batch), width), IGNORED)
    for place, (ids, begin) in enumerate(batch):
        tokens[place, : len(ids)] = torch.tensor(ids)
        targets[place, begin : len(ids)] = tokens[place, begin : len(ids)]
    return tokens[:, :-1], targets[:, 1:]
