"""The study's base: of the shape of the product's `tiny`, and like it from nothing but text; here the policy's own.

Unlike there, the text of problems carries no loss (it is chance, and a third of all tokens), texts are read from their
start, and every other batch holds sums by themselves: from whole texts alone a model of this size learns none in some
million tokens, and no process model on top of it finds a wrong one.
"""

import hashlib
import os
import random
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from functools import partial
from itertools import count
from pathlib import Path

import orjson
import torch
from torch import Tensor, nn
from torch.nn import functional
from transformers import LlamaForCausalLM, PreTrainedTokenizerFast

from bench.study.domain import policy
from bench.study.fingerprint import of_domain
from bench.study.groups import base_texts
from selector import tiny
from selector.bases import Base, quiet
from selector.batches import shuffled_batches

IGNORED = -100
SUMS = 128  # in a batch
SHEETS = (1, 1, 1, 2, 4)  # sums on one sheet, from the first fifth of the updates to the last
WARMUP, FALL = 0.05, 0.3  # shares of the updates in which the rate rises, and falls
_MANIFEST = "manifest.json"


@dataclass(frozen=True, slots=True)
class Pretraining:
    """Two bases of the same settings and seed are the same."""

    seed: int
    texts: int
    updates: int  # of which every other one is on sums by themselves
    batch_size: int = 24
    width: int = 64
    layers: int = 4
    learning_rate: float = 3e-3


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
        tiny.Pretraining(), vocabulary=300, width=settings.width, heads=settings.width // 16, layers=settings.layers
    )
    texts = base_texts(settings.seed, settings.texts)
    tokenizer = tiny.new_tokenizer(texts, shape)
    torch.manual_seed(settings.seed)
    model = LlamaForCausalLM(tiny.new_config(shape, len(tokenizer)))
    optimizer = torch.optim.AdamW(model.parameters(), lr=settings.learning_rate, betas=(0.9, 0.98), weight_decay=0.01)
    rates = torch.optim.lr_scheduler.LambdaLR(optimizer, partial(rate_share, updates=settings.updates))
    exercises, lessons = _exercises(tokenizer, settings), _lessons(tokenizer, texts, settings)
    losses = []
    for update in range(settings.updates):
        tokens, targets = next(lessons if update % 2 else exercises)
        logits = model(input_ids=tokens).logits
        loss = functional.cross_entropy(logits.flatten(0, 1), targets.flatten(), ignore_index=IGNORED)
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        rates.step()
        optimizer.zero_grad()
        losses.append(loss.item())
    last = losses[-max(2, settings.updates // 10) :]
    return model, tokenizer, sum(last) / len(last)


def rate_share(update: int, updates: int) -> float:
    """Share of the highest rate: it rises in a line, stays, and falls in a line to a twentieth."""
    done = (update + 1) / updates
    return min(1.0, done / WARMUP, max(0.05, (1 - done) / FALL))


def _exercises(tokenizer: PreTrainedTokenizerFast, settings: Pretraining) -> Iterator[tuple[Tensor, Tensor]]:
    """Batches of sheets of sums, of which the two digits of each result carry loss; sheets grow longer and longer.

    From long ones alone a model has not found in a thousand updates which digits belong together.
    """
    draw = random.Random(f"exercises {settings.seed}")
    sheets = settings.updates // 2 + 1
    for number in range(sheets):
        lines = SHEETS[number * len(SHEETS) // sheets]
        texts = ["\n".join(policy.exercise(draw) for _ in range(lines)) for _ in range(SUMS // lines)]
        tokens = torch.tensor([[0, *ids] for ids in tokenizer(texts, add_special_tokens=False)["input_ids"]])
        # the start, then lines of eleven tokens with their end
        places = torch.arange(tokens.shape[1]).expand_as(tokens)
        targets = torch.where((places % 11 >= 9) & (places > 0), tokens, IGNORED)
        yield tokens[:, :-1], targets[:, 1:]


def _lessons(
    tokenizer: PreTrainedTokenizerFast, texts: Sequence[str], settings: Pretraining
) -> Iterator[tuple[Tensor, Tensor]]:
    """Batches of whole texts, epoch after epoch."""
    ids = [[0, *some] for some in tokenizer(list(texts), add_special_tokens=False)["input_ids"]]
    line_end = tokenizer("\n", add_special_tokens=False)["input_ids"][0]
    lengths = [len(some) for some in ids]
    for epoch in count():
        for indices in shuffled_batches(lengths, settings.batch_size, settings.seed, epoch):
            yield padded([ids[index] for index in indices], line_end)


def padded(batch: Sequence[list[int]], line_end: int) -> tuple[Tensor, Tensor]:
    """(B, T - 1) tokens and what follows each; IGNORED in the problem and on padding."""
    width = max(map(len, batch))
    tokens = torch.zeros(len(batch), width, dtype=torch.long)
    targets = torch.full((len(batch), width), IGNORED)
    for place, ids in enumerate(batch):
        tokens[place, : len(ids)] = torch.tensor(ids)
        begin = ids.index(line_end) + 2  # behind the blank line
        targets[place, begin : len(ids)] = tokens[place, begin : len(ids)]
    return tokens[:, :-1], targets[:, 1:]
