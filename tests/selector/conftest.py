"""Bases that cost a second: `tiny` after a few updates, and a random Hugging Face model in a folder."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import torch
from tokenizers import Tokenizer, models, pre_tokenizers, trainers
from transformers import GPT2Config, GPT2LMHeadModel, PreTrainedTokenizerFast

from selector import tiny
from selector.bases import Base
from selector.progress import Progress
from selector.records import LabeledSolution

QUICK = tiny.Pretraining(steps=3, window=64, batch_size=4)


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="session")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cache")


def sums(count: int, seed: int = 0) -> list[LabeledSolution]:
    """Solutions that add up to three numbers; where a step says "maybe" it is the first error."""
    made = []
    for place in range(count):
        steps, ratings = [], []
        for step in range(3):
            is_wrong = (place * 7 + step * 3 + seed) % 5 == 0
            steps.append(f"Then {place} + {step} is {'maybe' if is_wrong else 'surely'} {place + step}.")
            ratings.append(-1 if is_wrong else 1)
            if is_wrong:
                break
        made.append(LabeledSolution(f"What is {place} and more?", tuple(steps), tuple(ratings), -1 not in ratings))  # type: ignore[arg-type]
    return made


@pytest.fixture
def solutions() -> list[LabeledSolution]:
    return sums(24)


@pytest.fixture
def tiny_base(cache: Path) -> Callable[[], Base]:
    """Each call loads the same base afresh."""
    texts = ["\n".join([solution.problem, "", *solution.steps, ""]) for solution in sums(60)]
    return lambda: tiny.base(texts, cache, QUICK, Progress())


@pytest.fixture(scope="session")
def hub_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A random GPT-2 whose tokenizer knows neither a padding nor a start token."""
    folder = tmp_path_factory.mktemp("hub") / "gpt2"
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.train_from_iterator(
        ["What is it?"], trainers.BpeTrainer(vocab_size=300, initial_alphabet=pre_tokenizers.ByteLevel.alphabet())
    )
    PreTrainedTokenizerFast(tokenizer_object=tokenizer).save_pretrained(folder)
    torch.manual_seed(0)
    config = GPT2Config(vocab_size=len(tokenizer.get_vocab()), n_positions=128, n_embd=32, n_layer=2, n_head=2)
    GPT2LMHeadModel(config).save_pretrained(folder)
    return folder
