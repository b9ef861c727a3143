"""The `tiny` base: about half a million parameters, made from a configuration and pretrained on the pool's own text.

Nothing is downloaded. It is what the tests and the embedded default use, and no judge of mathematics.
"""

import errno
import hashlib
import os
import shutil
import tempfile
import time
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import orjson
import torch
from safetensors import SafetensorError
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from torch.nn import functional
from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

from selector.bases import UNREADABLE, Base, quiet
from selector.errors import InputError
from selector.progress import Progress
from selector.rows import ProblemRow

START, PAD = "<s>", "<pad>"
_TOKENIZER_CHARACTERS = 4_000_000
_FORMAT = 1  # raised when the same text would give another base


@dataclass(frozen=True, slots=True)
class Pretraining:
    """How the base comes about; with the numbers and text alike, so are the weights (on one kind of machine)."""

    vocabulary: int = 2048  # tokens
    width: int = 96  # of the states
    layers: int = 3
    heads: int = 3  # of attention; 32 wide each, which is fastest on a CPU
    context: int = 2048  # tokens the base can read
    steps: int = 300  # updates
    window: int = 256  # tokens of one training sequence
    batch_size: int = 8  # sequences
    learning_rate: float = 4e-3  # at its highest
    limit_seconds: float = 55.0  # a slow machine stops early; the base then says so
    seed: int = 0


def texts_of(rows: Iterable[ProblemRow]) -> list[str]:
    """The distinct texts of problems and solutions outside the test split, written as the encoder writes them."""
    texts: dict[str, None] = {}
    for row in rows:
        if row.split == "test":
            continue
        for solution in row.solutions:
            texts["\n".join([row.problem.strip() + "\n", *(step.strip() for step in solution.steps), ""])] = None
        if not row.solutions:
            texts[row.problem.strip() + "\n\n"] = None
    return list(texts)


def base(texts: Sequence[str], cache: Path, settings: Pretraining, progress: Progress) -> Base:
    """The base for these texts: from the cache, else pretrained and put there."""
    quiet()
    folder = cache / f"tiny-{_key(texts, settings)}"
    if not (folder / "manifest.json").exists():
        _make(texts, folder, settings, progress)
    try:
        tokenizer = PreTrainedTokenizerFast.from_pretrained(folder)
        model = LlamaForCausalLM.from_pretrained(folder, use_safetensors=True)
    except UNREADABLE as error:
        reason = " ".join(str(error).split())[:300]
        raise InputError(f"{folder}: damaged ({reason}); delete it, and it is made again") from None
    model.eval()
    return Base("tiny", model, tokenizer, folder.name)


def _key(texts: Sequence[str], settings: Pretraining) -> str:
    digest = hashlib.sha256(orjson.dumps([_FORMAT, asdict(settings)]))
    for text in texts:
        digest.update(hashlib.sha256(text.encode()).digest())
    return digest.hexdigest()[:24]


def _make(texts: Sequence[str], folder: Path, settings: Pretraining, progress: Progress) -> None:
    """Pretrain beside the final name and rename: of two processes at once one wins, and both read the same."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    beside = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    try:
        tokenizer = new_tokenizer(texts, settings)
        model, done = _pretrained(texts, tokenizer, settings, progress)
        tokenizer.save_pretrained(beside)
        model.save_pretrained(beside)
        manifest = {"settings": asdict(settings), "texts": len(texts), "steps": done}
        (beside / "manifest.json").write_bytes(orjson.dumps(manifest))
        try:
            os.rename(beside, folder)
        except OSError:
            if not (folder / "manifest.json").exists():
                raise
    except SafetensorError as error:  # a full disk, most of the time
        raise OSError(errno.EIO, f"could not be written ({error})", str(folder)) from None
    finally:
        shutil.rmtree(beside, ignore_errors=True)


def new_tokenizer(texts: Sequence[str], settings: Pretraining) -> PreTrainedTokenizerFast:
    """Byte-level pairs learned from the text; each digit is a token of its own, since arithmetic is done in digits."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.Digits(individual_digits=True), pre_tokenizers.ByteLevel(add_prefix_space=False)]
    )
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=settings.vocabulary,
        special_tokens=[START, PAD],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator(_first_characters(texts, _TOKENIZER_CHARACTERS), trainer)
    return PreTrainedTokenizerFast(tokenizer_object=tokenizer, bos_token=START, pad_token=PAD)


def _first_characters(texts: Sequence[str], characters: int) -> Iterable[str]:
    for text in texts:
        if characters <= 0:
            return
        yield text
        characters -= len(text)


def _pretrained(
    texts: Sequence[str], tokenizer: PreTrainedTokenizerFast, settings: Pretraining, progress: Progress
) -> tuple[LlamaForCausalLM, int]:
    """The model after its updates on random windows of the text, and how many there were."""
    torch.manual_seed(settings.seed)
    model = LlamaForCausalLM(new_config(settings, len(tokenizer)))
    stream = _stream(texts, tokenizer, settings.window)
    optimizer = torch.optim.AdamW(model.parameters(), lr=settings.learning_rate, betas=(0.9, 0.98), weight_decay=0.05)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, settings.learning_rate, settings.steps, pct_start=0.1)
    draw = torch.Generator().manual_seed(settings.seed)
    started = time.monotonic()
    for step in range(settings.steps):
        starts = torch.randint(0, len(stream) - settings.window, (settings.batch_size,), generator=draw)
        windows = torch.stack([stream[start : start + settings.window + 1] for start in starts.tolist()])
        logits = model(input_ids=windows[:, :-1]).logits
        loss = functional.cross_entropy(logits.flatten(0, 1), windows[:, 1:].flatten())
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        schedule.step()
        progress.report("pretrain", (step + 1) / settings.steps, f"tiny base, loss {loss.item():.3f}")
        if time.monotonic() - started > settings.limit_seconds:
            return model, step + 1
    return model, settings.steps


def new_config(settings: Pretraining, vocabulary: int) -> LlamaConfig:
    """The shape of such a base."""
    return LlamaConfig(
        vocab_size=vocabulary,
        hidden_size=settings.width,
        intermediate_size=settings.width * 8 // 3,
        num_hidden_layers=settings.layers,
        num_attention_heads=settings.heads,
        num_key_value_heads=settings.heads,
        max_position_embeddings=settings.context,
        tie_word_embeddings=True,
        bos_token_id=0,
        eos_token_id=None,
        pad_token_id=1,
    )


def _stream(texts: Sequence[str], tokenizer: PreTrainedTokenizerFast, window: int) -> torch.Tensor:
    """All texts behind one another, each begun by the start token; at least one window long."""
    ids: list[int] = []
    for start in range(0, len(texts), 1000):
        for encoded in tokenizer(list(texts[start : start + 1000]), add_special_tokens=False)["input_ids"]:
            ids += [0, *encoded]
    ids = ids or [0]
    while len(ids) < window + 2:
        ids += ids
    return torch.tensor(ids)
